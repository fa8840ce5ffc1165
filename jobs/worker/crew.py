"""The worker's own process: one loop for the broker, the children's pipes, timers and short statements (docs/jobs.md).

A token from a queue lets it claim the best job of that queue; a child runs it; its outcome is one transaction. Whatever
the database refuses just now waits and is tried again; the lease decides whether it still counts.
"""

import logging
import os
import signal
import socket
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Sequence
from functools import partial
from itertools import zip_longest
from typing import TypeVar
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import Error, connection

from bus import afterwards, codec
from bus.loop import SelectLoop
from bus.middleware.database import limit_waits
from bus.work import Token, WorkLink
from config import notify
from config.failpoints import failpoint
from contracts.job import JobProgressed
from jobs.engine import claims, outcomes, reuse
from jobs.engine.claims import Claim, Limits
from jobs.kinds import load_all
from jobs.kinds.base import ERRANDS, Kind
from jobs.worker import folders
from jobs.worker.ahead import PATIENCE, Ahead, Next
from jobs.worker.hands import Hand
from jobs.worker.lines import Failed, Progressed, Ready, Told
from jobs.worker.runs import Run, Store, Why, held, refusal, store_first

T = TypeVar("T")
log = logging.getLogger("jobs.worker")

RENEW_EVERY = 5.0
"""Seconds between signs of life; a third of the lease."""
ALIVE_EVERY = 1.0
PAUSE = 0.5
"""Seconds until the database is tried again."""
START_PAUSE = 2.0
"""Seconds between two starts of children that end before they are ready."""
KILL_AFTER = 4.0
"""Seconds that a cancelled job has to end by itself. Even if the order was lost: 5 + 4 is within the 10 promised."""
KILL_AFTER_LIMIT = 2.0
DRAIN_SECONDS = 20.0
"""After SIGTERM what runs may take this long; then it is handed back."""
LEAVE_SECONDS = 27.0
PLACE_SECONDS = 1.0
"""Between looks whether somebody of a limited queue may begin, because of what other workers have ended."""
KEPT_EVERY = 600.0
"""Seconds between looks for what jobs have kept that nobody needs any more."""
ACK_SECONDS = 15 * 60.0
"""RabbitMQ closes a channel on which a message was not acknowledged for 30 minutes."""
_ORDERS = {"cancel": Why.CANCELLED, "pause": Why.PAUSED}


def run(*, names: Sequence[str], processes: int | None) -> int:
    """See `jobs.worker.main`."""
    limit_waits()
    crew = Crew(queues=queues_of(names), processes=processes or os.cpu_count() or 1)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: crew.stop())
    crew.run()
    return 0


def queues_of(names: Sequence[str]) -> list[str]:
    """Queues by their names or by those of kinds; all that some kind uses, without names. Raises SystemExit."""
    kinds = load_all()
    queues = {kind.queue for kind in kinds.values()} - {ERRANDS}
    for name in names:
        if name not in queues and name not in kinds:
            raise SystemExit(
                f"There is no queue and no kind of job named {name!r}; queues: {', '.join(sorted(queues))}."
            )
    wanted = {kinds[name].queue if name in kinds else name for name in names}
    return sorted(wanted or queues)


def limits_of(kind: Kind) -> Limits | None:
    return None if kind.per_owner is None or kind.per_peer is None else Limits(kind.per_owner, kind.per_peer)


