"""The worker's side of its children: starting, telling, hearing, killing them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from django.conf import settings

from bus.loop import SelectLoop
from jobs.worker.lines import Task, Told, line, told_of

RUNS = 500
"""Jobs after which a child is replaced: what libraries leak stays small."""
_DATABASE = "WARREN_DATABASE_URL"
_SECRETS = (_DATABASE, "WARREN_AMQP_URL", "WARREN_SECRET_KEY", "NOTIFY_SOCKET")
_READ_BYTES = 65_536


class Hand:
    """One child process, leader of a process group of its own. All in the loop's thread.

    `database`: it has the database's URL, and runs one job only.

    `on_told(hand, message)`; `on_end(hand)` once, when it is gone, however that came.
    """

    def __init__(
        self,
        loop: SelectLoop,
        *,
        on_told: Callable[["Hand", Told], None],
        on_end: Callable[["Hand"], None],
        database: bool = False,
    ) -> None:
        self._loop = loop
        self._on_told = on_told
        self._on_end = on_end
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "jobs.worker.child", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=settings.BASE_DIR,
            env=_environment(database=database),
            start_new_session=True,
            bufsize=0,
        )
        assert self._popen.stdin is not None and self._popen.stdout is not None  # noqa: S101, PT018  for mypy
        self._tasks, self._told = self._popen.stdin, self._popen.stdout
        self._heard = b""
        self._runs_left = 1 if database else RUNS
        self._kill_timer: object = None
        self.ready = False
        self.spent = False
        """Not to be given another job."""
        self.began_at = time.monotonic()
        loop.watch(self._told.fileno(), self._read)

    @property
    def pid(self) -> int:
        return self._popen.pid

    def give(self, task: Task) -> None:
        """Let it run a job; only one at a time. One that is gone already is about to be reported."""
        self._runs_left -= 1
        self.spent |= self._runs_left <= 0
        with suppress(BrokenPipeError):
            self._tasks.write(line(task))

    def stop(self, *, kill_after: float) -> None:
        """Ask the job that runs to end, and kill the child when it has not within so many seconds."""
        self.spent = True
        if self._kill_timer is None:
            self._signal(signal.SIGTERM)
            self._kill_timer = self._loop.call_later(kill_after, self.kill)

    def dismiss(self) -> None:
        """Let an idle child go."""
        self.spent = True
        self._tasks.close()

    def kill(self) -> None:
        """With everything that it has started. `on_end` follows."""
        self.spent = True
        self._signal(signal.SIGKILL)

    @property
    def exit_code(self) -> int | None:
        return self._popen.poll()

    def _read(self) -> None:
        data = os.read(self._told.fileno(), _READ_BYTES)
        if not data:
            self._ended()
            return
        *lines, self._heard = (self._heard + data).split(b"\n")
        for one in lines:
            self._on_told(self, told_of(one))

    def _ended(self) -> None:
        self._loop.forget(self._told.fileno())
        if self._kill_timer is not None:
            self._loop.cancel(self._kill_timer)
        self._signal(signal.SIGKILL)
        self._popen.wait()
        self._tasks.close()
        self._told.close()
        self._on_end(self)

    def _signal(self, number: int) -> None:
        """Safe against a number that is somebody else's by now: a child is not reaped before `_ended`."""
        if self._popen.returncode is None:
            with suppress(ProcessLookupError):
                (os.kill if number == signal.SIGTERM else os.killpg)(self.pid, number)


def _environment(*, database: bool) -> dict[str, str]:
    """Nothing that leads to the broker, nor to the database. Each arena of malloc would count as much address space."""
    hidden = _SECRETS if not database else tuple(name for name in _SECRETS if name != _DATABASE)
    ours = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    return ours | {"WARREN_ROLE": "data-child" if database else "child", "MALLOC_ARENA_MAX": "2"}
