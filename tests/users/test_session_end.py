from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from contracts.base import Done
from contracts.errors import NotAuthenticated, NotFound
from contracts.user import (
    RevocationListRecent,
    SessionEnd,
    SessionEndAll,
    SessionListOwn,
    SessionRefresh,
    SessionRevoke,
)
from userservice import sessions
from userservice.models import EndReason, Session


def test_ones_sessions_are_listed_last_used_first(register, login, ask):
    somebody = register("ada")
    register()
    phone = login("ada", address="198.51.100.9", device="Phone")
    first, second = ask(SessionListOwn(), by=somebody).sessions
    assert (first.id, first.device, first.address, first.current) == (phone.session_id, "Phone", "198.51.100.9", False)
    assert (second.id, second.current) == (somebody.session_id, True)
    assert second.created_at <= second.last_used_at


def test_what_is_over_is_not_listed(register, login, ask):
    somebody = register("ada")
    ended, expired = login("ada"), login("ada")
    ask(SessionEnd(refresh_token=ended.refresh_token))
    Session.objects.filter(pk=expired.session_id).update(expires_at=timezone.now())
    assert [one.id for one in ask(SessionListOwn(), by=somebody).sessions] == [somebody.session_id]


def test_logout_ends_the_session_of_the_token_and_tells_it_once(register, login, ask, recorded):
    somebody = register("ada")
    other = login("ada")
    for _ in range(2):
        assert ask(SessionEnd(refresh_token=other.refresh_token)) == Done()
    assert [body["session_ids"] for _, _, body in recorded("session.revoked")] == [[str(other.session_id)]]
    assert ask(SessionRefresh(refresh_token=somebody.refresh_token)).session_id == somebody.session_id


def test_logout_works_with_a_token_that_was_traded_meanwhile(register, ask):
    somebody = register()
    ask(SessionRefresh(refresh_token=somebody.refresh_token))
    ask(SessionEnd(refresh_token=somebody.refresh_token))
    assert Session.objects.get().reason == "logout"


@pytest.mark.parametrize("token", ["", "nonsense", "A" * 70])
def test_logging_out_with_an_unknown_token_is_no_error(register, ask, token):
    register()
    assert ask(SessionEnd(refresh_token=token)) == Done()
    assert Session.objects.get().ended_at is None


def test_logout_everywhere_ends_all_of_ones_own(register, login, ask, recorded):
    somebody = register("ada")
    login("ada")
    bystander = register()
    assert ask(SessionEndAll(), by=somebody) == Done()
    assert list(Session.objects.all().open().values_list("pk", flat=True)) == [bystander.session_id]
    ((_, key, body),) = recorded("session.revoked")
    assert (key, len(body["session_ids"]), body["reason"]) == (f"u.{somebody.user.id.hex}", 2, "logout_everywhere")


def test_logout_everywhere_may_be_repeated(register, ask, recorded):
    somebody = register()
    for _ in range(2):
        assert ask(SessionEndAll(), by=somebody) == Done()
    assert len(recorded("session.revoked")) == 1


def test_an_ended_session_can_log_nobody_out(register, login, ask):
    somebody = register("ada")
    ask(SessionEnd(refresh_token=somebody.refresh_token))
    other = login("ada")
    with pytest.raises(NotAuthenticated):
        ask(SessionEndAll(), by=somebody)
    with pytest.raises(NotAuthenticated):
        ask(SessionRevoke(session_id=other.session_id), by=somebody)
    assert Session.objects.all().open().count() == 1


def test_one_session_is_revoked(register, login, ask):
    somebody = register("ada")
    other = login("ada")
    for _ in range(2):
        assert ask(SessionRevoke(session_id=other.session_id), by=somebody) == Done()
    assert Session.objects.get(pk=other.session_id).reason == "revoked"
    assert [one.id for one in ask(SessionListOwn(), by=somebody).sessions] == [somebody.session_id]


def test_somebody_elses_session_is_not_there(register, ask):
    somebody, other = register(), register()
    for session_id in (other.session_id, uuid4()):
        with pytest.raises(NotFound):
            ask(SessionRevoke(session_id=session_id), by=somebody)
    assert Session.objects.all().open().count() == 2


def test_gateways_read_what_ended_in_the_last_quarter_of_an_hour(register, ask):
    people = [register() for _ in range(3)]
    for minutes, one in zip((1, 14, 16), people, strict=True):
        ask(SessionEnd(refresh_token=one.refresh_token))
        Session.objects.filter(pk=one.session_id).update(ended_at=timezone.now() - timedelta(minutes=minutes))
    register()
    assert set(ask(RevocationListRecent()).session_ids) == {one.session_id for one in people[:2]}


def test_a_session_is_ended_once_however_many_try(register, at_once, recorded):
    register()
    ended = at_once(*[lambda: sessions.sessions_end(Session.objects.all(), reason=EndReason.LOGOUT)] * 6)
    assert sorted(len(one) for one in ended) == [0, 0, 0, 0, 0, 1]
    assert len(recorded("session.revoked")) == 1


def test_the_longest_unused_session_makes_room_for_one_too_many(register, login, monkeypatch, recorded):
    monkeypatch.setattr(sessions, "MAX_OPEN", 3)
    first = register("ada")
    for _ in range(3):
        login("ada")
    assert Session.objects.all().open().count() == 3
    assert Session.objects.get(reason="too_many").pk == first.session_id
    assert recorded("session.revoked")[0][2]["reason"] == "too_many"


def test_sessions_that_ended_long_ago_are_forgotten_at_the_next_login(register, login):
    register("ada")
    login("ada")
    Session.objects.update(ended_at=timezone.now() - timedelta(days=91))
    login("ada")
    assert Session.objects.count() == 1
