"""Jobs that are claimed before there is a child for them, from queues whose jobs have been short of late.

For such jobs, claiming and storing one by one would take most of the time: so a transaction brings several, and the
children find the next one here. What a child has no time for soon after all is handed back, and counts as no failure.
"""

from collections import Counter, deque
from typing import NamedTuple
from uuid import UUID

from bus.work import Token
from jobs.engine.claims import Claim
from jobs.kinds.base import Kind

SHORT = 0.02
"""Seconds of a short job."""
PROOF = 8
"""Jobs of a queue that have to be short, one after the other, before any is claimed ahead."""
DEPTH = 4
"""Jobs that wait for each child, at most."""
PATIENCE = 1.0
"""Seconds that one may wait. Well within a lease: none has to be renewed here."""


class Next(NamedTuple):
    """A claimed job that has not begun."""

    claim: Claim
    kind: Kind
    token: Token | None


class Ahead:
    """The line in front of a worker's children."""

    def __init__(self, *, processes: int) -> None:
        self._most = DEPTH * processes
        self._short: Counter[str] = Counter()
        self._line: deque[Next] = deque()

    def note(self, queue: str, seconds: float) -> None:
        """How long a job of the queue took."""
        self._short[queue] = self._short[queue] + 1 if seconds < SHORT else 0

    def short(self, queue: str) -> bool:
        return self._short[queue] >= PROOF

    def room(self) -> int:
        """How many it wants: none until it is half empty, so that they come together."""
        return self._most - len(self._line) if len(self._line) <= self._most // 2 else 0

    def put(self, following: Next) -> None:
        self._line.append(following)

    def take(self) -> Next | None:
        return self._line.popleft() if self._line else None

    def remove(self, job_id: UUID) -> Next | None:
        """Take one out of its turn, if it has not had it."""
        found = next((one for one in self._line if one.claim.job.id == job_id), None)
        if found is not None:
            self._line.remove(found)
        return found

    def clear(self) -> list[Next]:
        """Take all."""
        left = list(self._line)
        self._line.clear()
        return left
