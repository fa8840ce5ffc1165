import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import jwt
import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from contracts.errors import AccountDisabled, RefreshRejected
from contracts.user import SessionEnd, SessionRefresh
from tests.servers import eventually
from userservice import keys, services
from userservice.models import Session, User


@pytest.fixture
def refresh(ask):
    return lambda token: ask(SessionRefresh(refresh_token=token))


def later(**span):
    """Let that much time pass for every session."""
    past = timedelta(**span)
    names = ("created_at", "last_used_at", "expires_at", "rotated_at")
    Session.objects.update(**{name: F(name) - past for name in names})


def test_a_refresh_token_is_traded_for_its_successor(register, refresh):
    first = register()
    second = refresh(first.refresh_token)
    third = refresh(second.refresh_token)
    assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3
    assert third.session_id == first.session_id
    assert third.user == first.user
    assert jwt.decode(third.access_token, options={"verify_signature": False})["sid"] == str(first.session_id)


def test_a_repeat_within_ten_seconds_gets_the_same_successor(register, refresh):
    first = register()
    second = refresh(first.refresh_token)
    later(seconds=9)
    assert refresh(first.refresh_token).refresh_token == second.refresh_token
    assert refresh(second.refresh_token).session_id == first.session_id


def test_two_tabs_at_once_get_the_same_successor(register, refresh, at_once):
    first = register()
    outcomes = at_once(*[lambda: refresh(first.refresh_token)] * 8)
    assert len({outcome.refresh_token for outcome in outcomes}) == 1
    assert Session.objects.get().generation == 1


def test_a_refresh_that_waited_for_another_gets_its_successor(register, refresh):
    """The second read the row before the first had changed it, and looks at it again once it may."""
    first = register()

    def behind():
        try:
            return refresh(first.refresh_token)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            second = refresh(first.refresh_token)
            waiting = pool.submit(behind)
            eventually(somebody_waits_for_this_transaction)
        assert waiting.result().refresh_token == second.refresh_token
    assert Session.objects.get().generation == 1


def somebody_waits_for_this_transaction():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid")
        return cursor.fetchone()


def test_a_reuse_after_ten_seconds_ends_the_session_for_both(register, refresh, recorded):
    first = register()
    second = refresh(first.refresh_token)
    later(seconds=11)
    with pytest.raises(RefreshRejected):
        refresh(first.refresh_token)
    with pytest.raises(RefreshRejected):
        refresh(second.refresh_token)
    assert recorded("session.revoked") == [
        (
            "session.revoked",
            f"u.{first.user.id.hex}",
            {"user_id": str(first.user.id), "session_ids": [str(first.session_id)], "reason": "token_reused"},
        )
    ]


def test_a_token_of_long_ago_ends_the_session_too(register, refresh):
    first = newest = register()
    for _ in range(5):
        newest = refresh(newest.refresh_token)
    with pytest.raises(RefreshRejected):
        refresh(first.refresh_token)
    with pytest.raises(RefreshRejected):
        refresh(newest.refresh_token)
    assert Session.objects.get().reason == "token_reused"


def test_a_thief_and_the_owner_at_once_leave_one_line_of_tokens(register, refresh, at_once):
    """Within the ten seconds both hold the same successor; whoever uses it second, later, is found out."""
    first = register()
    thief, owner = at_once(*[lambda: refresh(first.refresh_token)] * 2)
    refresh(thief.refresh_token)
    later(seconds=11)
    with pytest.raises(RefreshRejected):
        refresh(owner.refresh_token)
    assert not Session.objects.all().open().exists()


def test_reuses_at_once_are_told_once(register, refresh, at_once, recorded):
    first = register()
    refresh(first.refresh_token)
    later(seconds=11)
    outcomes = at_once(*[lambda: refresh(first.refresh_token)] * 6)
    assert {type(outcome) for outcome in outcomes} == {RefreshRejected}
    assert len(recorded("session.revoked")) == 1


