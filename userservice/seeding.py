"""Several accounts at once, for demonstrations and measurements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db.transaction import atomic

from contracts.audience import Audience
from contracts.user import UserRegistered
from eventlog.outbox import record_many
from userservice.models import User
from userservice.names import username_key
from userservice.selectors import user_view


@dataclass(frozen=True, kw_only=True, slots=True)
class SeedUser:
    id: UUID
    username: str
    display_name: str
    created_at: datetime
    superuser: bool = False


def users_seed(wanted: Sequence[SeedUser], *, password: str) -> tuple[set[UUID], int]:
    """Make those accounts that are not there yet. Returns the ids that are there now, and how many were made.

    Whoever finds his name taken by a stranger is left out; accounts that are there stay as they are.
    """
    with atomic():
        keys = [username_key(one.username) for one in wanted]
        taken = dict(User.objects.filter(username_key__in=keys).values_list("username_key", "id"))
        new = [_user(one, password=password) for one, key in zip(wanted, keys, strict=True) if key not in taken]
        for user in new:
            user.save(force_insert=True)
        record_many([(UserRegistered(user=user_view(user)), Audience()) for user in new])
    there = {one.id for one in wanted} & {*taken.values(), *(user.id for user in new)}
    return there, len(new)


def _user(one: SeedUser, *, password: str) -> User:
    return User(
        id=one.id,
        username=one.username,
        display_name=one.display_name,
        password=make_password(password),
        is_staff=one.superuser,
        is_superuser=one.superuser,
        created_at=one.created_at,
    )
