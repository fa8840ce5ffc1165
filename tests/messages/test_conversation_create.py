from uuid import uuid4

import pytest

from contracts.errors import Conflict, InvalidRequest, NotFound
from contracts.ids import uuid7
from contracts.message import (
    ConversationCreate,
    ConversationGet,
    ConversationKind,
    ConversationList,
    MemberAdd,
    MemberList,
    MemberRemove,
)
from messageservice.models import Conversation
from userservice.models import User

DIRECT, GROUP = ConversationKind.DIRECT, ConversationKind.GROUP


def create(kind, *member_ids, client_id=None, title=None):
    return ConversationCreate(kind=kind, member_ids=list(member_ids), client_id=client_id or uuid7(), title=title)


def test_a_group_has_its_maker_as_owner_and_the_others_as_members(people, ask, recorded):
    ada, bob, carl = people(3)
    reply = ask(create(GROUP, bob, carl, ada, bob, title="  the\n warren "), by=ada)
    made = reply.conversation
    assert reply.created
    assert (made.kind, made.title, made.member_ids, made.member_count) == (GROUP, "the warren", [ada, bob, carl], 3)
    assert (made.last_seq, made.last_message, made.unread, made.rev) == (0, None, 0, 1)
    members = ask(MemberList(conversation_id=made.id), by=bob).members
    assert [(member.user_id, member.role.value, member.joined_seq) for member in members] == [
        (ada, "owner", 0),
        (bob, "member", 0),
        (carl, "member", 0),
    ]
    ((name, key, body),) = recorded()
    assert (name, key) == ("conversation.created", f"c.{made.id.hex}.1")
    assert (body["member_ids"], body["created_by"]) == ([str(ada), str(bob), str(carl)], str(ada))
    assert (body["title"], body["rev"]) == ("the warren", 1)


def test_a_group_needs_no_title_and_nobody_else(people, ask):
    (ada,) = people(1)
    made = ask(create(GROUP, ada), by=ada).conversation
    assert (made.title, made.member_ids) == (None, [ada])


def test_a_direct_conversation_is_there_once_for_a_pair(people, ask, recorded):
    ada, bob = people(2)
    first = ask(create(DIRECT, bob), by=ada)
    again = ask(create(DIRECT, bob, ada), by=ada)
    from_the_other = ask(create(DIRECT, ada), by=bob)
    assert (first.created, again.created, from_the_other.created) == (True, False, False)
    assert first.conversation.id == again.conversation.id == from_the_other.conversation.id
    assert first.conversation.member_ids == [ada, bob]
    assert len(recorded("conversation.created")) == 1


def test_of_two_who_write_to_each_other_at_once_one_makes_the_conversation(people, ask, at_once, recorded):
    ada, bob = people(2)
    replies = at_once(*[lambda: ask(create(DIRECT, bob), by=ada), lambda: ask(create(DIRECT, ada), by=bob)] * 4)
    assert len({reply.conversation.id for reply in replies}) == 1
    assert [reply.created for reply in replies].count(True) == 1
    assert len(recorded("conversation.created")) == 1


def test_a_repeated_client_id_makes_no_second_group(people, ask, at_once, recorded):
    ada, bob = people(2)
    key = uuid4()
    replies = at_once(*[lambda: ask(create(GROUP, bob, client_id=key, title="x"), by=ada)] * 6)
    assert len({reply.conversation.id for reply in replies}) == 1
    assert [reply.created for reply in replies].count(True) == 1
    later = ask(create(GROUP, bob, client_id=key, title="another"), by=ada)
    assert (later.created, later.conversation.title) == (False, "x")
    assert ask(create(GROUP, bob, client_id=key), by=bob).created
    assert len(recorded("conversation.created")) == 2


def test_a_client_id_that_stands_for_other_people_is_a_conflict(people, ask):
    ada, bob, carl = people(3)
    key = uuid4()
    ask(create(DIRECT, bob, client_id=key), by=ada)
    for request in (create(DIRECT, carl, client_id=key), create(GROUP, bob, client_id=key)):
        with pytest.raises(Conflict) as refused:
            ask(request, by=ada)
        assert refused.value.data == {"field": "client_id"}
    assert Conversation.objects.count() == 1


def test_a_repeat_by_who_has_left_shows_nothing(people, ask):
    ada, bob = people(2)
    key = uuid4()
    made = ask(create(GROUP, bob, client_id=key), by=ada).conversation
    ask(MemberRemove(conversation_id=made.id, user_id=ada), by=ada)
    with pytest.raises(NotFound):
        ask(create(GROUP, bob, client_id=key), by=ada)


@pytest.mark.parametrize(
    ("others", "title", "field"),
    [("self", None, "member_ids"), ("two", None, "member_ids"), ("one", "a title", "title")],
)
def test_a_direct_conversation_takes_one_other_person_and_no_title(people, ask, others, title, field):
    ada, bob, carl = people(3)
    member_ids = {"self": [ada], "two": [bob, carl], "one": [bob]}[others]
    with pytest.raises(InvalidRequest) as refused:
        ask(create(DIRECT, *member_ids, title=title), by=ada)
    assert refused.value.data["field"] == field


@pytest.mark.parametrize("title", [" \n ", "a\0b"])
def test_a_title_that_shows_nothing_is_refused(people, ask, title):
    ada, bob = people(2)
    with pytest.raises(InvalidRequest) as refused:
        ask(create(GROUP, bob, title=title), by=ada)
    assert refused.value.data == {"field": "title"}


@pytest.mark.parametrize("kind", [DIRECT, GROUP])
def test_people_who_do_not_exist_are_named(people, ask, kind):
    (ada,) = people(1)
    nobody = uuid4()
    with pytest.raises(NotFound) as refused:
        ask(create(kind, nobody), by=ada)
    assert refused.value.data == {"field": "user_ids", "user_ids": [str(nobody)]}
    assert Conversation.objects.count() == 0


def test_a_disabled_account_is_nobody_to_start_with_but_stays_where_it_is(people, ask):
    ada, bob = people(2)
    made = ask(create(DIRECT, bob), by=ada).conversation
    User.objects.filter(pk=bob).update(is_active=False)
    with pytest.raises(NotFound):
        ask(create(GROUP, bob), by=ada)
    with pytest.raises(NotFound):
        ask(MemberAdd(conversation_id=ask(create(GROUP, ada), by=ada).conversation.id, user_ids=[bob]), by=ada)
    assert ask(create(DIRECT, bob), by=ada).conversation.id == made.id


def test_a_direct_conversation_that_is_there_is_found_without_asking_the_user_service(people, ask, bus):
    ada, bob = people(2)
    made = ask(create(DIRECT, bob), by=ada).conversation
    with bus.absent("user.check"):
        assert ask(create(DIRECT, bob), by=ada).conversation == made
        assert ask(ConversationGet(conversation_id=made.id), by=bob).id == made.id


def test_a_conversation_appears_in_everybody_s_list(people, ask):
    ada, bob, eve = people(3)
    made = ask(create(GROUP, bob), by=ada).conversation
    lists = [ask(ConversationList(), by=somebody).conversations for somebody in (ada, bob, eve)]
    assert [[one.id for one in conversations] for conversations in lists] == [[made.id], [made.id], []]