def test_a_reuse_and_a_refresh_at_once_leave_nothing_open(register, refresh, at_once):
    first = register()
    second = refresh(first.refresh_token)
    later(seconds=11)
    at_once(lambda: refresh(first.refresh_token), lambda: refresh(second.refresh_token))
    assert not Session.objects.all().open().exists()


def test_a_session_ends_when_it_is_not_used_for_fourteen_days(register, refresh):
    first = register()
    assert first.refresh_expires_in == pytest.approx(14 * 86400, abs=5)
    later(days=13, hours=23)
    second = refresh(first.refresh_token)
    later(days=14, seconds=1)
    with pytest.raises(RefreshRejected):
        refresh(second.refresh_token)


def test_a_session_ends_after_thirty_days_however_much_it_is_used(register, refresh):
    newest = register()
    for _ in range(3):
        later(days=9)
        newest = refresh(newest.refresh_token)
    assert newest.refresh_expires_in == pytest.approx(3 * 86400, abs=5)
    later(days=3, seconds=1)
    with pytest.raises(RefreshRejected):
        refresh(newest.refresh_token)


def test_an_expired_token_tells_of_no_reuse(register, refresh, recorded):
    first = register()
    later(days=31)
    with pytest.raises(RefreshRejected):
        refresh(first.refresh_token)
    assert recorded("session.revoked") == []


def forged(token: str, at: int) -> str:
    raw = bytearray(base64.urlsafe_b64decode(token + "=="))
    raw[at] ^= 1
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.parametrize("at", [0, 15, 19, 20, 51])
def test_a_forged_token_is_refused_and_ends_nothing(register, refresh, at):
    first = register()
    with pytest.raises(RefreshRejected):
        refresh(forged(first.refresh_token, at))
    assert refresh(first.refresh_token).session_id == first.session_id


@pytest.mark.parametrize("token", ["", "x", "=" * 70, "ä" * 70, "A" * 70, "A" * 256, "\x00"])
def test_what_is_no_token_is_refused(register, refresh, token):
    register()
    with pytest.raises(RefreshRejected):
        refresh(token)


def test_a_token_is_refused_after_logout(register, refresh, ask):
    first = register()
    ask(SessionEnd(refresh_token=first.refresh_token))
    with pytest.raises(RefreshRejected):
        refresh(first.refresh_token)


def test_who_is_disabled_is_told_so(register, refresh):
    first = register()
    services.user_set_active(user_id=first.user.id, active=False)
    with pytest.raises(AccountDisabled):
        refresh(first.refresh_token)


def test_a_token_survives_a_new_secret_key(register, refresh, settings):
    """The stored hash is enough to recognize the current token."""
    first = register()
    settings.SECRET_KEY = "another"
    keys.key_rotate(at_once=True)
    second = refresh(first.refresh_token)
    assert refresh(second.refresh_token).session_id == first.session_id


def test_the_new_access_token_tells_of_powers_given_meanwhile(register, refresh):
    first = register()
    User.objects.update(is_staff=True)
    claims = jwt.decode(refresh(first.refresh_token).access_token, options={"verify_signature": False})
    assert claims["staff"] is True


def test_nothing_stored_is_a_token(register, refresh):
    first = register()
    second = refresh(first.refresh_token)
    stored = repr(list(Session.objects.values_list())).encode()
    row = Session.objects.get()
    for token in (first.refresh_token, second.refresh_token):
        assert token.encode() not in stored
        secret = base64.urlsafe_b64decode(token + "==")[20:]
        assert secret not in (bytes(row.token_hash), bytes(row.previous_hash), bytes(row.seed))


def test_the_session_remembers_its_last_use(register, refresh):
    first = register()
    later(hours=5)
    refresh(first.refresh_token)
    assert timezone.now() - Session.objects.get().last_used_at < timedelta(minutes=1)
