from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import pytest
from django.db import connection

from bus import afterwards
from bus.envelope import Actor, Call
from contracts.errors import Conflict, InvalidRequest, NotAuthenticated, NotFound
from contracts.message import MemberRemove, MessageSend, MessageSent
from eventlog.models import Outbox
from messageservice import drafts, sending, statements
from messageservice.models import Conversation, Message


def request(conversation_id, text="hi", **fields):
    return MessageSend(
        conversation_id=conversation_id, client_id=fields.pop("client_id", None) or uuid4(), text=text, **fields
    )


def test_messages_are_numbered_from_one(people, group, send, seqs):
    ada, bob = people(2)
    conversation = group(ada, bob)
    sent = [send(f"number {n}", to=conversation, by=(ada, bob)[n % 2]).message for n in range(5)]
    assert [message.seq for message in sent] == seqs(conversation) == [1, 2, 3, 4, 5]


def test_a_reply_says_what_history_says(people, group, send, history):
    ada, bob = people(2)
    conversation = group(ada, bob)
    first = send("first", to=conversation, by=ada).message
    second = send("second", to=conversation, by=bob, data={"a": [1, "é"]}, reply_to=first.id)
    assert history(conversation, by=ada) == [first, second.message]
    assert not second.duplicate
    assert (second.message.sender_id, second.message.reply_to, second.message.data) == (bob, first.id, {"a": [1, "é"]})


def test_a_message_makes_its_conversation_active(people, group, send):
    (ada,) = people(1)
    conversation = group(ada)
    message = send(to=conversation, by=ada).message
    row = Conversation.objects.get(pk=conversation)
    assert row.active_at == message.created_at > row.created_at


HARD_TEXTS = [
    "'; DROP TABLE messageservice_message; --",
    "%s %(x)s %% {} $1 \\",
    '{"json": "\\u0000", \'x\': [1]}',
    "👩‍👩‍👧‍👦 🏳️‍🌈 e\u0301 \u200d",
    "مرحبا \u202b שלום \u200f",
    "\u0001\u001f\u007f\ufeff\U0010ffff",
    "a\n\n\tb  ",
    "x" * 10_000,
    "𝔘" * 10_000,
]


@pytest.mark.parametrize("text", HARD_TEXTS, ids=range(len(HARD_TEXTS)))
@pytest.mark.parametrize("at_once", [1, 3])
def test_the_event_is_exactly_the_contract_s_json(people, group, text, at_once):
    (ada,) = people(1)
    conversation = group(ada)
    data = {"text": text[:1000], "numbers": [1, -2.5, 1e22, 2**63 - 1], "none": None}
    sends = [(ada, request(conversation, text, data=data)) for _ in range(at_once)]
    replies = sending.message_send_many(sends)
    events = Outbox.objects.filter(event="message.sent").order_by("id")
    for reply, row in zip(replies, events, strict=True):
        message = reply.message
        expected = MessageSent(**{name: getattr(message, name) for name in MessageSent.__dataclass_fields__})
        assert row.body.encode() == msgspec.json.encode(expected)
        assert row.routing_key == f"c.{conversation.hex}.{message.seq}"
        assert (row.owner, row.conversation_id, row.seq, row.user_id) == ("message", conversation, message.seq, None)
        assert Message.objects.get(pk=message.id).text == text


@pytest.mark.parametrize("microsecond", [0, 1, 120_000, 999_999])
def test_times_are_written_as_the_contract_writes_them(db, microsecond):
    at = datetime(2026, 1, 2, 3, 4, 5, microsecond, tzinfo=UTC)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {statements.time_as_json('%s::timestamptz')}", [at])
        assert f'"{cursor.fetchone()[0]}"'.encode() == msgspec.json.encode(at)


def test_line_ends_are_stored_in_one_form(people, group, send, history):
    (ada,) = people(1)
    conversation = group(ada)
    assert send("a\r\nb\rc", to=conversation, by=ada).message.text == "a\nb\nc"
    assert history(conversation, by=ada)[0].text == "a\nb\nc"


@pytest.mark.parametrize("text", ["", " ", "\r\n\t", "\0", "a\0b", "x" * 10_001])
def test_a_text_that_cannot_be_a_message_is_refused(people, group, bus, seqs, text):
    (ada,) = people(1)
    conversation = group(ada)
    body = msgspec.json.encode({"conversation_id": conversation, "client_id": uuid4(), "text": text})
    call = Call(actor=Actor(user_id=ada, session_id=uuid4()))
    with pytest.raises(InvalidRequest) as refused:
        bus.sync_client("gateway").call_raw("message.send", body, call=call, deadline_ms=30_000)
    assert refused.value.data["field"] == "text"
    assert seqs(conversation) == []


