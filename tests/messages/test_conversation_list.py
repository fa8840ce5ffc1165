from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contracts.errors import InvalidRequest
from contracts.message import ConversationGet, ConversationList, ConversationRead
from messageservice.models import Conversation


def ids(page):
    return [conversation.id for conversation in page.conversations]


def test_the_most_recently_active_comes_first(people, group, send, ask):
    (ada,) = people(1)
    first, second, third = (group(ada) for _ in range(3))
    assert ids(ask(ConversationList(), by=ada)) == [third, second, first]
    send(to=second, by=ada)
    send(to=first, by=ada)
    assert ids(ask(ConversationList(), by=ada)) == [first, second, third]


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_show_everything_once(people, group, ask, limit):
    (ada,) = people(1)
    made = [group(ada) for _ in range(6)]
    same = Conversation.objects.get(pk=made[0]).active_at
    Conversation.objects.filter(pk__in=made[:4]).update(active_at=same)  # ties are broken by id
    shown, cursor = [], None
    while True:
        page = ask(ConversationList(limit=limit, cursor=cursor), by=ada)
        assert len(page.conversations) <= limit
        shown += ids(page)
        cursor = page.next
        if cursor is None:
            break
    assert sorted(shown) == sorted(made)
    assert shown[:2] == made[:-3:-1]


def test_a_conversation_that_became_active_meanwhile_is_not_shown_twice(people, group, ask):
    (ada,) = people(1)
    made = [group(ada) for _ in range(4)]
    page = ask(ConversationList(limit=2), by=ada)
    first = Conversation.objects.get(pk=made[0])
    Conversation.objects.filter(pk=first.pk).update(active_at=first.active_at + timedelta(days=1))
    rest = ask(ConversationList(limit=2, cursor=page.next), by=ada)
    assert ids(page) + ids(rest) == [made[3], made[2], made[1]]


def test_each_shows_its_last_message_and_who_joined_first(people, group, send, ask):
    members = people(10)
    conversation = group(*members)
    last = [send(f"{n}", to=conversation, by=members[n], data={"n": [n]}).message for n in range(3)][-1]
    (shown,) = ask(ConversationList(), by=members[9]).conversations
    assert (shown.last_message, shown.last_seq, shown.unread) == (last, 3, 3)
    assert (shown.member_ids, shown.member_count) == (members[:8], 10)
    assert shown == ask(ConversationGet(conversation_id=conversation), by=members[9])


def test_who_came_later_sees_no_last_message_from_before(people, group, add, send, ask):
    ada, bob = people(2)
    conversation = group(ada)
    send(to=conversation, by=ada)
    add(bob, to=conversation, by=ada)
    (shown,) = ask(ConversationList(), by=bob).conversations
    assert (shown.last_message, shown.last_seq, shown.joined_seq, shown.read_seq, shown.unread) == (None, 1, 1, 1, 0)
    message = send(to=conversation, by=ada).message
    assert ask(ConversationList(), by=bob).conversations[0].last_message == message


def test_a_hundred_conversations_take_one_statement(people, group, send, ask):
    ada, bob = people(2)
    for number in range(100):
        conversation = group(ada, bob)
        if number % 10 == 0:
            send(to=conversation, by=bob)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = ask(ConversationList(limit=100), by=ada)
    assert len(queries) == 1
    assert (len(page.conversations), page.next) == (100, None)
    assert sum(conversation.unread for conversation in page.conversations) == 10


@pytest.mark.parametrize("cursor", ["x", "", "AAAA", "MjAyNi0wMS0wMSAw"])
def test_a_cursor_of_one_s_own_making_is_refused(person, ask, cursor):
    with pytest.raises(InvalidRequest) as refused:
        ask(ConversationList(cursor=cursor), by=person())
    assert refused.value.data == {"field": "cursor"}


def test_reading_and_sending_leave_rev_as_it_is(people, group, send, ask):
    ada, bob = people(2)
    conversation = group(ada, bob)
    send(to=conversation, by=ada)
    ask(ConversationRead(conversation_id=conversation, seq=1), by=bob)
    assert ask(ConversationGet(conversation_id=conversation), by=bob).rev == 1
