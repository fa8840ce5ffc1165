from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connections
from django.db.models import Count, F, Max, Min, OuterRef, Subquery
from django.utils import timezone

from bus.envelope import Client
from config.demo import talk
from config.demo.people import PEOPLE, ROOMS
from config.management.commands.seed_demo import demo_password
from contracts.message import ConversationKind
from eventlog.models import Outbox
from messageservice.models import Conversation, Member, Message
from messageservice.selectors import conversation_page
from userservice import services
from userservice.models import User
from userservice.selectors import user_by_name


def seed():
    printed = StringIO()
    call_command("seed_demo", stdout=printed)
    return printed.getvalue()


@pytest.fixture
def seeded(transactional_db):
    return seed()


def test_the_printed_logins_work(seeded):
    names = seeded.split("Demo logins: ")[1].splitlines()[0].split(", ")
    assert len(names) == len(PEOPLE) == 12
    password = seeded.split("Password of each: ")[1].splitlines()[0]
    for name in (names[0], names[-1]):
        entered = services.user_login(username=name, password=password, client=Client(address="192.0.2.1"))
        assert entered.user.username == name


def test_a_second_run_changes_nothing_and_prints_the_logins_again(seeded):
    before = [list(model.objects.order_by("pk").values()) for model in (User, Conversation, Member, Message, Outbox)]
    again = seed()
    assert [
        list(model.objects.order_by("pk").values()) for model in (User, Conversation, Member, Message, Outbox)
    ] == before
    assert "Made" not in again
    assert seeded.endswith(again)


def test_two_runs_at_once_make_one_workspace(transactional_db):
    def run(_):
        try:
            return seed()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        outputs = list(pool.map(run, range(2)))
    assert sum("Made" in output for output in outputs) == 1
    assert Conversation.objects.count() == len(ROOMS)


def test_there_is_something_to_look_at(seeded):
    assert Message.objects.count() > 2000
    kinds = {row["kind"]: row["n"] for row in Conversation.objects.values("kind").annotate(n=Count("pk"))}
    assert kinds[ConversationKind.DIRECT] > 10
    assert kinds[ConversationKind.GROUP] > 5
    span = Message.objects.aggregate(first=Min("created_at"), last=Max("created_at"))
    assert span["last"] - span["first"] > timedelta(weeks=7)
    assert span["last"] <= timezone.now()
    assert Message.objects.exclude(reply_to=None).count() > 100
    assert Message.objects.values("created_at__hour").distinct().count() > 10


def test_what_sending_guarantees_holds(seeded):
    for conversation in Conversation.objects.all():
        messages = list(conversation.message_set.order_by("seq"))
        assert [one.seq for one in messages] == list(range(1, conversation.last_seq + 1))
        times = [one.created_at for one in messages]
        assert times == sorted(times)
        assert conversation.active_at == times[-1]
        assert conversation.created_at < times[0]
        assert conversation.member_count == conversation.members.count()
        assert {one.sender_id for one in messages} <= set(conversation.members.values_list("user_id", flat=True))
        places = {one.id: one.seq for one in messages}
        assert all(places[one.reply_to_id] < one.seq for one in messages if one.reply_to_id)


@pytest.mark.parametrize("hour", range(24))
def test_at_any_time_of_day_people_talk_after_they_met_and_before_now(hour):
    now = datetime(2026, 11, 2, hour, 20, 36, tzinfo=UTC)
    names = {person.username for person in PEOPLE}
    for room in ROOMS:
        made = talk.conversation(room, present=names, now=now)
        times = [one.at for one in made.messages]
        assert made.created_at < times[0]
        assert times == sorted(times)
        assert times[-1] <= now


def test_nobody_has_unread_messages_before_his_own_last_one(seeded):
    last_own = (
        Message.objects.filter(conversation_id=OuterRef("conversation_id"), sender_id=OuterRef("user_id"))
        .order_by("-seq")
        .values("seq")[:1]
    )
    members = Member.objects.annotate(own=Subquery(last_own))
    assert not members.filter(read_seq__lt=F("own")).exists()
    assert not members.filter(read_seq__gt=F("conversation__last_seq")).exists()


def test_who_logs_in_first_has_something_unread(seeded):
    ada = user_by_name("ada")
    page = conversation_page(user_id=ada.id, cursor=None, limit=100)
    unread = [one for one in page.conversations if one.unread]
    assert len(unread) >= 4
    assert {one.kind for one in unread} == set(ConversationKind)
    assert ada.is_superuser


def test_people_are_told_to_everybody_and_their_history_is_not(seeded):
    assert set(Outbox.objects.values_list("event", "routing_key")) == {("user.registered", "all")}
    assert Outbox.objects.count() == 12


def test_a_stranger_with_a_demo_name_is_left_alone(transactional_db):
    stranger = services.user_create(username="Grace", password="correct horse battery")
    assert "grace" not in seed().split("Demo logins: ")[1].splitlines()[0].split(", ")
    assert not Member.objects.filter(user_id=stranger.id).exists()
    assert Conversation.objects.filter(kind=ConversationKind.GROUP).count() == 8


def test_no_two_installations_share_the_password(settings):
    settings.SECRET_KEY = "one"
    first = demo_password()
    assert first == demo_password()
    settings.SECRET_KEY = "two"
    assert demo_password() != first


@pytest.mark.parametrize("kind", sorted({room.kind for room in ROOMS}))
def test_every_scene_can_be_played(kind):
    for scene in talk.scenes_of(kind):
        words = talk._Words(talk.Random(1), without=["ada"])
        for number, line in enumerate(scene.lines):
            text = words.fill(line.text)
            assert not set(text) & set("{}|")
            assert line.reply_to is None or line.reply_to < number
            assert text[0] == text[0].upper()
