"""What the user service answers (docs/tokens.md): contracts in, functions called, contracts out."""

from bus.envelope import Call
from bus.service import Service
from contracts import user as contract
from contracts.base import Done
from contracts.errors import NotFound
from userservice import access, selectors, services, sessions
from userservice.models import EndReason, Session

service = Service(contract.OWNER)


@service.rpc
def user_register(request: contract.UserRegister, call: Call) -> contract.LoggedIn:
    return services.user_register(
        username=request.username,
        password=request.password,
        display_name=request.display_name,
        client=call.client,
    )


@service.rpc
def user_login(request: contract.UserLogin, call: Call) -> contract.LoggedIn:
    return services.user_login(username=request.username, password=request.password, client=call.client)


@service.rpc
def user_me(_: contract.UserMe, call: Call) -> contract.User:
    actor = access.require_actor(call)
    return selectors.user_view(selectors.user_get(user_id=actor.user_id))


@service.rpc
def user_get(request: contract.UserGet, call: Call) -> contract.User:
    access.require_actor(call)
    return selectors.user_view(selectors.user_get(user_id=request.user_id))


@service.rpc
def user_update(request: contract.UserUpdate, call: Call) -> contract.User:
    user = access.require_user(call)
    return selectors.user_view(services.user_update(user_id=user.id, display_name=request.display_name))


@service.rpc
def user_change_password(request: contract.UserChangePassword, call: Call) -> Done:
    actor, user = access.require_actor(call), access.require_user(call)
    services.password_change(
        user=user,
        session_id=actor.session_id,
        old=request.old_password,
        new=request.new_password,
        client=call.client,
    )
    return Done()


@service.rpc
def user_list(request: contract.UserList, call: Call) -> contract.UserPage:
    access.require_actor(call)
    return selectors.user_list(q=request.q, ids=request.ids, cursor=request.cursor, limit=request.limit)


@service.rpc
def user_check(request: contract.UserCheck, _: Call) -> contract.UnknownUsers:
    return contract.UnknownUsers(user_ids=selectors.users_unknown(request.user_ids))


@service.rpc
def session_refresh(request: contract.SessionRefresh, _: Call) -> contract.LoggedIn:
    return sessions.session_refresh(refresh_token=request.refresh_token)


@service.rpc
def session_end(request: contract.SessionEnd, _: Call) -> Done:
    sessions.session_end(refresh_token=request.refresh_token)
    return Done()


@service.rpc
def session_end_all(_: contract.SessionEndAll, call: Call) -> Done:
    if not access.logged_out_everywhere(access.require_actor(call)):
        sessions.sessions_end_all(user=access.require_user(call), reason=EndReason.LOGOUT_EVERYWHERE)
    return Done()


@service.rpc
def session_list(_: contract.SessionListOwn, call: Call) -> contract.SessionList:
    user = access.require_user(call)
    return selectors.session_list(user_id=user.id, current=access.require_actor(call).session_id)


@service.rpc
def session_revoke(request: contract.SessionRevoke, call: Call) -> Done:
    user = access.require_user(call)
    own = Session.objects.filter(pk=request.session_id, user=user)
    if not sessions.sessions_end(own, reason=EndReason.REVOKED) and not own.exists():
        raise NotFound
    return Done()


@service.rpc
def key_list(_: contract.KeyListPublic, __: Call) -> contract.KeyList:
    return selectors.key_list()


@service.rpc
def revocation_list(_: contract.RevocationListRecent, __: Call) -> contract.RevocationList:
    return selectors.revocation_list()


@service.rpc
def user_search(request: contract.UserSearch, call: Call) -> contract.StaffUserPage:
    access.require_staff(call)
    return selectors.user_search(q=request.q, active=request.active, cursor=request.cursor, limit=request.limit)


@service.rpc
def user_set_active(request: contract.UserSetActive, call: Call) -> contract.User:
    user = access.require_staff_over(call, request.user_id)
    return selectors.user_view(services.user_set_active(user_id=user.id, active=request.active))


@service.rpc
def user_end_sessions(request: contract.UserEndSessions, call: Call) -> Done:
    user = access.require_staff_over(call, request.user_id)
    sessions.sessions_end_all(user=user, reason=EndReason.ENDED_BY_STAFF)
    return Done()
