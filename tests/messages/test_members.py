from uuid import uuid4

import pytest

from contracts import message as contract
from contracts.errors import Conflict, Forbidden, InvalidRequest, LimitExceeded, NotFound
from contracts.message import (
    ConversationGet,
    ConversationList,
    MemberAdd,
    MemberList,
    MemberRemove,
    MembershipListOf,
    MessageList,
)
from messageservice import services
from messageservice.models import Conversation, Member


@pytest.fixture
def remove(ask):
    return lambda user_id, *, of, by: ask(MemberRemove(conversation_id=of, user_id=user_id), by=by)


@pytest.fixture
def members(ask):
    def read(conversation, *, by):
        found = ask(MemberList(conversation_id=conversation), by=by).members
        return [(member.user_id, member.role.value) for member in found]

    return read


# ---- coming


def test_any_member_adds_people_and_each_is_told_of(people, group, send, add, members, recorded):
    ada, bob, carl, dora = people(4)
    conversation = group(ada, bob)
    send(to=conversation, by=ada)
    seen = add(carl, dora, carl, ada, to=conversation, by=bob)
    assert (seen.member_count, seen.rev, seen.member_ids) == (4, 3, [ada, bob, carl, dora])
    assert members(conversation, by=dora) == [(ada, "owner"), (bob, "member"), (carl, "member"), (dora, "member")]
    told = recorded("member.added")
    assert [key for _, key, _ in told] == [f"c.{conversation.hex}.2.u.{one.hex}" for one in (carl, dora)]
    assert [(body["member_count"], body["rev"], body["added_by"]) for _, _, body in told] == [
        (3, 2, str(bob)),
        (4, 3, str(bob)),
    ]
    assert [(body["member"]["user_id"], body["member"]["joined_seq"]) for _, _, body in told] == [
        (str(carl), 1),
        (str(dora), 1),
    ]


def test_adding_who_is_there_changes_nothing(people, group, add, recorded):
    ada, bob = people(2)
    conversation = group(ada, bob)
    assert add(bob, to=conversation, by=ada).rev == 1
    assert recorded("member.added") == []


def test_people_added_twice_at_once_are_in_it_once(people, group, add, at_once, recorded):
    ada, bob, *new = people(7)
    conversation = group(ada, bob)
    seen = at_once(*[lambda: add(*new, to=conversation, by=ada), lambda: add(*new, to=conversation, by=bob)] * 3)
    assert {one.member_count for one in seen} == {7}
    assert Member.objects.filter(conversation_id=conversation).count() == 7
    assert [body["rev"] for _, _, body in recorded("member.added")] == [2, 3, 4, 5, 6]


def test_nobody_unknown_is_added(people, group, add, members):
    ada, bob = people(2)
    conversation = group(ada)
    nobody = uuid4()
    with pytest.raises(NotFound) as refused:
        add(bob, nobody, to=conversation, by=ada)
    assert refused.value.data["user_ids"] == [str(nobody)]
    assert members(conversation, by=ada) == [(ada, "owner")]


def test_a_group_is_full_at_its_limit(people, group, add, members, monkeypatch):
    monkeypatch.setattr(services, "MAX_MEMBERS", 3)
    ada, bob, carl, dora = people(4)
    conversation = group(ada, bob)
    with pytest.raises(LimitExceeded) as refused:
        add(carl, dora, to=conversation, by=ada)
    assert refused.value.data == {"limit": 3}
    assert add(carl, bob, to=conversation, by=ada).member_count == 3


def test_a_direct_conversation_keeps_its_two(people, direct, add, remove):
    ada, bob, carl = people(3)
    conversation = direct(ada, bob)
    with pytest.raises(Conflict):
        add(carl, to=conversation, by=ada)
    for user_id in (ada, bob):
        with pytest.raises(Conflict):
            remove(user_id, of=conversation, by=ada)


# ---- going


def test_an_owner_removes_others(people, group, send, remove, members, recorded, ask):
    ada, bob, carl = people(3)
    conversation = group(ada, bob, carl)
    send(to=conversation, by=bob)
    remove(bob, of=conversation, by=ada)
    assert members(conversation, by=ada) == [(ada, "owner"), (carl, "member")]
    ((_, key, body),) = recorded("member.removed")
    assert key == f"c.{conversation.hex}.2.u.{bob.hex}"
    assert body == {
        "conversation_id": str(conversation), "user_id": str(bob), "removed_by": str(ada),
        "member_count": 2, "rev": 2, "new_owner_id": None,
    }  # fmt: skip
    assert ask(ConversationList(), by=bob).conversations == []


def test_only_an_owner_removes_others(people, group, remove, members):
    ada, bob, carl = people(3)
    conversation = group(ada, bob, carl)
    for target in (carl, ada):
        with pytest.raises(Forbidden):
            remove(target, of=conversation, by=bob)
    assert len(members(conversation, by=bob)) == 3


