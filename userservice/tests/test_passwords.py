import pytest

from contracts.errors import Busy, WeakPassword
from userservice import passwords
from userservice.models import User
from userservice.passwords import BoundedArgon2, password_check, password_matches


def test_a_password_is_hashed_by_argon2id_with_bounded_cost():
    encoded = BoundedArgon2().encode("something", "0123456789abcdef")
    assert encoded.startswith("argon2$argon2id$v=19$m=47104,t=1,p=1$")
    assert BoundedArgon2().verify("something", encoded)
    assert not BoundedArgon2().verify("anything", encoded)


def test_there_is_an_answer_for_nobody_too():
    assert password_matches("something", user=None) is False


def test_an_account_without_a_password_matches_none():
    user = User()
    user.set_unusable_password()
    assert password_matches(user.password, user=user) is False


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("seven77", "password_too_short"),
        ("iloveyou", "password_too_common"),
        ("grace.hopper", "password_too_similar"),
        ("GRACEHOPPER1", "password_too_similar"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(password, reason):
    with pytest.raises(WeakPassword) as refused:
        password_check(password, username="grace.hopper", display_name="Grace Hopper")
    assert reason in refused.value.data["reasons"]


@pytest.mark.parametrize("password", ["correct horse battery", "8 chars!", "пароль-мой-длинный", "0" * 20 + "x"])
def test_nothing_else_is_asked_of_a_password(password):
    password_check(password, username="grace", display_name="Grace Hopper")


def test_who_waits_too_long_for_a_hash_is_told_to_come_again(monkeypatch):
    monkeypatch.setattr(passwords, "PATIENCE", 0.01)
    taken = [passwords._slots.acquire(blocking=False) for _ in range(passwords.AT_ONCE)]
    try:
        assert all(taken)
        with pytest.raises(Busy) as refused:
            BoundedArgon2().encode("something", "0123456789abcdef")
        assert refused.value.data["retry_after_ms"] == 1000
    finally:
        for _ in taken:
            passwords._slots.release()
