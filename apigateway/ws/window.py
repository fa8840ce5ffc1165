"""How many events a socket was sent and has not acknowledged; what bounds memory however slowly a client reads."""

import asyncio
from collections import deque

from apigateway.ring import Record

MOST_EVENTS = 512
MOST_BYTES = 1024 * 1024
ROOM_EVENTS = MOST_EVENTS // 2
ROOM_BYTES = MOST_BYTES // 2
"""A replay goes on below these, so that it never fills the window by itself."""


class Window:
    """Records are shared between sockets, so each costs a socket one pointer."""

    __slots__ = ("_bytes", "_room", "_sent")

    def __init__(self) -> None:
        self._sent: deque[Record] | None = None
        self._bytes = 0
        self._room: asyncio.Event | None = None

    @property
    def overfull(self) -> bool:
        return self._sent is not None and (len(self._sent) > MOST_EVENTS or self._bytes > MOST_BYTES)

    @property
    def has_room(self) -> bool:
        return self._sent is None or (len(self._sent) <= ROOM_EVENTS and self._bytes <= ROOM_BYTES)

    def add(self, record: Record) -> None:
        if self._sent is None:
            self._sent = deque()
        self._sent.append(record)
        self._bytes += record.size

    def acknowledge(self, pos: int) -> None:
        sent = self._sent
        if sent is None:
            return
        while sent and sent[0].pos <= pos:
            self._bytes -= sent.popleft().size
        if not sent:
            self._sent = None
        if self._room is not None and self.has_room:
            self._room.set()

    async def room(self, *, seconds: float) -> None:
        """Wait until a replay may go on; raises TimeoutError."""
        if self.has_room:
            return
        self._room = asyncio.Event()
        try:
            await asyncio.wait_for(self._room.wait(), seconds)
        finally:
            self._room = None
