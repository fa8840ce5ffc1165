"""Reading the log, each in one statement (docs/event-log.md, "Reading").

An event is there once its position is committed, so a reader sees no hole: positions are given one after the other by
one relay. Pages end at 5,000 positions looked at or about 1 MiB, whichever comes first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from msgspec import Raw

from contracts.log import Head, Hearing, LogEvent, LogPage, LogRange, LogRecord

Row = tuple[Any, ...]
LOOK = 5_000
"""Positions that one page looks at."""
PAGE_BYTES = 1024 * 1024
"""Bodies in one page; a first event that is larger comes alone."""

_HEAD = "SELECT eventlog_epoch(), pos, oldest FROM eventlog_relay_state"

# Time never decreases with the position and positions have no holes, so a binary search over the primary key finds the
# first event of a time: some 27 lookups among a hundred million.
_SINCE = """
WITH RECURSIVE search (low, high) AS (
    SELECT oldest, pos + 1 FROM eventlog_relay_state
    UNION ALL
    SELECT CASE WHEN older THEN middle + 1 ELSE low END, CASE WHEN older THEN high ELSE middle END
    FROM search
    CROSS JOIN LATERAL (SELECT (low + high) / 2 AS middle) AS halved
    CROSS JOIN LATERAL (
        SELECT coalesce((SELECT at < %s FROM eventlog_event WHERE pos = middle), true) AS older
    ) AS compared
    WHERE low < high
)
SELECT low FROM search WHERE low >= high
"""

# One snapshot for everything: the head, what is kept, and the events between. The running sum cuts the page by bytes
# without fetching what lies behind the cut.
_PAGE = """
WITH state AS MATERIALIZED (SELECT pos AS head, oldest FROM eventlog_relay_state),
found AS (
    SELECT pos, event, {columns} at, body, count(*) OVER () AS heard,
           sum(octet_length(body)) OVER (ORDER BY pos) AS total
    FROM (
        SELECT e.* FROM eventlog_event e {audience}
        ORDER BY e.pos LIMIT %(limit)s
    ) AS heard
)
SELECT eventlog_epoch(), head, oldest, heard, pos, event, {columns} at, body FROM state
LEFT JOIN found ON total <= %(bytes)s OR total = octet_length(body)
ORDER BY pos
"""
_RANGE = _PAGE.format(columns="routing_key,", audience="WHERE e.pos > %(after)s AND e.pos <= %(upto)s")
_AUDIENCE = _PAGE.format(
    columns="",
    audience="""
        WHERE e.pos > %(after)s AND e.pos <= %(upto)s AND (
            e.user_id = %(user)s
            OR (e.user_id IS NULL AND e.conversation_id IS NULL)
            OR (e.conversation_id = ANY (%(conversations)s::uuid[])
                AND e.seq > (%(joined)s::bigint[])[array_position(%(conversations)s::uuid[], e.conversation_id)]))
    """,
)
"""A membership test by hash comes first; a join with the arrays would be a loop over them for each event."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """`cut`: there may be more behind the last row."""

    epoch: str
    head: int
    oldest: int
    rows: Sequence[Row]
    cut: bool


def head() -> Head:
    """The log's last position, the oldest one that is kept, and the epoch that gives them their meaning."""
    epoch, pos, oldest = _one(_HEAD)
    return Head(epoch=epoch, pos=pos, oldest=oldest)


def position_at(since: datetime) -> int:
    """The position before the first event at or after a time; that of the last event when there is none."""
    (first,) = _one(_SINCE, since)
    return int(first) - 1


def read(
    *, user_id: UUID, hearings: Sequence[Hearing], after: int, since: datetime | None = None, limit: int
) -> LogPage:
    """A page of what a user may hear, from after a position, or from a time where that is later."""
    if since is not None:
        after = max(after, position_at(since))
    audience = {
        "user": user_id,
        "conversations": _array(hearing.conversation_id.hex for hearing in hearings),
        "joined": _array(str(hearing.joined_seq) for hearing in hearings),
    }
    found = _find(_AUDIENCE, after=after, upto=after + LOOK, limit=limit, **audience)
    events = [LogEvent(pos=pos, event=event, at=at, data=Raw(body)) for pos, event, at, body in found.rows]
    looked = events[-1].pos if found.cut else min(after + LOOK, found.head)
    truncated = after + 1 < found.oldest
    return LogPage(epoch=found.epoch, events=events, pos=looked, head=found.head, truncated=truncated)


def read_range(*, after: int, upto: int, limit: int) -> LogRange:
    """Every event from after a position up to another, as far as one page goes.

    Begins later where what follows `after` is no longer kept.
    """
    found = _find(_RANGE, after=after, upto=upto, limit=limit)
    records = [
        LogRecord(pos=pos, event=event, routing_key=key, at=at, data=Raw(body))
        for pos, event, key, at, body in found.rows
    ]
    return LogRange(epoch=found.epoch, records=records, head=found.head)


def _find(statement: str, *, limit: int, **values: Any) -> _Found:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"limit": limit, "bytes": PAGE_BYTES, **values})
        rows = cursor.fetchall()
    epoch, log_head, oldest, heard = rows[0][:4]
    found = [row[4:] for row in rows if heard]
    return _Found(
        epoch=epoch, head=log_head, oldest=oldest, rows=found, cut=heard == limit or len(found) < (heard or 0)
    )


def _array(items: Iterable[str]) -> str:
    """PostgreSQL's text form: a literal of a thousand ids parses faster than a thousand literals."""
    return "{" + ",".join(items) + "}"


def _one(statement: str, *values: Any) -> Row:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row: Row = cursor.fetchone()
    return row
