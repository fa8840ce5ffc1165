"""No lock and no dead connection freezes a service: what a server does when PostgreSQL keeps it waiting or hangs up."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, connections

from bus.envelope import Call
from bus.middleware import database
from bus.middleware.database import guarded
from contracts.base import OPERATIONS, Safety
from contracts.errors import Busy, OutcomeUnknown, Unavailable
from tests.bus import probe  # noqa: F401  registers the operations

READ_ONLY, KEYED, ONCE = (OPERATIONS[f"probe.{name}"] for name in ("echo", "keyed", "once"))
CALLS = [(None, Call())]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def limited(monkeypatch):
    """Connections of this test have the limits of an RPC server, shorter."""
    monkeypatch.setattr(database, "LIMITS", {"lock_timeout": "100ms", "statement_timeout": "300ms"})
    before = connections.settings["default"]["OPTIONS"].copy()
    connection.close()
    database.limit_waits()
    yield
    connection.close()
    connections.settings["default"]["OPTIONS"] = before


def sql(statement: str) -> Callable:
    def run(calls):
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return [cursor.fetchone() if cursor.description else None]

    return run


def terminate(pid: int) -> None:
    """Cut a backend off, from a connection of a thread's own."""

    def work():
        sql(f"SELECT pg_terminate_backend({pid}, 5000)")(CALLS)  # waits until it is gone
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def own_pid() -> int:
    return sql("SELECT pg_backend_pid()")(CALLS)[0][0]


@pytest.mark.usefixtures("limited")
def test_a_statement_that_takes_too_long_is_busy():
    with pytest.raises(Busy):
        guarded(KEYED, sql("SELECT pg_sleep(5)"))(CALLS)
    assert guarded(KEYED, sql("SELECT 1"))(CALLS) == [(1,)]


@pytest.mark.usefixtures("limited")
def test_a_lock_that_is_held_too_long_is_busy():
    held, enough = threading.Event(), threading.Event()

    def hold():
        from django.db import transaction

        with transaction.atomic():
            sql("LOCK TABLE eventlog_outbox IN ACCESS EXCLUSIVE MODE")(CALLS)
            held.set()
            enough.wait(10)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(10)
    try:
        with pytest.raises(Busy):
            guarded(ONCE, sql("SELECT count(*) FROM eventlog_outbox"))(CALLS)
    finally:
        enough.set()
        thread.join()


@pytest.mark.parametrize("operation", [READ_ONLY, KEYED, ONCE], ids=lambda operation: operation.safety)
def test_a_connection_that_died_meanwhile_costs_nothing(operation):
    terminate(own_pid())
    assert guarded(operation, sql("SELECT 1"))(CALLS) == [(1,)]


def dying(attempts: list[int]) -> Callable:
    """A handler whose connection is cut off before its statement."""

    def run(calls):
        attempts.append(own_pid())
        terminate(attempts[-1])
        return sql("SELECT 1")(calls)

    return run


@pytest.mark.parametrize(
    ("operation", "error", "tried"),
    [(READ_ONLY, Unavailable, 2), (KEYED, OutcomeUnknown, 2), (ONCE, OutcomeUnknown, 1)],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_connection_that_dies_under_a_request_is_named_as_what_it_is(operation, error, tried):
    attempts: list[int] = []
    with pytest.raises(error):
        guarded(operation, dying(attempts))(CALLS)
    assert len(set(attempts)) == tried
    assert guarded(operation, sql("SELECT 1"))(CALLS) == [(1,)]


def test_a_request_that_may_be_repeated_is_where_its_connection_dies_once():
    attempts: list[int] = []

    def die_once(calls):
        return sql("SELECT 1")(calls) if attempts else dying(attempts)(calls)

    assert guarded(KEYED, die_once)(CALLS) == [(1,)]


@pytest.mark.parametrize("operation", [READ_ONLY, KEYED, ONCE], ids=lambda operation: operation.safety)
def test_a_database_that_is_away_is_unavailable(operation, monkeypatch):
    connection.close()
    database._opened.count = 0
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    with pytest.raises(Unavailable):
        guarded(operation, sql("SELECT 1"))(CALLS)


def test_a_handlers_own_mistake_stays_its_own():
    from django.db import ProgrammingError

    with pytest.raises(ProgrammingError):
        guarded(KEYED, sql("SELECT nonsense"))(CALLS)


def test_every_safety_is_covered_here():
    assert {READ_ONLY.safety, KEYED.safety, ONCE.safety} == set(Safety)
