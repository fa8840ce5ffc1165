import re
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config import bounded_admin
from messageservice import admin
from messageservice.models import Conversation, Member

CONVERSATIONS = "/admin/messageservice/conversation/"
MEMBERS = "/admin/messageservice/member/"
MESSAGES = "/admin/messageservice/message/"


@pytest.fixture
def root(transactional_db):
    return get_user_model().objects.create_superuser("root", "correct horse battery")


@pytest.fixture
def site(root):
    """The site as a superuser who is logged in sees it."""
    browser = Client()
    browser.force_login(root)
    return browser


def name_of(user_id):
    return get_user_model().objects.get(pk=user_id).username


def found(site, address, **query):
    """Ids of the rows that a list shows."""
    answer = site.get(address, query)
    assert answer.status_code == 200
    return [row.pk for row in answer.context["cl"].result_list]


def edit(site, conversation, **fields):
    posted = {"title": "Warren", "add_member": "", "members-TOTAL_FORMS": 0, "members-INITIAL_FORMS": 0, **fields}
    answer = site.post(f"{CONVERSATIONS}{conversation}/change/", posted, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def remove(site, *members):
    chosen = [str(Member.objects.get(conversation_id=c, user_id=u).pk) for c, u in members]
    answer = site.post(MEMBERS, {"action": "remove", "_selected_action": chosen}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


# ---- looking


def test_conversations_are_found_by_id_person_title_and_kind(site, people, group, direct):
    ada, bob, carl = people(3)
    garden, pair, kitchen = group(ada, title="Garden"), direct(ada, bob), group(carl, title="Kitchen")
    assert found(site, CONVERSATIONS) == [kitchen, pair, garden]
    assert found(site, CONVERSATIONS, q=str(pair)) == [pair]
    assert found(site, CONVERSATIONS, q=str(ada)) == [pair, garden]
    assert found(site, CONVERSATIONS, q=name_of(carl).upper()) == [kitchen]
    assert found(site, CONVERSATIONS, q="gard") == [garden]
    assert found(site, CONVERSATIONS, kind__exact="direct") == [pair]
    assert found(site, CONVERSATIONS, since="day") == [kitchen, pair, garden]
    assert found(site, CONVERSATIONS, q="%") == []


def test_messages_are_found_by_id_conversation_person_and_words(site, people, group, send):
    ada, bob = people(2)
    one, other = group(ada, bob), group(bob)
    first = send("<b>carrots</b>", to=one, by=ada).message
    second = send("cabbage", to=one, by=bob).message
    third = send("carrots too", to=other, by=bob).message
    assert found(site, MESSAGES) == [third.id, second.id, first.id]
    assert found(site, MESSAGES, q=str(second.id)) == [second.id]
    assert found(site, MESSAGES, q=str(one)) == [second.id, first.id]
    assert found(site, MESSAGES, conversation__id__exact=str(one)) == [second.id, first.id]
    assert found(site, MESSAGES, q=str(bob)) == found(site, MESSAGES, q=name_of(bob)) == [third.id, second.id]
    assert found(site, MESSAGES, q="CARROTS") == [third.id, first.id]
    assert found(site, MESSAGES, since="hour") == [third.id, second.id, first.id]
    assert b"<b>carrots" not in site.get(MESSAGES).content


def test_members_are_found_by_person_conversation_and_role(site, people, group):
    ada, bob = people(2)
    one, other = group(ada, bob), group(bob)
    rows = {(row.conversation_id, row.user_id): row.pk for row in Member.objects.all()}
    assert (
        found(site, MEMBERS, q=str(bob)) == found(site, MEMBERS, q=name_of(bob)) == [rows[other, bob], rows[one, bob]]
    )
    assert found(site, MEMBERS, q=str(one)) == [rows[one, bob], rows[one, ada]]
    assert found(site, MEMBERS, q="nobody") == []
    assert found(site, MEMBERS, role__exact="owner") == [rows[other, bob], rows[one, ada]]


@pytest.mark.parametrize("address", [CONVERSATIONS, MEMBERS, MESSAGES])
@pytest.mark.parametrize("query", [{"q": "\0"}, {"q": "'; DROP TABLE x"}, {"q": "%"}, {"p": "99"}, {"o": "1"}])
def test_odd_questions_are_answered(site, people, group, send, address, query):
    (ada,) = people(1)
    send(to=group(ada), by=ada)
    assert site.get(address, query, follow=True).status_code == 200


@pytest.mark.parametrize("address", [CONVERSATIONS, MEMBERS, MESSAGES])
@pytest.mark.parametrize("lookup", ["text__icontains", "title__regex", "created_at__gte", "read_seq"])
def test_no_lookup_may_read_a_whole_table(site, address, lookup):
    assert site.get(address, {lookup: "1"}).status_code == 400


@pytest.mark.parametrize("address", [CONVERSATIONS, MEMBERS, MESSAGES])
def test_a_list_takes_the_same_few_statements_however_long_it_is(site, people, group, send, address):
    def statements():
        with CaptureQueriesContext(connection) as queries:
            assert site.get(address, {"since": "day"} if address != MEMBERS else {}).status_code == 200
        return queries.captured_queries

    ada, bob = people(2)
    send(to=group(ada, bob), by=ada)
    few = statements()
    for _ in range(20):
        send(to=group(ada, bob), by=ada)
    many = statements()
    assert len(many) == len(few) <= 8
    counts = [query["sql"] for query in many if "COUNT(" in query["sql"]]
    assert counts
    assert all(f"LIMIT {admin.REACH}" in sql for sql in counts)


def test_counting_ends_where_nobody_leafs_any_more(site, people, group, monkeypatch):
    (ada,) = people(1)
    for _ in range(5):
        group(ada)
    monkeypatch.setattr(bounded_admin, "REACH", 3)
    assert site.get(CONVERSATIONS).context["cl"].result_count == 3


def test_a_message_is_shown_whole_and_cannot_be_changed(site, people, group, send):
    (ada,) = people(1)
    message = send("carrots", to=group(ada), by=ada, data={"n": 1}).message
    page = site.get(f"{MESSAGES}{message.id}/change/").content.decode()
    assert "carrots" in page
    assert name_of(ada) in page
    assert "_save" not in page
    assert site.post(f"{MESSAGES}{message.id}/change/", {"text": "x"}).status_code == 403
    assert site.post(f"{MESSAGES}{message.id}/delete/").status_code == 403
    assert site.get(f"{MESSAGES}add/").status_code == 403


@pytest.mark.parametrize("address", [CONVERSATIONS, MEMBERS])
def test_nothing_is_made_or_deleted_by_hand(site, people, group, address):
    (ada,) = people(1)
    group(ada)
    row = (Conversation if address == CONVERSATIONS else Member).objects.get()
    assert site.get(f"{address}add/").status_code == 403
    assert site.post(f"{address}{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_conversation_shows_its_members(site, people, group, direct):
    ada, bob = people(2)
    for conversation in (group(ada, bob), direct(ada, bob)):
        page = site.get(f"{CONVERSATIONS}{conversation}/change/").content.decode()
        assert name_of(ada) in page
        assert str(bob) in page


# ---- changing


def test_renaming_goes_through_the_service(site, root, people, group, recorded):
    (ada,) = people(1)
    conversation = group(ada)
    edit(site, conversation, title=" new  name ")
    ((_, _, body),) = recorded("conversation.updated")
    assert (body["title"], body["updated_by"], body["rev"]) == ("new name", str(root.id), 2)
    edit(site, conversation, title="new name")
    assert len(recorded("conversation.updated")) == 1


@pytest.mark.parametrize("title", ["", "  ", "\u2003"])
def test_a_title_is_not_taken_away(site, people, group, title):
    (ada,) = people(1)
    conversation = group(ada)
    assert "nothing but white space" in edit(site, conversation, title=title)
    assert Conversation.objects.get().title == "Warren"


def test_a_group_without_a_title_may_stay_without(site, people, group, person):
    (ada,) = people(1)
    conversation = group(ada, title=None)
    edit(site, conversation, title="", add_member=name_of(person()))
    assert (Conversation.objects.get().title, Member.objects.count()) == (None, 2)


def test_adding_goes_through_the_service(site, root, people, group, send, recorded):
    ada, bob = people(2)
    conversation = group(ada)
    send(to=conversation, by=ada)
    edit(site, conversation, add_member=name_of(bob).upper(), title="both at once")
    ((_, key, body),) = recorded("member.added")
    assert key == f"c.{conversation.hex}.2.u.{bob.hex}"
    assert (body["added_by"], body["member"]["joined_seq"]) == (str(root.id), 1)
    assert Conversation.objects.get().rev == 3


@pytest.mark.parametrize("state", ["absent", "disabled"])
def test_only_an_active_account_is_added(site, people, group, state):
    ada, bob = people(2)
    conversation = group(ada)
    name = name_of(bob) if state == "disabled" else "nobody"
    get_user_model().objects.filter(pk=bob).update(is_active=False)
    assert "no active account" in edit(site, conversation, add_member=name)
    assert Member.objects.count() == 1


def test_what_the_service_refuses_is_said(site, people, group, monkeypatch, recorded):
    ada, bob = people(2)
    conversation = group(ada)
    monkeypatch.setattr(admin.services, "MAX_MEMBERS", 1)
    page = edit(site, conversation, title="other", add_member=name_of(bob))
    assert "A group has at most 1 members." in page
    assert "changed successfully" not in page
    assert (Conversation.objects.get().title, recorded("conversation.updated")) == ("Warren", [])


def test_a_direct_conversation_cannot_be_changed(site, people, direct):
    ada, bob = people(2)
    conversation = direct(ada, bob)
    assert "_save" not in site.get(f"{CONVERSATIONS}{conversation}/change/").content.decode()
    assert site.post(f"{CONVERSATIONS}{conversation}/change/", {"title": "x"}).status_code == 403
    assert "This conversation is between two people." in remove(site, (conversation, ada))
    assert Member.objects.count() == 2


def test_removing_goes_through_the_service(site, root, people, group, recorded):
    ada, bob, carl = people(3)
    conversation = group(ada, bob, carl)
    assert "Removed: 2." in remove(site, (conversation, ada), (conversation, carl))
    told = [(body["user_id"], body["removed_by"], body["new_owner_id"]) for _, _, body in recorded("member.removed")]
    assert sorted(told) == sorted([(str(carl), str(root.id), None), (str(ada), str(root.id), str(bob))])
    (left,) = Member.objects.all()
    assert (left.user_id, left.role) == (bob, "owner")


def test_who_may_only_look_changes_nothing(people, group):
    ada, bob = people(2)
    conversation = group(ada, bob)
    clerk = get_user_model().objects.create_user("clerk", "correct horse battery", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    site = Client()
    site.force_login(clerk)
    assert found(site, CONVERSATIONS) == [conversation]
    assert site.post(f"{CONVERSATIONS}{conversation}/change/", {"title": "x"}).status_code == 403
    assert not re.search(r'<option value="remove"', site.get(MEMBERS).content.decode())
    remove(site, (conversation, bob))
    assert Member.objects.count() == 2


def test_a_conversation_that_does_not_exist_is_not_found(site):
    assert site.get(f"{CONVERSATIONS}{uuid4()}/change/", follow=True).status_code == 200
    assert b"doesn\xe2\x80\x99t exist" in site.get(f"{CONVERSATIONS}{uuid4()}/change/", follow=True).content
