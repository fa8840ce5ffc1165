"""Warren in containers (`docker-compose.yml`): secrets made at the first start, one role per container, its health.

`python -m supervisor.contained secrets FOLDER | serve ROLE ... | healthy`
"""

import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bus.topology import PERMISSIONS
from supervisor import local
from supervisor.account import make_folder
from supervisor.cache import ROOT
from supervisor.cli import say
from supervisor.faults import SetupFault
from supervisor.processes import Child, spawn
from supervisor.rabbitmq import OPERATOR, definitions, with_operator
from supervisor.supervised import SILENCE_LIMIT
from supervisor.watch import Notifications

VHOST = "warren"
KEPT = "kept"
"""The folder with the one copy of every secret; only the container `secrets` mounts it."""
READS_DATABASE = {
    "topology", "userservice", "messageservice", "jobs", "worker", "scheduler", "eventlog", "relay", "admin"
}  # fmt: skip
READS_SECRET_KEY = READS_DATABASE
"""Every role but the gateway, whose settings need none."""
SIGN_OF_LIFE = Path("/tmp/warren-alive")  # noqa: S108  the container's own tmpfs
FRESH_FOR = 15.0
"""Seconds for which a sign of life counts."""


def secrets(folder: Path) -> int:
    """Generate what is missing, then give each container's folder below `folder` exactly what that one may read."""
    kept = folder / KEPT
    passwords = {user: local.secret(kept, f"amqp-{user}") for user in (*PERMISSIONS, OPERATOR)}
    database_password = local.secret(kept, "database")
    secret_key = local.secret(kept, "secret-key", length=48)
    broker = definitions(passwords=passwords, permissions=PERMISSIONS, vhosts=[VHOST])
    _hand_out(folder / "postgres", {"password": database_password})
    _hand_out(
        folder / "rabbitmq", {"definitions.json": json.dumps(with_operator(broker, password=passwords[OPERATOR]))}
    )
    for role in PERMISSIONS:
        if (folder / role).is_dir():
            _hand_out(folder / role, _role_secrets(role, passwords[role], database_password, secret_key))
    return 0


def serve(roles: Sequence[str]) -> int:
    """Run `manage.py serve ROLE ...` as the container's only process; ends when it ends, or hangs."""
    notifications = Notifications()
    child = spawn(
        name=roles[0],
        command=[sys.executable, ROOT / "manage.py", "serve", *roles],
        environment={**os.environ, "NOTIFY_SOCKET": notifications.name},
        folder=ROOT,
        output=1,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: child.ask_to_stop())
    _follow(child, notifications)
    return child.popen.returncode or 0


def healthy(*, now: Callable[[], float] = time.time) -> int:
    """0 when the role gave a sign of life lately."""
    try:
        age = now() - SIGN_OF_LIFE.stat().st_mtime
    except OSError:
        return 1
    return 0 if age < FRESH_FOR else 1


def main(arguments: Sequence[str]) -> int:
    """Exit status 0, 1 on failure, 2 on wrong usage."""
    commands: Mapping[str, Callable[[Sequence[str]], int]] = {
        "secrets": lambda rest: secrets(Path(rest[0])),
        "serve": serve,
        "healthy": lambda _: healthy(),
    }
    if not arguments or arguments[0] not in commands:
        say(f"usage: python -m supervisor.contained {' | '.join(commands)}")
        return 2
    try:
        return commands[arguments[0]](arguments[1:])
    except SetupFault as fault:
        say(str(fault))
        return fault.status


def _follow(child: Child, notifications: Notifications) -> None:
    heard: float | None = None
    while child.running:
        select.select([notifications.socket], [], [], 0.5)
        texts = [text for pid, text in notifications.read() if pid == child.pid]
        if any("READY=1" in text or "WATCHDOG=1" in text for text in texts):
            heard = time.monotonic()
            SIGN_OF_LIFE.touch()
        if any("STOPPING=1" in text for text in texts):
            heard = None
        if heard is not None and time.monotonic() - heard > SILENCE_LIMIT:
            say(f"{child.name} has not answered for {SILENCE_LIMIT:.0f} seconds: killing it")
            child.kill()


def _role_secrets(role: str, password: str, database_password: str, secret_key: str) -> dict[str, str]:
    found = {"amqp-url": f"amqp://{role}:{password}@rabbitmq:5672/{VHOST}"}
    if role in READS_DATABASE:
        found["database-url"] = f"postgres://warren:{database_password}@postgres:5432/warren"
    if role in READS_SECRET_KEY:
        found["secret-key"] = secret_key
    return found


def _hand_out(folder: Path, contents: Mapping[str, str]) -> None:
    """Readable by everybody, for the servers' images run under users of their own; who may read is who mounts it."""
    make_folder(folder, mode=0o755)
    for name, content in contents.items():
        local.write_private(folder / name, content + "\n")
        (folder / name).chmod(0o444)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
