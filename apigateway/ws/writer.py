"""What goes out of one socket: written at once where it can be, through a bounded queue only while it is blocked.

Three ways, the first that works: the finished frame straight to the transport (our own protocol of uvicorn, one
encoding for all sockets); the server's `send` stepped by hand (any server); a queue and a task while that is blocked.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any

from apigateway.ws.frames import payload, text_frame

Send = Callable[[str], Coroutine[Any, Any, None]]
Direct = Callable[[bytes], bool]
"""Writes a finished frame to the transport, or says that it is blocked or closing."""
GONE = (OSError, RuntimeError)
"""What servers raise for a closed socket: uvicorn's ClientDisconnected is an OSError, a late send a RuntimeError."""


class Rest:
    """The rest of a coroutine that was started by hand and waits for a future."""

    __slots__ = ("_coroutine", "_future")

    def __init__(self, coroutine: Coroutine[Any, Any, None], future: Any) -> None:
        self._coroutine = coroutine
        self._future = future

    def __await__(self) -> Generator[Any, None, None]:
        future = self._future
        while True:
            yield future
            try:
                future = self._coroutine.send(None)
            except StopIteration:
                return


class Writer:
    """`write` never waits. More than `most_bytes` waiting calls `on_full`. `direct`: none where no such way is."""

    __slots__ = ("_bytes", "_most_bytes", "_on_full", "_send", "_task", "_waiting", "closed", "direct")

    def __init__(self, send: Send, *, most_bytes: int, on_full: Callable[[], None]) -> None:
        self.closed = False
        self.direct: Direct | None = None
        self._send = send
        self._most_bytes = most_bytes
        self._on_full = on_full
        self._waiting: deque[str] | None = None
        self._bytes = 0
        self._task: asyncio.Task[None] | None = None

    @property
    def blocked(self) -> bool:
        return self._waiting is not None

    def write(self, text: str) -> None:
        self.write_frame(text_frame(text.encode()))

    def write_frame(self, frame: bytes) -> None:
        """`frame`: made by `text_frame`."""
        if self.closed:
            return
        if self._waiting is not None:
            self._queue(payload(frame).decode())
        elif self.direct is None or not self.direct(frame):
            self._step(payload(frame).decode())

    def _step(self, text: str) -> None:
        """The send nearly always completes at once; only a blocked one costs a task and a queue."""
        sending = self._send(text)
        try:
            future = sending.send(None)
        except StopIteration:
            return
        except GONE:
            self.closed = True
            return
        self._waiting = deque()
        self._task = asyncio.get_running_loop().create_task(self._finish(Rest(sending, future)))

    def close(self) -> None:
        """Write nothing any more, not even what waits."""
        self.closed = True
        self._waiting = None
        if self._task is not None:
            self._task.cancel()

    def _queue(self, text: str) -> None:
        assert self._waiting is not None  # noqa: S101  the caller has looked
        self._waiting.append(text)
        self._bytes += len(text)
        if self._bytes > self._most_bytes:
            self._on_full()

    async def _finish(self, rest: Awaitable[None]) -> None:
        """Until nothing waits; then `write` goes the short way again."""
        try:
            await rest
            while self._waiting:
                text = self._waiting.popleft()
                self._bytes -= len(text)
                await self._send(text)
        except GONE:
            self.closed = True
        finally:
            self._waiting, self._task, self._bytes = None, None, 0
