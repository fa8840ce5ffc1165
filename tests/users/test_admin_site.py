import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from contracts.errors import InvalidCredentials
from contracts.user import SessionEndAll, UserMe
from tests.users.conftest import PASSWORD
from userservice import throttle
from userservice.models import LoginThrottle, Session, User

USERS = "/admin/userservice/user/"
SESSIONS = "/admin/userservice/session/"


@pytest.fixture
def root(transactional_db):
    return get_user_model().objects.create_superuser("root", PASSWORD)


@pytest.fixture
def site(root):
    """The site as a superuser who is logged in sees it."""
    browser = Client()
    browser.force_login(root)
    return browser


def act(site, address, action, *ids):
    answer = site.post(address, {"action": action, "_selected_action": [str(one) for one in ids]}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def enter(browser, username, password=PASSWORD):
    return browser.post("/admin/login/?next=/admin/", {"username": username, "password": password})


def test_a_superuser_enters_with_his_password(root):
    browser = Client()
    assert enter(browser, "ROOT").headers["Location"] == "/admin/"
    assert b"Warren" in browser.get("/admin/").content


@pytest.mark.parametrize("change", [{"is_staff": False}, {"is_active": False}])
def test_only_active_staff_enters(root, change):
    User.objects.update(**change)
    browser = Client()
    assert b"Please enter the correct" in enter(browser, "root").content
    assert browser.get("/admin/").status_code == 302


def test_guessing_at_the_site_is_slowed_down_as_everywhere(root, settings):
    settings.LOGINS_PER_MINUTE = 100_000
    browser = Client()
    for number in range(throttle.FREE_ATTEMPTS + 1):
        assert b"Please enter the correct" in enter(browser, "root", f"guess {number}").content
    assert b"Wait a moment" in enter(browser, "root").content


def test_people_are_found_and_filtered(site, register):
    register("grace", display_name="Grâce Hopper")
    register("ada")
    found = site.get(USERS, {"q": "GRACE H"}).content.decode()
    assert "Grâce Hopper" in found
    assert ">ada<" not in found
    assert site.get(USERS, {"is_active__exact": 0}).status_code == 200
    assert "0 users" in site.get(USERS, {"q": "%"}).content.decode()


def test_disabling_ends_sessions_and_is_told(site, register, recorded, ask):
    somebody = register()
    act(site, USERS, "disable", somebody.user.id)
    assert not User.objects.get(pk=somebody.user.id).is_active
    assert [body["reason"] for _, _, body in recorded("session.revoked")] == ["disabled"]
    assert [body["user"]["active"] for _, _, body in recorded("user.updated")] == [False]
    act(site, USERS, "enable", somebody.user.id)
    assert ask(UserMe(), by=somebody).active


def test_ending_somebodys_sessions(site, register):
    somebody, other = register(), register()
    act(site, USERS, "end_sessions", somebody.user.id)
    assert list(Session.objects.all().open().values_list("pk", flat=True)) == [other.session_id]


def test_failed_logins_are_forgotten_for_who_cannot_wait(site, register, login):
    register("ada")
    for number in range(5):
        with pytest.raises(InvalidCredentials):
            login("ada", f"guess {number}", address="203.0.113.66")
    act(site, USERS, "forget_failures", User.objects.get(username="ada").pk)
    assert not LoginThrottle.objects.filter(subject__startswith="account:").exists()


def test_nobody_disables_himself(site, root):
    assert "your own account" in act(site, USERS, "disable", root.pk)
    assert User.objects.get().is_active


def test_somebody_is_made_and_his_password_reset(site, login, recorded):
    made = site.post(f"{USERS}add/", {"username": "grace", "display_name": "Grace", "password": PASSWORD})
    user = User.objects.get(username="grace")
    assert made.headers["Location"] in (USERS, f"{USERS}{user.pk}/change/")
    assert [key for _, key, _ in recorded("user.registered")] == ["all"]
    login("grace")
    address = reverse("admin:auth_user_password_change", args=[user.pk])
    new = "another fine password"
    assert site.post(address, {"password1": new, "password2": new}).status_code == 302
    assert not Session.objects.all().open().exists()
    with pytest.raises(InvalidCredentials):
        login("grace")
    assert login("grace", new).user.username == "grace"


@pytest.mark.parametrize(
    ("username", "password", "complaint"),
    [("ROOT", PASSWORD, "taken"), ("grace", "password", "too common"), ("-", PASSWORD, "Enter a valid value")],
)
def test_nobody_is_made_who_could_not_register(site, username, password, complaint):
    answer = site.post(f"{USERS}add/", {"username": username, "display_name": "X", "password": password})
    assert complaint in answer.content.decode()
    assert User.objects.count() == 1


def test_a_profile_is_changed_through_the_service(site, register, recorded):
    somebody = register()
    change = {"display_name": " New   Name ", "is_staff": "on"}
    assert site.post(f"{USERS}{somebody.user.id}/change/", change).status_code == 302
    user = User.objects.get(pk=somebody.user.id)
    assert (user.display_name, user.is_staff, user.is_superuser, user.rev) == ("New Name", True, False, 3)
    assert recorded("user.updated")[-1][2]["user"]["rev"] == 3


def test_staff_without_rights_sees_nothing_and_with_them_gives_no_powers(site, root, register):
    somebody, target = register(), register()
    staff = User.objects.get(pk=somebody.user.id)
    User.objects.filter(pk=staff.pk).update(is_staff=True)
    browser = Client()
    browser.force_login(staff)
    assert browser.get(USERS).status_code == 403
    staff.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user"]))
    change = {"display_name": "X", "is_staff": "on", "is_superuser": "on"}
    assert browser.post(f"{USERS}{target.user.id}/change/", change).status_code == 302
    assert not User.objects.get(pk=target.user.id).is_superuser
    assert browser.post(f"{USERS}{root.pk}/change/", change).status_code == 403
    assert browser.get(reverse("admin:auth_user_password_change", args=[root.pk])).status_code == 403
    assert "Only a superuser" in act(browser, USERS, "disable", root.pk)
    assert User.objects.get(pk=root.pk).is_active


def test_nobody_is_deleted(site, register):
    somebody = register()
    assert site.post(f"{USERS}{somebody.user.id}/delete/", {"post": "yes"}).status_code == 403
    assert "Delete" not in site.get(f"{USERS}{somebody.user.id}/change/").content.decode()


def test_sessions_are_looked_at_and_ended_but_never_edited(site, register, login, recorded):
    somebody = register("ada", address="198.51.100.7")
    login("ada", device="Firefox")
    assert "Firefox" in site.get(SESSIONS, {"q": "ada", "state": "open"}).content.decode()
    page = site.get(f"{SESSIONS}{somebody.session_id}/change/").content.decode()
    assert "198.51.100.7" in page
    assert "token_hash" not in page
    assert site.post(f"{SESSIONS}{somebody.session_id}/change/", {"device": "X"}).status_code == 403
    assert site.get(f"{SESSIONS}add/").status_code == 403
    act(site, SESSIONS, "end", somebody.session_id)
    assert recorded("session.revoked")[0][2]["reason"] == "ended_by_staff"
    assert somebody.session_id.hex in site.get(SESSIONS, {"state": "over"}).content.decode().replace("-", "")


def test_signing_keys_are_shown_without_their_private_half(site, register):
    register()
    page = site.get("/admin/userservice/signingkey/").content.decode()
    assert "1 signing key" in page
    assert "sealed" not in page


def test_ones_own_password_change_ends_ones_other_sessions(site, root, login):
    login("root")
    new = "another fine password"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert site.post("/admin/password_change/", form).status_code == 302
    assert not Session.objects.all().open().exists()
    assert site.get(USERS).status_code == 200


def test_logging_out_everywhere_leaves_the_site_too(site, root, login, ask):
    somebody = login("root")
    assert site.get(USERS).status_code == 200
    ask(SessionEndAll(), by=somebody)
    assert site.get(USERS).status_code == 302
