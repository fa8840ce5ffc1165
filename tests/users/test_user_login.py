from datetime import timedelta

import jwt
import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db.models import F

from bus.envelope import Client
from contracts.errors import AccountDisabled, Busy, InvalidCredentials, RateLimited
from contracts.user import UserLogin
from tests.users.conftest import PASSWORD
from userservice import passwords, services, sessions, throttle
from userservice.models import LoginThrottle, Session, User
from userservice.passwords import BoundedArgon2

SLOW_MACHINE = 20
"""Seconds that a guess may take without changing what the test says."""


def later(seconds):
    """Let that much time pass for every throttle."""
    span = timedelta(seconds=seconds)
    LoginThrottle.objects.update(next_at=F("next_at") - span, expires_at=F("expires_at") - span)


def guess(login, username="ada", *, times, address="203.0.113.66"):
    """How many of so many guesses were tried; the others were refused unseen."""
    tried = 0
    for number in range(times):
        with pytest.raises((InvalidCredentials, RateLimited)) as refused:
            login(username, f"guess number {number}", address=address)
        tried += refused.type is InvalidCredentials
    return tried


@pytest.mark.parametrize("written", ["ada", "ADA", "Ada", "ａｄａ"])
def test_a_login_finds_the_name_however_it_is_written(register, login, written):
    somebody = register("Ada")
    assert login(written).user == somebody.user


def test_a_login_opens_a_session_of_its_own(register, login):
    first = register("ada")
    second = login("ada", address="2001:db8:1:2:3::4", device="Firefox on \x00Debian\n" + "x" * 300)
    assert second.session_id != first.session_id
    session = Session.objects.get(pk=second.session_id)
    assert (session.address, session.network) == ("2001:db8:1:2:3::4", "2001:db8:1:2::/64")
    assert session.device.startswith("Firefox on Debian x")
    assert len(session.device) == 200


def test_the_last_login_is_remembered(register, login):
    register("ada")
    before = User.objects.get().last_login
    login("ada")
    assert User.objects.get().last_login > before


@pytest.mark.parametrize("name", ["ada", "nobody", "", "x" * 256, "a\x00da", "%", "ad"])
def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(register, login, name):
    register("ada")
    with pytest.raises(InvalidCredentials) as refused:
        login(name, "not the password")
    assert (refused.value.message, refused.value.data) == (InvalidCredentials.sentence, {})


def test_an_unknown_name_costs_as_many_hashes_and_queries_as_a_known_one(
    register, login, hashes, django_assert_num_queries
):
    register("ada")
    costs = []
    for name in ("ada", "nobody"):
        before = len(hashes)
        with django_assert_num_queries(5), pytest.raises(InvalidCredentials):
            login(name, "not the password")
        costs.append(len(hashes) - before)
    assert costs == [1, 1]


def test_the_hash_for_nobody_costs_what_a_real_one_does():
    hasher = BoundedArgon2()
    assert not hasher.must_update(passwords.DUMMY)
    real, dummy = hasher.decode(hasher.encode("something", "0123456789abcdef")), hasher.decode(passwords.DUMMY)
    same = ("algorithm", "variety", "version", "memory_cost", "time_cost", "parallelism")
    assert [dummy[key] for key in same] == [real[key] for key in same]
    assert len(dummy["hash"]) == len(real["hash"])


def test_nobody_gets_in_where_there_is_no_password(register, login):
    user = User.objects.get(pk=register("ada").user.id)
    user.set_unusable_password()
    user.save()
    for password in (user.password, "!", "nobody has this"):
        with pytest.raises(InvalidCredentials):
            login("ada", password)


def test_only_who_knows_the_password_learns_that_an_account_is_disabled(register, login):
    services.user_set_active(user_id=register("ada").user.id, active=False)
    with pytest.raises(AccountDisabled):
        login("ada")
    with pytest.raises(InvalidCredentials):
        login("ada", "not the password")


def test_a_password_is_the_same_however_its_accents_are_typed(register, login):
    somebody = register("ada", password="cafe\u0301 au lait")
    assert login("ada", "caf\u00e9 au lait").user == somebody.user


def test_a_hash_of_older_parameters_is_renewed(register, login, monkeypatch):
    with monkeypatch.context() as older:
        older.setattr(BoundedArgon2, "memory_cost", 8 * 1024)
        register("ada")
    assert "m=8192" in User.objects.get().password
    assert login("ada").user.username == "ada"
    assert "m=47104" in User.objects.get().password
    assert login("ada").user.username == "ada"


def test_a_login_that_meets_a_disabling_opens_no_session(register, monkeypatch):
    somebody = register("ada")
    user = User.objects.get()
    services.user_set_active(user_id=somebody.user.id, active=False)
    with pytest.raises(InvalidCredentials):
        sessions.session_open(user=user, client=Client())
    assert not Session.objects.all().open().exists()


def guess_persistently(login):
    """Until the next guess has to wait 32 s, however slow the machine is."""
    guess(login, times=throttle.FREE_ATTEMPTS + 1)
    for seconds in (1, 2, 4, 8, 16):
        later(seconds)
        assert guess(login, times=1) == 1


