"""One process under supervision: when it counts as ready, as hung, as failed, and when it is started again."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from supervisor.processes import Child

SILENCE_LIMIT = 5.0
"""Seconds without a sign of life after which a process that was ready is killed (DESIGN §3)."""
START_LIMIT = 60.0
"""Seconds that a process may take to become ready."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
CALM = 30.0
"""Seconds of running after which the next failure counts as the first."""


@dataclass(kw_only=True)
class Supervised:
    """A process that is to run until we say otherwise. Times are of the monotonic clock."""

    name: str
    start: Callable[[], Child]
    say: Callable[[str], None]
    grace: float = 10.0
    stop_first: bool = False
    notifies: bool = True
    child: Child | None = field(default=None, init=False)
    ready: bool = field(default=False, init=False)
    ever_ready: bool = field(default=False, init=False)
    failures: int = field(default=0, init=False)
    _started: float = field(default=0.0, init=False)
    _heard: float | None = field(default=None, init=False)
    _start_again_at: float = field(default=0.0, init=False)

    @property
    def running(self) -> bool:
        return bool(self.child and self.child.running)

    def launch(self) -> None:
        """Start the process now."""
        self.adopt(self.start())

    def adopt(self, child: Child) -> None:
        """Look after a process that was started just now."""
        self.ready = False
        self._heard = None
        self._started = time.monotonic()
        self.child = child

    def hear(self, text: str) -> None:
        """Take in a notification of the process."""
        lines = text.split("\n")
        if "READY=1" in lines:
            self.ready = self.ever_ready = True
        if "STOPPING=1" in lines:
            self._heard = None
        elif "WATCHDOG=1" in lines or "READY=1" in lines:
            self._heard = time.monotonic()

    def forgive(self, seconds: float) -> None:
        """The supervisor itself was held up: time in which it could not listen is not held against the process."""
        if self._heard is not None:
            self._heard += seconds
        self._started += seconds

    def look_after(self) -> None:
        """Kill the process if it hangs, start it again if it ended and its pause is over."""
        now = time.monotonic()
        if self.running:
            self._kill_if_hung(now)
        elif self.child is not None:
            self._note_the_end(now)
        elif now >= self._start_again_at:
            self.launch()

    def _kill_if_hung(self, now: float) -> None:
        if self._heard is not None and now - self._heard > SILENCE_LIMIT:
            self._kill(f"has not answered for {SILENCE_LIMIT:.0f} seconds: killing it")
        elif self.notifies and not self.ready and now - self._started > START_LIMIT:
            self._kill(f"was not ready after {START_LIMIT:.0f} seconds: killing it")

    def _kill(self, why: str) -> None:
        self.say(f"{self.name} {why}")
        if self.child:
            self.child.kill()

    def _note_the_end(self, now: float) -> None:
        child, self.child = self.child, None
        self.ready = False
        self.failures = 1 if now - self._started > CALM else self.failures + 1
        pause = min(FIRST_PAUSE * 2 ** (self.failures - 1), LONGEST_PAUSE)
        self._start_again_at = now + pause
        self.say(f"{self.name} {_how(child)}; starting it again in {pause:g} s")


def _how(child: Child | None) -> str:
    status = child.popen.returncode if child else None
    return f"was ended by signal {-status}" if status is not None and status < 0 else f"ended with exit code {status}"
