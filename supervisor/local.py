"""The private state of one installation (`.local/`): generated secrets, chosen ports, the lock."""

import fcntl
import os
import secrets
import time
from pathlib import Path

from supervisor.faults import Temporary


def secret(folder: Path, name: str, *, length: int = 32) -> str:
    """The named secret, generated at first use into a file that only this user can read; `length` in bytes."""
    file = folder / name
    if file.exists():
        return file.read_text().strip()
    value = secrets.token_urlsafe(length)
    write_private(file, value + "\n")
    return value


def write_private(file: Path, content: str) -> None:
    """Write a file of mode 0600 so that a reader sees the old content or the new, never half of it."""
    fresh = file.with_name(f".{file.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    os.replace(fresh, file)


def started_at(pid: int) -> str:
    """The start time of a process in clock ticks (proc(5), field 22), or nothing when there is no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    state, *fields = stat.rpartition(")")[2].split()
    return "" if state == "Z" else fields[18]


class Lock:
    """Held by one supervisor and, because they inherit `descriptor`, by the servers that it started.

    So it is free exactly when nothing runs on the folder any more, also after `kill -9` of the supervisor.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.descriptor = -1

    def take(self, *, patience: float = 20.0) -> None:
        """Take the lock, or say who holds it. Waits up to `patience` seconds for a killed supervisor's servers."""
        self.descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + patience
        while not self._try():
            self._refuse_if_held_by_the_living(deadline)
            time.sleep(0.05)
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, f"{os.getpid()} {started_at(os.getpid())}".encode(), 0)

    def release(self) -> None:
        """Give the lock up; may be repeated. Children that inherited it keep it."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def _try(self) -> bool:
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _refuse_if_held_by_the_living(self, deadline: float) -> None:
        pid, _, since = os.pread(self.descriptor, 100, 0).decode().partition(" ")
        if pid and since and started_at(int(pid)) == since:
            self.release()
            raise Temporary(
                f"Warren is already running on {self.folder} (process {pid}). Stop that one first: kill {pid}"
            )
        if time.monotonic() > deadline:
            self.release()
            raise Temporary(
                f"Servers of an earlier, killed `bin/up` are still running on {self.folder}. "
                f"Find and stop them: fuser -v {self.folder}/lock"
            )
