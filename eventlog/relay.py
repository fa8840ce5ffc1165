"""The relay: gives events their positions and tells the gateways, in that order (docs/event-log.md, "The relay").

One relay is active, the one that holds the lock; the others wait for it. Everything runs in one thread, in the loop of
the broker's connection. A lost database ends the turn: the lock has gone with it, so the relay queues up again. A lost
broker does not: events go on getting positions, and what was not confirmed is read back from the log afterwards.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple

from django.conf import settings

from bus import codec
from bus.publisher import Publisher
from bus.topology import POKE, SIGNALS
from config import notify
from config.exclusive import run_exclusively
from config.failpoints import failpoint
from contracts.audience import EVERYBODY_KEY
from contracts.log import LogHeadSignal
from eventlog import partitions
from eventlog.session import BATCH, NotDense, Row, Session

log = logging.getLogger("eventlog.relay")

POLL = 0.25
"""Seconds between looks at the outbox when no poke arrives."""
HEAD_EVERY = 1.0
FLOOR_EVERY = 1.0
SWEEP_EVERY = 10.0
"""Seconds between looks at the whole outbox, below the floor too."""
RETENTION_EVERY = 3600.0
WINDOW = 8 * BATCH
WINDOW_BYTES = 8 * 1024 * 1024
"""What may be unconfirmed at the broker; beyond either the rest waits in the outbox, where it costs no memory."""
PATIENCE = 2.0
"""Seconds that a relay which was asked to stop waits for confirms."""
RANGES_RETRY = 1000
"""Positions until ranges are tried again after readers were in the way."""


def main() -> int:
    """Run until SIGTERM or SIGINT; returns the exit code. Any number may run, the active one does the work."""
    try:
        run_exclusively(Session, lambda session, stop: Relay(session, stop=stop).run())
    except NotDense:
        log.critical("positions are not dense, stopping before they are committed", exc_info=True)
        return 1
    return 0


class _Batch(NamedTuple):
    """Published together: the number of the last message, its position, bytes of all bodies."""

    number: int
    pos: int
    size: int


class Relay:
    """The active relay's turn: from taking the lock until it is asked to stop or loses the database.

    Three positions only ever grow: `session.pos` has been given and committed, `sent` was handed to the broker,
    `published` was confirmed by it. After a crash the next relay sends everything above `published` again.
    """

    def __init__(self, session: Session, *, stop: threading.Event) -> None:
        state = session.begin()
        self._session = session
        self._stop = stop
        self._stop_by = float("inf")
        self._epoch = state.epoch
        self._sent = self._published = self._noted = state.published
        self._flying: deque[_Batch] = deque()
        self._flying_bytes = 0
        self._awake = False
        self._everything = True
        self._ranges_due = 0
        self._publisher = Publisher(
            settings.AMQP_URL,
            on_ready=self.wake,
            on_lost=self._disconnected,
            on_confirmed=self._confirmed,
        )
        self._publisher.consume(POKE, lambda _: self.wake())
        log.info("active", extra={"pos": session.pos, "published": self._published, "epoch": self._epoch})

    def run(self) -> None:
        """Relay until asked to stop. Raises django.db.Error when the database fails, NotDense as `Session.move`."""
        for beat, seconds in (
            (self._poll, POLL),
            (self._tell_head, HEAD_EVERY),
            (self._session.raise_floor, FLOOR_EVERY),
            (self._sweep, SWEEP_EVERY),
            (self._drop_old, RETENTION_EVERY),
        ):
            self._publisher.call_later(0, partial(self._repeat, beat, seconds))
        self._publisher.run()

    def wake(self) -> None:
        """Look at the outbox soon; a hundred pokes before that are one."""
        if not self._awake:
            self._awake = True
            self._publisher.call_later(0, self._step)

    def _step(self) -> None:
        """Give positions to one batch and publish it, or read one back that the broker has not had."""
        self._awake = False
        if self._stop.is_set() or self._full():
            return
        behind = self._publisher.ready and self._sent < self._session.pos
        rows = self._session.read(after=self._sent) if behind else self._move()
        if self._publisher.ready:
            self._publish(rows)
        if behind or len(rows) == BATCH:
            self.wake()

    def _move(self) -> list[Row]:
        rows = self._session.move(published=self._published, everything=self._everything)
        self._everything = False
        if rows:
            self._noted = self._published
            failpoint("relay.committed")
        if self._session.pos >= self._ranges_due:
            self._make_ranges()
        return rows

    def _publish(self, rows: Sequence[Row]) -> None:
        publish = self._publisher.publish
        size = 0
        for row in rows:
            body = frame(row)
            number = publish(f"events.{row.owner}", row.routing_key, body, type=row.event)
            if not number:  # lost just now: `_disconnected` follows
                return
            self._sent = row.pos
            size += len(body)
            failpoint("relay.publishing")
        if rows:
            self._flying.append(_Batch(number=number, pos=self._sent, size=size))
            self._flying_bytes += size
            failpoint("relay.published")

    def _full(self) -> bool:
        return self._sent - self._published >= WINDOW or self._flying_bytes >= WINDOW_BYTES

    def _confirmed(self, number: int) -> None:
        """The broker has everything up to and including the publish with this number."""
        waited = self._full()
        while self._flying and self._flying[0].number <= number:
            batch = self._flying.popleft()
            self._published = batch.pos
            self._flying_bytes -= batch.size
            failpoint("relay.confirmed")
        if waited and not self._full():
            self.wake()

    def _disconnected(self) -> None:
        """What was in flight may have arrived or not: all of it is read back from the log and sent again."""
        self._flying.clear()
        self._flying_bytes = 0
        self._sent = self._published

    def _poll(self) -> None:
        notify.alive()
        if self._stop.is_set():
            self._finish()
        self.wake()
        self._note()

    def _note(self) -> None:
        """Remember confirms also while nothing new moves, or a take-over would repeat the last batch."""
        if self._noted < self._published:
            self._session.note(published=self._published)
            self._noted = self._published
            failpoint("relay.noted")

    def _finish(self) -> None:
        """Leave when the broker has confirmed everything, or after `PATIENCE`; the next relay repeats the rest."""
        if self._stop_by == float("inf"):
            notify.stopping()
            self._stop_by = time.monotonic() + PATIENCE
        if not self._flying or time.monotonic() >= self._stop_by:
            self._note()
            self._publisher.stop()

    def _tell_head(self) -> None:
        if self._publisher.ready:
            head = LogHeadSignal(epoch=self._epoch, pos=self._published)
            body = b'{"event":"log.head","data":%s}' % codec.encode(head)
            self._publisher.publish(SIGNALS, EVERYBODY_KEY, body, type="log.head")

    def _sweep(self) -> None:
        self._everything = True
        self.wake()

    def _make_ranges(self) -> None:
        due = self._session.upkeep(partitions.make_ahead, pos=self._session.pos)
        self._ranges_due = self._session.pos + RANGES_RETRY if due is None else due

    def _drop_old(self) -> None:
        before = datetime.now(tz=UTC) - timedelta(days=settings.LOG_DAYS)
        dropped = self._session.upkeep(partitions.drop_old, before=before, published=self._published)
        for old in dropped or ():
            log.info("dropped a range of old events", extra={"start": old.start, "end": old.end})

    def _repeat(self, beat: Callable[[], None], seconds: float) -> None:
        beat()
        self._publisher.call_later(seconds, partial(self._repeat, beat, seconds))


def frame(row: Row) -> bytes:
    """What travels to the gateways and, undecoded, on to the sockets."""
    at = row.at.isoformat().replace("+00:00", "Z")
    return f'{{"event":"{row.event}","pos":{row.pos},"at":"{at}","data":{row.body}}}'.encode()
