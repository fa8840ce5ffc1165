"""What a socket missed, told page by page and never faster than it is acknowledged: from the ring where that reaches
back far enough, else from the log."""

import asyncio
from typing import TYPE_CHECKING

import msgspec

from apigateway.errors import Close
from apigateway.people import Person
from apigateway.ring import Record
from bus.envelope import Call
from contracts.errors import WarrenError
from contracts.gateway import Resume
from contracts.log import LogEvent, LogPage, LogRead

if TYPE_CHECKING:
    from apigateway.gateway import Gateway
    from apigateway.ws.consumer import Socket

PAGE = 200
SCAN = 5_000
"""Records of the ring that are looked at before others get a turn."""
FARTHEST = 100_000
"""Positions beyond which a bootstrap is cheaper for everybody than a replay."""
ACK_WITHIN = 30.0
"""Seconds for which a replay waits for an acknowledgement."""
BEHIND_HUB = 2.0
"""Seconds for which we wait to reach the position of a client that comes from a gateway that was ahead of us."""


class Replay:
    """One resume: `begin` says whether it is possible, `run` tells what was missed."""

    __slots__ = ("_call", "_first", "_gateway", "_person", "cursor")

    def __init__(self, gateway: "Gateway", person: Person, call: Call) -> None:
        self.cursor = 0
        self._gateway = gateway
        self._person = person
        self._call = call
        self._first: LogPage | None = None

    async def begin(self, resume: Resume) -> bool:
        """Whether everything after the position can be told."""
        hub = self._gateway.hub
        if resume.epoch != hub.epoch or not await self._reached(resume.pos) or hub.pos - resume.pos > FARTHEST:
            return False
        self.cursor = resume.pos
        source = "ring"
        if self.cursor < hub.pos and not hub.ring.reaches(self.cursor):
            self._first = await self._read()
            source = "log"
            if self._first.truncated or self._first.epoch != hub.epoch:
                return False
        self._gateway.metrics.resumes.labels(source).inc()
        return True

    async def run(self, socket: "Socket") -> None:
        """Until the socket has all that the hub has; then it hears live, without a gap in between."""
        hub = self._gateway.hub
        try:
            while self.cursor < hub.pos and not socket.closed:
                await socket.window.room(seconds=ACK_WITHIN)
                if self._first is None and hub.ring.reaches(self.cursor):
                    self._from_ring(socket)
                    await asyncio.sleep(0)
                else:
                    await self._from_log(socket)
        except TimeoutError:
            socket.shut(Close.SLOW)
        except WarrenError:
            socket.shut(Close.ERROR)
        if not socket.closed:
            socket.go_live()

    def _from_ring(self, socket: "Socket") -> None:
        told = 0
        for looked, record in enumerate(self._gateway.hub.ring.after(self.cursor), start=1):
            self.cursor = record.pos
            if self._person.hears(record):
                socket.tell(record)
                told += 1
            if told == PAGE or looked == SCAN or not socket.window.has_room:
                return

    async def _from_log(self, socket: "Socket") -> None:
        page, self._first = self._first or await self._read(), None
        if page.truncated or page.epoch != self._gateway.hub.epoch:
            socket.shut(Close.POSITION_LOST)
            return
        for told in page.events:
            socket.tell(_record_of(told))
        self.cursor = max(self.cursor, page.pos)

    async def _read(self) -> LogPage:
        request = LogRead(after=self.cursor, hearings=self._person.hearings(), limit=PAGE)
        return await self._gateway.client.call(request, call=self._call)

    async def _reached(self, pos: int) -> bool:
        """Another gateway may have told the client more than we know; the head signal makes us catch up in a second."""
        hub = self._gateway.hub
        loop = asyncio.get_running_loop()
        until = loop.time() + BEHIND_HUB
        while hub.pos < pos and loop.time() < until:  # noqa: ASYNC110  rare, and the hub should not know of it
            await asyncio.sleep(0.05)
        return hub.pos >= pos


def _record_of(told: LogEvent) -> Record:
    """The log has chosen by audience already, so the record has none."""
    body = msgspec.json.encode({"event": told.event, "pos": told.pos, "at": told.at, "data": told.data})
    return Record(pos=told.pos, event=told.event, key="", body=body)
