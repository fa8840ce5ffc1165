"""What goes out of one socket: written at once where it can be, through a bounded queue only while it is blocked.

Measured (reference/skeleton.md, F): stepping the send by hand costs 11-14 us a delivery, a task for each one 16-18.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any

Send = Callable[[str], Coroutine[Any, Any, None]]
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
    """`write` never waits. More than `most_bytes` waiting calls `on_full` once and drops the rest."""

    __slots__ = ("_bytes", "_most_bytes", "_on_full", "_send", "_task", "_waiting", "closed")

    def __init__(self, send: Send, *, most_bytes: int, on_full: Callable[[], None]) -> None:
        self.closed = False
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
        if self.closed:
            return
        if self._waiting is not None:
            self._queue(text)
            return
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
