"""What the user service answers and tells: accounts, logins, sessions, signing keys."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta

from contracts.base import (
    Cursor,
    DisplayName,
    Done,
    Event,
    PageSize,
    Password,
    Query,
    Request,
    Safety,
    Username,
    event,
    operation,
)
from contracts.errors import (
    AccountDisabled,
    Conflict,
    InvalidCredentials,
    NotFound,
    RateLimited,
    RefreshRejected,
    UsernameTaken,
    WeakPassword,
)

OWNER = "user"
UserIds = Annotated[list[UUID], Meta(max_length=200)]


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """A person or program, as everybody sees it. `rev` grows with every change."""

    id: UUID
    username: str
    display_name: str
    active: bool
    staff: bool
    created_at: datetime
    rev: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LoggedIn:
    """`expires_in`: seconds that the access token is good for; `refresh_expires_in`: the refresh token, if unused."""

    user: User
    session_id: UUID
    access_token: str
    expires_in: int
    refresh_token: str
    refresh_expires_in: int


@dataclass(frozen=True, kw_only=True, slots=True)
class UserPage:
    """`next`: cursor of the following page, none on the last."""

    users: list[User]
    next: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """One login on one device. `device` is the browser's or program's own description, cut to 200 characters."""

    id: UUID
    device: str
    address: str
    created_at: datetime
    last_used_at: datetime
    current: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionList:
    sessions: list[Session]


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyList:
    """A JSON Web Key Set (RFC 7517) of the public keys that may have signed a token still in force."""

    keys: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class RevocationList:
    """Sessions whose access tokens must be refused although they have not expired."""

    session_ids: list[UUID]


@dataclass(frozen=True, kw_only=True, slots=True)
class UnknownUsers:
    """Those of the ids asked for that are no active user."""

    user_ids: list[UUID]


@dataclass(frozen=True, kw_only=True, slots=True)
class StaffUser:
    """An account as an administrator sees it."""

    user: User
    last_login_at: datetime | None
    open_sessions: int


@dataclass(frozen=True, kw_only=True, slots=True)
class StaffUserPage:
    users: list[StaffUser]
    next: str | None


@operation(
    "user.register",
    owner=OWNER,
    safety=Safety.ONCE,
    slow=True,
    deadline_ms=5000,
    errors=(UsernameTaken, WeakPassword, RateLimited),
)
@dataclass(frozen=True, kw_only=True, slots=True)
class UserRegister(Request[LoggedIn]):
    username: Username
    password: Password
    display_name: DisplayName | None = None


@operation(
    "user.login",
    owner=OWNER,
    safety=Safety.ONCE,
    slow=True,
    deadline_ms=5000,
    errors=(InvalidCredentials, AccountDisabled, RateLimited),
)
@dataclass(frozen=True, kw_only=True, slots=True)
class UserLogin(Request[LoggedIn]):
    username: Annotated[str, Meta(max_length=256)]
    password: Password


@operation("user.me", owner=OWNER, safety=Safety.READ_ONLY, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class UserMe(Request[User]):
    """The caller's own account."""


