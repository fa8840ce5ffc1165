"""What goes with a body: who asks, for whom, until when, as part of which request (DESIGN §4)."""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """The person or program that the gateway verified; never taken from a client's payload."""

    user_id: UUID
    session_id: UUID
    staff: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Client:
    """Where a request came from: remote address as text and the client's own description (at most 200 characters)."""

    address: str = ""
    device: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """The envelope of one request as a handler sees it. `deadline`: time.monotonic() seconds of this process."""

    actor: Actor | None = None
    client: Client = field(default_factory=Client)
    request_id: str = ""
    traceparent: str = ""
    caller: str = ""
    deadline: float = 0.0
    redelivered: bool = False