def test_failures_beyond_the_free_ones_wait_twice_as_long_each_time(register, login, settings):
    settings.LOGINS_PER_MINUTE = 100_000
    register("ada")
    assert guess(login, times=throttle.FREE_ATTEMPTS + 1) == throttle.FREE_ATTEMPTS + 1
    for seconds in (1, 2, 4, 8, 16, 32, 64, 128):
        if seconds > SLOW_MACHINE:
            later(seconds - SLOW_MACHINE)
            assert guess(login, times=2) == 0
        later(min(seconds, SLOW_MACHINE))
        assert guess(login, times=1) == 1


def test_of_a_thousand_guesses_at_most_twenty_are_tried_in_a_quarter_of_an_hour(register, login, settings, hashes):
    settings.LOGINS_PER_MINUTE = 100_000
    register("ada")
    before = len(hashes)
    tried = 0
    for number in range(100):
        tried += guess(login, times=10, address=f"203.0.113.{number}")
        later(9)
    assert tried == len(hashes) - before <= 20


def test_guesses_at_once_are_no_faster(register, login, at_once):
    register("ada")
    guesses = [lambda: login("ada", "not the password", address="203.0.113.66") for _ in range(16)]
    outcomes = [type(outcome) for outcome in at_once(*guesses)]
    assert outcomes.count(InvalidCredentials) <= throttle.FREE_ATTEMPTS + 1
    assert set(outcomes) <= {InvalidCredentials, RateLimited}


def test_the_owner_gets_in_from_where_he_was_before_while_strangers_guess(register, login):
    register("ada", address="198.51.100.7")
    guess_persistently(login)
    assert login("ada", address="198.51.100.7").user.username == "ada"
    with pytest.raises(RateLimited):
        login("ada", address="203.0.113.66")


def test_the_owner_gets_in_from_another_address_of_his_ipv6_network(register, login):
    register("ada", address="2001:db8:7:7::1")
    guess_persistently(login)
    assert login("ada", address="2001:db8:7:7:aaaa::9").user.username == "ada"


def test_a_success_forgives_the_failures_before_it(register, login):
    register("ada")
    guess(login, times=throttle.FREE_ATTEMPTS - 1)
    login("ada", address="203.0.113.66")
    assert guess(login, times=throttle.FREE_ATTEMPTS) == throttle.FREE_ATTEMPTS


def test_a_success_where_the_owner_is_known_forgives_no_stranger(register, login):
    register("ada", address="198.51.100.7")
    guess_persistently(login)
    login("ada", address="198.51.100.7")
    assert guess(login, times=1) == 0


def test_failures_are_forgotten_after_a_day(register, login):
    register("ada")
    guess(login, times=12)
    later(90_000)
    assert guess(login, times=throttle.FREE_ATTEMPTS) == throttle.FREE_ATTEMPTS


def test_an_unknown_name_is_slowed_down_just_like_a_known_one(register, login):
    register("ada")
    assert guess(login, "nobody", times=15) == guess(login, "ada", times=15, address="203.0.113.67")


def test_one_address_tries_only_so_many_a_minute_whatever_the_name(register, login, settings):
    settings.LOGINS_PER_MINUTE = 5
    assert sum(guess(login, f"name{number}", times=1) for number in range(12)) == 5
    later(12.1)
    assert sum(guess(login, f"name{number}", times=1) for number in range(12)) == 1


def test_counters_that_mean_nothing_any_more_are_swept(register, login):
    register("ada")
    guess(login, "nobody", times=3)
    later(90_000)
    login("ada")
    assert [row.subject for row in LoginThrottle.objects.all()] == ["address:192.0.2.1"]


def test_what_is_too_busy_to_verify_counts_as_no_guess(register, ask, login, monkeypatch):
    register("ada")
    monkeypatch.setattr(passwords, "PATIENCE", 0.01)
    for _ in range(passwords.AT_ONCE):
        assert passwords._slots.acquire(blocking=False)
    try:
        for _ in range(throttle.FREE_ATTEMPTS + 5):
            with pytest.raises(Busy):
                login("ada", address="203.0.113.66")
    finally:
        for _ in range(passwords.AT_ONCE):
            passwords._slots.release()
    assert login("ada", address="203.0.113.66").user.username == "ada"


def test_no_more_than_four_hashes_run_at_once(register, ask, at_once, monkeypatch):
    running, most = [], []

    def counting(self, password, encoded, whole=Argon2PasswordHasher.verify):
        running.append(1)
        most.append(len(running))
        try:
            return whole(self, password, encoded)
        finally:
            running.pop()

    monkeypatch.setattr(Argon2PasswordHasher, "verify", counting)
    people = [register() for _ in range(8)]
    at_once(
        *(
            lambda one=one, number=number: ask(
                UserLogin(username=one.user.username, password=PASSWORD), address=f"192.0.2.{number}"
            )
            for number, one in enumerate(people)
        )
    )
    assert len(most) == 8
    assert max(most) <= passwords.AT_ONCE


def test_the_token_says_who_where_and_until_when(register, settings):
    somebody = register("ada")
    claims = jwt.decode(somebody.access_token, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == somebody.expires_in == 600
    assert (claims["iss"], claims["aud"], claims["staff"]) == (settings.PUBLIC_URL, "warren", False)
    assert (claims["sub"], claims["sid"]) == (str(somebody.user.id), str(somebody.session_id))
    assert claims["jti"]
    header = jwt.get_unverified_header(somebody.access_token)
    assert (header["typ"], header["alg"]) == ("at+jwt", "EdDSA")