@operation("user.get", owner=OWNER, safety=Safety.READ_ONLY, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class UserGet(Request[User]):
    user_id: UUID


@operation("user.update", owner=OWNER, safety=Safety.KEYED, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class UserUpdate(Request[User]):
    """The caller's own profile; absolute values, so a repeat changes nothing."""

    display_name: DisplayName


@operation(
    "user.change_password",
    owner=OWNER,
    safety=Safety.ONCE,
    slow=True,
    deadline_ms=5000,
    errors=(InvalidCredentials, WeakPassword, RateLimited, Conflict),
)
@dataclass(frozen=True, kw_only=True, slots=True)
class UserChangePassword(Request[Done]):
    """Ends every other session of the caller."""

    old_password: Password
    new_password: Password


@operation("user.list", owner=OWNER, safety=Safety.READ_ONLY)
@dataclass(frozen=True, kw_only=True, slots=True)
class UserList(Request[UserPage]):
    """Active users whose user or display name contains `q`, by user name; or just those of `ids` (active or not)."""

    q: Query = ""
    ids: UserIds | None = None
    cursor: Cursor | None = None
    limit: PageSize = 50


@operation("user.check", owner=OWNER, safety=Safety.READ_ONLY, callers=("messageservice", "gateway"))
@dataclass(frozen=True, kw_only=True, slots=True)
class UserCheck(Request[UnknownUsers]):
    user_ids: Annotated[list[UUID], Meta(max_length=1000)]


@operation("session.refresh", owner=OWNER, safety=Safety.KEYED, errors=(RefreshRejected, AccountDisabled))
@dataclass(frozen=True, kw_only=True, slots=True)
class SessionRefresh(Request[LoggedIn]):
    """Rotates the refresh token. A repeat within 10 s returns the same successor; a later one ends the session."""

    refresh_token: Annotated[str, Meta(max_length=256)]


@operation("session.end", owner=OWNER, safety=Safety.KEYED)
@dataclass(frozen=True, kw_only=True, slots=True)
class SessionEnd(Request[Done]):
    """Logout: ends the session that the refresh token belongs to; an unknown token is no error."""

    refresh_token: Annotated[str, Meta(max_length=256)]


@operation("session.end_all", owner=OWNER, safety=Safety.KEYED)
@dataclass(frozen=True, kw_only=True, slots=True)
class SessionEndAll(Request[Done]):
    """Logout everywhere, the caller's current session included."""


@operation("session.list", owner=OWNER, safety=Safety.READ_ONLY)
@dataclass(frozen=True, kw_only=True, slots=True)
class SessionListOwn(Request[SessionList]):
    """The caller's own open sessions, last used first."""


@operation("session.revoke", owner=OWNER, safety=Safety.KEYED, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class SessionRevoke(Request[Done]):
    """Ends one of the caller's own sessions."""

    session_id: UUID


@operation("key.list", owner=OWNER, safety=Safety.READ_ONLY)
@dataclass(frozen=True, kw_only=True, slots=True)
class KeyListPublic(Request[KeyList]):
    """Public signing keys."""


@operation("revocation.list", owner=OWNER, safety=Safety.READ_ONLY)
@dataclass(frozen=True, kw_only=True, slots=True)
class RevocationListRecent(Request[RevocationList]):
    """Sessions that ended in the last 15 minutes: longer than an access token lives."""


@operation("user.search", owner=OWNER, safety=Safety.READ_ONLY)
@dataclass(frozen=True, kw_only=True, slots=True)
class UserSearch(Request[StaffUserPage]):
    """Staff only: all accounts whose names contain `q`."""

    q: Query = ""
    active: bool | None = None
    cursor: Cursor | None = None
    limit: PageSize = 50


@operation("user.set_active", owner=OWNER, safety=Safety.KEYED, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class UserSetActive(Request[User]):
    """Staff only: disable an account (ends its sessions) or enable it again."""

    user_id: UUID
    active: bool


@operation("user.end_sessions", owner=OWNER, safety=Safety.KEYED, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class UserEndSessions(Request[Done]):
    """Staff only: logs a user out everywhere."""

    user_id: UUID


@event("user.registered", owner=OWNER)
@dataclass(frozen=True, kw_only=True, slots=True)
class UserRegistered(Event):
    """For everybody."""

    user: User


@event("user.updated", owner=OWNER)
@dataclass(frozen=True, kw_only=True, slots=True)
class UserUpdated(Event):
    """For everybody: a name changed, or the account was disabled or enabled."""

    user: User


@event("session.revoked", owner=OWNER)
@dataclass(frozen=True, kw_only=True, slots=True)
class SessionRevoked(Event):
    """For the user: these sessions ended. Gateways close their sockets and refuse their access tokens."""

    user_id: UUID
    session_ids: list[UUID]
    reason: str
