import pytest

from contracts.errors import InvalidCredentials, NotAuthenticated, RateLimited, WeakPassword
from contracts.user import SessionRefresh, UserChangePassword, UserMe
from tests.users.conftest import PASSWORD
from userservice import throttle
from userservice.models import LoginThrottle, Session

NEW = "another fine password"


def test_a_new_password_replaces_the_old_one(register, login, ask):
    somebody = register("ada")
    ask(UserChangePassword(old_password=PASSWORD, new_password=NEW), by=somebody)
    assert login("ada", NEW).user == somebody.user
    with pytest.raises(InvalidCredentials):
        login("ada")


def test_every_other_session_ends_and_the_gateways_hear_of_it(register, login, ask, recorded):
    somebody = register("ada")
    other = login("ada")
    ask(UserChangePassword(old_password=PASSWORD, new_password=NEW), by=somebody)
    assert list(Session.objects.all().open().values_list("pk", flat=True)) == [somebody.session_id]
    ((_, key, body),) = recorded("session.revoked")
    assert (key, body["session_ids"], body["reason"]) == (
        f"u.{somebody.user.id.hex}",
        [str(other.session_id)],
        "password_changed",
    )
    assert ask(SessionRefresh(refresh_token=somebody.refresh_token)).session_id == somebody.session_id


def test_the_old_password_has_to_be_right(register, ask, login):
    somebody = register("ada")
    with pytest.raises(InvalidCredentials):
        ask(UserChangePassword(old_password="wrong", new_password=NEW), by=somebody)
    assert login("ada").user == somebody.user


def test_guessing_the_old_password_is_slowed_down(register, ask):
    somebody = register("ada")
    guess = UserChangePassword(old_password="wrong", new_password=NEW)
    for _ in range(throttle.FREE_ATTEMPTS):
        with pytest.raises(InvalidCredentials):
            ask(guess, by=somebody)
    LoginThrottle.objects.update(failures=throttle.FREE_ATTEMPTS + 6)  # waits longer than any machine needs to guess
    with pytest.raises(InvalidCredentials):
        ask(guess, by=somebody)
    with pytest.raises(RateLimited):
        ask(guess, by=somebody)


@pytest.mark.parametrize("weak", ["short", "password1", "ada-ada-ada"])
def test_the_new_password_has_to_be_good(register, ask, login, weak):
    somebody = register("ada-ada-ad")
    with pytest.raises(WeakPassword):
        ask(UserChangePassword(old_password=PASSWORD, new_password=weak), by=somebody)
    assert login("ada-ada-ad").user == somebody.user


def test_of_two_changes_at_once_one_wins(register, ask, at_once, login):
    somebody = register("ada")
    new = [f"{NEW} {number}" for number in range(2)]
    change = [
        lambda one=one: ask(UserChangePassword(old_password=PASSWORD, new_password=one), by=somebody) for one in new
    ]
    outcomes = [type(outcome).__name__ for outcome in at_once(*change)]
    assert outcomes.count("Done") == 1
    assert set(outcomes) <= {"Done", "Conflict", "InvalidCredentials"}
    assert login("ada", new[outcomes.index("Done")]).user == somebody.user


def test_a_login_with_the_old_password_at_that_moment_leaves_no_session(register, ask, at_once, login):
    for _ in range(3):
        somebody = register()
        name = somebody.user.username
        at_once(
            lambda by=somebody: ask(UserChangePassword(old_password=PASSWORD, new_password=NEW), by=by),
            lambda name=name: login(name),
        )
        open_now = Session.objects.filter(user_id=somebody.user.id).open()
        assert list(open_now.values_list("pk", flat=True)) == [somebody.session_id]


def test_it_takes_an_open_session(register, ask):
    somebody = register()
    Session.objects.update(ended_at="2026-01-01T00:00:00Z")
    with pytest.raises(NotAuthenticated):
        ask(UserChangePassword(old_password=PASSWORD, new_password=NEW), by=somebody)
    assert ask(UserMe(), by=somebody) == somebody.user
