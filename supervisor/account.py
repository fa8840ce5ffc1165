"""Which account PostgreSQL and RabbitMQ run under: never root (PostgreSQL refuses it, RabbitMQ need not have it)."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supervisor.faults import SetupFault

NOBODY = 65534


@dataclass(frozen=True, kw_only=True)
class Account:
    """A user that a child process is started as."""

    uid: int
    gid: int

    def popen_arguments(self) -> dict[str, Any]:
        """What `subprocess.Popen` needs to start a child as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def unprivileged(*names: str) -> Account | None:
    """The first of the named users that exists, else `nobody`; None when this process is not root anyway."""
    if os.getuid() != 0:
        return None
    for name in names:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(uid=entry.pw_uid, gid=entry.pw_gid)
    return Account(uid=NOBODY, gid=NOBODY)


def make_folder(path: Path, *, account: Account | None = None, mode: int = 0o700) -> Path:
    """Create `path` when it is missing, owned by `account`, with exactly `mode`."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(mode)
    except PermissionError:
        raise SetupFault(
            f"{path} cannot be used: it, or the folder that it is to be in, belongs to another user. "
            "Start Warren as that user, or as root remove what is there."
        ) from None
    if account:
        os.chown(path, account.uid, account.gid)
    return path


def everybody_may_enter(folder: Path) -> bool:
    """Whether a stranger can reach `folder`: each existing folder on the way lets others through."""
    existing = (part for part in (folder, *folder.parents) if part.exists())
    return all(part.stat().st_mode & 0o001 for part in existing)
