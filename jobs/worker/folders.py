"""Where jobs write, below the spool, on the host where they run: a folder for each worker, and one for what a job keeps
between its attempts."""

import os
import shutil
import socket
import time
from pathlib import Path
from uuid import UUID

from django.conf import settings


def make(worker: str) -> Path:
    """The worker's folder, new; and what workers of this host left that were killed goes."""
    _remove_left()
    made = _all() / worker
    made.mkdir(parents=True)
    return made


def remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def kept(job_id: UUID) -> Path:
    """Of a job, for its next attempt; there or not."""
    return _kept() / job_id.hex


def all_kept() -> dict[UUID, Path]:
    """What is there, by job."""
    return {UUID(folder.name): folder for folder in _kept().glob("*")}


def stale() -> list[Path]:
    """Kept folders in which nothing was written for so long that an upload would have expired."""
    before = time.time() - settings.UPLOAD_HOURS * 3600
    return [folder for folder in _kept().glob("*") if _last_written(folder) < before]


def _last_written(folder: Path) -> float:
    try:
        return max(path.stat().st_mtime for path in (folder, *folder.iterdir()))
    except FileNotFoundError:
        return time.time()  # somebody is at it just now


def _kept() -> Path:
    return Path(settings.SPOOL) / f"kept-{os.getuid()}"


def _remove_left() -> None:
    """Names are HOST.PID.RANDOM. The number may be somebody else's by now: then it waits for the next look."""
    for folder in _all().glob(f"{socket.gethostname()[:32]}.*"):
        pid = folder.name.rsplit(".", 2)[1]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            remove(folder)


def _all() -> Path:
    return Path(settings.SPOOL) / f"work-{os.getuid()}"
