"""One unanswered send for each conversation of a socket: two services would otherwise answer them in any order
(77 of 200 pairs swapped, DESIGN §6)."""

from collections import deque
from collections.abc import Awaitable, Callable

from contracts.errors import RateLimited

WAITING = 32
RETRY_MS = 500

Work = Callable[[], Awaitable[None]]


class Sends:
    """`submit` runs works of one conversation one after the other; those of others at the same time."""

    __slots__ = ("_queues", "_start")

    def __init__(self, start: Callable[[Awaitable[None]], None]) -> None:
        self._start = start
        self._queues: dict[str, deque[Work]] | None = None

    def submit(self, conversation: str, work: Work) -> None:
        """Raises RateLimited when 32 wait already. `work` must not raise."""
        if self._queues is None:
            self._queues = {}
        waiting = self._queues.get(conversation)
        if waiting is None:
            self._queues[conversation] = deque()
            self._start(self._run(conversation, work))
        elif len(waiting) >= WAITING:
            raise RateLimited("Too many messages wait for an answer.", retry_after_ms=RETRY_MS)
        else:
            waiting.append(work)

    async def _run(self, conversation: str, work: Work) -> None:
        assert self._queues is not None  # noqa: S101  submit has made it
        waiting = self._queues[conversation]
        while True:
            await work()
            if not waiting:
                del self._queues[conversation]
                return
            work = waiting.popleft()
