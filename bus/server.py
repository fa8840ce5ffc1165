"""The service's side of RPC: queues in, handlers, replies out (docs/bus.md, "What a server does").

Short handlers run in the I/O thread, slow ones in a small pool. Every request gets a reply, errors included, and is
acknowledged once the reply is handed over: a process that is killed leaves what it had not answered to the next one.
"""

import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pika import BasicProperties
from pika.exceptions import AMQPError

from bus import afterwards
from bus.afterwards import Note
from bus.connection import Link
from bus.endpoint import Endpoint, Middleware
from bus.loop import SelectLoop
from bus.pool import Pool
from bus.service import Service
from bus.topology import Queue, operation_queue
from bus.wire import Answer, Delivery, error_answer
from contracts.errors import Busy

log = logging.getLogger("bus.server")

DRAIN_SECONDS = 25
"""After SIGTERM what is under way may take this long; the promise is 30 s in all."""
ALIVE_SECONDS = 1.0
NOT_FOUND, PRECONDITION_FAILED = 404, 406

Notes = Callable[[], Sequence[Note]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Hosted:
    """A service with the URL of its own RabbitMQ user; `role` names its connection."""

    service: Service
    url: str
    role: str


def _nothing() -> None:
    """The default of callbacks that nobody asked for."""


class Server:
    """Runs services in this process, each over its own connection, all in the thread that calls `run`.

    `notes()`: what the handler that just ended in this thread wants published.
    `on_ready()` runs once, when every queue is consumed; `on_alive()` every second while the I/O thread turns.
    """

    def __init__(
        self,
        hosted: Sequence[Hosted],
        *,
        middleware: Sequence[Middleware] = (),
        notes: Notes = afterwards.take,
        pool: Pool | None = None,
        on_ready: Callable[[], None] = _nothing,
        on_alive: Callable[[], None] = _nothing,
    ) -> None:
        self._loop = SelectLoop()
        self._on_ready = on_ready
        self._on_alive = on_alive
        self._ready = False
        self._pool = pool or Pool()
        self._hosts = [
            _Host(one, loop=self._loop, pool=self._pool, middleware=middleware, notes=notes, on_ready=self._check_ready)
            for one in hosted
        ]

    def run(self) -> None:
        """Serve until `stop`; reconnects by itself. Blocks."""
        self._alive()
        for host in self._hosts:
            host.link.start()
        self._loop.run()
        self._loop.close()

    def stop(self) -> None:
        """Take no more requests, answer those that are here, then let `run` return: 25 s at most. From any thread."""
        self._loop.call_threadsafe(self._drain)

    def _alive(self) -> None:
        self._on_alive()
        self._loop.call_later(ALIVE_SECONDS, self._alive)

    def _check_ready(self) -> None:
        if not self._ready and all(host.ready for host in self._hosts):
            self._ready = True
            self._on_ready()

    def _drain(self) -> None:
        self._loop.call_later(DRAIN_SECONDS, self._loop.stop)
        for host in self._hosts:
            host.drain(self._check_drained)

    def _check_drained(self) -> None:
        if all(host.closed for host in self._hosts):
            self._loop.stop()


class _Host:
    """One service on one connection: a channel and a consumer for each operation."""

    def __init__(
        self,
        hosted: Hosted,
        *,
        loop: SelectLoop,
        pool: Pool,
        middleware: Sequence[Middleware],
        notes: Notes,
        on_ready: Callable[[], None],
    ) -> None:
        self.loop = loop
        self.pool = pool
        self.notes = notes
        self.under_way = 0
        self.closed = False
        self._on_ready = on_ready
        self._on_closed: Callable[[], None] = _nothing
        self._draining = False
        self._consumers = [
            _Consumer(self, Endpoint(registration, middleware=middleware))
            for registration in hosted.service.registrations.values()
        ]
        self.link = Link(
            hosted.url, loop, role=hosted.role, on_open=self._open, on_lost=lambda _: self._forget_channels()
        )

    @property
    def ready(self) -> bool:
        return all(consumer.consuming for consumer in self._consumers)

    def drain(self, on_closed: Callable[[], None]) -> None:
        """Stop consuming, finish, close; `on_closed()` follows."""
        self._draining = True
        self._on_closed = on_closed
        for consumer in self._consumers:
            consumer.cancel()
        self.finish_draining()

    def finish_draining(self) -> None:
        """Close once nothing is under way; called whenever that may have come true."""
        if self._draining and not self.under_way and not any(consumer.consuming for consumer in self._consumers):
            self._draining = False
            self.link.close(self._closed)

    def on_consuming(self) -> None:
        if self.ready:
            self.link.settled()
            self._on_ready()

    def _open(self) -> None:
        for consumer in self._consumers:
            self.link.channel(consumer.prepare)

    def _forget_channels(self) -> None:
        for consumer in self._consumers:
            consumer.forget_channel()
        self.finish_draining()

    def _closed(self) -> None:
        self.closed = True
        self._on_closed()


class _Consumer:
    """One operation: its queue, what waits of it, and its answers' way back."""

    def __init__(self, host: _Host, endpoint: Endpoint) -> None:
        self._host = host
        self._endpoint = endpoint
        self._waiting: deque[Delivery] = deque()
        self._for_pool: deque[Delivery] = deque()
        self._channel: Any = None
        self._tag = ""
        self._as_it_is = False
        self.consuming = False
        self._slow = endpoint.operation.slow
        self._single = endpoint.batch == 1

    def prepare(self, channel: Any) -> None:
        """Declare and consume; pika sends each command when the one before it was answered."""
        queue: Queue = operation_queue(self._endpoint.operation)
        self._channel = channel
        self._for_pool = deque()  # what threads take from the one before belongs to its channel
        channel.add_on_close_callback(lambda _, error: self._on_refused(error))
        channel.exchange_declare(queue.exchange, passive=True)
        channel.queue_declare(queue.name, durable=True, arguments=queue.arguments, passive=self._as_it_is)
        channel.queue_bind(queue.name, queue.exchange, queue.name)
        channel.basic_qos(prefetch_count=queue.prefetch)
        self._tag = channel.basic_consume(queue.name, self._on_message, callback=lambda _: self._on_consuming())

    def _on_refused(self, error: Any) -> None:
        """A server of another version made the queue with other limits: share it as it is until it is gone."""
        code = getattr(error, "reply_code", 0)
        if code in (PRECONDITION_FAILED, NOT_FOUND):
            self._as_it_is = code == PRECONDITION_FAILED

    def cancel(self) -> None:
        """Take no more. What is on its way here already is still answered, where pika would reject it: requeued it
        would count as delivered twice, and an operation that may run only once would be refused by the next server."""
        if self.consuming:
            self._channel.basic_cancel(self._tag, callback=lambda _: self._on_cancelled())
            self._channel._cancelled.discard(self._tag)  # noqa: SLF001  pika has no public way; a test watches it

    def forget_channel(self) -> None:
        """The connection is gone; the broker gives what was not acknowledged to the next consumer."""
        self._channel = None
        self.consuming = False
        self._host.under_way -= len(self._waiting)
        self._waiting.clear()

    def _on_consuming(self) -> None:
        self.consuming = True
        self._host.on_consuming()

    def _on_cancelled(self) -> None:
        self.consuming = False
        self._host.finish_draining()

    def _on_message(self, channel: Any, method: Any, properties: BasicProperties, body: bytes) -> None:
        delivery = Delivery(
            body,
            properties.headers or {},
            properties.user_id or "",
            method.redelivered,
            time.monotonic(),
            properties.correlation_id or "",
            properties.reply_to or "",
            method.delivery_tag,
        )
        self._host.under_way += 1
        if self._slow:
            self._hand_to_pool(channel, delivery)
        elif self._single:
            self._answer_here(channel, [delivery])
        else:
            self._waiting.append(delivery)
            if len(self._waiting) == 1:  # runs after every delivery of this read was parsed
                self._host.loop.call_later(0, self._drain)

    def _drain(self) -> None:
        waiting = self._waiting
        while waiting:
            batch = [waiting.popleft() for _ in range(min(len(waiting), self._endpoint.batch))]
            self._answer_here(self._channel, batch)

    def _answer_here(self, channel: Any, deliveries: list[Delivery]) -> None:
        answers = self._endpoint.answer(deliveries)
        self._finish(channel, deliveries, answers, self._host.notes())

    def _hand_to_pool(self, channel: Any, delivery: Delivery) -> None:
        self._for_pool.append(delivery)
        if self._host.pool.submit(partial(self._answer_in_pool, channel, self._for_pool)):
            return
        refused = _taken(self._for_pool, 1, last=True)  # none where a thread that came for another took it along
        if refused:
            self._finish(channel, refused, [error_answer(Busy())], ())

    def _answer_in_pool(self, channel: Any, waiting: deque[Delivery]) -> None:
        deliveries = _taken(waiting, self._endpoint.batch)
        if not deliveries:
            return
        answers = self._endpoint.answer(deliveries)
        notes = self._host.notes()
        self._host.loop.call_threadsafe(partial(self._finish, channel, deliveries, answers, notes))

    def _finish(self, channel: Any, deliveries: list[Delivery], answers: list[Answer], notes: Sequence[Note]) -> None:
        """Reply, then acknowledge. On a connection that is gone neither is possible: it is all delivered again."""
        try:
            for delivery, (kind, body) in zip(deliveries, answers, strict=True):
                if delivery.reply_to:
                    properties = BasicProperties(type=kind, correlation_id=delivery.correlation_id, delivery_mode=1)
                    channel.basic_publish("", delivery.reply_to, body, properties)
                channel.basic_ack(delivery.tag)
            for note in notes:
                channel.basic_publish(*note)
        except AMQPError:
            log.info("answers lost with the connection", extra={"operation": self._endpoint.operation.name})
        self._host.under_way -= len(deliveries)
        self._host.finish_draining()


def _taken(waiting: deque[Delivery], limit: int, *, last: bool = False) -> list[Delivery]:
    """Up to `limit` of what waits, from the front or from the end; several threads may take at once."""
    taken: list[Delivery] = []
    with contextlib.suppress(IndexError):
        while len(taken) < limit:
            taken.append(waiting.pop() if last else waiting.popleft())
    return taken