def test_who_is_no_member_is_answered_as_if_there_was_no_conversation(people, group, send, seqs):
    ada, eve = people(2)
    conversation = group(ada)
    with pytest.raises(NotFound) as foreign:
        send(to=conversation, by=eve)
    with pytest.raises(NotFound) as absent:
        send(to=uuid4(), by=eve)
    assert (foreign.value.message, foreign.value.data) == (absent.value.message, absent.value.data)
    assert seqs(conversation) == []


def test_nobody_sends_without_being_somebody(people, group, ask):
    (ada,) = people(1)
    with pytest.raises(NotAuthenticated):
        ask(request(group(ada)), by=None)


def test_who_was_removed_cannot_send(people, group, ask, send, seqs):
    ada, bob = people(2)
    conversation = group(ada, bob)
    send(to=conversation, by=bob)
    ask(MemberRemove(conversation_id=conversation, user_id=bob), by=ada)
    with pytest.raises(NotFound):
        send(to=conversation, by=bob)
    assert seqs(conversation) == [1]


# ---- what was sent before


def test_a_repeat_returns_the_first_message(people, group, send, seqs, recorded):
    (ada,) = people(1)
    conversation = group(ada)
    key = uuid4()
    first = send("once", to=conversation, by=ada, client_id=key, data={"n": 1})
    send("another", to=conversation, by=ada)
    again = send("another text", to=conversation, by=ada, client_id=key)
    assert (again.duplicate, again.message) == (True, first.message)
    assert seqs(conversation) == [1, 2]
    assert len(recorded("message.sent")) == 2


def test_a_client_id_is_the_sender_s_own(people, group, send):
    ada, bob = people(2)
    conversation = group(ada, bob)
    key = uuid4()
    replies = [send(to=conversation, by=somebody, client_id=key) for somebody in (ada, bob)]
    assert [(reply.duplicate, reply.message.seq) for reply in replies] == [(False, 1), (False, 2)]


def test_a_repeat_is_answered_also_to_who_has_left(people, group, ask, send):
    ada, bob = people(2)
    conversation = group(ada, bob)
    key = uuid4()
    first = send(to=conversation, by=bob, client_id=key)
    ask(MemberRemove(conversation_id=conversation, user_id=bob), by=bob)
    again = send(to=conversation, by=bob, client_id=key)
    assert (again.duplicate, again.message) == (True, first.message)


def test_a_client_id_that_went_to_another_conversation_is_a_conflict(people, group, send, seqs):
    (ada,) = people(1)
    one, other = group(ada), group(ada)
    key = uuid4()
    send(to=one, by=ada, client_id=key)
    with pytest.raises(Conflict) as refused:
        send(to=other, by=ada, client_id=key)
    assert refused.value.data == {"field": "client_id"}
    assert seqs(other) == []


# ---- replies


def test_a_reply_answers_a_message_of_its_own_conversation(people, group, send, seqs):
    (ada,) = people(1)
    conversation, other = group(ada), group(ada)
    elsewhere = send(to=other, by=ada).message
    for target in (elsewhere.id, uuid4()):
        with pytest.raises(NotFound) as refused:
            send(to=conversation, by=ada, reply_to=target)
        assert refused.value.data == {"field": "reply_to"}
    assert seqs(conversation) == []


def test_nobody_replies_to_what_was_said_before_he_came(people, group, add, send):
    ada, bob = people(2)
    conversation = group(ada)
    before = send(to=conversation, by=ada).message
    add(bob, to=conversation, by=ada)
    with pytest.raises(NotFound):
        send(to=conversation, by=bob, reply_to=before.id)


def test_a_stranger_s_reply_is_answered_as_any_message_of_his(people, group, send):
    ada, eve = people(2)
    conversation = group(ada)
    message = send(to=conversation, by=ada).message
    for target in (message.id, uuid4()):
        with pytest.raises(NotFound) as refused:
            send(to=conversation, by=eve, reply_to=target)
        assert refused.value.data == {}


# ---- several at once


def kinds(outcomes):
    return [type(outcome).__name__ if isinstance(outcome, Exception) else outcome.message.seq for outcome in outcomes]


def test_each_of_a_batch_gets_its_own_answer(people, group, send, seqs):
    ada, eve = people(2)
    conversation, other = group(ada), group(ada)
    key = uuid4()
    send("before", to=conversation, by=ada, client_id=key)
    outcomes = sending.message_send_many([
        (ada, request(conversation)),
        (eve, request(conversation)),
        (ada, request(conversation, " ")),
        (ada, request(conversation, client_id=key)),
        (ada, request(other)),
        (ada, request(other, client_id=key)),
        (ada, request(uuid4())),
        (ada, request(conversation, reply_to=uuid4())),
        (ada, request(conversation, data={"nul": "\0"})),
        (ada, request(conversation)),
    ])  # fmt: skip
    assert kinds(outcomes) == [
        2,
        "NotFound",
        "InvalidRequest",
        1,
        1,
        "Conflict",
        "NotFound",
        "NotFound",
        "InvalidRequest",
        3,
    ]
    assert outcomes[3].duplicate
    assert (seqs(conversation), seqs(other)) == ([1, 2, 3], [1])


