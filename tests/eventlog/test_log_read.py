"""Who may hear what of the log, and how pages go on."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from bus.envelope import Actor, Call
from bus.testing import InMemoryBus
from contracts.audience import Audience
from contracts.errors import Forbidden, InvalidRequest, NotAuthenticated
from contracts.log import Hearing, LogHead, LogRangeRead, LogRead
from contracts.message import MemberRemoved
from contracts.user import SessionRevoked
from eventlog import selectors
from eventlog.handlers import service
from eventlog.models import Event
from eventlog.outbox import record
from tests.eventlog.talk import message, move_all


@pytest.fixture
def client(transactional_db):
    return InMemoryBus(service).sync_client("gateway")


@pytest.fixture
def hear(client, start):
    """The positions (from 1, counted from the test's begin) that somebody hears."""

    def ask(user_id: UUID, *hearings: tuple[UUID, int], after: int = 0, **more):
        request = LogRead(
            after=start + after,
            hearings=[Hearing(conversation_id=one, joined_seq=seq) for one, seq in hearings],
            **more,
        )
        page = client.call(request, call=_as(user_id))
        return [event.pos - start for event in page.events]

    return ask


def _as(user_id: UUID) -> Call:
    return Call(actor=Actor(user_id=user_id, session_id=uuid4()))


def tell(*audiences: Audience, text: str = "hello") -> None:
    """One event for each audience, with positions."""
    with transaction.atomic():
        for audience in audiences:
            record(message(audience.conversation_id or uuid4(), max(audience.seq, 1), text=text), audience=audience)
    move_all()


def test_everybody_hears_what_is_for_all_and_only_the_user_what_is_his(hear):
    ada, bob = uuid4(), uuid4()
    tell(Audience(), Audience(user_id=ada), Audience(user_id=bob))
    assert hear(ada) == [1, 2]
    assert hear(bob) == [1, 3]
    assert hear(uuid4()) == [1]


def test_another_conversation_is_never_heard(hear):
    mine, other = uuid4(), uuid4()
    tell(Audience(conversation_id=mine, seq=1), Audience(conversation_id=other, seq=1))
    assert hear(uuid4(), (mine, 0)) == [1]
    assert hear(uuid4()) == []


def test_a_conversation_is_heard_from_after_the_seq_at_which_somebody_joined(hear):
    room, member = uuid4(), uuid4()
    tell(*(Audience(conversation_id=room, seq=seq) for seq in range(1, 6)))
    assert hear(member, (room, 0)) == [1, 2, 3, 4, 5]
    assert hear(member, (room, 3)) == [4, 5]
    assert hear(member, (room, 5)) == []


def test_each_conversation_has_its_own_beginning_also_among_many(hear):
    rooms = [uuid4() for _ in range(40)]
    tell(*(Audience(conversation_id=room, seq=seq) for seq in (1, 2) for room in rooms))
    hearings = [(room, number % 2) for number, room in enumerate(rooms)]
    even = [number + 1 for number in range(0, 40, 2)]
    assert hear(uuid4(), *hearings) == [*even, *range(41, 81)]
    assert hear(uuid4(), *reversed(hearings)) == [*even, *range(41, 81)]


def test_a_removed_member_hears_his_removal_and_nothing_of_the_room(hear):
    room, removed = uuid4(), uuid4()
    event = MemberRemoved(conversation_id=room, user_id=removed, removed_by=uuid4(), member_count=2, rev=4)
    with transaction.atomic():
        record(message(room, 1), audience=Audience(conversation_id=room, seq=1))
        record(event, audience=Audience(conversation_id=room, seq=2, user_id=removed))
        record(message(room, 2), audience=Audience(conversation_id=room, seq=2))
    move_all()
    assert hear(removed) == [2]
    assert hear(uuid4(), (room, 0)) == [1, 2, 3]


def test_somebody_unknown_hears_nothing(client, start):
    with pytest.raises(NotAuthenticated):
        client.call(LogRead(after=start, hearings=[]), call=Call())


def test_only_gateways_ask_for_ranges(transactional_db):
    with pytest.raises(Forbidden):
        InMemoryBus(service).sync_client("messageservice").call(LogRangeRead(after=0, upto=10))


def test_pages_follow_each_other_without_gap_or_repetition(client, start):
    room, reader = uuid4(), uuid4()
    tell(*(Audience(conversation_id=room if seq % 3 else uuid4(), seq=seq) for seq in range(1, 41)))
    hearings = [Hearing(conversation_id=room, joined_seq=0)]
    after, heard = start, []
    while after < start + 40:
        page = client.call(LogRead(after=after, hearings=hearings, limit=4), call=_as(reader))
        heard += [event.pos - start for event in page.events]
        assert page.pos > after
        assert page.head == start + 40
        after = page.pos
    assert heard == [seq for seq in range(1, 41) if seq % 3]


def test_a_page_without_a_match_still_leads_on(client, start):
    tell(*(Audience(conversation_id=uuid4(), seq=1) for _ in range(10)))
    page = client.call(LogRead(after=start, hearings=[]), call=_as(uuid4()))
    assert (page.events, page.pos, page.truncated) == ([], start + 10, False)


def test_one_page_looks_at_a_bounded_number_of_positions(client, start, monkeypatch):
    monkeypatch.setattr(selectors, "LOOK", 10)
    user = uuid4()
    tell(*(Audience(user_id=user if number > 15 else uuid4()) for number in range(1, 21)))
    page = client.call(LogRead(after=start, hearings=[]), call=_as(user))
    assert (page.events, page.pos) == ([], start + 10)
    page = client.call(LogRead(after=page.pos, hearings=[]), call=_as(user))
    assert [event.pos - start for event in page.events] == [16, 17, 18, 19, 20]
    assert page.pos == start + 20


def test_large_events_make_short_pages_but_never_empty_ones(client, start, monkeypatch):
    monkeypatch.setattr(selectors, "PAGE_BYTES", 5_000)
    tell(*[Audience()] * 3, text="x" * 2_000)
    tell(Audience(), text="y" * 9_000)
    sizes, after = [], start
    while after < start + 4:
        page = client.call(LogRead(after=after, hearings=[]), call=_as(uuid4()))
        sizes.append(len(page.events))
        after = page.pos
    assert sizes == [2, 1, 1]


def test_a_reader_ahead_of_the_head_is_led_back_to_it(client, start):
    page = client.call(LogRead(after=start + 1_000_000, hearings=[]), call=_as(uuid4()))
    assert (page.events, page.pos, page.head) == ([], start, start)


def test_reading_from_a_time_begins_with_the_first_event_of_that_time(hear):
    user = uuid4()
    for _ in range(7):
        tell(Audience(user_id=user))
    times = list(Event.objects.order_by("-pos").values_list("at", flat=True)[:7])[::-1]
    for number, at in enumerate(times):
        assert hear(user, since=at) == [pos for pos in range(1, 8) if times[pos - 1] >= at]
        assert hear(user, since=at + timedelta(microseconds=1)) == list(range(number + 2, 8))
    assert hear(user, since=datetime(2020, 1, 1, tzinfo=UTC)) == [1, 2, 3, 4, 5, 6, 7]
    assert hear(user, since=datetime(2099, 1, 1, tzinfo=UTC)) == []
    assert hear(user, after=5, since=times[0]) == [6, 7]


def test_a_time_is_found_without_reading_the_log(start):
    tell(*[Audience()] * 300)
    with connection.cursor() as cursor:
        cursor.execute("SELECT at FROM eventlog_event WHERE pos = %s", [start + 1])
        (at,) = cursor.fetchone()
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + selectors._SINCE, [at])
        plan = cursor.fetchone()[0][0]["Plan"]
    assert selectors.position_at(at) == start
    assert _rows_read(plan) < 100


