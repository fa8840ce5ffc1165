"""The bus without a broker: same clients, same checks, same errors, in one process (docs/bus.md, "The fake").

    bus = InMemoryBus(service)
    reply = await bus.client().call(UserMe(), call=Call(actor=...))       # as the gateway
    reply = bus.sync_client("messageservice").call(UserCheck(...))        # as another service

`tests/contracts/test_bus_contract.py` holds it to the behavior of the real one.
"""

import asyncio
import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from bus import codec
from bus.endpoint import Endpoint, Middleware
from bus.envelope import Call
from bus.service import Service
from bus.subscription import Subscription
from bus.topology import OWNERS
from bus.wire import ERROR, Answer, Delivery, deadline_of, error_of, headers_of, operation_named
from contracts.audience import Audience
from contracts.base import ALWAYS, Event, Operation, Request
from contracts.errors import (
    Busy,
    DeadlineExceeded,
    Unavailable,
    VersionUnsupported,
    WarrenError,
)

R = TypeVar("R")
ALWAYS_ALLOWED = (*ALWAYS, VersionUnsupported)


class InMemoryBus:
    """Services behind clients, without a broker.

    An error that an operation's contract does not list raises AssertionError in the caller: clients rely on the list.
    """

    def __init__(self, *services: Service, middleware: Sequence[Middleware] = ()) -> None:
        self._endpoints: dict[str, Endpoint] = {}
        self._away: set[str] = set()
        self._full: set[str] = set()
        self._subscriptions: list[Subscription] = []
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self.connected = True
        for service in services:
            self.serve(service, middleware=middleware)

    def serve(self, service: Service, *, middleware: Sequence[Middleware] = ()) -> None:
        """Let one more service answer, and ask the others."""
        service.connect(self.sync_client(OWNERS[service.owner]))
        for name, registration in service.registrations.items():
            self._endpoints[name] = Endpoint(registration, middleware=middleware)

    def client(self, role: str = "gateway") -> "InMemoryClient":
        """What `bus.client.AsyncClient` is for the real broker, as the RabbitMQ user `role`."""
        return InMemoryClient(self, role)

    def sync_client(self, role: str) -> "InMemorySyncClient":
        """What `bus.sync_client.SyncClient` is for the real broker, as the RabbitMQ user `role`."""
        return InMemorySyncClient(self, role)

    @contextmanager
    def absent(self, *operations: str) -> Iterator[None]:
        """No service answers for these operations meanwhile: `unavailable`."""
        self._away.update(operations)
        try:
            yield
        finally:
            self._away.difference_update(operations)

    @contextmanager
    def full(self, *operations: str) -> Iterator[None]:
        """The queues of these operations are full meanwhile: `busy`."""
        self._full.update(operations)
        try:
            yield
        finally:
            self._full.difference_update(operations)

    def publish(self, exchange: str, routing_key: str, type: str, body: bytes) -> None:
        """Hand a finished frame to who subscribed to the exchange."""
        for subscription in self._subscriptions:
            if exchange in subscription.exchanges:
                subscription.on_message(type, routing_key, body)

    def publish_event(self, event: Event, *, audience: Audience, pos: int, at: str = "2026-01-01T00:00:00Z") -> None:
        """Publish as the relay does: the event inside its frame, the audience as routing key."""
        frame = b'{"event":"%s","pos":%d,"at":"%s","data":%s}'
        name = event.event.name
        body = frame % (name.encode(), pos, at.encode(), codec.encode(event))
        self.publish(event.event.exchange, audience.routing_key(), name, body)

    def subscribe(self, subscription: Subscription) -> None:
        self._subscriptions.append(subscription)
        subscription.on_ready()

    def disconnect(self) -> None:
        """The broker is gone: calls get `unavailable`, subscribers hear `on_lost`."""
        self.connected = False
        for subscription in self._subscriptions:
            subscription.on_lost()

    def reconnect(self) -> None:
        """The broker is back: subscribers hear `on_ready` again; what was published meanwhile is lost to them."""
        self.connected = True
        for subscription in self._subscriptions:
            subscription.on_ready()

    def request(
        self, name: str, body: bytes, *, role: str, call: Call | None = None, deadline_ms: int | None = None
    ) -> tuple[Operation, bytes]:
        """One request and its reply's bytes; raises WarrenError as a client does. Blocks while the handler runs."""
        operation = operation_named(name)
        endpoint = self._endpoints.get(name)
        if endpoint is None or name in self._away or not self.connected:
            raise Unavailable
        if name in self._full:
            raise Busy
        now = time.monotonic()
        deadline = deadline_of(operation, call, deadline_ms, now)
        delivery = self._delivery(body, headers_of(call, int((deadline - now) * 1000)), role, now)
        (answer,) = endpoint.answer([delivery])
        if time.monotonic() > deadline:
            raise DeadlineExceeded
        return operation, _body_of(operation, answer)

    def _delivery(self, body: bytes, headers: dict[str, Any], role: str, now: float) -> Delivery:
        with self._lock:
            number = str(next(self._ids))
        return Delivery(body=body, headers=headers, caller=role, redelivered=False, received=now, correlation_id=number)


