"""One process of several is active: the one whose database session holds an advisory lock (docs/architecture.md).

A connection of its own, straight to PostgreSQL: through a pooler that shares sessions the lock would mean nothing.
Any error of the database ends the session and with it the lock; what it was about to commit is rolled back.
"""

import logging
import signal
import threading
from collections.abc import Callable
from typing import Self, TypeVar

from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from config import notify

log = logging.getLogger("config.exclusive")

POLL = 0.25
"""Seconds between a waiting process's looks at the lock."""

# Each end notices that the other's host is gone: ours within 4 s by what libpq sets on the socket, the server within
# 3 s by its own settings, without which it would keep a dead process's lock for two hours. (tcp_user_timeout cuts the
# last keepalive probe short: tcp(7).)
_CLIENT = {"keepalives": 1, "keepalives_idle": 2, "keepalives_interval": 1, "keepalives_count": 2}
_SERVER = {
    "tcp_keepalives_idle": "2",
    "tcp_keepalives_interval": "1",
    "tcp_keepalives_count": "2",
    "tcp_user_timeout": "3000",
    "idle_in_transaction_session_timeout": "4000",
    "jit": "off",
}


class LockSession:
    """Raises django.db.Error from every method when the database fails; then `close` it and open another.

    `statement_ms`: no statement takes longer; a session that hangs in one keeps the lock no longer than this.
    """

    def __init__(self, *, lock: int, name: str, statement_ms: int, **settings: str) -> None:
        self._lock = lock
        self.connection = _connect(name, _SERVER | {"statement_timeout": str(statement_ms)} | settings)
        self._cursor = self.connection.cursor()

    def close(self) -> None:
        """End the session; its lock falls free. Never raises."""
        self.connection.close_if_unusable_or_obsolete()
        self.connection.close()

    def lock(self) -> bool:
        """Whether this session is the active one now. Does not wait: a waiting statement would hold back vacuum."""
        self._cursor.execute("SELECT pg_try_advisory_lock(%s)", [self._lock])
        return bool(self._cursor.fetchone()[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


S = TypeVar("S", bound=LockSession)


def run_exclusively(open_session: Callable[[], S], work: Callable[[S, threading.Event], None]) -> None:
    """Until SIGTERM or SIGINT: wait for the lock, `work(session, stop)`, and again whenever the database fails."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    notify.ready()
    told: set[str] = set()
    while not stop.is_set():
        try:
            with open_session() as session:
                if _wait_for_lock(session, stop):
                    told.clear()
                    work(session, stop)
        except Error as error:
            reason = str(error).strip()
            if reason not in told:  # one line for each reason, however often it comes
                log.warning("the database failed, waiting for it", extra={"reason": reason})
            told.add(reason)
            notify.alive()
            stop.wait(POLL)


def _wait_for_lock(session: LockSession, stop: threading.Event) -> bool:
    while not session.lock():
        notify.alive()
        if stop.wait(POLL):
            return False
    return True


def _connect(name: str, server: dict[str, str]) -> BaseDatabaseWrapper:
    connection = connections.create_connection(DEFAULT_DB_ALIAS)
    options = connection.settings_dict.get("OPTIONS", {})
    changed = {"application_name": name, "options": " ".join(f"-c {key}={value}" for key, value in server.items())}
    connection.settings_dict = {**connection.settings_dict, "OPTIONS": {**options, **_CLIENT, **changed}}
    connection.ensure_connection()
    return connection
