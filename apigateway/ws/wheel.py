"""One clock for all sockets: pings, missing pongs and expiring tokens, without a timer or a task each."""

import time
from typing import Protocol

PING_SECONDS = 25
PONG_SECONDS = 8


class Rider(Protocol):
    """`slot`: where the wheel keeps it."""

    slot: int

    def ping(self) -> None: ...
    def check_pong(self) -> None: ...
    def expire(self) -> None: ...


class Wheel:
    """`turn` once a second. Sockets are spread over 25 slots by when they came."""

    def __init__(self) -> None:
        self._slots: list[set[Rider]] = [set() for _ in range(PING_SECONDS)]
        self._now = 0
        self._expiring: dict[int, set[Rider]] = {}

    def add(self, rider: Rider) -> None:
        """Its first ping comes in 25 s."""
        rider.slot = self._now
        self._slots[rider.slot].add(rider)

    def remove(self, rider: Rider, *, expires: float) -> None:
        self._slots[rider.slot].discard(rider)
        self._forget(rider, expires)

    def expire_at(self, rider: Rider, expires: float, *, before: float | None = None) -> None:
        """Call its `expire` at this Unix time, no longer at `before`."""
        if before is not None:
            self._forget(rider, before)
        self._expiring.setdefault(int(expires) + 1, set()).add(rider)

    def turn(self) -> None:
        self._now = (self._now + 1) % PING_SECONDS
        for rider in tuple(self._slots[self._now]):
            rider.ping()
        for rider in tuple(self._slots[self._now - PONG_SECONDS]):
            rider.check_pong()
        now = int(time.time())
        for second in [second for second in self._expiring if second <= now]:
            for rider in self._expiring.pop(second):
                rider.expire()

    def _forget(self, rider: Rider, expires: float) -> None:
        second = int(expires) + 1
        if (riders := self._expiring.get(second)) is not None:
            riders.discard(rider)
            if not riders:
                del self._expiring[second]
