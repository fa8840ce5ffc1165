"""The last events in memory, so that a socket that was away for minutes costs the log nothing."""

import time
from collections import deque
from collections.abc import Callable, Iterator

from apigateway.ws.frames import payload, text_frame

MAX_BYTES = 64 * 1024 * 1024
MAX_SECONDS = 600.0
OVERHEAD = 360
"""Bytes that a record costs besides its text; from sys.getsizeof of its parts."""


class Record:
    """One event: its finished frame and who it is for. `conversation`, `user`: 32 hex digits; neither: for all.

    `frame`: the WebSocket frame, the same bytes for every socket. `size`: bytes of it. `when`: seconds of the ring's
    clock.
    """

    __slots__ = ("conversation", "event", "frame", "pos", "seq", "size", "user", "when")

    def __init__(self, *, pos: int, event: str, key: str, body: bytes) -> None:
        self.pos = pos
        self.event = event
        self.frame = text_frame(body)
        self.size = len(self.frame)
        self.when = 0.0
        try:
            self.conversation, self.seq, self.user = parse_key(key)
        except ValueError:  # a newer peer's kind of audience: it takes its position, and nobody hears it
            self.conversation, self.seq, self.user = None, 0, ""

    @property
    def body(self) -> bytes:
        """The event as JSON."""
        return payload(self.frame)


def parse_key(key: str) -> tuple[str | None, int, str | None]:
    """As `Audience.from_routing_key`, without making UUIDs: this runs for each event. Raises ValueError."""
    parts = key.split(".")
    match parts:
        case ["all"]:
            return None, 0, None
        case ["u", user]:
            return None, 0, user
        case ["c", conversation, seq]:
            return conversation, int(seq), None
        case ["c", conversation, seq, "u", user]:
            return conversation, int(seq), user
    raise ValueError(f"{key!r} is no audience.")


class Ring:
    """Records with dense positions, the newest `seconds` or `most_bytes` of them."""

    def __init__(
        self,
        *,
        most_bytes: int = MAX_BYTES,
        seconds: float = MAX_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.bytes = 0
        self._most_bytes = most_bytes
        self._seconds = seconds
        self._clock = clock
        self._records: deque[Record] = deque()

    def __len__(self) -> int:
        return len(self._records)

    def append(self, record: Record) -> None:
        """Raises ValueError if the record is not the one after the last: positions are the ring's index."""
        if self._records and record.pos != self._records[-1].pos + 1:
            raise ValueError(f"Position {record.pos} does not follow {self._records[-1].pos}.")
        record.when = self._clock()
        self._records.append(record)
        self.bytes += record.size + OVERHEAD
        while self.bytes > self._most_bytes:
            self._drop()

    def forget_old(self) -> None:
        """Drop what is too old; called every second."""
        before = self._clock() - self._seconds
        while self._records and self._records[0].when < before:
            self._drop()

    def clear(self) -> None:
        self._records.clear()
        self.bytes = 0

    def reaches(self, pos: int) -> bool:
        """Whether every event after `pos` is here."""
        return bool(self._records) and self._records[0].pos <= pos + 1

    def after(self, pos: int) -> Iterator[Record]:
        """The events after `pos`, in order; only while `reaches(pos)`, and nothing may be appended meanwhile."""
        records = self._records
        if not records:
            return
        for index in range(max(0, pos + 1 - records[0].pos), len(records)):
            yield records[index]

    def _drop(self) -> None:
        record = self._records.popleft()
        self.bytes -= record.size + OVERHEAD
