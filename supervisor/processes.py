"""Starting and ending child processes so that none outlives its parent (docs/setup.md, "Nothing stays behind")."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from supervisor.account import Account

PR_SET_PDEATHSIG = 1  # prctl(2)
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(kw_only=True)
class Child:
    """A process that we started, leader of its own session and process group."""

    name: str
    popen: subprocess.Popen[bytes]
    stop_signal: signal.Signals

    @property
    def pid(self) -> int:
        return self.popen.pid

    @property
    def running(self) -> bool:
        return self.popen.poll() is None

    def ask_to_stop(self) -> None:
        """Send the stop signal; does not wait. Harmless when the process has ended."""
        if self.running:
            self.popen.send_signal(self.stop_signal)

    def wait(self, *, seconds: float) -> bool:
        """Whether the process ended within `seconds`."""
        try:
            self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self, *, grace: float) -> bool:
        """Ask to stop and kill after `grace` seconds; False when it had to be killed."""
        self.ask_to_stop()
        ended = self.wait(seconds=grace)
        self.kill()
        return ended

    def kill(self) -> None:
        """SIGKILL the process, its group and all that descends from it; returns when they are gone."""
        family = [self.pid, *descendants(self.pid)]
        for pid in family:
            _signal(os.kill, pid)
        _signal(os.killpg, self.pid)
        self.popen.wait()
        wait_until_gone(family[1:], seconds=10)


def spawn(
    *,
    name: str,
    command: Sequence[str | Path],
    environment: Mapping[str, str],
    folder: Path,
    output: int | IO[bytes],
    account: Account | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
    death_signal: signal.Signals | None = None,
    keep: Sequence[int] = (),
) -> Child:
    """Start `command` with exactly `environment`; it gets `death_signal` (default: `stop_signal`) when we die.

    Call it from the main thread: the kernel sends the death signal when the *thread* that forked ends.
    `keep` lists descriptors that the child inherits; everything else is closed.
    """
    popen = subprocess.Popen(
        [str(part) for part in command],
        env=dict(environment),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        pass_fds=tuple(keep),
        preexec_fn=die_with(os.getpid(), death_signal or stop_signal),
        **(account.popen_arguments() if account else {}),
    )
    return Child(name=name, popen=popen, stop_signal=stop_signal)


def descendants(pid: int) -> list[int]:
    """Every living process below `pid`, whatever session it moved to."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _children(task):
            found += [child, *descendants(child)]
    return found


def wait_until_gone(pids: Sequence[int], *, seconds: float) -> bool:
    """Wait for processes that are not our children; zombies count as gone."""
    return wait_for(lambda: not any(map(alive, pids)), seconds=seconds)


def alive(pid: int) -> bool:
    """Whether the process exists and is more than a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def wait_for(condition: Callable[[], bool], *, seconds: float, pause: float = 0.02) -> bool:
    """Poll until `condition` holds; False when `seconds` passed first."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


class Guard:
    """The process that ends whole groups should this one be killed (`supervisor/guard.py`)."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("guard.py")
        self._groups: set[int] = set()
        self.popen = subprocess.Popen(
            [sys.executable, "-I", "-S", str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )

    def follow(self, groups: Iterable[int]) -> None:
        """From now on end exactly these process groups. Does nothing once the guard itself was killed."""
        wanted = set(groups)
        changes = [*(f"+{group}" for group in wanted - self._groups), *(f"-{group}" for group in self._groups - wanted)]
        self._groups = wanted
        if changes and self.popen.stdin and self.popen.poll() is None:
            self.popen.stdin.write("".join(f"{change}\n" for change in changes).encode())
            self.popen.stdin.flush()

    def close(self) -> None:
        """Let the guard go; what it still follows is ended."""
        if self.popen.stdin:
            self.popen.stdin.close()
        self.popen.wait()


def die_with(parent: int, death_signal: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: the child gets `death_signal` when the thread of `parent` that forks it ends (prctl(2))."""

    def prepare() -> None:  # runs in the child after it changed user, which would clear the setting
        _libc.prctl(PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:  # the parent died before prctl took effect
            os._exit(1)

    return prepare


def _children(task: Path) -> list[int]:
    try:
        return [int(pid) for pid in task.read_text().split()]
    except OSError:
        return []


def _signal(send: Callable[[int, int], None], target: int) -> None:
    try:
        send(target, signal.SIGKILL)
    except ProcessLookupError:
        pass