class Crew:
    """One worker: `processes` children, and the jobs that they run."""

    def __init__(self, *, queues: Sequence[str], processes: int) -> None:
        self.name = f"{socket.gethostname()[:32]}.{os.getpid()}.{uuid.uuid4().hex[:8]}"
        self._kinds = load_all()
        self._queues = queues
        self._processes = processes
        self._folder = folders.make(self.name)
        self._loop = SelectLoop()
        self._hands: list[Hand] = []
        self._tokens: deque[tuple[Token, float]] = deque()
        self._runs: dict[Hand, Run] = {}
        self._limits = {f"job.{kind.queue}": limits for kind in self._kinds.values() if (limits := limits_of(kind))}
        self._freed: set[str] = set()
        """Limited queues in which a place has become free: who waits for it may have no token any more."""
        self._full: dict[str, float] = {}
        """Limited queues in which only those wait who have their share; their tokens are kept, until this moment."""
        self._ahead = Ahead(processes=processes)
        self._spare: Counter[str] = Counter()
        """Tokens on their way here whose jobs were claimed already, ahead of them."""
        self._unstored: deque[tuple[Run | None, Token | None, Store]] = deque()
        self._stopping = self._left = self._said_ready = self._link_ready = False
        self._claiming = False
        self._told: set[str] = set()
        self._link = WorkLink(
            settings.AMQP_URL,
            self._loop,
            role="worker",
            queues={f"job.{queue}": processes for queue in queues},
            on_token=self._on_token,
            on_order=self._on_order,
            on_ready=self._on_link_ready,
            on_lost=self._forget_tokens,
        )

    def run(self) -> None:
        """Work until `stop`. Blocks."""
        for _ in range(self._processes):
            self._start_hand()
        self._beat(self._alive, ALIVE_EVERY)
        self._beat(self._renew, RENEW_EVERY)
        self._beat(self._clear_kept, KEPT_EVERY)
        self._link.start()
        try:
            self._loop.run()
        finally:
            for hand in self._hands:
                hand.kill()
            folders.remove(self._folder)
            self._loop.close()

    def stop(self) -> None:
        """Take nothing new, finish, hand the rest back, leave. From any thread or signal handler."""
        self._loop.call_threadsafe(self._drain)

    # ---- children

    def _start_hand(self) -> None:
        if not self._stopping and len(self._hands) < self._processes:
            self._hands.append(Hand(self._loop, on_told=self._on_told, on_end=self._on_end))

    def _exchange(self, idle: Hand) -> Hand:
        """A child with the database in place of an idle one, which goes."""
        self._hands.append(Hand(self._loop, on_told=self._on_told, on_end=self._on_end, database=True))
        idle.dismiss()
        return self._hands[-1]

    def _on_told(self, hand: Hand, told: Told) -> None:
        run = self._runs.get(hand)
        if isinstance(told, Ready):
            hand.ready = True
            self._say_ready()
        elif isinstance(told, Progressed):
            if run is not None:
                self._pass_on(run, told)
            return
        elif run is not None:
            hand.spent |= isinstance(told, Failed) and told.broken
            self._over(run, run.outcome(told))
        if hand.spent and hand not in self._runs:
            hand.kill()
        self._go_on()
        self._claim_soon()

    def _on_end(self, hand: Hand) -> None:
        self._hands.remove(hand)
        run = self._runs.get(hand)
        if run is not None:
            log.warning("a child died", extra={"job_id": str(run.job_id), "exit_code": hand.exit_code, "why": run.why})
            self._over(run, run.stopped())
        if hand.ready:
            self._start_hand()
        else:
            log.error("a child did not start", extra={"exit_code": hand.exit_code})
            self._loop.call_later(START_PAUSE, self._start_hand)
        self._leave_if_done()

    def _idle(self) -> list[Hand]:
        return [hand for hand in self._hands if hand.ready and not hand.spent and hand not in self._runs]

    # ---- claiming

    def _on_token(self, token: Token) -> None:
        if self._spare[token.queue]:
            self._spare[token.queue] -= 1
            self._link.ack(token)
            return
        self._tokens.append((token, time.monotonic()))
        self._claim_soon()

    def _forget_tokens(self) -> None:
        self._tokens.clear()
        self._spare.clear()

    def _claim_soon(self) -> None:
        """Look what there is to do, once, after everything that has arrived by now."""
        if not self._claiming:
            self._claiming = True
            self._loop.call_later(0, self._claim)

    def _claim(self) -> None:
        self._claiming = False
        idle = self._idle()
        queue, room = self._next_queue(idle)
        if self._stopping or self._unstored or not room:
            return
        tokens = [token for token, _ in self._tokens if token.queue == queue][:room]
        limits = self._limits.get(queue)
        ahead = room > len(idle)
        name, limit = queue.removeprefix("job."), room if ahead else max(1, len(tokens))
        found = self._ask(partial(claims.claim, queue=name, worker=self.name, limit=limit, limits=limits))
        if found is None:
            self._loop.call_later(PAUSE, self._claim_soon)
            return
        self._freed.discard(queue)
        if limits is not None and len(found) < len(tokens) and self._ask(partial(claims.any_waits, name)):
            tokens = tokens[: len(found)]
            self._full[queue] = time.monotonic() + PLACE_SECONDS
            self._loop.call_later(PLACE_SECONDS, self._claim_soon)
        elif limits is None:
            published = sum(claim.job.published_at is not None for claim in found)
            if len(found) == limit:  # the others will never have tokens: keep theirs for those who wait still
                tokens = tokens[:published]
            self._spare[queue] += max(0, published - len(tokens))
        self._tokens = deque(one for one in self._tokens if one[0] not in tokens)
        for token, claim in zip_longest(tokens, found):
            if claim is not None:
                self._begin(claim, token, idle)
            elif token is not None:
                self._link.ack(token)
        self._link.publish(afterwards.take())
        self._claim_soon()

    def _next_queue(self, idle: Sequence[Hand]) -> tuple[str, int]:
        """The first queue with something to do, and how many of its jobs may be begun: none if there is no such."""
        now = time.monotonic()
        for queue in (*(token.queue for token, _ in self._tokens), *self._freed):
            if self._full.get(queue, 0) <= now and (room := self._room(queue, idle)) > 0:
                return queue, room
        return "", 0

    def _room(self, queue: str, idle: Sequence[Hand]) -> int:
        """A worker of several queues keeps one child for others than limited ones, whose jobs may take hours."""
        if queue not in self._limits:
            return len(idle) + self._room_ahead(queue)
        if len(self._queues) == 1:
            return len(idle)
        busy = sum(f"job.{run.kind.queue}" in self._limits for run in self._runs.values())
        return min(len(idle), max(1, self._processes - 1) - busy)

    def _room_ahead(self, queue: str) -> int:
        """How many jobs of the queue to claim for which there is no child yet: only where none is kept waiting long."""
        queues = {queue, *(f"job.{run.kind.queue}" for run in self._runs.values())}
        return self._ahead.room() if all(map(self._ahead.short, queues)) else 0

    def _begin(self, claim: Claim, token: Token | None, idle: list[Hand]) -> None:
        kind = self._kinds.get(claim.job.kind)
        if kind is None or (failure := refusal(claim, kind)) is not None:
            failure = refusal(claim, kind)
            assert failure is not None  # noqa: S101  for mypy: no kind is a refusal
            self._store_soon(None, token, partial(outcomes.fail, held(claim), failure))
            return
        if kind.reuse and not claim.job.failures and (done := self._ask(partial(reuse.earlier, claim))) is not None:
            store = partial(outcomes.succeed, held(claim), result=done.result, saved=done.saved, note=reuse.NOTE)
            self._store_soon(None, token, store)
            return
        following = Next(claim, kind, token)
        if idle:
            self._run(following, idle.pop())
        else:
            self._ahead.put(following)
            self._loop.call_later(PATIENCE, partial(self._lose_patience, claim.job.id))

    def _run(self, following: Next, hand: Hand) -> None:
        claim, kind, token = following
        hand = self._exchange(hand) if kind.database else hand
        run = Run(
            claim=claim,
            kind=kind,
            token=token,
            hand=hand,
            folder=self._folder / claim.job.id.hex,
            keep=folders.kept(claim.job.id),
            room=self._ask(partial(claims.room, claim.job.owner_id)) if kind.bounded else None,
            began_at=time.monotonic(),
        )
        run.timers.append(self._loop.call_later(kind.time_limit, partial(self._end, run, Why.TIME, KILL_AFTER_LIMIT)))
        self._runs[hand] = run
        hand.give(run.task())

    def _go_on(self) -> None:
        """Give idle children what was claimed for them."""
        for hand in self._idle():
            following = self._ahead.take()
            if following is None:
                return
            self._run(following, hand)

    def _lose_patience(self, job_id: UUID) -> None:
        following = self._ahead.remove(job_id)
        if following is not None:
            self._ahead.note(f"job.{following.kind.queue}", PATIENCE)
            self._hand_back_unbegun(following)

    def _hand_back_unbegun(self, following: Next) -> None:
        self._store_soon(None, following.token, partial(outcomes.hand_back, held(following.claim)))

    # ---- while a job runs

    def _pass_on(self, run: Run, told: Progressed) -> None:
        run.progress, run.n = told.progress, run.n + 1
        job = run.claim.job
        if not job.hidden:
            signal = JobProgressed(job_id=job.id, attempt=job.attempt, n=run.n, progress=told.progress)
            body = b'{"event":"job.progress","data":%s}' % codec.encode(signal)
            self._link.signal(run.claim.audience.routing_key(), body, type=JobProgressed.event.name)

    def _on_order(self, body: bytes) -> None:
        try:
            ((name, job_id),) = msgspec.json.decode(body, type=dict[str, UUID]).items()
            why = _ORDERS[name]
        except (msgspec.DecodeError, KeyError, ValueError):
            log.warning("an order that is none", extra={"size": len(body)})
            return
        following = self._ahead.remove(job_id)
        if following is not None:
            self._hand_back_unbegun(following)
        for run in self._runs.values():
            if run.job_id == job_id:
                self._end(run, why, KILL_AFTER)

    def _end(self, run: Run, why: Why, kill_after: float) -> None:
        """Ask a job that runs to end."""
        if run.why is None and self._runs.get(run.hand) is run:
            run.why = why
            run.hand.stop(kill_after=kill_after)

    def _lose(self, run: Run) -> None:
        log.warning("the lease is lost", extra={"job_id": str(run.job_id)})
        run.why = Why.LOST
        run.hand.kill()

    def _renew(self) -> None:
        """Prolong the leases; what is not ours any more is stopped, and what was cancelled or paused too."""
        if self._left:
            return
        runs = [*self._runs.values(), *(run for run, _, _ in self._unstored if run is not None)]
        held_jobs = {run.key: run.progress for run in runs}
        ours = self._ask(partial(claims.renew, worker=self.name, held=held_jobs))
        self._ask(partial(claims.seen, worker=self.name, queues=self._queues, processes=self._processes))
        if ours is None:
            return
        for run in list(self._runs.values()):
            if run.job_id not in ours:
                self._lose(run)
            elif (order := ours[run.job_id]) is not None:
                self._end(run, _ORDERS[order], KILL_AFTER)
        self._ack_long_held()

    def _clear_kept(self) -> None:
        """Of jobs that are over, or were not gone on with for too long. All workers of a host see the same folders."""
        for folder in folders.stale():
            folders.remove(folder)
        there = folders.all_kept()
        for job_id in self._ask(partial(claims.needless, there.keys())) or () if there else ():
            folders.remove(there[job_id])

    def _ack_long_held(self) -> None:
        """Tokens that RabbitMQ would soon miss. The child stays taken; and what waits is found by the scheduler."""
        before = time.monotonic() - ACK_SECONDS
        for run in self._runs.values():
            if run.token is not None and run.began_at < before:
                self._link.ack(run.token)
                run.token = None
        while self._tokens and self._tokens[0][1] < before:
            self._link.ack(self._tokens.popleft()[0])

    # ---- when it is over

    def _over(self, run: Run, store: Store | None) -> None:
        """A child has no more to do with this job: write down how it ended."""
        del self._runs[run.hand]
        self._ahead.note(f"job.{run.kind.queue}", time.monotonic() - run.began_at)
        for timer in run.timers:
            self._loop.cancel(timer)
        if store is None:
            self._done(run, run.token)
        else:
            failpoint("worker.before_store")
            self._store_soon(run, run.token, store)

    def _store_soon(self, run: Run | None, token: Token | None, store: Store) -> None:
        self._unstored.append((run, token, store))
        self._loop.call_later(0, self._store)

    def _store(self) -> None:
        while self._unstored:
            counted = self._ask(partial(store_first, [store for _, _, store in self._unstored]))
            if counted is None:
                self._loop.call_later(PAUSE, self._store)
                return
            for counts in counted:
                run, token, _ = self._unstored.popleft()
                self._stored(run, token, counts=counts)
        self._claim_soon()
        self._leave_if_done()

    def _stored(self, run: Run | None, token: Token | None, *, counts: bool) -> None:
        if not counts:
            log.warning("a result came too late", extra={"job_id": str(run.job_id) if run else ""})
            if run is not None:
                run.whole = False
        self._link.publish(afterwards.take())
        self._done(run, token)

    def _done(self, run: Run | None, token: Token | None) -> None:
        if run is not None:
            run.clear()
            self._free(f"job.{run.kind.queue}")
        if token is not None:
            failpoint("worker.before_ack")
            self._link.ack(token)

    def _free(self, queue: str) -> None:
        """A job of that queue is over: somebody may have waited for just that."""
        if queue in self._limits:
            self._freed.add(queue)
            self._full.pop(queue, None)

    def _ask(self, statement: Callable[[], T]) -> T | None:
        """What a statement answers; None when the database does not."""
        try:
            found = statement()
        except Error as error:
            reason = str(error).strip()
            if reason not in self._told:  # one line for each reason, however often it comes
                log.warning("the database failed, waiting for it", extra={"reason": reason})
            self._told.add(reason)
            connection.close()
            afterwards.take()
            return None
        self._told.clear()
        return found

    # ---- leaving

    def _drain(self) -> None:
        if self._stopping:
            return
        self._stopping = True
        notify.stopping()
        log.info("leaving", extra={"jobs": len(self._runs)})
        self._link.stop()
        for hand in self._idle():
            hand.dismiss()
        for following in self._ahead.clear():
            self._hand_back_unbegun(following)
        self._loop.call_later(DRAIN_SECONDS, self._hand_back)
        self._loop.call_later(LEAVE_SECONDS, self._loop.stop)
        self._leave_if_done()

    def _hand_back(self) -> None:
        for run in list(self._runs.values()):
            self._end(run, Why.LEAVING, KILL_AFTER)

    def _leave_if_done(self) -> None:
        if self._stopping and not self._left and not self._runs and not self._unstored:
            self._left = True
            self._ask(partial(claims.gone, worker=self.name))
            self._link.close(self._loop.stop)

    # ---- the loop

    def _beat(self, beat: Callable[[], None], seconds: float) -> None:
        beat()
        self._loop.call_later(seconds, partial(self._beat, beat, seconds))

    def _alive(self) -> None:
        notify.alive()

    def _on_link_ready(self) -> None:
        self._link_ready = True
        self._say_ready()
        self._claim_soon()

    def _say_ready(self) -> None:
        if not self._said_ready and self._link_ready and all(hand.ready for hand in self._hands):
            self._said_ready = True
            notify.ready()
            log.info("ready", extra={"worker": self.name, "queues": list(self._queues), "children": self._processes})
