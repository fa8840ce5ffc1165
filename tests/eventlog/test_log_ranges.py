"""Ranges of the log: there before they are needed, gone when they are old, and never in a reader's way for long."""

import signal
import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction

from contracts.audience import Audience
from eventlog import partitions, selectors
from eventlog.models import Event
from eventlog.outbox import record
from eventlog.partitions import AHEAD, LARGEST, SMALLEST, drop_old, make_ahead, ranges
from eventlog.session import Session
from tests.eventlog.conftest import published
from tests.eventlog.talk import Talk, assert_log_is_whole, message, move_all, state
from tests.servers import eventually


@pytest.fixture
def cursor(_empty_log):
    with connection.cursor() as made:
        yield made


@pytest.fixture(autouse=True)
def _empty_log(start):
    """As after the first migration; what these tests leave behind has holes that no relay would make."""
    _make_anew()
    yield
    _make_anew()


def _make_anew() -> None:
    with connection.cursor() as cursor:
        for one in ranges(cursor):
            cursor.execute(f"DROP TABLE {one.name}")
        cursor.execute("TRUNCATE eventlog_event, eventlog_outbox")
        cursor.execute("UPDATE eventlog_relay_state SET pos = 0, published = 0, oldest = 1")
        make_ahead(cursor, pos=0)


def sql(statement: str, *values) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def jump_to(pos: int) -> None:
    """Go on as if the events up to `pos` had been told long ago."""
    sql("UPDATE eventlog_relay_state SET pos = %s, published = %s", pos, pos)


def tell(count: int) -> int:
    """Events with positions; the last of them."""
    with transaction.atomic():
        for _ in range(count):
            record(message(uuid4(), 1), audience=Audience(user_id=uuid4()))
    return move_all()


def age(*, upto: int, after: int = 0, days: float) -> None:
    sql("UPDATE eventlog_event SET at = now() - %s WHERE pos > %s AND pos <= %s", timedelta(days=days), after, upto)


def fill_last_range(cursor, *, lasted: timedelta) -> int:
    """Go to the end of the last range, of which only the first and the last event are there; its last position."""
    last = ranges(cursor)[-1]
    jump_to(last.start - 1)
    tell(1)
    jump_to(last.end - 2)
    tell(1)
    sql("UPDATE eventlog_event SET at = at - %s WHERE pos = %s", lasted, last.start)
    return last.end - 1


def test_two_empty_ranges_are_always_ahead(cursor):
    for _ in range(5):
        pos = ranges(cursor)[-1].end - 1
        jump_to(pos)
        due = make_ahead(cursor, pos=pos)
        known = ranges(cursor)
        assert len([one for one in known if one.start > pos]) == AHEAD
        assert due == known[-AHEAD].start
        assert make_ahead(cursor, pos=due - 1) == due
        assert len([one for one in ranges(cursor) if one.start > pos]) == AHEAD
    assert all(before.end <= after.start for before, after in pairwise(known))


@pytest.mark.parametrize(
    ("lasted", "factor"),
    [(timedelta(minutes=5), 2), (timedelta(hours=24), 1), (timedelta(days=9), 0.5)],
    ids=["fast traffic makes larger ranges", "a day is right", "slow traffic makes smaller ranges"],
)
def test_ranges_grow_and_shrink_towards_a_day(cursor, lasted, factor):
    pos = fill_last_range(cursor, lasted=lasted)
    last = ranges(cursor)[-1]
    make_ahead(cursor, pos=pos)
    fresh = next(one for one in ranges(cursor) if one.start > pos)
    assert fresh.end - fresh.start == min(max((last.end - last.start) * factor, SMALLEST), LARGEST)


def test_what_finds_no_range_goes_into_the_default_one_and_is_read_like_the_rest(cursor):
    pos = ranges(cursor)[-1].end + 3
    jump_to(pos)
    last = tell(4)
    assert sql("SELECT pos FROM ONLY eventlog_event_default WHERE pos > %s ORDER BY pos", pos) == [
        (pos + n,) for n in range(1, 5)
    ]
    make_ahead(cursor, pos=last)
    assert ranges(cursor)[-AHEAD].start == last + 1
    after = tell(2)
    assert [one.pos for one in selectors.read_range(after=pos, upto=after, limit=50).records] == list(
        range(pos + 1, after + 1)
    )
    assert not sql("SELECT pos FROM ONLY eventlog_event_default WHERE pos > %s", last)


def test_the_relay_makes_ranges_while_it_runs(cursor, listener, active_relay, conversations):
    jump_to(ranges(cursor)[-1].end - 100)
    start = state().pos
    active_relay()
    talk = Talk(conversations)
    eventually(lambda: published() > start + 150, seconds=20)
    total = talk.stop()
    eventually(lambda: published() == start + total)
    assert_log_is_whole(after=start, count=total, conversations=conversations)
    assert not sql("SELECT pos FROM ONLY eventlog_event_default WHERE pos > %s", start)
    assert len([one for one in ranges(cursor) if one.start > start + total]) >= AHEAD


