"""Ranges of the log: made ahead of the positions, dropped when they are wholly old (docs/event-log.md, "Ranges").

Run by the active relay alone. Attaching and dropping wait at most `LOCK_MS` for readers, who would queue up behind us;
what did not succeed is tried again, and meanwhile the default range takes what has no other place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.backends.utils import CursorWrapper

from config.failpoints import failpoint

AHEAD = 2
"""Empty ranges kept ready behind the one in use."""
SMALLEST, LARGEST = 10_000, 2_000_000
"""Positions in a range. Each is twice or half the one before, so that in the end it holds about a day."""
SHORT, LONG = timedelta(hours=12), timedelta(hours=48)
LOCK_MS = 300
SWEEP = 5_000
"""Rows that one statement deletes from the default range."""

_RANGES = """
SELECT name, bounds[1]::bigint, bounds[2]::bigint FROM (
    SELECT c.relname AS name,
           regexp_match(pg_get_expr(c.relpartbound, c.oid), $$FROM \\('(\\d+)'\\) TO \\('(\\d+)'\\)$$) AS bounds
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'eventlog_event'::regclass AND NOT i.inhdetachpending
) AS partition
WHERE bounds IS NOT NULL ORDER BY 2
"""
_MAKE = """
BEGIN;
SET LOCAL lock_timeout = {lock_ms};
CREATE TABLE eventlog_event_{start} (LIKE eventlog_event INCLUDING ALL);
ALTER TABLE eventlog_event ATTACH PARTITION eventlog_event_{start} FOR VALUES FROM ({start}) TO ({end});
COMMIT
"""
_DROP = """
BEGIN;
SET LOCAL lock_timeout = {lock_ms};
DROP TABLE {name};
UPDATE eventlog_relay_state SET oldest = greatest(oldest, {end});
COMMIT
"""
_SWEEP = f"""
DELETE FROM eventlog_event_default WHERE pos = ANY (ARRAY(
    SELECT pos FROM eventlog_event_default WHERE at < %s AND pos <= %s ORDER BY pos LIMIT {SWEEP}))
"""  # noqa: S608  constants only
_OLDEST = """
UPDATE eventlog_relay_state
SET oldest = coalesce((SELECT pos FROM eventlog_event ORDER BY pos LIMIT 1), pos + 1)
WHERE oldest <> coalesce((SELECT pos FROM eventlog_event ORDER BY pos LIMIT 1), pos + 1)
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """A partition that holds the positions from `start` up to, not including, `end`."""

    name: str
    start: int
    end: int


def ranges(cursor: CursorWrapper) -> list[Range]:
    """All but the default one, lowest first."""
    cursor.execute(_RANGES)
    return [Range(name=name, start=start, end=end) for name, start, end in cursor.fetchall()]


def make_ahead(cursor: CursorWrapper, *, pos: int) -> int:
    """Make ranges until `AHEAD` of them lie wholly above `pos`; returns the position from which more are due.

    Raises django.db.OperationalError, with nothing half made, when a reader of the default range stayed too long.
    """
    known = ranges(cursor)
    while len(above := [r for r in known if r.start > pos]) < AHEAD:
        # What has gone to the default range lies at or below pos: a range may not be attached over it.
        start = max(known[-1].end if known else 1, pos + 1)
        fresh = Range(name=f"eventlog_event_{start}", start=start, end=start + _size(cursor, known, pos=pos))
        cursor.execute(_MAKE.format(lock_ms=LOCK_MS, start=fresh.start, end=fresh.end))
        known.append(fresh)
        failpoint("relay.range_made")
    return above[-AHEAD].start


def drop_old(cursor: CursorWrapper, *, before: datetime, published: int) -> list[Range]:
    """Drop the ranges whose every event got its position before a time, and sweep the default range likewise.

    Keeps what the broker has not confirmed: it will be read again. Raises django.db.OperationalError when a reader
    stayed too long; what was dropped until then stays dropped.
    """
    dropped = []
    for old in _wholly_old(cursor, ranges(cursor), before=before, published=published):
        cursor.execute(_DROP.format(lock_ms=LOCK_MS, name=old.name, end=old.end))
        dropped.append(old)
        failpoint("relay.range_dropped")
    _sweep_default(cursor, before=before, published=published)
    cursor.execute(_OLDEST)
    return dropped


def _wholly_old(cursor: CursorWrapper, known: Sequence[Range], *, before: datetime, published: int) -> list[Range]:
    """The time of events never decreases with their position, so the last event of a range speaks for all."""
    old = []
    for candidate in known:
        cursor.execute(f"SELECT at FROM {candidate.name} ORDER BY pos DESC LIMIT 1")  # noqa: S608  from the catalog
        last = cursor.fetchone()
        if candidate.end - 1 > published or (last and last[0] >= before):
            break
        old.append(candidate)
    return old


def _sweep_default(cursor: CursorWrapper, *, before: datetime, published: int) -> None:
    deleted = SWEEP
    while deleted == SWEEP:
        cursor.execute(_SWEEP, [before, published])
        deleted = cursor.rowcount


def _size(cursor: CursorWrapper, known: Sequence[Range], *, pos: int) -> int:
    """Twice the last range when the last full one was filled in under half a day, half of it after two days."""
    if not known:
        return SMALLEST
    last = known[-1].end - known[-1].start
    full = [r for r in known if r.end <= pos + 1]
    first, final = (_time_of(cursor, full[-1].start), _time_of(cursor, full[-1].end - 1)) if full else (None, None)
    if first is None or final is None:
        return last
    lasted = final - first
    wanted = last * 2 if lasted < SHORT else last // 2 if lasted > LONG else last
    return min(max(wanted, SMALLEST), LARGEST)


def _time_of(cursor: CursorWrapper, pos: int) -> datetime | None:
    cursor.execute("SELECT at FROM eventlog_event WHERE pos = %s", [pos])
    found = cursor.fetchone()
    return found[0] if found else None