def test_a_member_leaves(people, group, remove, members):
    ada, bob = people(2)
    conversation = group(ada, bob)
    remove(bob, of=conversation, by=bob)
    assert members(conversation, by=ada) == [(ada, "owner")]


def test_who_has_gone_is_not_removed_again(people, group, remove):
    ada, bob = people(2)
    conversation = group(ada, bob)
    remove(bob, of=conversation, by=ada)
    for by in (ada, bob):
        with pytest.raises(NotFound):
            remove(bob, of=conversation, by=by)


def test_the_last_owner_hands_on_to_the_longest_member(people, group, add, remove, members, recorded):
    ada, bob, carl, dora = people(4)
    conversation = group(ada, bob, carl)
    add(dora, to=conversation, by=bob)
    remove(bob, of=conversation, by=bob)
    add(bob, to=conversation, by=ada)
    remove(ada, of=conversation, by=ada)
    assert members(conversation, by=bob) == [(carl, "owner"), (dora, "member"), (bob, "member")]
    assert [body["new_owner_id"] for _, _, body in recorded("member.removed")] == [None, str(carl)]


def test_the_last_member_leaves_a_conversation_that_stays(people, group, send, remove, recorded):
    (ada,) = people(1)
    conversation = group(ada)
    send(to=conversation, by=ada)
    remove(ada, of=conversation, by=ada)
    row = Conversation.objects.get(pk=conversation)
    assert (row.member_count, row.last_seq) == (0, 1)
    assert recorded("member.removed")[0][2]["new_owner_id"] is None


def test_two_owners_who_remove_each_other_do_not_deadlock(people, group, remove, at_once):
    ada, bob, carl = people(3)
    for _ in range(5):
        conversation = group(ada, bob, carl)
        Member.objects.filter(conversation_id=conversation, user_id=bob).update(role="owner")
        outcomes = at_once(
            lambda c=conversation: remove(bob, of=c, by=ada), lambda c=conversation: remove(ada, of=c, by=bob)
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Done", "NotFound"]
        assert Conversation.objects.get(pk=conversation).member_count == 2


def test_when_everybody_leaves_at_once_there_is_always_an_owner(people, group, remove, at_once, recorded):
    everybody = people(6)
    conversation = group(*everybody)
    stays = everybody[3]
    leaving = [one for one in everybody if one != stays]
    assert not [
        outcome
        for outcome in at_once(*(lambda one=one: remove(one, of=conversation, by=one) for one in leaving))
        if isinstance(outcome, Exception)
    ]
    (last,) = Member.objects.filter(conversation_id=conversation)
    assert (last.user_id, last.role) == (stays, "owner")
    assert [body["member_count"] for _, _, body in recorded("member.removed")] == [5, 4, 3, 2, 1]


# ---- coming back


def test_history_begins_anew_for_who_comes_back(people, group, add, remove, send, ask, history):
    ada, bob = people(2)
    conversation = group(ada, bob)
    send("before", to=conversation, by=ada)
    remove(bob, of=conversation, by=bob)
    send("meanwhile", to=conversation, by=ada)
    add(bob, to=conversation, by=ada)
    send("after", to=conversation, by=ada)
    assert [message.text for message in history(conversation, by=bob)] == ["after"]
    seen = ask(ConversationGet(conversation_id=conversation), by=bob)
    assert (seen.joined_seq, seen.read_seq, seen.unread) == (2, 2, 1)


# ---- lists


def test_members_come_in_pages_in_the_order_of_joining(people, group, ask):
    everybody = people(7)
    conversation = group(*everybody)
    shown, cursor = [], None
    for expected in (3, 3, 1):
        page = ask(MemberList(conversation_id=conversation, limit=3, cursor=cursor), by=everybody[6])
        assert len(page.members) == expected
        shown += [member.user_id for member in page.members]
        cursor = page.next
    assert (shown, cursor) == (everybody, None)


def test_a_cursor_of_one_s_own_making_is_refused(people, group, ask):
    (ada,) = people(1)
    with pytest.raises(InvalidRequest):
        ask(MemberList(conversation_id=group(ada), cursor="!"), by=ada)


def test_memberships_say_what_one_may_hear(people, group, direct, add, send, ask):
    ada, bob, eve = people(3)
    old, pair = group(ada), direct(bob, ada)
    group(ada, eve)
    send(to=old, by=ada)
    add(bob, to=old, by=ada)
    found, nothing, again = ask(MembershipListOf(user_ids=[bob, uuid4(), bob]), by=ada).users
    assert {(one.conversation_id, one.joined_seq) for one in found.memberships} == {(old, 1), (pair, 0)}
    assert (nothing.memberships, again) == ([], found)


def test_the_contract_s_limits_are_the_service_s():
    assert services.MAX_MEMBERS == contract.MAX_MEMBERS
    assert MemberAdd.operation.slow
    assert MessageList.operation.safety.value == "read-only"
