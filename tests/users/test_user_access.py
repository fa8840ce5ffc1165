"""Who may ask for what: every operation, without and with an account, and the staff's."""

from uuid import UUID, uuid4

import pytest

from contracts import user as contract
from contracts.base import OPERATIONS, Done
from contracts.errors import AccountDisabled, Forbidden, NotAuthenticated, NotFound
from userservice.handlers import service
from userservice.models import Session, User

SOMEBODY = UUID(int=7)
PUBLIC = {"user.register", "user.login", "session.refresh", "session.end", "key.list", "revocation.list", "user.check"}
OWN = [
    contract.UserMe(),
    contract.UserGet(user_id=SOMEBODY),
    contract.UserUpdate(display_name="X"),
    contract.UserChangePassword(old_password="x", new_password="y"),
    contract.UserList(),
    contract.SessionEndAll(),
    contract.SessionListOwn(),
    contract.SessionRevoke(session_id=SOMEBODY),
]
STAFF = [
    contract.UserSearch(),
    contract.UserSetActive(user_id=SOMEBODY, active=False),
    contract.UserEndSessions(user_id=SOMEBODY),
]


def name(request):
    return request.operation.name


def test_every_operation_is_answered_and_sorted_here():
    assert service.missing() == []
    sorted_here = PUBLIC | {name(one) for one in OWN + STAFF}
    assert sorted_here == {one for one, operation in OPERATIONS.items() if operation.owner == "user"}


@pytest.mark.parametrize("request_", OWN + STAFF, ids=name)
def test_nobody_is_refused_what_takes_an_account(ask, request_):
    with pytest.raises(NotAuthenticated):
        ask(request_)


@pytest.mark.parametrize("request_", STAFF, ids=name)
def test_the_staffs_operations_are_forbidden_to_others_whatever_their_token_claims(ask, register, request_):
    with pytest.raises(Forbidden):
        ask(request_, by=register(), staff=True)


@pytest.mark.parametrize("request_", STAFF, ids=name)
def test_staff_whose_session_has_ended_is_refused(ask, staff, request_):
    Session.objects.update(ended_at="2026-01-01T00:00:00Z")
    with pytest.raises(NotAuthenticated):
        ask(request_, by=staff, staff=True)


@pytest.mark.parametrize("request_", STAFF[1:], ids=name)
def test_an_unknown_account_is_not_found(ask, staff, request_):
    with pytest.raises(NotFound):
        ask(request_, by=staff)


def test_a_session_of_somebody_else_lends_no_rights(ask, register, staff):
    forged = register()
    mixed = contract.LoggedIn(**{**{f: getattr(forged, f) for f in forged.__slots__}, "session_id": staff.session_id})
    with pytest.raises(NotAuthenticated):
        ask(contract.UserSearch(), by=mixed)


def test_everybody_sees_everybody(ask, register):
    somebody, other = register(), register()
    assert ask(contract.UserGet(user_id=other.user.id), by=somebody) == other.user
    with pytest.raises(NotFound):
        ask(contract.UserGet(user_id=uuid4()), by=somebody)


def test_services_learn_who_is_no_active_user(ask, register):
    somebody, gone = register(), register()
    User.objects.filter(pk=gone.user.id).update(is_active=False)
    unknown = uuid4()
    asked = [unknown, somebody.user.id, gone.user.id, unknown]
    assert ask(contract.UserCheck(user_ids=asked)).user_ids == [unknown, gone.user.id]


def test_staff_finds_people_with_their_sessions(ask, staff, register, login):
    register("ada")
    login("ada")
    User.objects.filter(pk=register("gone").user.id).update(is_active=False)
    (found,) = ask(contract.UserSearch(q="ADA"), by=staff).users
    assert (found.user.username, found.open_sessions) == ("ada", 2)
    assert found.last_login_at is not None
    assert [row.user.username for row in ask(contract.UserSearch(active=False), by=staff).users] == ["gone"]
    assert len(ask(contract.UserSearch(), by=staff).users) == 3
    page = ask(contract.UserSearch(limit=1), by=staff)
    assert ask(contract.UserSearch(cursor=page.next, limit=1), by=staff).users[0].user.username == "gone"


def test_staff_disables_and_enables(ask, staff, register, login, recorded):
    somebody = register("ada")
    for _ in range(2):
        done = ask(contract.UserSetActive(user_id=somebody.user.id, active=False), by=staff)
        assert (done.active, done.rev) == (False, 2)
    assert not Session.objects.filter(user_id=somebody.user.id).open().exists()
    assert len(recorded("session.revoked")) == len(recorded("user.updated")) == 1
    with pytest.raises(AccountDisabled):
        login("ada")
    ask(contract.UserSetActive(user_id=somebody.user.id, active=True), by=staff)
    assert login("ada").user.active


def test_staff_logs_somebody_out(ask, staff, register, recorded):
    somebody = register()
    for _ in range(2):
        assert ask(contract.UserEndSessions(user_id=somebody.user.id), by=staff) == Done()
    ((_, _, body),) = recorded("session.revoked")
    assert (body["user_id"], body["reason"]) == (str(somebody.user.id), "ended_by_staff")


def test_staff_cannot_act_on_itself_or_on_superusers(ask, staff, register):
    root = register()
    User.objects.filter(pk=root.user.id).update(is_superuser=True, is_staff=True)
    for target in (staff, root):
        for request in (
            contract.UserSetActive(user_id=target.user.id, active=False),
            contract.UserEndSessions(user_id=target.user.id),
        ):
            with pytest.raises(Forbidden):
                ask(request, by=staff)
    assert ask(contract.UserSetActive(user_id=staff.user.id, active=False), by=root).active is False
