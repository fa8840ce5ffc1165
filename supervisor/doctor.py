"""What can be wrong with an installation, each fault with its fix (`manage.py doctor`)."""

import importlib.util
import os
import re
import socket
import stat
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg2

from bus.declare import BrokerUnreachable, missing
from supervisor import frontend
from supervisor.disk import MIB, NEEDED_TO_RUN, free_bytes
from supervisor.ports import LOOPBACK, is_free, says_well

OLDEST_POSTGRES = 14
OLDEST_RABBITMQ = (3, 10)
FACTS = "SELECT current_setting('server_version_num')::int, extract(epoch FROM clock_timestamp())::float"
CLOCK_TOLERANCE = 2.0
"""Seconds by which this machine and the database may differ; tokens forgive ten."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at; `fix` says what to type when it is not well."""

    name: str
    well: bool
    detail: str
    fix: str = ""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is examined: the variables in force and the folder of the installation's private state."""

    environment: Mapping[str, str]
    local: Path


Examination = Callable[[Subject], Iterator[Finding]]


def examine(subject: Subject) -> list[Finding]:
    """Every examination, in an order in which the first fault is the most likely cause of the others."""
    return [finding for look in EXAMINATIONS for finding in look(subject)]


def python(subject: Subject) -> Iterator[Finding]:  # noqa: ARG001
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(
        name="python",
        well=sys.version_info >= (3, 11),
        detail=f"Python {version}",
        fix="Install Python 3.11 or newer, remove .venv, and run bin/up again.",
    )
    yield Finding(
        name="driver",
        well=importlib.util.find_spec("psycopg") is None,
        detail="psycopg2 alone speaks to PostgreSQL",
        fix="Django silently prefers psycopg 3, which is installed here. Remove .venv and run bin/up again.",
    )


def folders(subject: Subject) -> Iterator[Finding]:
    for name, folder in (("spool", _spool(subject)), ("storage", _storage(subject))):
        if folder:
            yield Finding(
                name=name,
                well=_writable(folder),
                detail=f"{folder} can be written",
                fix=f"Create it for this user: sudo install -d -o {os.getuid()} {folder}",
            )
    free = free_bytes(subject.local)
    yield Finding(
        name="disk",
        well=free >= NEEDED_TO_RUN,
        detail=f"{free // MIB} MiB free where {subject.local} is",
        fix=f"Make room: Warren needs {NEEDED_TO_RUN // MIB} MiB.",
    )


def secrets(subject: Subject) -> Iterator[Finding]:
    exposed = [file.name for file in _secret_files(subject.local) if _others_can_read(file)]
    yield Finding(
        name="secrets",
        well=not exposed,
        detail=f"others can read {', '.join(exposed)}" if exposed else "only their owner can read them",
        fix=f"chmod 700 {subject.local}/secrets; chmod 600 {subject.local}/secrets/*",
    )
    known = any(name in subject.environment for name in ("WARREN_SECRET_KEY", "WARREN_SECRET_KEY_FILE"))
    yield Finding(
        name="secret key",
        well=known,
        detail="WARREN_SECRET_KEY is set" if known else "WARREN_SECRET_KEY is not set",
        fix="Start Warren once with bin/up, which generates one, or set WARREN_SECRET_KEY to 48 random bytes.",
    )


def page(subject: Subject) -> Iterator[Finding]:  # noqa: ARG001
    built = (frontend.DIST / "index.html").exists()
    current = built and frontend.is_current(frontend.sources_hash())
    yield Finding(
        name="page",
        well=current,
        detail="built from the present sources" if current else "older than its sources" if built else "not built",
        fix="bin/up builds it.",
    )


def gateway_port(subject: Subject) -> Iterator[Finding]:
    host, port = subject.environment.get("WARREN_HOST", LOOPBACK), int(subject.environment.get("WARREN_PORT", 8000))
    here = LOOPBACK if host in ("0.0.0.0", "::") else host  # noqa: S104
    if is_free(port, host=host):
        yield Finding(name="port", well=True, detail=f"port {port} is free: Warren is not running")
        return
    ours = says_well(port, host=here, path="/health/live")
    yield Finding(
        name="port",
        well=ours,
        detail=f"Warren answers on port {port}" if ours else f"port {port} is taken by something else",
        fix=f"Stop that program, or choose another port: WARREN_PORT={port + 10} bin/up",
    )


def database(subject: Subject) -> Iterator[Finding]:
    url = subject.environment.get("WARREN_DATABASE_URL", "")
    if not url:
        yield _not_named("database", "WARREN_DATABASE_URL")
        return
    try:
        facts = _ask_database(url)
    except psycopg2.OperationalError as error:
        yield Finding(name="database", well=False, detail=_first_line(error), fix=_server_fix("WARREN_DATABASE_URL"))
        return
    yield Finding(
        name="database",
        well=facts.version >= OLDEST_POSTGRES,
        detail=f"PostgreSQL {facts.version} answers",
        fix=f"Warren needs PostgreSQL {OLDEST_POSTGRES} or newer.",
    )
    yield Finding(
        name="clock",
        well=abs(facts.clock_difference) <= CLOCK_TOLERANCE,
        detail=f"differs from the database's by {facts.clock_difference:.1f} s",
        fix="Switch time synchronization on, on both machines: sudo timedatectl set-ntp true",
    )
    yield _migrations(facts.applied)


