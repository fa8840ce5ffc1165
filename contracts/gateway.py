"""What the gateway itself takes and tells: frames of a socket, logins with a cookie, bootstrap, errors as documents.

Nothing here travels over AMQP, so nothing is registered as an operation.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID, uuid4

from msgspec import Meta

from contracts.base import Request
from contracts.download import TaskCreate
from contracts.log import MAX_PAGE, LogPage, Position
from contracts.message import Conversation
from contracts.user import LoggedIn, SessionEnd, SessionRefresh, User, UserLogin, UserRegister

PROTOCOL = 1
"""Version that `hello` names."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Login(UserLogin):
    """With `session: "cookie"` the refresh token comes as an HttpOnly cookie and is missing from the reply."""

    session: Literal["cookie"] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Register(UserRegister):
    """With `session: "cookie"` the refresh token comes as an HttpOnly cookie and is missing from the reply."""

    session: Literal["cookie"] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LoginReply(LoggedIn):
    """`refresh_token` is missing where it came as a cookie."""

    refresh_token: str | None = None  # type: ignore[assignment]


@dataclass(frozen=True, kw_only=True, slots=True)
class Refresh(SessionRefresh):
    """Without `refresh_token` the cookie counts; then the Origin header must be one of ours."""

    refresh_token: Annotated[str, Meta(max_length=256)] | None = None  # type: ignore[assignment]


@dataclass(frozen=True, kw_only=True, slots=True)
class Logout(SessionEnd):
    """Without `refresh_token` the cookie counts; then the Origin header must be one of ours."""

    refresh_token: Annotated[str, Meta(max_length=256)] | None = None  # type: ignore[assignment]


@dataclass(frozen=True, kw_only=True, slots=True)
class Task(TaskCreate):
    """Over REST `client_id` may be missing, as the ancestor knew none: then a repeated request is another job."""

    client_id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True, kw_only=True, slots=True)
class EventsRead(Request[LogPage]):
    """Events that the caller may hear, after position `after` (none: the current one) and not before `since`.

    `wait`: seconds to hold the request open while there is nothing new.
    """

    after: Position | None = None
    since: datetime | None = None
    limit: Annotated[int, Meta(ge=1, le=MAX_PAGE)] = 200
    wait: Annotated[int, Meta(ge=0, le=60)] = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class BootstrapReply:
    """`pos` was read before the state, so events after it complete the picture; those that it has change nothing.

    `conversations`: the most recently active ones; `next` is the cursor of `conversation.list` for the others.
    """

    epoch: str
    pos: int
    me: User
    conversations: list[Conversation]
    next: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Bootstrap(Request[BootstrapReply]):
    """What a client needs to begin: its position, its user, its conversations."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Resume:
    epoch: str
    pos: Position


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What a socket must keep to. Bytes are of UTF-8, `ack_every` is in events, `ack_within_ms` in milliseconds.

    `window_events`, `window_bytes`: more than that unacknowledged closes the socket with 4008.
    """

    frame_bytes: int
    window_events: int
    window_bytes: int
    ack_every: int
    ack_within_ms: int
    waiting_sends: int
    open_requests: int
    requests_per_minute: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Welcome:
    """`resumed`: the events missed since the given position follow; if false, ask for `bootstrap`."""

    session: UUID
    epoch: str
    pos: int
    resumed: bool
    ping_ms: int
    limits: Limits


@dataclass(frozen=True, kw_only=True, slots=True)
class Hello(Request[Welcome]):
    """The first frame of a socket, within 10 s. `v`: version of the protocol; `token`: an access token."""

    v: int
    token: Annotated[str, Meta(max_length=4096)]
    resume: Resume | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthRefreshed:
    """`expires_in`: seconds until the socket is closed with 4101 unless it is refreshed again."""

    expires_in: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthRefresh(Request[AuthRefreshed]):
    """Puts a new access token of the same user and session in the place of the socket's."""

    token: Annotated[str, Meta(max_length=4096)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """The `error` of a frame; some codes bring further fields, such as `field` or `retry_after_ms`."""

    code: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Problem details of RFC 9457. `code` is stable; some codes bring further fields, such as `retry_after_ms`."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Live:
    """A frame: everything missed was told; from here on events come as they happen."""

    event: Literal["live"] = "live"
    pos: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Ping:
    """A frame: this socket is served up to `pos`, so that is the client's cursor. Answer `pong` within 8 s."""

    event: Literal["ping"] = "ping"
    pos: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Ack:
    """Every 64 events or once a second: everything up to `pos` has arrived. It is not answered."""

    pos: Position


@dataclass(frozen=True, kw_only=True, slots=True)
class Pong:
    """Answers a `ping`. It is not answered."""
