"""The client's side of RPC, on any loop: who waits for what, and how each wait ends (docs/bus.md, "How a call ends").

A call ends with the reply, or with
- `busy`: the queue was full (nack). Nothing was done.
- `unavailable`: no queue (returned), or no broker before the deadline. Nothing was done.
- `deadline_exceeded`: no answer in time. It may or may not have been done.
- `outcome_unknown`: the connection was lost after an operation that may run only once had been handed over.
Read-only and keyed calls survive a lost connection: they are sent again, under the same id, while their deadline lasts.
"""

import itertools
import logging
import time
import uuid
from collections.abc import Callable
from typing import Any

from pika import BasicProperties
from pika.exceptions import AMQPError
from pika.spec import Basic

from bus.connection import Link, user_of
from bus.envelope import Call
from bus.loop import Loop
from bus.properties import PropertiesEncoder
from bus.subscription import Subscription
from bus.wire import ERROR, deadline_of, error_of, headers_of
from contracts.base import Operation, Safety
from contracts.errors import Busy, DeadlineExceeded, OutcomeUnknown, Unavailable, WarrenError

log = logging.getLogger("bus.caller")

REPLY_TO = "amq.rabbitmq.reply-to"

Settle = Callable[["bytes | WarrenError"], None]


class Pending:
    """One call under way. `settle` is called once, in the loop's thread, with the reply's bytes or an error."""

    __slots__ = ("body", "call", "deadline", "id", "operation", "published", "settle", "timer", "uncertain")

    def __init__(
        self, operation: Operation, body: bytes, *, call: Call | None, deadline_ms: int | None, settle: Settle
    ) -> None:
        self.operation = operation
        self.body = body
        self.call = call
        self.deadline = deadline_of(operation, call, deadline_ms, time.monotonic())
        self.settle = settle
        self.id = ""
        self.timer: Any = None
        self.published = False
        self.uncertain = False
        """Handed over once, on a connection that is gone."""


