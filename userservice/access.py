"""Who may ask for what: every handler begins with one of these."""

from uuid import UUID

from bus.envelope import Actor, Call
from contracts.errors import Forbidden, NotAuthenticated
from userservice.models import EndReason, Session, User
from userservice.selectors import user_get


def require_actor(call: Call) -> Actor:
    """The person or program that the gateway verified. Raises NotAuthenticated where there is none."""
    if call.actor is None:
        raise NotAuthenticated
    return call.actor


def require_user(call: Call) -> User:
    """The actor's account, read now, while its session is open: for what changes something.

    An access token outlives its session by minutes; raises NotAuthenticated then.
    """
    actor = require_actor(call)
    open_now = Session.objects.filter(pk=actor.session_id, user_id=actor.user_id, user__is_active=True).open()
    session = open_now.select_related("user").first()
    if session is None:
        raise NotAuthenticated
    return session.user


def require_staff(call: Call) -> User:
    """As `require_user`; raises Forbidden unless the account is staff now, whatever the token says."""
    user = require_user(call)
    if not user.is_staff:
        raise Forbidden
    return user


def require_staff_over(call: Call, user_id: UUID) -> User:
    """The account that a staff member means to act on. Raises as `require_staff` and `require_power_over`; NotFound."""
    by = require_staff(call)
    user = user_get(user_id=user_id)
    require_power_over(by=by, user=user)
    return user


def logged_out_everywhere(actor: Actor) -> bool:
    """Whether that is how the actor's session ended: a repeated `session.end_all` is no error then."""
    ended = Session.objects.filter(pk=actor.session_id, user_id=actor.user_id, reason=EndReason.LOGOUT_EVERYWHERE)
    return ended.exists()


def require_power_over(*, by: User, user: User) -> None:
    """Staff may act on everybody but themselves and superusers; superusers on each other. Raises Forbidden."""
    if user.pk == by.pk:
        raise Forbidden("You cannot do that to your own account.")
    if user.is_superuser and not by.is_superuser:
        raise Forbidden("Only a superuser may do that to a superuser.")
