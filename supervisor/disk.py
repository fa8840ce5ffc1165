"""Refuses to begin on a full disk, where PostgreSQL and RabbitMQ would stop half way."""

import shutil
from pathlib import Path

from supervisor.faults import Temporary

MIB = 1024 * 1024
NEEDED_TO_RUN = 512 * MIB
NEEDED_TO_INSTALL = 1536 * MIB


def require_space(folder: Path, *, needed: int) -> None:
    """Raise with a sentence unless `needed` bytes are free where `folder` is or will be."""
    free = free_bytes(folder)
    if free < needed:
        raise Temporary(
            f"Only {free // MIB} MiB are free on the disk of {folder}; Warren needs {needed // MIB} MiB. "
            "Make room there and start again."
        )


def free_bytes(folder: Path) -> int:
    """Bytes that this user can still write where `folder` is or will be."""
    existing = next(part for part in (folder, *folder.parents) if part.exists())
    return shutil.disk_usage(existing).free