class InMemoryClient:
    """`bus.client.AsyncClient` on an `InMemoryBus`. Handlers run in a thread, never in the caller's loop."""

    def __init__(self, bus: InMemoryBus, role: str) -> None:
        self._bus = bus
        self._role = role

    @property
    def connected(self) -> bool:
        return self._bus.connected

    async def start(self) -> None:
        """Nothing to do; there is no connection."""

    async def close(self) -> None:
        """Nothing to do; there is no connection."""

    def subscribe(self, subscription: Subscription) -> None:
        self._bus.subscribe(subscription)

    async def call(self, request: Request[R], *, call: Call | None = None, deadline_ms: int | None = None) -> R:
        operation = request.operation
        body = await self.call_raw(operation.name, codec.encode(request), call=call, deadline_ms=deadline_ms)
        reply: R = codec.decode_reply(body, operation.reply)
        return reply

    async def call_raw(
        self, operation: str, body: bytes, *, call: Call | None = None, deadline_ms: int | None = None
    ) -> bytes:
        now = time.monotonic()
        seconds = deadline_of(operation_named(operation), call, deadline_ms, now) - now
        waiting = asyncio.to_thread(
            self._bus.request, operation, body, role=self._role, call=call, deadline_ms=deadline_ms
        )
        try:
            _, reply = await asyncio.wait_for(waiting, seconds)
        except TimeoutError:
            raise DeadlineExceeded from None
        return reply


class InMemorySyncClient:
    """`bus.sync_client.SyncClient` on an `InMemoryBus`; the handler runs in the calling thread."""

    def __init__(self, bus: InMemoryBus, role: str) -> None:
        self._bus = bus
        self._role = role

    @property
    def connected(self) -> bool:
        return self._bus.connected

    def start(self) -> None:
        """Nothing to do; there is no connection."""

    def close(self) -> None:
        """Nothing to do; there is no connection."""

    def call(self, request: Request[R], *, call: Call | None = None, deadline_ms: int | None = None) -> R:
        operation, body = self._bus.request(
            request.operation.name, codec.encode(request), role=self._role, call=call, deadline_ms=deadline_ms
        )
        reply: R = codec.decode_reply(body, operation.reply)
        return reply

    def call_raw(
        self, operation: str, body: bytes, *, call: Call | None = None, deadline_ms: int | None = None
    ) -> bytes:
        return self._bus.request(operation, body, role=self._role, call=call, deadline_ms=deadline_ms)[1]


def _body_of(operation: Operation, answer: Answer) -> bytes:
    kind, body = answer
    if kind != ERROR:
        return body
    error = error_of(body)
    listed = (WarrenError, *operation.errors, *ALWAYS_ALLOWED)
    assert type(error) in listed, f"{operation.name} answered {error.code}, which its contract does not list."  # noqa: S101
    raise error
