"""Where jobs write: a folder for each worker, below the spool, on the host where it runs."""

import os
import shutil
import socket
from pathlib import Path

from django.conf import settings


def make(worker: str) -> Path:
    """The worker's folder, new; and what workers of this host left that were killed goes."""
    _remove_left()
    made = _all() / worker
    made.mkdir(parents=True)
    return made


def remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _remove_left() -> None:
    """Names are HOST.PID.RANDOM. The number may be somebody else's by now: then it waits for the next look."""
    for folder in _all().glob(f"{socket.gethostname()[:32]}.*"):
        pid = folder.name.rsplit(".", 2)[1]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            remove(folder)


def _all() -> Path:
    return Path(settings.SPOOL) / f"work-{os.getuid()}"
