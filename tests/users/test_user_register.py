import pytest

from contracts.errors import InvalidRequest, RateLimited, UsernameTaken, WeakPassword
from contracts.user import UserMe, UserRegister
from tests.users.conftest import PASSWORD
from userservice.models import Session, User


def test_who_registers_is_logged_in(register, ask):
    somebody = register("ada", display_name="Ada Lovelace")
    me = ask(UserMe(), by=somebody)
    assert (me.username, me.display_name, me.active, me.staff, me.rev) == ("ada", "Ada Lovelace", True, False, 1)
    assert me == somebody.user


def test_the_display_name_is_the_user_name_unless_given(register):
    assert register("grace").user.display_name == "grace"


def test_everybody_hears_of_it(register, recorded):
    somebody = register("ada")
    assert [(name, key, body["user"]["id"]) for name, key, body in recorded()] == [
        ("user.registered", "all", str(somebody.user.id))
    ]


@pytest.mark.parametrize("other", ["ada", "Ada", "ADA"])
def test_a_name_is_taken_in_every_case(register, other):
    register("ada")
    with pytest.raises(UsernameTaken):
        register(other)


def test_of_two_who_take_a_name_at_once_one_gets_it(register, at_once, recorded):
    first, second = at_once(lambda: register("Linus"), lambda: register("linus"))
    assert sorted(type(outcome).__name__ for outcome in (first, second)) == ["LoggedIn", "UsernameTaken"]
    assert User.objects.count() == Session.objects.count() == len(recorded("user.registered")) == 1


@pytest.mark.parametrize("name", ["a", "-ada", "ada-", "ada lovelace", "ädä", "x" * 33, "ada\n", "\u0430da", 7, None])
def test_a_user_name_of_another_form_is_refused(ask_raw, name):
    with pytest.raises(InvalidRequest) as refused:
        ask_raw("user.register", {"username": name, "password": PASSWORD})
    assert refused.value.data["field"] == "username"


@pytest.mark.parametrize("name", ["Zoë", "山田 太郎", "محمد", "🦊 fox", "👩‍💻", "می‌خواهم", "O'Brien-Smith"])
def test_a_display_name_may_be_in_any_script(register, name):
    assert register(display_name=name).user.display_name == name


@pytest.mark.parametrize("name", ["\u202eevil", "a\x00b", "tab\x07", "\u200d", "   ", "\ud7ff\ue000"])
def test_a_display_name_that_hides_something_is_refused(register, name):
    with pytest.raises(InvalidRequest) as refused:
        register(display_name=name)
    assert refused.value.data["field"] == "display_name"


def test_a_display_name_is_stored_in_one_form(register):
    assert register(display_name=" Zoe\u0308   Faye ").user.display_name == "Zoë Faye"


@pytest.mark.parametrize("password", ["short", "password123", "qwertyuiop", "ada.lovelace"])
def test_a_password_that_is_easily_guessed_is_refused(register, password):
    with pytest.raises(WeakPassword) as refused:
        register("ada.lovelace", password=password)
    assert refused.value.data["reasons"]
    assert not User.objects.exists()


def test_a_password_may_be_long_and_in_any_script(register):
    assert register(password="山" * 256).user.active


def test_one_address_registers_only_so_many_a_minute(ask, settings):
    settings.LOGINS_PER_MINUTE = 3
    for number in range(3):
        ask(UserRegister(username=f"user{number}", password=PASSWORD), address="203.0.113.9")
    with pytest.raises(RateLimited) as refused:
        ask(UserRegister(username="user4", password=PASSWORD), address="203.0.113.9")
    assert 0 < refused.value.data["retry_after_ms"] <= 20_000
    assert ask(UserRegister(username="user4", password=PASSWORD), address="203.0.113.10").user.username == "user4"
