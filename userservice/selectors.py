"""What the user service reads."""

import base64
import binascii
import json
from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.db.models.functions import Now

from contracts import user as contract
from contracts.errors import InvalidRequest, NotFound
from userservice import keys
from userservice.models import Session, User, UserQuerySet
from userservice.names import username_key

REVOKED_WITHIN = timedelta(minutes=15)
"""Longer than an access token lives: no earlier revocation matters."""


def user_view(user: User) -> contract.User:
    return contract.User(
        id=user.id,
        username=user.username,
        display_name=user.display_name,
        active=user.is_active,
        staff=user.is_staff,
        created_at=user.created_at,
        rev=user.rev,
    )


def user_by_name(username: str) -> User | None:
    """The account that a login means, however its name is written."""
    key = username_key(username)
    if "\0" in key:  # PostgreSQL's text cannot hold it
        return None
    return User.objects.filter(username_key=key).first()


def user_get(*, user_id: UUID) -> User:
    """Raises NotFound. Disabled accounts are found: messages go on to bear their names."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotFound
    return user


def user_list(*, q: str, ids: Collection[UUID] | None, cursor: str | None, limit: int) -> contract.UserPage:
    """As `contracts.user.UserList` says."""
    if ids is not None:
        found = User.objects.filter(pk__in=ids).order_by("username_key")
        return contract.UserPage(users=[user_view(user) for user in found], next=None)
    users, following = _page(_users().filter(is_active=True).matching(q), cursor=cursor, limit=limit)
    return contract.UserPage(users=[user_view(user) for user in users], next=following)


def user_search(*, q: str, active: bool | None, cursor: str | None, limit: int) -> contract.StaffUserPage:
    """As `contracts.user.UserSearch` says."""
    found = _users().matching(q)
    if active is not None:
        found = found.filter(is_active=active)
    users, following = _page(found, cursor=cursor, limit=limit)
    counts = _open_sessions([user.id for user in users])
    rows = [
        contract.StaffUser(user=user_view(user), last_login_at=user.last_login, open_sessions=counts.get(user.id, 0))
        for user in users
    ]
    return contract.StaffUserPage(users=rows, next=following)


def users_unknown(user_ids: Collection[UUID]) -> list[UUID]:
    """Those that are no active user, in the order asked."""
    known = set(User.objects.filter(pk__in=user_ids, is_active=True).values_list("pk", flat=True))
    return [user_id for user_id in dict.fromkeys(user_ids) if user_id not in known]


def session_list(*, user_id: UUID, current: UUID) -> contract.SessionList:
    """The user's open sessions, last used first."""
    rows = Session.objects.filter(user_id=user_id).open().order_by("-last_used_at", "-id")
    sessions = [
        contract.Session(
            id=row.id,
            device=row.device,
            address=row.address,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            current=row.id == current,
        )
        for row in rows
    ]
    return contract.SessionList(sessions=sessions)


def revocation_list() -> contract.RevocationList:
    ended = Session.objects.all().ended_within(REVOKED_WITHIN).values_list("id", flat=True)
    return contract.RevocationList(session_ids=list(ended))


def key_list() -> contract.KeyList:
    return contract.KeyList(keys=keys.public_keys())


def _users() -> UserQuerySet:
    return UserQuerySet(User)


def _open_sessions(user_ids: Collection[UUID]) -> dict[UUID, int]:
    open_now = Q(sessions__ended_at=None, sessions__expires_at__gt=Now())
    counted = User.objects.filter(pk__in=user_ids).annotate(open_sessions=Count("sessions", filter=open_now))
    return dict(counted.values_list("pk", "open_sessions"))


def _page(users: UserQuerySet, *, cursor: str | None, limit: int) -> tuple[list[User], str | None]:
    """In order of `username_key`, which is unique: who registers or leaves meanwhile shifts nobody."""
    if cursor:
        users = users.filter(username_key__gt=_cursor_read(cursor))
    rows = list(users.order_by("username_key")[: limit + 1])
    following = _cursor_write(rows[limit - 1].username_key) if len(rows) > limit else None
    return rows[:limit], following


def _cursor_write(key: str) -> str:
    return base64.urlsafe_b64encode(json.dumps(["u1", key]).encode()).decode().rstrip("=")


def _cursor_read(cursor: str) -> str:
    """Raises InvalidRequest on what `_cursor_write` did not write."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        value: Any = json.loads(raw)
    except (binascii.Error, ValueError, RecursionError):
        value = None
    match value:
        case ["u1", str(key)] if "\0" not in key and len(key) <= 64 and key.isprintable():
            return key
        case _:
            raise InvalidRequest("That is no cursor of this list.", field="cursor")