def test_a_relay_killed_after_making_a_range_is_followed_by_one_that_goes_on(cursor, listener, relay, conversations):
    jump_to(ranges(cursor)[-1].end - 20)
    start = state().pos
    first = relay(dies_at="relay.range_made")
    assert first.popen.wait(20) == -signal.SIGKILL
    relay()
    talk = Talk(conversations)
    eventually(lambda: published() > start + 40, seconds=20)
    total = talk.stop()
    eventually(lambda: published() == start + total)
    assert_log_is_whole(after=start, count=total, conversations=conversations)


def test_a_relay_killed_after_dropping_a_range_is_followed_by_one_that_goes_on(cursor, relay, active_relay):
    end_of_old = fill_last_range(cursor, lasted=timedelta(hours=1))
    make_ahead(cursor, pos=end_of_old)
    last = tell(1)
    age(upto=end_of_old, days=32)
    assert relay(dies_at="relay.range_dropped").popen.wait(20) == -signal.SIGKILL
    active_relay()
    eventually(lambda: state().oldest == last)
    assert [one.pos for one in selectors.read_range(after=0, upto=last, limit=9).records] == [last]


def test_wholly_old_ranges_are_dropped_and_the_rest_is_kept(cursor):
    end_of_old = fill_last_range(cursor, lasted=timedelta(hours=1))
    make_ahead(cursor, pos=end_of_old)
    last = tell(3)
    age(upto=end_of_old, days=32)
    dropped = drop_old(cursor, before=datetime.now(tz=UTC) - timedelta(days=31), published=last)
    assert end_of_old + 1 in [one.end for one in dropped]
    assert state().oldest == end_of_old + 1
    assert selectors.head().oldest == end_of_old + 1
    assert not Event.objects.filter(pos__lte=end_of_old).exists()
    page = selectors.read(user_id=uuid4(), hearings=[], after=end_of_old - 5, limit=5)
    assert page.truncated
    assert not selectors.read(user_id=uuid4(), hearings=[], after=end_of_old, limit=5).truncated
    assert [one.pos for one in selectors.read_range(after=end_of_old, upto=last, limit=9).records] == [
        last - 2,
        last - 1,
        last,
    ]


def test_a_range_with_one_young_event_is_kept_whole(cursor):
    end = fill_last_range(cursor, lasted=timedelta(days=40))
    drop_old(cursor, before=datetime.now(tz=UTC) - timedelta(days=31), published=end)
    assert Event.objects.filter(pos=end).exists()
    assert end + 1 in [one.end for one in ranges(cursor)]


def test_what_the_broker_has_not_confirmed_is_kept_however_old(cursor):
    end = fill_last_range(cursor, lasted=timedelta(hours=1))
    age(upto=end, days=40)
    before = datetime.now(tz=UTC) - timedelta(days=31)
    drop_old(cursor, before=before, published=end - 1)
    assert Event.objects.filter(pos=end).exists()
    drop_old(cursor, before=before, published=end)
    assert not Event.objects.filter(pos=end).exists()


def test_the_default_range_is_swept_of_what_is_old(cursor, monkeypatch):
    monkeypatch.setattr(partitions, "_SWEEP", partitions._SWEEP.replace("LIMIT 5000", "LIMIT 2"))
    monkeypatch.setattr(partitions, "SWEEP", 2)
    pos = ranges(cursor)[-1].end + 3
    jump_to(pos)
    middle = tell(5)
    age(upto=middle, days=40)
    last = tell(2)
    drop_old(cursor, before=datetime.now(tz=UTC) - timedelta(days=31), published=last)
    assert sql("SELECT pos FROM ONLY eventlog_event_default ORDER BY pos") == [(last - 1,), (last,)]
    assert state().oldest == last - 1
    make_ahead(cursor, pos=last)


def test_an_empty_log_begins_after_its_last_position(cursor):
    last = tell(3)
    age(upto=last, days=40)
    jump_to(ranges(cursor)[-1].end - 2)
    pos = tell(1)
    age(upto=pos, days=40)
    drop_old(cursor, before=datetime.now(tz=UTC) - timedelta(days=31), published=pos)
    assert selectors.head().oldest == pos + 1
    make_ahead(cursor, pos=pos)


def test_a_reader_in_the_way_is_not_waited_for_and_the_relay_goes_on(start, conversations):
    reading, go_on = threading.Event(), threading.Event()
    reader = threading.Thread(target=_read_everything, args=(reading, go_on))
    reader.start()
    try:
        assert reading.wait(10)
        with Session() as session:
            assert session.lock()
            session.begin()
            pos = sql("SELECT pos FROM eventlog_relay_state")[0][0]
            with connection.cursor() as cursor:
                far = ranges(cursor)[-1].end
            assert session.upkeep(make_ahead, pos=far) is None
            go_on.set()
            reader.join(10)
            assert session.upkeep(make_ahead, pos=far) > far
            assert session.pos == pos
            assert session.move(published=pos) == []
    finally:
        go_on.set()
        reader.join(10)


def _read_everything(reading: threading.Event, go_on: threading.Event) -> None:
    with transaction.atomic():
        Event.objects.filter(seq=-1).exists()
        reading.set()
        assert go_on.wait(10)
    connections.close_all()
