import pytest

from contracts.errors import Conflict, InvalidRequest
from contracts.message import ConversationGet, ConversationUpdate


def test_any_member_of_a_group_renames_it(people, group, send, ask, recorded):
    ada, bob = people(2)
    conversation = group(ada, bob, title="old")
    send(to=conversation, by=ada)
    renamed = ask(ConversationUpdate(conversation_id=conversation, title=" new\tname "), by=bob)
    assert (renamed.title, renamed.rev) == ("new name", 2)
    assert ask(ConversationGet(conversation_id=conversation), by=ada).title == "new name"
    assert recorded("conversation.updated") == [
        (
            "conversation.updated",
            f"c.{conversation.hex}.2",
            {"conversation_id": str(conversation), "title": "new name", "updated_by": str(bob), "rev": 2},
        )
    ]


def test_the_same_title_again_is_no_change(people, group, ask, recorded):
    (ada,) = people(1)
    conversation = group(ada, title="name")
    assert ask(ConversationUpdate(conversation_id=conversation, title="name "), by=ada).rev == 1
    assert recorded("conversation.updated") == []


def test_a_direct_conversation_has_no_title(people, direct, ask):
    ada, bob = people(2)
    with pytest.raises(Conflict):
        ask(ConversationUpdate(conversation_id=direct(ada, bob), title="x"), by=ada)


def test_a_title_that_shows_nothing_is_refused(people, group, ask):
    (ada,) = people(1)
    with pytest.raises(InvalidRequest):
        ask(ConversationUpdate(conversation_id=group(ada), title="\u2003"), by=ada)


def test_revs_of_changes_at_once_are_all_different(people, group, ask, at_once, recorded):
    members = people(6)
    conversation = group(*members)
    at_once(*(
        lambda one=one, n=n: ask(ConversationUpdate(conversation_id=conversation, title=f"{n}"), by=one)
        for n, one in enumerate(members)
    ))  # fmt: skip
    told = [body for _, _, body in recorded("conversation.updated")]
    assert [body["rev"] for body in told] == list(range(2, 8))
    final = ask(ConversationGet(conversation_id=conversation), by=members[0])
    assert (final.rev, final.title) == (7, told[-1]["title"])
