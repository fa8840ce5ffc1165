"""Positions are dense and in order whatever the writers' transactions do: nobody polls a sequence here."""

import threading
import time

from django.db import connection, transaction

from contracts.audience import Audience
from contracts.user import SessionRevoked
from eventlog.models import Event
from eventlog.outbox import record_many
from eventlog.relay import POLL
from tests.eventlog.conftest import published
from tests.eventlog.talk import Talk, assert_log_is_whole, message, move_all, new_conversation, say, saying, state
from tests.servers import eventually


def test_slow_and_concurrent_transactions_leave_no_hole_and_no_event_behind(start, listener, active_relay):
    conversations = [new_conversation() for _ in range(12)]
    active_relay()
    talk = Talk(conversations, threads=12, linger=0.05)
    eventually(lambda: state().pos > start + 1_500, seconds=60)
    total = talk.stop()
    eventually(lambda: published() == start + total)
    assert_log_is_whole(after=start, count=total, conversations=conversations)
    eventually(lambda: len(listener.kept(after=start)) == total)


def test_an_event_that_commits_late_gets_a_later_position_and_is_not_missed(start, conversations):
    early, late = conversations[:2]
    recorded, go_on = threading.Event(), threading.Event()
    slow = threading.Thread(target=_hold_open, args=(early, recorded, go_on))
    slow.start()
    assert recorded.wait(10)
    say(late)
    assert move_all() == start + 1
    go_on.set()
    slow.join(10)
    assert move_all() == start + 2
    told = Event.objects.filter(pos__gt=start).order_by("pos").values_list("conversation_id", flat=True)
    assert list(told) == [late, early]


def test_what_was_rolled_back_is_never_told(start, conversations):
    try:
        with saying(conversations[0]):
            raise ValueError
    except ValueError:
        say(conversations[1])
    assert move_all() == start + 1
    assert Event.objects.get(pos=start + 1).conversation_id == conversations[1]


def test_events_recorded_together_keep_their_order(start, conversations):
    with transaction.atomic():
        record_many(
            [(message(conversations[0], n), Audience(conversation_id=conversations[0], seq=n)) for n in range(1, 30)]
        )
    move_all()
    assert_log_is_whole(after=start, count=29, conversations=conversations[:1])


def test_a_frame_is_ready_to_forward_and_its_key_carries_the_audience(start, listener, active_relay, conversations):
    user = conversations[5]
    event = SessionRevoked(user_id=user, session_ids=[user], reason="logout")
    audience = Audience(conversation_id=conversations[0], seq=7, user_id=user)
    with transaction.atomic():
        record_many([(event, audience), (event, Audience())])
    active_relay()
    first, second = eventually(lambda: len(listener.events) == 2 and listener.events)
    assert (first.exchange, first.type) == ("events.user", "session.revoked")
    assert [first.routing_key, second.routing_key] == [audience.routing_key(), "all"]
    stored = Event.objects.get(pos=start + 1)
    assert first.frame == {
        "event": "session.revoked",
        "pos": start + 1,
        "at": stored.at.isoformat().replace("+00:00", "Z"),
        "data": {"user_id": str(user), "session_ids": [str(user)], "reason": "logout"},
    }


def test_a_text_with_every_kind_of_character_arrives_as_it_was(start, listener, active_relay, conversations):
    text = "\x00 \x1f \\ \" ' %s %(x)s {0} \u2028 é 漢 🦊 $$"
    say(conversations[0], text=text)
    active_relay()
    (heard,) = eventually(lambda: listener.events)
    assert heard.data["text"] == text


def test_a_poke_is_heard_before_the_poll(start, poke, listener, active_relay, conversations):
    active_relay()
    eventually(lambda: listener.heads)
    began = time.monotonic()
    for number in range(1, 21):
        say(conversations[0])
        poke()
        eventually(lambda number=number: len(listener.events) == number, pause=0.001)
    assert time.monotonic() - began < 20 * POLL / 2


def _hold_open(conversation_id, recorded: threading.Event, go_on: threading.Event) -> None:
    with saying(conversation_id):
        recorded.set()
        assert go_on.wait(10)
    connection.close()
