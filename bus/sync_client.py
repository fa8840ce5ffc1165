"""RPC from threads: what a service's slow handler uses to ask another service (docs/bus.md)."""

import threading
import time
from typing import TypeVar

from bus import codec
from bus.caller import Caller, Pending
from bus.envelope import Call
from bus.loop import SelectLoop
from bus.wire import operation_named
from contracts.base import Operation, Request
from contracts.errors import Unavailable, WarrenError

R = TypeVar("R")
CLOSE_SECONDS = 5


class SyncClient:
    """Calls operations from any number of threads over one connection, which a thread of its own keeps up.

    A call blocks its thread until the reply or the deadline: not for short handlers, which run in the I/O thread.
    """

    def __init__(self, url: str, *, role: str) -> None:
        self._loop = SelectLoop()
        self._caller = Caller(url, self._loop, role=role)
        self._thread = threading.Thread(target=self._loop.run, name=f"rpc client of {role}", daemon=True)

    @property
    def connected(self) -> bool:
        return self._caller.connected

    def start(self) -> None:
        """Begin to connect. Does not wait for the broker: calls wait for it, within their deadline."""
        self._caller.start()
        self._thread.start()

    def close(self) -> None:
        """End the connection and the thread; calls that wait fail. Blocks for up to 5 s."""
        self._loop.call_threadsafe(lambda: self._caller.close(self._loop.stop))
        self._thread.join(CLOSE_SECONDS)
        if not self._thread.is_alive():
            self._loop.close()

    def call(self, request: Request[R], *, call: Call | None = None, deadline_ms: int | None = None) -> R:
        """The reply; raises WarrenError (see `bus.caller` for how calls end). With `call` its deadline holds too."""
        operation = request.operation
        reply: R = codec.decode_reply(self._send(operation, codec.encode(request), call, deadline_ms), operation.reply)
        return reply

    def call_raw(
        self, operation: str, body: bytes, *, call: Call | None = None, deadline_ms: int | None = None
    ) -> bytes:
        """As `call`, from JSON to JSON: neither is decoded here. Raises WarrenError."""
        return self._send(operation_named(operation), body, call, deadline_ms)

    def _send(self, operation: Operation, body: bytes, call: Call | None, deadline_ms: int | None) -> bytes:
        done = threading.Event()
        outcomes: list[bytes | WarrenError] = []

        def settle(outcome: bytes | WarrenError) -> None:
            outcomes.append(outcome)
            done.set()

        pending = Pending(operation, body, call=call, deadline_ms=deadline_ms, settle=settle)
        self._loop.call_threadsafe(lambda: self._caller.send(pending))
        if not done.wait(pending.deadline - time.monotonic() + CLOSE_SECONDS):  # a timer settles it, unless closed
            raise Unavailable
        if isinstance(outcomes[0], WarrenError):
            raise outcomes[0]
        return outcomes[0]
