"""How far the outbox is done with (docs/event-log.md, "Long transactions").

Moved rows stay in the outbox's index until vacuum, and vacuum waits for the oldest snapshot of the whole database.
Without a floor, a dump that runs for an hour lets each look of the relay step over all that was moved meanwhile.
"""

from django.db.backends.utils import CursorWrapper

_DRAWN = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM eventlog_outbox_id_seq"
_OWN_XID = "SELECT pg_current_xact_id()::text::bigint"
_OLDEST_XID = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


class Floor:
    """The id (`value`) at or below which no outbox row will appear any more.

    Whoever drew an id under a row lock had a transaction id by then. So: read the last id drawn, then take a
    transaction id; once every transaction below that one has ended, all ids drawn before are visible or will never be;
    and once a look has taken everything visible, none is left. A transaction that draws an id before it wrote or locked
    anything is not covered; it can have no order to keep, and is found by the looks that begin at 0.
    """

    def __init__(self, cursor: CursorWrapper) -> None:
        self.value = 0
        self._cursor = cursor
        self._mark: tuple[int, int] | None = None
        self._settled = 0

    def observe(self) -> None:
        """Take one step of the reasoning above: set a mark, or see whether the last one has come true."""
        if self._mark is None:
            drawn = self._ask(_DRAWN)  # before the transaction id, or an id could be drawn between the two
            if drawn > self._settled:
                self._mark = (drawn, self._ask(_OWN_XID))
        elif self._ask(_OLDEST_XID) >= self._mark[1]:
            self._settled = self._mark[0]
            self._mark = None

    def emptied(self) -> None:
        """A look that began after the last `observe` has taken everything that was visible."""
        self.value = self._settled

    def _ask(self, statement: str) -> int:
        self._cursor.execute(statement)
        return int(self._cursor.fetchone()[0])
