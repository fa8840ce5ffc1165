"""Sessions: opened by a login, carried on by refresh tokens, ended in one place (docs/tokens.md)."""

from collections import defaultdict
from datetime import timedelta
from secrets import token_bytes
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Least, Now
from django.utils import timezone

from bus.envelope import Client
from contracts import user as contract
from contracts.audience import Audience
from contracts.errors import AccountDisabled, InvalidCredentials, RefreshRejected
from eventlog.outbox import record
from userservice.keys import ACCESS_SECONDS
from userservice.models import EndReason, Session, SessionQuerySet, User
from userservice.names import device_clean
from userservice.refresh import Presented, token_hash, token_of, token_read
from userservice.selectors import user_view
from userservice.throttle import network_of
from userservice.tokens import access_token

IDLE = timedelta(days=14)
"""A session that is not refreshed for so long is over."""
ABSOLUTE = timedelta(days=30)
"""A session is over so long after its login, however much it is used."""
REPEAT_WITHIN = timedelta(seconds=10)
"""Two tabs, or a lost reply: so long the previous refresh token yields the same successor once more."""
REMEMBERED = timedelta(days=90)
"""How long an ended session is kept: throttling knows its network, administrators see it."""
MAX_OPEN = 100
"""Open sessions of one user; a login beyond ends the one that was not used for longest."""


def session_open(*, user: User, client: Client) -> contract.LoggedIn:
    """Log the user in, whose password was just verified.

    Raises InvalidCredentials when account or password changed since: the conditional UPDATE settles the race against
    disabling and against a password change, both of which end the sessions that they can see.
    """
    with transaction.atomic():
        same = User.objects.filter(pk=user.pk, is_active=True, password=user.password)
        if not same.update(last_login=Now()):
            raise InvalidCredentials
        _make_room(user)
        session = _session_insert(user=user, client=client)
    return _logged_in(session)


def session_refresh(*, refresh_token: str) -> contract.LoggedIn:
    """Trade the token for its successor. Raises RefreshRejected or AccountDisabled; a reused token ends the session."""
    presented = token_read(refresh_token)
    session = Session.objects.select_related("user").filter(pk=presented.session_id).first()
    if session is None:
        raise RefreshRejected
    if _rotate(session, presented) or _repeats(session, presented):
        session.refresh_from_db()
        return _logged_in(session)
    if not presented.proves(session):
        raise RefreshRejected
    sessions_end(Session.objects.filter(pk=session.pk).open(), reason=EndReason.TOKEN_REUSED)
    raise RefreshRejected if session.user.is_active else AccountDisabled


def session_end(*, refresh_token: str) -> None:
    """Logout by any genuine token of the session; what is none is no error."""
    try:
        presented = token_read(refresh_token)
    except RefreshRejected:
        return
    session = Session.objects.filter(pk=presented.session_id).first()
    if session is not None and presented.proves(session):
        sessions_end(Session.objects.filter(pk=session.pk), reason=EndReason.LOGOUT)


def sessions_end(sessions: SessionQuerySet, *, reason: EndReason) -> list[UUID]:
    """End those that are open and tell the gateways; the one function that ends a session. Returns their ids."""
    with transaction.atomic():
        rows = list(
            sessions.filter(ended_at=None).order_by("id").select_for_update(of=("self",)).values_list("id", "user_id")
        )
        Session.objects.filter(id__in=[session_id for session_id, _ in rows]).update(ended_at=Now(), reason=reason)
        _revoked(rows, reason)
    return [session_id for session_id, _ in rows]


def sessions_end_all(*, user: User, reason: EndReason, but: UUID | None = None) -> list[UUID]:
    """End every session of the user, the admin site's included; all but the one named in `but`."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(sessions_valid_from=Now())
        own = Session.objects.filter(user=user)
        return sessions_end(own.exclude(pk=but) if but else own, reason=reason)


def _revoked(rows: list[tuple[UUID, UUID]], reason: EndReason) -> None:
    ended = defaultdict(list)
    for session_id, user_id in rows:
        ended[user_id].append(session_id)
    for user_id, session_ids in ended.items():
        fact = contract.SessionRevoked(user_id=user_id, session_ids=session_ids, reason=str(reason))
        record(fact, audience=Audience(user_id=user_id))


def _session_insert(*, user: User, client: Client) -> Session:
    now = timezone.now()
    session = Session(
        user=user, device=device_clean(client.device), address=client.address[:64], seed=token_bytes(16),
        network=network_of(client.address), created_at=now, last_used_at=now, rotated_at=now, expires_at=now + IDLE,
    )  # fmt: skip
    session.token_hash = token_hash(token_of(session, generation=0))
    session.save(force_insert=True)
    return session


def _make_room(user: User) -> None:
    """Runs under the lock on the user's row, so that two logins at once count right."""
    Session.objects.filter(user=user, ended_at__lt=Now() - REMEMBERED).delete()
    Session.objects.filter(user=user, ended_at=None, expires_at__lt=Now() - REMEMBERED).delete()
    newest = Session.objects.filter(user=user).open().order_by("-last_used_at", "-id")
    surplus = list(newest.values_list("id", flat=True)[MAX_OPEN - 1 :])
    if surplus:
        sessions_end(Session.objects.filter(id__in=surplus), reason=EndReason.TOO_MANY)


def _rotate(session: Session, presented: Presented) -> bool:
    """Whether the token was the current one and is replaced now. Of two that try, the UPDATE lets one.

    No join here: Django would look the row up in a subquery, which PostgreSQL does not repeat for the one that waited.
    """
    current = Session.objects.filter(
        Exists(User.objects.filter(pk=OuterRef("user_id"), is_active=True)),
        pk=session.pk,
        generation=presented.generation,
        token_hash=token_hash(presented.token),
    )
    successor = token_of(session, generation=presented.generation + 1)
    return bool(
        current.open().update(
            generation=F("generation") + 1,
            previous_hash=F("token_hash"),
            token_hash=token_hash(successor),
            rotated_at=Now(),
            last_used_at=Now(),
            expires_at=Least(Now() + IDLE, F("created_at") + ABSOLUTE),
        )
    )


def _repeats(session: Session, presented: Presented) -> bool:
    """Whether the token was current until a moment ago, and its successor is current now."""
    replaced = Session.objects.filter(
        pk=session.pk,
        user__is_active=True,
        generation=presented.generation + 1,
        previous_hash=token_hash(presented.token),
        rotated_at__gt=Now() - REPEAT_WITHIN,
    )
    return replaced.open().exists()


def _logged_in(session: Session) -> contract.LoggedIn:
    return contract.LoggedIn(
        user=user_view(session.user),
        session_id=session.id,
        access_token=access_token(user=session.user, session=session),
        expires_in=ACCESS_SECONDS,
        refresh_token=token_of(session, generation=session.generation),
        refresh_expires_in=max(0, int((session.expires_at - timezone.now()).total_seconds())),
    )