def test_a_batch_keeps_the_order_of_its_requests(people, group, seqs, recorded):
    ada, bob = people(2)
    conversation = group(ada, bob)
    outcomes = sending.message_send_many([((ada, bob)[n % 2], request(conversation, f"{n}")) for n in range(32)])
    assert kinds(outcomes) == seqs(conversation) == list(range(1, 33))
    assert [body["seq"] for _, _, body in recorded("message.sent")] == list(range(1, 33))


def test_the_same_message_twice_in_one_batch_is_sent_once(people, group, seqs, recorded):
    (ada,) = people(1)
    conversation, other = group(ada), group(ada)
    key = uuid4()
    outcomes = sending.message_send_many([
        (ada, request(conversation, "first", client_id=key)),
        (ada, request(conversation, "again", client_id=key)),
        (ada, request(other, client_id=key)),
        (ada, request(conversation)),
        (ada, request(conversation, client_id=key)),
    ])  # fmt: skip
    assert kinds(outcomes) == [1, 1, "Conflict", 2, 1]
    assert [outcome.duplicate for outcome in (outcomes[0], outcomes[1], outcomes[3], outcomes[4])] == [
        False,
        True,
        False,
        True,
    ]
    assert outcomes[1].message.text == "first"
    assert seqs(conversation) == [1, 2]
    assert len(recorded("message.sent")) == 2


def test_a_repeat_after_a_failure_in_the_same_batch_gets_its_own_chance(people, group):
    (ada,) = people(1)
    conversation = group(ada)
    key = uuid4()
    sends = [(ada, request(uuid4(), client_id=key)), (ada, request(conversation, client_id=key))]
    assert kinds(sending.message_send_many(sends)) == ["NotFound", 1]


def test_what_only_the_database_refuses_fails_alone(people, group, monkeypatch, seqs):
    (ada,) = people(1)
    conversation = group(ada)
    monkeypatch.setattr(drafts, "clean_data", lambda data: '{"a": "\\u0000"}' if data else "{}")
    outcomes = sending.message_send_many([(ada, request(conversation, data=data)) for data in (None, {"a": 1}, {})])
    assert kinds(outcomes) == [1, "InvalidRequest", 2]
    assert seqs(conversation) == [1, 2]


def test_nothing_to_send_is_nothing_to_do(db):
    assert sending.message_send_many([]) == []


def test_the_relay_is_woken_only_when_something_was_sent(people, group):
    ada, eve = people(2)
    conversation = group(ada)
    afterwards.take()
    sending.message_send_many([(eve, request(conversation))])
    assert not afterwards.take()
    sending.message_send_many([(ada, request(conversation))])
    assert afterwards.take()


def test_statements_are_prepared_anew_on_a_new_connection(people, group, send):
    (ada,) = people(1)
    conversation = group(ada)
    send(to=conversation, by=ada)
    connection.close()
    assert send(to=conversation, by=ada).message.seq == 2


CROWD = """
WITH conversation AS (
    INSERT INTO messageservice_conversation (id, kind, member_count, last_seq, rev, created_by, client_id)
    SELECT gen_random_uuid(), 'group', 1, 0, 1, gen_random_uuid(), gen_random_uuid() FROM generate_series(1, 20000)
    RETURNING id, created_by
)
INSERT INTO messageservice_member (conversation_id, user_id, role, joined_seq, read_seq)
SELECT id, created_by, 'owner', 0, 0 FROM conversation
"""


@pytest.mark.parametrize("number", [1, 8])
def test_every_look_up_of_the_send_goes_by_index(people, group, number):
    """With 20,000 members and conversations around it, and never a sequential scan of a table."""
    (ada,) = people(1)
    conversation = group(ada)
    with connection.cursor() as cursor:
        cursor.execute(CROWD)
    found = [drafts.Draft.of(request(conversation), sender=ada) for _ in range(number)]
    for _ in range(8):  # from the sixth execution on PostgreSQL may use a generic plan
        statements.insert([drafts.Draft.of(request(conversation), sender=ada) for _ in range(number)])
    with connection.cursor() as cursor:
        sql, parameters = statements.execution(found)
        cursor.execute(f"EXPLAIN {sql}", parameters)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan" not in plan
    assert "Index Scan using member_once" in plan