def broker(subject: Subject) -> Iterator[Finding]:
    url = subject.environment.get("WARREN_AMQP_URL_TOPOLOGY") or subject.environment.get("WARREN_AMQP_URL", "")
    if not url:
        yield _not_named("broker", "WARREN_AMQP_URL")
        return
    version = broker_version(url)
    if not version:
        fix = _server_fix("WARREN_AMQP_URL")
        yield Finding(name="broker", well=False, detail="RabbitMQ does not answer", fix=fix)
        return
    yield Finding(
        name="broker",
        well=version >= OLDEST_RABBITMQ,
        detail=f"RabbitMQ {'.'.join(map(str, version))} answers",
        fix="Warren needs RabbitMQ 3.10 or newer.",
    )
    yield _topology(url)
    yield from _logins(subject)


def broker_version(url: str) -> tuple[int, ...]:
    """The version that the broker names before anybody logs in; empty when it does not answer or uses TLS.

    It stands in the properties of `connection.start` (AMQP 0-9-1, 4.2.3 and 4.2.5): name, type S, length, text.
    """
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or LOOPBACK, parts.port or 5672), 2) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            greeting = connection.recv(4096)
    except OSError:
        return ()
    found = re.search(rb"\x07versionS\x00\x00\x00.(\d+)\.(\d+)\.(\d+)", greeting, re.DOTALL)
    return tuple(map(int, found.groups())) if found else ()


EXAMINATIONS: tuple[Examination, ...] = (python, folders, secrets, page, gateway_port, database, broker)


@dataclass(frozen=True, kw_only=True)
class DatabaseFacts:
    version: int
    clock_difference: float
    applied: frozenset[tuple[str, str]]


def _ask_database(url: str) -> DatabaseFacts:
    parts = urlsplit(url)
    connection = psycopg2.connect(
        host=parts.hostname or "",
        port=parts.port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        dbname=parts.path.lstrip("/"),
        connect_timeout=3,
    )
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(FACTS)
            number, clock = cursor.fetchone() or (0, 0.0)
            return DatabaseFacts(
                version=number // 10_000, clock_difference=time.time() - clock, applied=_applied(cursor)
            )
    finally:
        connection.close()


def _applied(cursor: "psycopg2.extensions.cursor") -> frozenset[tuple[str, str]]:
    cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
    if not (cursor.fetchone() or (False,))[0]:
        return frozenset()
    cursor.execute("SELECT app, name FROM django_migrations")
    return frozenset((str(app), str(name)) for app, name in cursor.fetchall())


def _migrations(applied: frozenset[tuple[str, str]]) -> Finding:
    from django.db.migrations.loader import MigrationLoader

    pending = sorted(set(MigrationLoader(None).disk_migrations) - applied)
    shown = ", ".join(f"{app} {name}" for app, name in pending[:3])
    return Finding(
        name="migrations",
        well=not pending,
        detail=f"{len(pending)} to come, first {shown}" if pending else "all applied",
        fix="manage.py migrate; bin/up does it by itself",
    )


def _topology(url: str) -> Finding:
    try:
        absent = missing(url)
    except BrokerUnreachable as error:
        return Finding(
            name="topology", well=False, detail=str(error), fix="Check user and password of WARREN_AMQP_URL_TOPOLOGY."
        )
    return Finding(
        name="topology",
        well=not absent,
        detail=f"missing: {', '.join(absent)}" if absent else "every shared exchange and queue is there",
        fix="manage.py topology; bin/up does it by itself",
    )


def _logins(subject: Subject) -> Iterator[Finding]:
    """Whether every role whose URL is known gets in and sees the topology."""
    prefix = "WARREN_AMQP_URL_"
    for name in sorted(name for name in subject.environment if name.startswith(prefix)):
        role = name.removeprefix(prefix).lower()
        try:
            missing(subject.environment[name])
        except BrokerUnreachable as error:
            fix = f"Check user and password of {name}; `manage.py topology --json` prints the permissions it needs."
            yield Finding(name=f"broker user {role}", well=False, detail=str(error), fix=fix)
            continue
        yield Finding(name=f"broker user {role}", well=True, detail="logs in")


def _not_named(name: str, variable: str) -> Finding:
    """Nothing is tried then: a server on its default port is somebody else's."""
    return Finding(
        name=name, well=False, detail=f"{variable} is not set", fix=f"Start Warren with bin/up, or set {variable}."
    )


def _server_fix(variable: str) -> str:
    return f"Start the server that {variable} names, or bin/up if it is Warren's own; check host, port and password."


def _spool(subject: Subject) -> Path:
    return Path(subject.environment.get("WARREN_SPOOL", subject.local / "spool"))


def _storage(subject: Subject) -> Path | None:
    url = subject.environment.get("WARREN_STORAGE_URL", f"file://{subject.local / 'storage'}")
    return Path(urlsplit(url).path) if url.startswith("file:") else None


def _writable(folder: Path) -> bool:
    existing = next(part for part in (folder, *folder.parents) if part.exists())
    return os.access(existing, os.W_OK | os.X_OK)


def _secret_files(local: Path) -> list[Path]:
    folder = local / "secrets"
    return sorted(folder.iterdir()) if folder.is_dir() and os.access(folder, os.R_OK) else []


def _others_can_read(file: Path) -> bool:
    return bool(stat.S_IMODE(file.stat().st_mode) & 0o077)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