class Caller:
    """One connection with one confirm channel, which publishes requests and receives replies; and subscriptions."""

    def __init__(self, url: str, loop: Loop, *, role: str) -> None:
        self._loop = loop
        self._role = role
        self._encoder = PropertiesEncoder(reply_to=REPLY_TO, user=user_of(url), role=role)
        self._link = Link(
            url, loop, role=role, on_open=self._on_open, on_lost=self._on_lost, on_blocked=self._on_blocked
        )
        self._ids = itertools.count(1)
        self._prefix = uuid.uuid4().hex[:12]
        self._pending: dict[str, Pending] = {}
        self._unconfirmed: dict[int, Pending] = {}
        self._tag = 0
        self._channel: Any = None
        self._ready = False
        self._blocked = False
        self._subscriptions: list[Subscription] = []
        self._bound: list[Subscription] = []

    @property
    def connected(self) -> bool:
        """Requests can be sent and every subscription is bound."""
        return self._ready and not self._blocked and len(self._bound) == len(self._subscriptions)

    def start(self) -> None:
        self._link.start()

    def close(self, on_closed: Callable[[], None]) -> None:
        """End the connection; calls that wait fail."""
        self._link.close(on_closed)
        for pending in list(self._pending.values()):
            self._settle(pending, _lost_for_good(pending))

    def subscribe(self, subscription: Subscription) -> None:
        """Bind now, and again after every reconnect."""
        self._subscriptions.append(subscription)
        if self._ready:
            self._bind(subscription)

    def send(self, pending: Pending) -> None:
        """Begin a call; it waits for the broker if that is away, unless it may run only once."""
        pending.id = f"{self._prefix}-{next(self._ids)}"
        self._pending[pending.id] = pending
        pending.timer = self._loop.call_later(pending.deadline - time.monotonic(), lambda: self._expire(pending))
        if self._ready and not self._blocked:
            self._publish(pending)
        elif pending.operation.safety is Safety.ONCE:
            self._settle(pending, Unavailable())

    def forget(self, pending: Pending) -> None:
        """Nobody waits for this call any more."""
        if self._pending.pop(pending.id, None) is not None:
            self._loop.cancel(pending.timer)

    def _publish(self, pending: Pending) -> None:
        left = int((pending.deadline - time.monotonic()) * 1000)
        if left <= 0:
            self._expire(pending)
            return
        operation = pending.operation
        try:
            self._channel.basic_publish(
                operation.exchange, operation.name, pending.body, self._properties(pending, left), mandatory=True
            )
        except AMQPError:  # the connection is about to be reported lost; then it is sent again
            if operation.safety is Safety.ONCE:
                self._settle(pending, Unavailable())
            return
        self._tag += 1
        self._unconfirmed[self._tag] = pending
        pending.published = True

    def _properties(self, pending: Pending, left: int) -> Any:
        return self._encoder.request(
            headers_of(pending.call, left), id=pending.id, operation=pending.operation.name, left_ms=left
        )

    def _settle(self, pending: Pending, outcome: bytes | WarrenError) -> None:
        if self._pending.pop(pending.id, None) is not None:
            self._loop.cancel(pending.timer)
            pending.settle(outcome)

    def _expire(self, pending: Pending) -> None:
        unknown = pending.published or pending.uncertain
        self._settle(pending, DeadlineExceeded() if unknown else Unavailable())

    # ---- what the broker tells

    def _on_open(self) -> None:
        self._link.channel(self._prepare)

    def _prepare(self, channel: Any) -> None:
        self._channel = channel
        self._tag = 0
        self._unconfirmed.clear()
        channel.add_on_return_callback(self._on_return)
        channel.confirm_delivery(self._on_confirm)
        channel.basic_consume(REPLY_TO, self._on_reply, auto_ack=True, callback=lambda _: self._on_ready())

    def _on_ready(self) -> None:
        self._ready = True
        self._publish_waiting()
        for subscription in self._subscriptions:
            self._bind(subscription)
        self._settled_when_bound()

    def _publish_waiting(self) -> None:
        for pending in list(self._pending.values()):
            if not pending.published:
                self._publish(pending)

    def _on_blocked(self, blocked: bool) -> None:
        """What is published while the broker does not read would be carried out long after its deadline."""
        self._blocked = blocked
        if not blocked:
            self._publish_waiting()

    def _on_lost(self, _reason: str) -> None:
        self._ready = self._blocked = False
        self._channel = None
        self._unconfirmed.clear()
        bound, self._bound = self._bound, []
        for pending in list(self._pending.values()):
            self._on_lost_call(pending)
        for subscription in bound:
            _tell(subscription.on_lost)

    def _on_lost_call(self, pending: Pending) -> None:
        pending.uncertain |= pending.published
        pending.published = False
        if pending.operation.safety is Safety.ONCE:
            self._settle(pending, _lost_for_good(pending))

    def _on_reply(self, _channel: Any, _method: Any, properties: BasicProperties, body: bytes) -> None:
        pending = self._pending.get(properties.correlation_id)
        if pending is not None:
            self._settle(pending, error_of(body) if properties.type == ERROR else body)

    def _on_return(self, _channel: Any, _method: Any, properties: BasicProperties, _body: bytes) -> None:
        pending = self._pending.get(properties.correlation_id)
        if pending is not None:
            self._settle(pending, DeadlineExceeded() if pending.uncertain else Unavailable())

    def _on_confirm(self, frame: Any) -> None:
        method = frame.method
        tags = self._tags(method.delivery_tag, multiple=method.multiple)
        refused = isinstance(method, Basic.Nack)
        for tag in tags:
            pending = self._unconfirmed.pop(tag, None)
            if refused and pending is not None:
                self._settle(pending, Busy())

    def _tags(self, tag: int, *, multiple: bool) -> list[int]:
        if not multiple:
            return [tag]
        return list(itertools.takewhile(lambda waiting: waiting <= tag, self._unconfirmed))

    # ---- subscriptions

    def _bind(self, subscription: Subscription) -> None:
        self._link.channel(lambda channel: self._consume(channel, subscription))

    def _consume(self, channel: Any, subscription: Subscription) -> None:
        queue = f"{self._role}.{uuid.uuid4().hex}"  # a new name each time: the old queue may outlive its connection
        arguments = {"x-max-length": subscription.length, "x-overflow": "drop-head"}
        channel.queue_declare(queue, exclusive=True, arguments=arguments)
        for exchange in subscription.exchanges:
            channel.queue_bind(queue, exchange)

        def deliver(_channel: Any, method: Any, properties: BasicProperties, body: bytes) -> None:
            _tell(subscription.on_message, properties.type or "", method.routing_key, body)

        channel.basic_consume(queue, deliver, auto_ack=True, callback=lambda _: self._on_bound(subscription))

    def _on_bound(self, subscription: Subscription) -> None:
        self._bound.append(subscription)
        self._settled_when_bound()
        _tell(subscription.on_ready)

    def _settled_when_bound(self) -> None:
        if self.connected:
            self._link.settled()


def _tell(listener: Callable[..., None], *news: str | bytes) -> None:
    """A listener's mistake is logged here; in pika it would end the connection and every call on it."""
    try:
        listener(*news)
    except Exception:
        log.exception("a listener failed")


def _lost_for_good(pending: Pending) -> WarrenError:
    return OutcomeUnknown() if pending.published or pending.uncertain else Unavailable()
