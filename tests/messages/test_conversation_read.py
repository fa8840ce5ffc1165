import pytest

from contracts.message import ConversationGet, ConversationRead, ReadPosition
from messageservice import selectors
from messageservice.models import Member


@pytest.fixture
def read(ask):
    return lambda conversation, seq, *, by: ask(ConversationRead(conversation_id=conversation, seq=seq), by=by)


def test_the_position_moves_forward_only_and_not_beyond_the_last_message(people, group, send, read):
    ada, bob = people(2)
    conversation = group(ada, bob)
    for _ in range(5):
        send(to=conversation, by=ada)
    moves = [(3, 3), (1, 3), (3, 3), (4, 4), (99, 5), (10**30, 5), (0, 5)]
    assert [(seq, read(conversation, seq, by=bob).read_seq) for seq, _ in moves] == moves


def test_only_a_move_is_told_and_only_to_the_reader(people, group, send, read, recorded):
    ada, bob = people(2)
    conversation = group(ada, bob)
    send(to=conversation, by=ada)
    for _ in range(3):
        read(conversation, 1, by=bob)
    assert recorded("conversation.read_moved") == [
        (
            "conversation.read_moved",
            f"u.{bob.hex}",
            {"conversation_id": str(conversation), "user_id": str(bob), "read_seq": 1},
        )
    ]


def test_of_many_devices_that_read_at_once_the_furthest_wins(people, group, send, read, at_once, recorded):
    ada, bob = people(2)
    conversation = group(ada, bob)
    for _ in range(20):
        send(to=conversation, by=ada)
    at_once(*(lambda seq=seq: read(conversation, seq, by=bob) for seq in (3, 20, 11, 7, 19, 2)))
    assert Member.objects.get(user_id=bob).read_seq == 20
    told = [body["read_seq"] for _, _, body in recorded("conversation.read_moved")]
    assert (told, told[-1]) == (sorted(told), 20)


def test_one_s_own_messages_are_not_unread(people, group, send, read):
    ada, bob = people(2)
    conversation = group(ada, bob)
    for sender in (ada, bob, ada, ada, bob, ada):
        send(to=conversation, by=sender)
    assert read(conversation, 0, by=ada) == ReadPosition(conversation_id=conversation, read_seq=0, unread=2)
    assert read(conversation, 2, by=bob) == ReadPosition(conversation_id=conversation, read_seq=2, unread=3)
    assert read(conversation, 6, by=ada).unread == 0


def test_counting_ends_at_its_limits(people, group, send, ask, read, monkeypatch):
    monkeypatch.setattr(
        selectors,
        "_READ_POSITION",
        selectors._READ_POSITION.replace(f"LIMIT {selectors.MAX_UNREAD}\n", "LIMIT 3\n").replace(
            f"LIMIT {selectors.UNREAD_REACH}\n", "LIMIT 5\n"
        ),
    )
    ada, bob = people(2)
    conversation = group(ada, bob)
    for sender in (ada, ada, ada, ada, bob, bob, bob):
        send(to=conversation, by=sender)
    assert read(conversation, 0, by=bob).unread == 2  # of the last 5, 2 are ada's
    for _ in range(4):
        send(to=conversation, by=ada)
    assert read(conversation, 0, by=bob).unread == 3
    assert ask(ConversationGet(conversation_id=conversation), by=bob).unread == 8
