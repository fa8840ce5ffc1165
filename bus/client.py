"""RPC from asyncio: the gateway's one connection to RabbitMQ (docs/bus.md)."""

import asyncio
from typing import TypeVar

from bus import codec
from bus.caller import Caller, Pending
from bus.envelope import Call
from bus.loop import AsyncioLoop
from bus.subscription import Subscription
from bus.wire import operation_named
from contracts.base import Operation, Request
from contracts.errors import WarrenError

R = TypeVar("R")


class AsyncClient:
    """Calls operations and hears news over one connection, which is made again whenever it is lost.

    `role` is the name of its queues and connection; the RabbitMQ user in `url` is what services check.
    """

    def __init__(self, url: str, *, role: str = "gateway") -> None:
        self._url = url
        self._role = role
        self._caller: Caller | None = None
        self._waiting: list[Subscription] = []

    @property
    def connected(self) -> bool:
        """Requests can be sent, and every subscription is bound."""
        return self._caller is not None and self._caller.connected

    async def start(self) -> None:
        """Begin to connect, in the running loop. Does not wait for the broker: see `connected`."""
        self._caller = Caller(self._url, AsyncioLoop(), role=self._role)
        for subscription in self._waiting:
            self._caller.subscribe(subscription)
        self._caller.start()

    async def close(self) -> None:
        """End the connection; calls that wait fail."""
        if self._caller is not None:
            closed = asyncio.Event()
            self._caller.close(closed.set)
            await closed.wait()

    def subscribe(self, subscription: Subscription) -> None:
        """Hear what its exchanges carry, from the next `on_ready` on; before or after `start`."""
        self._waiting.append(subscription)
        if self._caller is not None:
            self._caller.subscribe(subscription)

    async def call(self, request: Request[R], *, call: Call | None = None, deadline_ms: int | None = None) -> R:
        """The reply; raises WarrenError (see `bus.caller` for how calls end). `deadline_ms`: else the contract's."""
        operation = request.operation
        body = await self._send(operation, codec.encode(request), call, deadline_ms)
        reply: R = codec.decode_reply(body, operation.reply)
        return reply

    async def call_raw(
        self, operation: str, body: bytes, *, call: Call | None = None, deadline_ms: int | None = None
    ) -> bytes:
        """As `call`, from JSON to JSON: neither is decoded here. Raises WarrenError."""
        return await self._send(operation_named(operation), body, call, deadline_ms)

    async def _send(self, operation: Operation, body: bytes, call: Call | None, deadline_ms: int | None) -> bytes:
        caller = self._caller
        if caller is None:
            raise RuntimeError("The client was not started.")
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        def settle(outcome: bytes | WarrenError) -> None:
            if future.done():
                return
            if isinstance(outcome, WarrenError):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

        pending = Pending(operation, body, call=call, deadline_ms=deadline_ms, settle=settle)
        caller.send(pending)
        try:
            return await future
        finally:
            caller.forget(pending)
