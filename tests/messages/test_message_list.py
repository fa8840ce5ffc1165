import pytest

from contracts.errors import InvalidRequest
from contracts.message import MessageList


@pytest.fixture
def ten(people, group, send):
    (ada,) = people(1)
    conversation = group(ada)
    for number in range(10):
        send(f"{number + 1}", to=conversation, by=ada)
    return ada, conversation


@pytest.mark.parametrize(
    ("asked", "seqs", "before", "after"),
    [
        ({}, [7, 8, 9, 10], True, False),
        ({"before": 7}, [3, 4, 5, 6], True, True),
        ({"before": 3}, [1, 2], False, True),
        ({"before": 1}, [], False, True),
        ({"before": 10**30}, [7, 8, 9, 10], True, False),
        ({"after": 0}, [1, 2, 3, 4], False, True),
        ({"after": 6}, [7, 8, 9, 10], True, False),
        ({"after": 9}, [10], True, False),
        ({"after": 10}, [], True, False),
        ({"after": 10**30}, [], True, False),
        ({"limit": 200}, list(range(1, 11)), False, False),
    ],
)
def test_a_page_lies_where_it_was_asked_for(ten, ask, asked, seqs, before, after):
    ada, conversation = ten
    page = ask(MessageList(conversation_id=conversation, **{"limit": 4, **asked}), by=ada)
    assert [message.seq for message in page.messages] == seqs
    assert [message.text for message in page.messages] == [str(seq) for seq in seqs]
    assert (page.more_before, page.more_after) == (before, after)


def test_before_and_after_exclude_each_other(ten, ask):
    ada, conversation = ten
    with pytest.raises(InvalidRequest):
        ask(MessageList(conversation_id=conversation, before=3, after=1), by=ada)


def test_an_empty_conversation_has_an_empty_page(people, group, ask):
    (ada,) = people(1)
    page = ask(MessageList(conversation_id=group(ada)), by=ada)
    assert (page.messages, page.more_before, page.more_after) == ([], False, False)


@pytest.mark.parametrize("asked", [{}, {"before": 10**9}, {"before": 5}, {"after": 0}, {"after": 9}])
def test_nothing_from_before_one_joined_is_shown(ten, people, ask, add, asked):
    ada, conversation = ten
    (bob,) = people(1)
    add(bob, to=conversation, by=ada)
    page = ask(MessageList(conversation_id=conversation, **asked), by=bob)
    assert (page.messages, page.more_before, page.more_after) == ([], False, False)
