"""The scheduler: the one publisher of jobs' pointers, and who looks after what others left behind (docs/jobs.md).

One scheduler is active, the one that holds the lock; the others wait for it. Everything runs in one thread, in the loop
of the broker's connection, on the one database session that holds the lock: it is lost together with it.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from bus import afterwards
from bus.caller import Pending
from bus.envelope import Actor, Call
from bus.publisher import Publisher
from bus.sync_client import SyncClient
from bus.topology import DEAD_WORK, SCHEDULER_POKE, WORK
from config import notify
from config.exclusive import LockSession, run_exclusively
from config.failpoints import failpoint
from contracts.errors import WarrenError
from contracts.message import MessageSend
from jobs.datasets import upkeep as datasets
from jobs.engine import cards, upkeep
from jobs.engine.upkeep import AT_ONCE, Pointer
from jobs.errands import LATER, Errands
from jobs.files.retention import sweep

log = logging.getLogger("jobs.scheduler")

LOCK = 0x7761_7272_656F  # one key for every scheduler of this database, next to the relay's
STATEMENT_MS = 3000
POLL = 1.0
"""Seconds between looks at the table when no poke arrives."""
UPKEEP_EVERY = 2.0
CARDS_EVERY = 5.0
RETENTION_EVERY = 60.0
WINDOW = 4 * AT_ONCE
"""Pointers that may be unconfirmed at the broker."""
PATIENCE = 2.0
"""Seconds that a scheduler which was asked to stop waits for confirms."""


def main() -> int:
    """Run until SIGTERM or SIGINT; returns the exit code. Any number may run, the active one does the work."""
    run_exclusively(
        lambda: LockSession(lock=LOCK, name="warren-scheduler", statement_ms=STATEMENT_MS),
        lambda session, stop: Scheduler(session, stop=stop).run(),
    )
    return 0


class _Batch(NamedTuple):
    """Published together; `number`: of the last message."""

    number: int
    pointers: Sequence[Pointer]


class Scheduler:
    """The active scheduler's turn: from taking the lock until it is asked to stop or loses the database."""

    def __init__(self, session: LockSession, *, stop: threading.Event) -> None:
        connections[DEFAULT_DB_ALIAS] = session.connection
        self._stop = stop
        self._stop_by = float("inf")
        self._awake = False
        self._flying: deque[_Batch] = deque()
        self._publisher = Publisher(
            settings.AMQP_URL,
            role="scheduler",
            on_lost=self._disconnected,
            on_confirmed=self._confirmed,
            asks=True,
        )
        self._publisher.consume(SCHEDULER_POKE, lambda _: self._poked())
        self._publisher.consume(DEAD_WORK, _bury)
        self._posting: set[UUID] = set()
        self._sweeper = _Sweeper(stop)
        self._errands = Errands(on_end=lambda: self._publisher.call_threadsafe(self.wake))
        upkeep.unpublish_recent()
        log.info("active")

    def run(self) -> None:
        """Work until asked to stop. Raises django.db.Error when the database fails."""
        self._errands.start()
        for beat, seconds in (
            (self._poll, POLL),
            (self._look_after, UPKEEP_EVERY),
            (self._post_cards, CARDS_EVERY),
            (self._drop_old, RETENTION_EVERY),
        ):
            self._publisher.call_later(0, partial(self._repeat, beat, seconds))
        try:
            self._publisher.run()
        finally:
            self._errands.stop()

    def _poked(self) -> None:
        self._errands.wake()
        self.wake()

    def wake(self) -> None:
        """Look for pointers to publish, soon; a hundred pokes before that are one."""
        if not self._awake:
            self._awake = True
            self._publisher.call_later(0, self._step)

    def _step(self) -> None:
        self._awake = False
        if self._stop.is_set() or not self._publisher.ready or self._full():
            return
        pointers = upkeep.take_unpublished()
        if pointers:
            failpoint("scheduler.marked")
            self._publish(pointers)
            failpoint("scheduler.published")
        if len(pointers) == AT_ONCE:
            self.wake()

    def _publish(self, pointers: Sequence[Pointer]) -> None:
        number = 0
        for pointer in pointers:
            body = msgspec.json.encode({"job_id": pointer.job_id, "attempt": pointer.attempt})
            number = self._publisher.publish(WORK, f"job.{pointer.queue}", body, type="job.pointer", kept=True)
            if not number:
                break
        if number:
            self._flying.append(_Batch(number=number, pointers=pointers))
        else:  # lost just now
            upkeep.unpublish([pointer.job_id for pointer in pointers])

    def _full(self) -> bool:
        return sum(len(batch.pointers) for batch in self._flying) >= WINDOW

    def _confirmed(self, number: int) -> None:
        waited = self._full()
        while self._flying and self._flying[0].number <= number:
            self._flying.popleft()
        if waited and not self._full():
            self.wake()

    def _disconnected(self) -> None:
        """What was in flight may have arrived or not: all of it is published again."""
        lost = [pointer.job_id for batch in self._flying for pointer in batch.pointers]
        self._flying.clear()
        upkeep.unpublish(lost)

    def _poll(self) -> None:
        notify.alive()
        afterwards.take()  # the relay looks by itself four times a second
        if self._stop.is_set():
            self._finish()
            return
        upkeep.queue_due()
        self.wake()

    def _finish(self) -> None:
        """Leave when the broker has confirmed everything, or after `PATIENCE`."""
        if self._stop_by == float("inf"):
            notify.stopping()
            self._stop_by = time.monotonic() + PATIENCE
        if not self._flying or time.monotonic() >= self._stop_by:
            upkeep.unpublish([pointer.job_id for batch in self._flying for pointer in batch.pointers])
            self._publisher.stop()

    def _look_after(self) -> None:
        upkeep.give_up_lost()
        for queue in upkeep.stale_queues():
            self._publisher.ask_depth(f"job.{queue}", partial(self._deepen, queue))
        self.wake()

    def _deepen(self, queue: str, depth: int) -> None:
        if depth == 0 and (count := upkeep.unpublish_some(queue)):
            log.info("pointers are missing, publishing them again", extra={"queue": queue, "count": count})
            self.wake()

    def _drop_old(self) -> None:
        self._sweeper.sweep()
        while upkeep.drop_old():
            notify.alive()

    # ---- cards

    def _post_cards(self) -> None:
        for job in upkeep.jobs_without_card():
            self._post(job.id, job.owner_id, cards.job_card(job), cards.posted_job)
        for batch in upkeep.batches_without_card():
            self._post(batch.id, batch.owner_id, cards.batch_card(batch), cards.posted_batch)

    def _post(self, id: UUID, owner_id: UUID, card: MessageSend, posted: Callable[[UUID], None]) -> None:
        if id in self._posting:
            return
        self._posting.add(id)

        def settle(outcome: bytes | WarrenError) -> None:
            self._posting.discard(id)
            if not isinstance(outcome, LATER):  # one who has left the conversation has no card there any more
                posted(id)

        call = Call(actor=Actor(user_id=owner_id, session_id=UUID(int=0)))
        body = msgspec.json.encode(card)
        assert self._publisher.caller is not None  # noqa: S101  for mypy: it was made so that it asks
        self._publisher.caller.send(Pending(MessageSend.operation, body, call=call, deadline_ms=None, settle=settle))

    def _repeat(self, beat: Callable[[], None], seconds: float) -> None:
        beat()
        self._publisher.call_later(seconds, partial(self._repeat, beat, seconds))


class _Sweeper:
    """Expired files and uploads go in a thread of its own: it asks the message service, and deletes bytes."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._thread: threading.Thread | None = None

    def sweep(self) -> None:
        """Begin, unless the last one is at it still."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._sweep, name="sweep", daemon=True)
            self._thread.start()

    def _sweep(self) -> None:
        client = SyncClient(settings.AMQP_URL, role="scheduler")
        client.start()
        try:
            sweep(client.call)
            datasets.sweep()
        except Exception:
            log.exception("sweeping failed")
        finally:
            client.close()
            connections.close_all()


def _bury(body: bytes) -> None:
    try:
        job_id = UUID(msgspec.json.decode(body)["job_id"])
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        log.warning("a dead message that is no pointer", extra={"size": len(body)})
        return
    upkeep.bury(job_id)
