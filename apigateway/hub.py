"""Events from the bus to the ears concerned, with a dense position: a jump is filled from the log before anything
behind it is told (docs/gateway.md, "The hub"). Runs in one event loop; nothing here is for other threads."""

import asyncio
import logging
import random
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager

import msgspec

from apigateway.memberships import Asks, Memberships
from apigateway.metrics import Metrics
from apigateway.people import Ear, People, Person
from apigateway.ring import Record, Ring
from bus.envelope import Call
from contracts.base import EVENTS
from contracts.errors import Unavailable, WarrenError
from contracts.log import MAX_PAGE, Head, LogHead, LogHeadSignal, LogRangeRead, LogRecord
from contracts.user import SessionRevoked

log = logging.getLogger("apigateway.hub")

EXCHANGES = ("events.user", "events.message", "events.job", "signals")
MAX_GAP = 20_000
"""Events that are fetched to fill a jump; sockets resume by themselves, with flow control, over a longer one."""
WARM = 10_000
"""Events that a gateway that starts reads from the log, so that it serves those who come back from its ring."""
MAX_HELD = 20_000
"""Events that wait behind a jump; those dropped beyond it are fetched like the jump itself."""
FIRST_PAUSE, LAST_PAUSE = 0.1, 2.0
"""Seconds between attempts to reach the log."""
START_WITHIN = 2.0

_POSITION = re.compile(rb'\{"event":"[^"]*","pos":(\d+),')


class _HeadFrame(msgspec.Struct):
    data: LogHeadSignal


class _RevokedFrame(msgspec.Struct):
    data: SessionRevoked


_head_decoder = msgspec.json.Decoder(_HeadFrame)
_revoked_decoder = msgspec.json.Decoder(_RevokedFrame)


