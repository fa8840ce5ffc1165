"""The floor under the outbox: it spares the relay what it has moved, and nothing gets below it unseen."""

import threading
from contextlib import contextmanager

import pytest
from django.db import connection, connections

from eventlog.models import Event, Outbox
from eventlog.session import BATCH, Session
from tests.eventlog.talk import say, saying
from tests.servers import eventually


@pytest.fixture
def session(start):
    with Session() as made:
        assert made.lock()
        made.begin()
        yield made
        made.note(published=made.pos)


def settle(session, *, rounds: int = 4) -> int:
    """Observe and look until the floor moves no further; where it is."""
    for _ in range(rounds):
        session.raise_floor()
        session.move(published=session.pos)
    return session._floor.value


def settle_wholly(session) -> int:
    """As `settle`, to the last id. Transactions in databases of other tests on this server hold it up, for a while."""
    eventually(lambda: settle(session) == last_drawn())
    return session._floor.value


def last_drawn() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM eventlog_outbox_id_seq")
        return cursor.fetchone()[0]


def test_it_rises_to_the_last_id_when_all_transactions_have_ended(session, conversations):
    for _ in range(5):
        say(conversations[0])
    assert settle_wholly(session) == last_drawn()


def test_it_stays_below_an_id_whose_transaction_is_open(session, start, conversations):
    settle(session)
    with elsewhere(conversations[0]) as commit:
        open_id = last_drawn()
        for _ in range(3):
            say(conversations[1])
            assert settle(session) < open_id
        commit()
    assert session.move(published=session.pos)[0].routing_key.startswith(f"c.{conversations[0].hex}")
    assert settle_wholly(session) == last_drawn()
    assert Event.objects.filter(pos__gt=start).count() == 4


def test_it_stays_below_what_a_full_batch_left_behind(session):
    before = settle(session)
    insert(2 * BATCH + 1)
    eventually(lambda: session.raise_floor() or session._floor._settled == last_drawn())
    for _ in range(2):
        assert len(session.move(published=session.pos)) == BATCH
        assert session._floor.value == before
    assert len(session.move(published=session.pos)) == 1
    assert session._floor.value == last_drawn()


def test_a_transaction_that_is_rolled_back_does_not_hold_it_down(session, conversations):
    try:
        with saying(conversations[0]):
            raise ValueError
    except ValueError:
        pass
    assert settle_wholly(session) == last_drawn()


def test_a_row_below_it_is_found_by_a_look_at_everything(session, start, conversations):
    """No event that has an order to keep can come this late; one without a lock might, if its process was stopped."""
    say(conversations[0])
    say(conversations[0])
    floor = settle_wholly(session)
    Outbox.objects.create(id=floor - 1, owner="user", event="user.updated", routing_key="all", body="{}")
    assert session.move(published=session.pos) == []
    (late,) = session.move(published=session.pos, everything=True)
    assert late.pos == start + 3
    assert not Outbox.objects.exists()


def test_an_old_snapshot_does_not_make_the_looks_long(session):
    """What was moved cannot be vacuumed while somebody may still see it; the relay does not step over it again."""
    with old_snapshot():
        insert(20_000)
        while session.move(published=session.pos):
            pass
        settle_wholly(session)
        assert pages_read(0) > 200
        assert pages_read(session._floor.value) < 10


def insert(count: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO eventlog_outbox (owner, event, routing_key, body)"
            " SELECT 'user', 'user.updated', 'all', '{}' FROM generate_series(1, %s)",
            [count],
        )


def pages_read(floor: int) -> int:
    look = "SELECT id FROM eventlog_outbox WHERE id > %s ORDER BY id LIMIT 500"
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + look, [floor])
        return cursor.fetchone()[0][0]["Plan"]["Shared Hit Blocks"]


@contextmanager
def elsewhere(conversation_id):
    """A message in another thread whose transaction is open until `commit()`."""
    recorded, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        with saying(conversation_id):
            recorded.set()
            assert go_on.wait(30)
        connections.close_all()

    thread = threading.Thread(target=hold)

    def commit() -> None:
        go_on.set()
        thread.join(10)

    thread.start()
    assert recorded.wait(10)
    yield commit
    commit()


@contextmanager
def old_snapshot():
    """As a dump has: no transaction id, but a view of the past."""
    holder = connections.create_connection("default")
    try:
        with holder.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT 1 FROM eventlog_relay_state")
            yield
    finally:
        holder.close()
