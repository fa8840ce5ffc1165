"""The log in Django's admin site: found, shown, never changed, and never read as a whole."""

import re
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contracts.audience import Audience
from contracts.user import SessionRevoked
from eventlog import admin
from eventlog.outbox import record
from tests.eventlog.talk import message, move_all

EVENTS = "/admin/eventlog/event/"


@pytest.fixture
def site(start):
    browser = Client()
    browser.force_login(get_user_model().objects.create_superuser(f"root-{uuid4().hex[:8]}", "correct horse battery"))
    return browser


def tell(*audiences: Audience, text: str = "hello") -> int:
    with transaction.atomic():
        for audience in audiences:
            record(message(uuid4(), 1, text=text), audience=audience)
    return move_all()


def listed(site, **query) -> list[int]:
    answer = site.get(EVENTS, query)
    assert answer.status_code == 200
    return [int(pos) for pos in re.findall(rf'href="{EVENTS}(\d+)/change/', answer.content.decode())]


def test_the_newest_events_come_first_with_their_audience(site, start):
    user = uuid4()
    tell(Audience(), Audience(user_id=user))
    page = site.get(EVENTS).content.decode()
    assert listed(site)[:2] == [start + 2, start + 1]
    assert f"user {user}" in page
    assert "everybody" in page


def test_events_are_found_by_position_conversation_user_and_text(site, start):
    room, user = uuid4(), uuid4()
    tell(Audience(conversation_id=room, seq=1), Audience(user_id=user))
    tell(Audience(), text="a needle in a haystack")
    assert listed(site, q=str(start + 1)) == [start + 1]
    assert listed(site, q=str(room)) == [start + 1]
    assert listed(site, q=user.hex) == [start + 2]
    assert listed(site, q="needle") == [start + 3]
    assert listed(site, q="9" * 30) == []


def test_events_are_filtered_by_name(site, start):
    with transaction.atomic():
        record(SessionRevoked(user_id=uuid4(), session_ids=[], reason="logout"), audience=Audience())
    tell(Audience())
    assert listed(site, event="session.revoked")[0] == start + 1
    assert start + 1 not in listed(site, event="message.sent")


def test_a_list_looks_at_a_window_that_can_be_moved_back_in_time(site, start, monkeypatch):
    monkeypatch.setattr(admin, "WINDOW", 2)
    last = tell(*[Audience()] * 5)
    assert listed(site) == [last, last - 1]
    with _two_hours_earlier(upto=start + 3):
        assert listed(site, until="1") == [start + 3, start + 2]


def test_no_page_counts_or_reads_the_whole_log(site):
    tell(Audience())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        listed(site, q="hello")
    about_events = [query["sql"] for query in queries if 'FROM "eventlog_event"' in query["sql"]]
    assert about_events
    assert all('"pos" >' in query and '"pos" <=' in query for query in about_events)


def test_an_event_is_shown_and_cannot_be_changed(site):
    pos = tell(Audience(), text="<script>alert(1)</script>")
    page = site.get(f"{EVENTS}{pos}/change/")
    assert page.status_code == 200
    assert b"&lt;script&gt;" in page.content
    assert b"<script>alert" not in page.content
    for address in (f"{EVENTS}add/", f"{EVENTS}{pos}/delete/"):
        assert site.get(address).status_code == 403
    assert site.post(f"{EVENTS}{pos}/change/", {"body": "{}"}).status_code == 403


def test_the_outbox_shows_what_waits_and_the_state_says_how_much(site):
    with transaction.atomic():
        record(message(uuid4(), 1), audience=Audience())
    assert b"message.sent" in site.get("/admin/eventlog/outbox/").content
    state = site.get("/admin/eventlog/relaystate/").content
    assert b"1, the first for" in state
    assert b"none is active" in state


@contextmanager
def _two_hours_earlier(*, upto: int):
    """The time of events never decreases with their position, so all up to there are shifted, and back."""
    shift = "UPDATE eventlog_event SET at = at + %s WHERE pos <= %s"
    with connection.cursor() as cursor:
        cursor.execute(shift, [timedelta(hours=-2), upto])
        yield
        cursor.execute(shift, [timedelta(hours=2), upto])
