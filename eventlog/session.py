"""The relay's database session: the lock that makes it the only one, and the statements that move events."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

from django.db import OperationalError
from django.db.backends.utils import CursorWrapper

from config.exclusive import LockSession
from config.failpoints import failpoint
from eventlog.floor import Floor

P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger("eventlog.relay")

LOCK = 0x7761_7272_656E  # "warren": one key for every relay of this database
LOCK_NOT_AVAILABLE = "55P03"
"""SQLSTATE of a lock_timeout (PostgreSQL manual, appendix A)."""
BATCH = 500
STATEMENT_MS = 2000
"""No statement of the relay takes longer; a session that hangs in one keeps the lock no longer than this."""

_PLANS = {
    # A plan is kept from the moment when the outbox was nearly empty; a burst later it would read all of it each time.
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
}

# One statement takes what has committed, in the order of the outbox, gives the next positions, and notes how far the
# broker had confirmed. Deleting by an array of ids keeps the plan an index scan however old its statistics are.
_MOVE = f"""
PREPARE relay_move (bigint, bigint) AS
WITH moved AS (
    DELETE FROM eventlog_outbox
    WHERE id = ANY (ARRAY(SELECT id FROM eventlog_outbox WHERE id > $2 ORDER BY id LIMIT {BATCH}))
    RETURNING *
), state AS (
    UPDATE eventlog_relay_state
    SET pos = pos + (SELECT count(*) FROM moved), published = $1, at = greatest(at, clock_timestamp())
    WHERE EXISTS (SELECT FROM moved)
    RETURNING pos - (SELECT count(*) FROM moved) AS base, at
), told AS (
    INSERT INTO eventlog_event (pos, owner, event, routing_key, conversation_id, seq, user_id, body, at)
    SELECT base + row_number() OVER (ORDER BY id), owner, event, routing_key, conversation_id, seq, user_id, body,
           state.at
    FROM moved, state
    RETURNING pos, at, owner, event, routing_key, body
)
SELECT * FROM told ORDER BY pos
"""  # noqa: S608  constants only
_NOTE = """
BEGIN;
SET LOCAL synchronous_commit = off;
UPDATE eventlog_relay_state SET published = %s;
COMMIT
"""
_AGAIN = f"""
SELECT pos, at, owner, event, routing_key, body FROM eventlog_event
WHERE pos > %s AND pos <= %s ORDER BY pos LIMIT {BATCH}
"""  # noqa: S608  constants only


class Row(NamedTuple):
    """What the relay needs of an event of the log; `body` is its finished JSON."""

    pos: int
    at: Any
    owner: str
    event: str
    routing_key: str
    body: str


class NotDense(Exception):
    """Positions came out with a hole or twice: another relay is at work, or somebody wrote to the log's tables."""


@dataclass(frozen=True, kw_only=True)
class State:
    pos: int
    published: int
    epoch: str


class Session(LockSession):
    """Raises django.db.Error from every method when the database fails; then `close` it and open another."""

    def __init__(self) -> None:
        super().__init__(lock=LOCK, name="warren-relay", statement_ms=STATEMENT_MS, **_PLANS)
        self._floor = Floor(self._cursor)
        self.pos = 0

    def begin(self) -> State:
        """Read where the last relay stopped. Call it once, under the lock."""
        self._cursor.execute(_MOVE)
        self._cursor.execute("SELECT pos, published, eventlog_epoch() FROM eventlog_relay_state")
        found = self._cursor.fetchone()
        if found is None:
            raise NotDense("The table eventlog_relay_state lost its row; restore it before events get positions.")
        pos, published, epoch = found
        self.pos = pos
        return State(pos=pos, published=published, epoch=epoch)

    def move(self, *, published: int, everything: bool = False) -> list[Row]:
        """Give positions to up to `BATCH` waiting events, committed; `published`: how far the broker has confirmed.

        `everything`: look below the floor too. Raises NotDense, with nothing committed, when the positions are not the
        ones that follow.
        """
        failpoint("relay.before_move")
        self._cursor.execute("BEGIN; EXECUTE relay_move(%s, %s)", [published, 0 if everything else self._floor.value])
        rows = [Row._make(row) for row in self._cursor.fetchall()]
        if rows and (rows[0].pos != self.pos + 1 or rows[-1].pos != self.pos + len(rows)):
            raise NotDense(f"After position {self.pos} came {rows[0].pos} to {rows[-1].pos} for {len(rows)} events.")
        if rows:
            failpoint("relay.before_commit")
        self._cursor.execute("COMMIT")
        self.pos += len(rows)
        if len(rows) < BATCH:
            self._floor.emptied()
        return rows

    def raise_floor(self) -> None:
        """Find out from time to time how far the outbox is done with, so that looks stay short."""
        self._floor.observe()

    def note(self, *, published: int) -> None:
        """Remember how far the broker has confirmed. Losing this note costs a repetition, so no flush is waited for."""
        self._cursor.execute(_NOTE, [published])

    def read(self, *, after: int) -> list[Row]:
        """Up to `BATCH` events of the log after a position."""
        self._cursor.execute(_AGAIN, [after, self.pos])
        return [Row._make(row) for row in self._cursor.fetchall()]

    def upkeep(self, work: Callable[Concatenate[CursorWrapper, P], T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Run something of `eventlog.partitions`; None when readers were in its way and it is to be tried again."""
        try:
            return work(self._cursor, *args, **kwargs)
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", None) != LOCK_NOT_AVAILABLE:
                raise
            self._cursor.execute("ROLLBACK")
            log.warning("readers of the log were in the way", extra={"work": work.__name__})
            return None
