"""What changes accounts. Each function commits its rows and its events together, or nothing."""

from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from bus.envelope import Client
from contracts import user as contract
from contracts.audience import Audience
from contracts.errors import AccountDisabled, Busy, Conflict, InvalidCredentials, NotFound, UsernameTaken
from eventlog.outbox import record
from userservice import sessions, throttle
from userservice.models import EndReason, User
from userservice.names import display_name_clean, username_check, username_key
from userservice.passwords import BoundedArgon2, password_check, password_matches
from userservice.selectors import user_by_name, user_view


def user_register(*, username: str, password: str, display_name: str | None, client: Client) -> contract.LoggedIn:
    """A new account, logged in. Raises RateLimited, WeakPassword, UsernameTaken, InvalidRequest, Busy."""
    throttle.address_charge(address=client.address)
    with transaction.atomic():
        user = user_create(username=username, password=password, display_name=display_name)
        return sessions.session_open(user=user, client=client)


def user_create(*, username: str, password: str, display_name: str | None = None, **flags: bool) -> User:
    """A new account; `flags`: `is_staff`, `is_superuser`. Raises WeakPassword, UsernameTaken, InvalidRequest, Busy."""
    username_check(username)
    name = display_name_clean(display_name or username)
    password_check(password, username=username, display_name=name)
    if User.objects.filter(username_key=username_key(username)).exists():
        raise UsernameTaken
    user = User(username=username, display_name=name, password=make_password(password), **flags)
    with transaction.atomic():
        _insert(user)
        record(contract.UserRegistered(user=user_view(user)), audience=Audience())
    return user


def user_login(*, username: str, password: str, client: Client) -> contract.LoggedIn:
    """Raises as `credentials_check`."""
    user = credentials_check(username=username, password=password, client=client)
    return sessions.session_open(user=user, client=client)


def credentials_check(*, username: str, password: str, client: Client) -> User:
    """The account that name and password belong to.

    Raises InvalidCredentials (the same, after the same work, for unknown names), AccountDisabled (only to who knows
    the password), RateLimited, Busy. Runs outside of transactions.
    """
    throttle.address_charge(address=client.address)
    user = user_by_name(username)
    _password_verify(password, user=user, username=username, client=client)
    if user is None:
        raise InvalidCredentials
    if not user.is_active:
        raise AccountDisabled
    _rehash(user, password)
    return user


def password_change(*, user: User, session_id: UUID | None, old: str, new: str, client: Client) -> None:
    """The user's own change: every other session ends. Raises InvalidCredentials, WeakPassword, RateLimited, Busy."""
    _password_verify(old, user=user, username=user.username, client=client)
    password_check(new, username=user.username, display_name=user.display_name)
    _password_store(user=user, encoded=make_password(new), but=session_id)


def password_set(*, user: User, new: str) -> None:
    """An administrator's reset: every session ends. Raises WeakPassword, Busy."""
    password_check(new, username=user.username, display_name=user.display_name)
    _password_store(user=user, encoded=make_password(new), but=None)


def user_update(*, user_id: UUID, display_name: str) -> User:
    """Raises NotFound, InvalidRequest."""
    return _changed(user_id, display_name=display_name_clean(display_name))


def user_set_active(*, user_id: UUID, active: bool) -> User:
    """Disabling ends the sessions too. Raises NotFound."""
    with transaction.atomic():
        user = _changed(user_id, is_active=active)
        if not active:
            sessions.sessions_end_all(user=user, reason=EndReason.DISABLED)
        return user


def user_set_powers(*, user_id: UUID, staff: bool, superuser: bool) -> User:
    """Raises NotFound. Whoever loses a power loses his sessions, whose tokens still speak of it."""
    with transaction.atomic():
        before = User.objects.filter(pk=user_id).first()
        user = _changed(user_id, is_staff=staff, is_superuser=superuser)
        if before and (before.is_staff > staff or before.is_superuser > superuser):
            sessions.sessions_end_all(user=user, reason=EndReason.ENDED_BY_STAFF)
        return user


def _insert(user: User) -> None:
    """The unique key, not the look before it, settles two registrations at once."""
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise UsernameTaken from None


def _changed(user_id: UUID, **values: Any) -> User:
    """Set what differs, under the row's lock, and tell everybody; a repeat finds nothing to do."""
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
        if user is None:
            raise NotFound
        changes = {name: value for name, value in values.items() if getattr(user, name) != value}
        if changes:
            for name, value in changes.items():
                setattr(user, name, value)
            user.rev += 1
            user.save()
            record(contract.UserUpdated(user=user_view(user)), audience=Audience())
        return user


def _password_verify(password: str, *, user: User | None, username: str, client: Client) -> None:
    """Raises InvalidCredentials or RateLimited."""
    charge = throttle.account_charge(username=username, address=client.address)
    try:
        matches = password_matches(password, user=user)
    except Busy:
        throttle.account_refund(charge)  # nothing was guessed
        raise
    if not matches:
        raise InvalidCredentials
    throttle.account_forgive(charge)


def _password_store(*, user: User, encoded: str, but: UUID | None) -> None:
    """Of two changes at once the second finds the hash that it verified gone, and is refused."""
    with transaction.atomic():
        if not User.objects.filter(pk=user.pk, password=user.password).update(password=encoded):
            raise Conflict
        sessions.sessions_end_all(user=user, reason=EndReason.PASSWORD_CHANGED, but=but)


def _rehash(user: User, password: str) -> None:
    """Bring a hash of older parameters up to date, now that the password is at hand."""
    if BoundedArgon2().must_update(user.password):
        encoded = make_password(password)
        if User.objects.filter(pk=user.pk, password=user.password).update(password=encoded):
            user.password = encoded
