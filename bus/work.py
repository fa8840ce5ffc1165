"""The worker's side of work queues: tokens in and acknowledged late, orders in, signals and pokes out (docs/bus.md)."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from pika import BasicProperties
from pika.exceptions import AMQPError

from bus.afterwards import Note
from bus.connection import Link, user_of
from bus.loop import SelectLoop
from bus.topology import CONTROL, SIGNALS

MAX_ORDERS = 10_000


def _nothing() -> None:
    """The default of callbacks that nobody asked for."""


class Token(NamedTuple):
    """Something waits in `queue`. `channel` tells a connection's tokens from those of the one before."""

    queue: str
    tag: int
    channel: int


class WorkLink:
    """One connection in a loop of the caller's, made again whenever it is lost; all in the loop's thread.

    `queues`: name → how many tokens may be here at once. `on_token(token)` for each that arrives, `on_order(body)` for
    each order to all workers. `on_ready()`: all queues are consumed. `on_lost()`: tokens that were here are the
    broker's again, which gives them out anew; acknowledging them does nothing.
    """

    def __init__(
        self,
        url: str,
        loop: SelectLoop,
        *,
        role: str,
        queues: Mapping[str, int],
        on_token: Callable[[Token], None],
        on_order: Callable[[bytes], None],
        on_ready: Callable[[], None] = _nothing,
        on_lost: Callable[[], None] = _nothing,
    ) -> None:
        self._link = Link(url, loop, role=role, on_open=self._open, on_lost=lambda _: self._lost())
        self._user = user_of(url)
        self._role = role
        self._queues = queues
        self._on_token = on_token
        self._on_order = on_order
        self._on_ready = on_ready
        self._on_lost = on_lost
        self._channels: dict[str, Any] = {}
        self._consuming: dict[str, str] = {}
        self._orders: Any = None
        self._generation = 0
        self._stopped = False

    def start(self) -> None:
        self._link.start()

    def stop(self) -> None:
        """Take no more tokens; those that are here can be acknowledged still."""
        self._stopped = True
        for queue, tag in self._consuming.items():
            self._channels[queue].basic_cancel(tag, callback=_ignore)
        self._consuming.clear()

    def close(self, on_closed: Callable[[], None]) -> None:
        """End the connection for good; tokens that were not acknowledged go to others."""
        self._stopped = True
        self._link.close(on_closed)

    def ack(self, token: Token) -> None:
        """The token is used up. It goes out again if the connection is lost before the broker hears of it."""
        channel = self._channels.get(token.queue)
        if channel is not None and token.channel == self._generation:
            _try(lambda: channel.basic_ack(token.tag))

    def publish(self, notes: Iterable[Note]) -> None:
        """Pokes and the like; without a connection they are lost."""
        if self._orders is not None:
            for note in notes:
                _try(lambda note=note: self._orders.basic_publish(*note))  # type: ignore[misc]

    def signal(self, routing_key: str, body: bytes, *, type: str) -> None:
        """Transient news for gateways; without a connection it is lost."""
        if self._orders is not None:
            properties = BasicProperties(type=type, user_id=self._user, app_id=self._role, delivery_mode=1)
            _try(lambda: self._orders.basic_publish(SIGNALS, routing_key, body, properties))

    def _open(self) -> None:
        self._generation += 1
        self._link.channel(self._listen)
        for queue in () if self._stopped else self._queues:
            self._link.channel(lambda channel, queue=queue: self._consume(channel, queue))  # type: ignore[misc]

    def _listen(self, channel: Any) -> None:
        queue = f"worker.{uuid.uuid4().hex}"
        channel.queue_declare(queue, exclusive=True, arguments={"x-max-length": MAX_ORDERS, "x-overflow": "drop-head"})
        channel.queue_bind(queue, CONTROL)
        channel.basic_consume(queue, lambda _c, _m, _p, body: self._on_order(body), auto_ack=True, callback=self._heard)
        self._orders = channel

    def _consume(self, channel: Any, queue: str) -> None:
        generation = self._generation
        self._channels[queue] = channel
        channel.basic_qos(prefetch_count=self._queues[queue])

        def on_message(_channel: Any, method: Any, _properties: Any, _body: bytes) -> None:
            self._on_token(Token(queue, method.delivery_tag, generation))

        self._consuming[queue] = ""
        self._consuming[queue] = channel.basic_consume(queue, on_message, callback=self._heard)

    def _heard(self, _: Any) -> None:
        if self._orders is not None and len(self._consuming) == len(self._queues):
            self._link.settled()
            self._on_ready()

    def _lost(self) -> None:
        self._orders = None
        self._channels.clear()
        self._consuming.clear()
        self._on_lost()


def _ignore(_: Any) -> None:
    """Somebody has to be told; nobody wants to know."""


def _try(act: Callable[[], object]) -> None:
    """On a connection that is about to be reported lost nothing can be done any more."""
    try:
        act()
    except AMQPError:
        return
