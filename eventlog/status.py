"""How the relay is doing, for operators: the command `log_status` and the admin site."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from eventlog.session import LOCK

COUNTED = 100_000
"""Waiting events are counted up to here: a count of millions would take the database from those who work."""

_STATUS = """
SELECT s.pos, s.published, s.oldest, s.at AS last_at, eventlog_epoch() AS epoch,
       (SELECT count(*) FROM (SELECT FROM eventlog_outbox LIMIT %(counted)s) AS waiting) AS waiting,
       (SELECT extract(epoch FROM clock_timestamp() - at)::float8 FROM eventlog_outbox ORDER BY id LIMIT 1)
           AS waiting_seconds,
       (SELECT extract(epoch FROM clock_timestamp() - at)::float8 FROM eventlog_event WHERE pos = s.oldest) AS reach,
       (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
            AND (classid::bigint << 32 | objid::bigint) = %(lock)s
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS session,
       (SELECT count(*) FROM pg_inherits WHERE inhparent = 'eventlog_event'::regclass) - 1 AS ranges,
       (SELECT count(*) FROM (SELECT FROM eventlog_event_default LIMIT %(counted)s) AS stray) AS outside_ranges
FROM eventlog_relay_state s
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class LogStatus:
    """`waiting`: events without a position, counted up to 100,000; `waiting_seconds`: age of the first of them.

    `unconfirmed`: events with a position that the broker has not confirmed. `session`: the PostgreSQL process of the
    active relay, none when there is no relay. `reach_seconds`: age of the oldest event kept. `outside_ranges`: events
    that found no range of their own.
    """

    pos: int
    published: int
    unconfirmed: int
    oldest: int
    last_at: datetime
    epoch: str
    waiting: int
    waiting_seconds: float
    reach_seconds: float
    session: int | None
    ranges: int
    outside_ranges: int


def log_status() -> LogStatus:
    """One statement, bounded however long the log or the outbox is."""
    with connection.cursor() as cursor:
        cursor.execute(_STATUS, {"counted": COUNTED, "lock": LOCK})
        names = [column.name for column in cursor.description]
        found = dict(zip(names, cursor.fetchone(), strict=True))
    reach = found.pop("reach")
    found["waiting_seconds"] = round(found["waiting_seconds"] or 0.0, 3)
    return LogStatus(unconfirmed=found["pos"] - found["published"], reach_seconds=round(reach or 0.0, 3), **found)