def test_a_range_is_dense_and_names_each_audience(client, start):
    room, user = uuid4(), uuid4()
    audiences = [Audience(), Audience(user_id=user), Audience(conversation_id=room, seq=4), Audience()]
    tell(*audiences)
    answer = client.call(LogRangeRead(after=start, upto=start + 3))
    assert [record.pos for record in answer.records] == [start + 1, start + 2, start + 3]
    assert [Audience.from_routing_key(record.routing_key) for record in answer.records] == audiences[:3]
    assert answer.head == start + 4
    assert client.call(LogRangeRead(after=start + 2, upto=start + 99, limit=1)).records[0].pos == start + 3
    assert client.call(LogRangeRead(after=start + 4, upto=start + 99)).records == []


def test_the_data_of_an_event_is_its_own_json(client, start):
    user = uuid4()
    event = SessionRevoked(user_id=user, session_ids=[], reason='a "word" and \x00')
    with transaction.atomic():
        record(event, audience=Audience(user_id=user))
    move_all()
    (found,) = client.call(LogRead(after=start, hearings=[]), call=_as(user)).events
    assert bytes(found.data) == Event.objects.get(pos=start + 1).body.encode()
    assert found.event == "session.revoked"


def test_the_head_tells_the_last_position_and_the_oldest_kept(client, start):
    before = client.call(LogHead())
    tell(Audience())
    after = client.call(LogHead())
    assert (before.pos, after.pos) == (start, start + 1)
    assert before.epoch == after.epoch
    assert after.oldest <= after.pos


@pytest.mark.parametrize("values", [{"after": -1}, {"after": 0, "limit": 0}, {"after": 0, "limit": 501}])
def test_numbers_out_of_range_are_refused(client, values):
    body = b'{"hearings":[],%s}' % str(values).replace("'", '"').encode()[1:-1]
    with pytest.raises(InvalidRequest):
        client.call_raw("log.read", body, call=_as(uuid4()))


def _rows_read(plan: dict) -> int:
    own = plan["Actual Rows"] * plan["Actual Loops"] if "Scan" in plan["Node Type"] else 0
    return own + sum(_rows_read(child) for child in plan.get("Plans", ()))
