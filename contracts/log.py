"""What the event log answers: its head, pages of it for an audience, and whole ranges for gateways that missed some."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Raw

from contracts.base import Event, Request, Safety, event, operation

OWNER = "log"
Position = Annotated[int, Meta(ge=0)]
MAX_PAGE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """`pos`: of the last event, 0 when there was none; `oldest`: the first one still kept (`pos + 1` when none).

    `epoch` changes when a restore may have given positions a second meaning: positions of another epoch mean nothing.
    """

    epoch: str
    pos: int
    oldest: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LogEvent:
    """`data` is the event's own JSON, as its owner wrote it."""

    pos: int
    event: str
    at: datetime
    data: Raw


@dataclass(frozen=True, kw_only=True, slots=True)
class LogPage:
    """`pos`: everything up to here was looked at, so the next call goes on `after` it, also when no event matched.

    `head`: the log's last position at the time. `truncated`: events right after `after` are no longer kept.
    """

    epoch: str
    events: list[LogEvent]
    pos: int
    head: int
    truncated: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class LogRecord:
    pos: int
    event: str
    routing_key: str
    at: datetime
    data: Raw


@dataclass(frozen=True, kw_only=True, slots=True)
class LogRange:
    """Dense: every position from the first to the last record."""

    epoch: str
    records: list[LogRecord]
    head: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Hearing:
    """A conversation that somebody may hear, from after `joined_seq` on."""

    conversation_id: UUID
    joined_seq: int


@operation("log.head", owner=OWNER, safety=Safety.READ_ONLY)
@dataclass(frozen=True, kw_only=True, slots=True)
class LogHead(Request[Head]):
    pass


@operation("log.read", owner=OWNER, safety=Safety.READ_ONLY)
@dataclass(frozen=True, kw_only=True, slots=True)
class LogRead(Request[LogPage]):
    """A page of what the caller (the envelope's actor) may hear: his own events, everybody's, and those of `hearings`.

    From position `after`, or from the time `since` where that is later. Looks at no more than 5,000 positions.
    """

    after: Position
    hearings: list[Hearing]
    since: datetime | None = None
    limit: Annotated[int, Meta(ge=1, le=MAX_PAGE)] = 200


@operation("log.range", owner=OWNER, safety=Safety.READ_ONLY)
@dataclass(frozen=True, kw_only=True, slots=True)
class LogRangeRead(Request[LogRange]):
    """For gateways only: all events after one position, up to another, whoever they are for."""

    after: Position
    upto: Position
    limit: Annotated[int, Meta(ge=1, le=MAX_PAGE)] = MAX_PAGE


@event("log.head", owner=OWNER, signal=True)
@dataclass(frozen=True, kw_only=True, slots=True)
class LogHeadSignal(Event):
    """Every second from the active relay: how far the log is published."""

    epoch: str
    pos: int
