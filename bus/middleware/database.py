"""No lock may freeze a service, and no dead connection outlives its request (docs/bus.md, "The database's limits")."""

import select
import threading
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connections
from django.db.backends.signals import connection_created
from django.dispatch import receiver

from bus.endpoint import Calls, Outcomes, Run
from contracts.base import Operation, Safety
from contracts.errors import Busy, OutcomeUnknown, Unavailable, WarrenError

LIMITS = {
    "lock_timeout": "500ms",
    "statement_timeout": "1500ms",
    "idle_in_transaction_session_timeout": "5s",
    "jit": "off",  # compiling takes longer than any statement here may: a list of conversations, 200 ms instead of 3
}
"""Session settings of every database connection of an RPC server."""

WAITED_TOO_LONG = frozenset({"55P03", "57014", "40P01", "40001"})
"""SQLSTATE (PostgreSQL manual, appendix A): lock not available, query canceled, deadlock, serialization failure."""
OUT_OF_RESOURCES = ("53", "58")
"""Classes of SQLSTATE: disk full, too many connections; the operating system failed."""
DIED = ("57P", "08", "25P03")
"""The server shut down or crashed; connection exceptions; idle too long inside a transaction."""

_opened = threading.local()


def limit_waits() -> None:
    """Give every connection that this process opens from now on the limits above."""
    options = " ".join(f"-c {name}={value}" for name, value in LIMITS.items())
    for database in settings.DATABASES.values():
        database.setdefault("OPTIONS", {})["options"] = options


def guarded(operation: Operation, run: Run) -> Run:
    """Answer `busy` where a limit struck. A connection that died is dropped; what may be repeated then is, once."""

    def run_guarded(calls: Calls) -> Outcomes:
        repeatable = operation.safety is not Safety.ONCE
        in_doubt = False
        _drop_hung_up()
        while True:
            try:
                return run(calls)
            except (OperationalError, InterfaceError) as error:
                _raise_if_rolled_back(error)
                in_doubt |= _drop_connections() and operation.safety is not Safety.READ_ONLY
                if not repeatable:
                    raise _verdict(in_doubt=in_doubt) from error
                repeatable = False
            finally:
                _drop_unusable()

    return run_guarded


def _raise_if_rolled_back(error: Exception) -> None:
    """A server that still answers has rolled the transaction back: nothing was done."""
    state = getattr(error.__cause__, "pgcode", None)
    if state is None or state.startswith(DIED):
        return
    if state in WAITED_TOO_LONG:
        raise Busy from error
    raise (Unavailable() if state.startswith(OUT_OF_RESOURCES) else error) from error.__cause__


def _verdict(*, in_doubt: bool) -> WarrenError:
    """A connection that dies between the first statement and the answer to COMMIT leaves its outcome unknown."""
    return OutcomeUnknown() if in_doubt else Unavailable()


def _drop_connections() -> bool:
    """Whether there was any: where none could be made, nothing can have been done."""
    there_were = getattr(_opened, "count", 0) > 0
    _opened.count = 0
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()
    return there_were


def _drop_hung_up() -> None:
    """Drop connections whose server went away while they were idle: found before the request, nothing is in doubt.

    On an idle connection the server says nothing, unless it ends it.
    """
    for connection in connections.all(initialized_only=True):
        raw = connection.connection
        if raw is None or connection.in_atomic_block or raw.closed:
            continue
        poll = select.poll()
        poll.register(raw.fileno(), select.POLLIN | select.POLLRDHUP)
        if poll.poll(0):
            connection.close()


def _drop_unusable() -> None:
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()


@receiver(connection_created)
def _count(**_: Any) -> None:
    _opened.count = getattr(_opened, "count", 0) + 1