class Hub:
    """Tells the gateway: `on_revoked` (sessions ended), `on_lost` (positions mean nothing any more), `on_gap`."""

    def __init__(
        self,
        *,
        client: Asks,
        metrics: Metrics,
        on_revoked: Callable[[SessionRevoked], None],
        on_lost: Callable[[], None],
        on_gap: Callable[[], None],
    ) -> None:
        self.pos = 0
        self.epoch = ""
        self.ring = Ring()
        self.people = People()
        self.started = asyncio.Event()
        self._client = client
        self._memberships = Memberships(client)
        self._metrics = metrics
        self._on_revoked = on_revoked
        self._on_lost = on_lost
        self._on_gap = on_gap
        self._held: dict[int, Record] = {}
        self._head = 0
        self._catching_up: asyncio.Task[None] | None = None
        self._asked = self._broken = False

    # ---- what the bus tells

    def on_message(self, kind: str, key: str, body: bytes) -> None:
        """A subscription's `on_message`."""
        if kind == "log.head":
            try:
                self._on_head(_head_decoder.decode(body).data)
            except msgspec.DecodeError:
                log.exception("head not understood")
            return
        found = None if (known := EVENTS.get(kind)) and known.signal else _POSITION.match(body)
        record = Record(pos=int(found[1]) if found else 0, event=kind, key=key, body=body)
        if found is None:
            self._tell(record)
        else:
            self._on_event(record)

    def on_ready(self) -> None:
        """A subscription's `on_ready`: what was published before it may have been missed."""
        self._asked = True
        self._catch_up()

    def close(self) -> None:
        if self._catching_up is not None:
            self._catching_up.cancel()

    def _on_event(self, record: Record) -> None:
        self._metrics.events.inc()
        if record.pos <= self.pos:
            self._metrics.repeats.inc()
        elif record.pos == self.pos + 1 and self._catching_up is None and self.started.is_set():
            self._apply_or_lose(record)
        else:
            if len(self._held) < MAX_HELD:
                self._held[record.pos] = record
            self._head = max(self._head, record.pos)
            self._catch_up()

    def _on_head(self, head: LogHeadSignal) -> None:
        """The relay publishes the head behind the events up to it, through the same queue: a higher one is a loss.

        A lower one may only be older than the last event, so the log is asked, which is never behind.
        """
        if head.epoch != self.epoch or head.pos < self.pos:
            self._asked = True
            self._catch_up()
        elif head.pos > self.pos:
            self._head = max(self._head, head.pos)
            self._catch_up()

    # ---- in order, without holes

    def _apply_or_lose(self, record: Record) -> None:
        try:
            self._apply(record)
        except (msgspec.DecodeError, ValueError):
            log.exception("event not understood", extra={"pos": record.pos, "event_type": record.event})
            self._lose()

    def _apply(self, record: Record) -> None:
        self.pos = record.pos
        self.ring.append(record)
        self.people.apply(record)
        self._tell(record)
        if record.event == "session.revoked":
            self._on_revoked(_revoked_decoder.decode(record.body).data)

    def _tell(self, record: Record) -> None:
        ears = self.people.listeners(record)
        for ear in ears:
            try:
                ear.offer(record)
            except Exception:  # one broken socket must not cost the others this event
                log.exception("an ear failed", extra={"pos": record.pos})
                ear.fail()
        self._metrics.deliveries.inc(len(ears))  # type: ignore[arg-type]

    def _catch_up(self) -> None:
        if self._catching_up is None:
            self._catching_up = asyncio.get_running_loop().create_task(self._run())
            self._catching_up.add_done_callback(self._caught_up)

    def _caught_up(self, task: asyncio.Task[None]) -> None:
        self._catching_up = None
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("catching up failed", exc_info=error)
            self._lose()
        elif not task.cancelled() and (self._held or self._asked):  # came between the task's last look and its end
            self._catch_up()

    async def _run(self) -> None:
        """Until nothing is missing: ask for the head where that is due, fetch ranges, let the held events follow."""
        pause = FIRST_PAUSE
        while self._asked or not self.epoch or self._held or self._head > self.pos:
            try:
                if self._asked or not self.epoch:
                    await self._ask_head()
                else:
                    await self._fill()
                pause = FIRST_PAUSE
            except WarrenError as error:
                log.info("the log is out of reach", extra={"code": error.code})
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311  jitter
                pause = min(LAST_PAUSE, pause * 2)
        self.started.set()

    async def _ask_head(self) -> None:
        self._asked = False
        try:
            head = await self._client.call(LogHead())
        except WarrenError:
            self._asked = True
            raise
        first = not self.epoch
        if first or head.epoch != self.epoch or head.pos < self.pos or head.pos - self.pos > MAX_GAP:
            self._begin_at(head, lost=not first)
        elif head.pos > self.pos:
            self._head = max(self._head, head.pos)
        self._on_gap()

    def _begin_at(self, head: Head, *, lost: bool) -> None:
        """Begin a little before the head: at the start, or because what was known no longer counts."""
        self.ring.clear()
        self.epoch, self._head = head.epoch, head.pos
        self.pos = head.pos if self._broken else max(head.oldest - 1, head.pos - WARM)
        self._broken = False
        self._held = {pos: record for pos, record in self._held.items() if pos > self.pos}
        if lost:
            self.started.clear()
            log.warning("position lost", extra={"pos": head.pos, "epoch": head.epoch})
            self.people.forget()
            self._on_lost()

    async def _fill(self) -> None:
        self._follow()
        upto = min(self._held, default=self._head + 1) - 1
        if upto <= self.pos:
            return
        if upto - self.pos > MAX_GAP:
            self._asked = True
            return
        self._metrics.gaps.inc()
        before = self.pos
        page = await self._client.call(LogRangeRead(after=before, upto=upto, limit=MAX_PAGE))
        if page.epoch == self.epoch:
            self._apply_range(page.records)
        if self.pos == before:  # another epoch, or the log no longer has these events
            self._begin_at(await self._client.call(LogHead()), lost=True)

    def _apply_range(self, records: Iterable[LogRecord]) -> None:
        for told in records:
            if told.pos == self.pos + 1:
                self._apply(_record_of(told))
                self._metrics.filled.inc()
        self._follow()

    def _follow(self) -> None:
        """Apply the held events that are next."""
        while (record := self._held.pop(self.pos + 1, None)) is not None:
            self._apply(record)
        for pos in [pos for pos in self._held if pos <= self.pos]:
            del self._held[pos]

    def _lose(self) -> None:
        """What cannot be told in order is not told at all: begin anew at the head, behind the event that broke us."""
        self._held, self.epoch, self._broken = {}, "", True
        self.started.clear()
        self.people.forget()
        self._on_lost()
        self._asked = True
        self._catch_up()

    # ---- what sockets and requests ask

    async def position(self) -> tuple[str, int]:
        """Epoch and position; raises Unavailable when the log could not be asked yet."""
        if not self.started.is_set():
            try:
                await asyncio.wait_for(self.started.wait(), START_WITHIN)
            except TimeoutError:
                raise Unavailable from None
        return self.epoch, self.pos

    @asynccontextmanager
    async def person(self, call: Call) -> AsyncIterator[Person]:
        """The call's actor, with his conversations, kept up to date while the context lasts."""
        person = await self.enter(call)
        try:
            yield person
        finally:
            self.people.leave(person)

    async def enter(self, call: Call) -> Person:
        """As `person`, until `people.leave`. Raises what `membership.list` raises."""
        assert call.actor is not None  # noqa: S101  callers have verified it
        await self.position()
        person = self.people.enter(call.actor.user_id.hex)
        try:
            if not person.loaded:
                await self._load(person, call)
            if not self.people.knows(person):  # the position was lost meanwhile
                raise Unavailable
        except BaseException:
            self.people.leave(person)
            raise
        return person

    async def _load(self, person: Person, call: Call) -> None:
        """Two at once are harmless: the second finds the person loaded and changes nothing."""
        assert call.actor is not None  # noqa: S101  callers have verified it
        conversations = await self._memberships.of(call.actor.user_id, call)
        if not person.loaded:
            person.load(conversations)

    @contextmanager
    def hearing(self, person: Person, ear: Ear) -> Iterator[None]:
        """The ear hears what the person may hear while the context lasts."""
        self.people.attach(person, ear)
        try:
            yield
        finally:
            self.people.detach(person, ear)


def _record_of(told: LogRecord) -> Record:
    """The frame that the relay would have published."""
    body = msgspec.json.encode({"event": told.event, "pos": told.pos, "at": told.at, "data": told.data})
    return Record(pos=told.pos, event=told.event, key=told.routing_key, body=body)
