"""Ids of new rows."""

import os
import threading
import time
from datetime import datetime
from uuid import UUID

_RANDOM_BITS = 74
_STEP_BYTES = 6
_lock = threading.Lock()
_last = (0, 0)
"""Millisecond and random part of the id before."""


def uuid7() -> UUID:
    """A UUID that sorts by the millisecond it was made in (RFC 9562 §5.7), so that new rows lie together in indexes.

    Those of one process rise, also within a millisecond (§6.2, method 2) and when the clock is set back; order between
    processes means nothing below the difference of their clocks.
    """
    milliseconds, random = _next()
    return UUID(int=milliseconds << 80 | 0x7 << 76 | (random >> 62) << 64 | 0x2 << 62 | random & (1 << 62) - 1)


def _next() -> tuple[int, int]:
    global _last
    now = time.time_ns() // 1_000_000 & (1 << 48) - 1
    with _lock:
        milliseconds, random = _last
        if now > milliseconds:
            # The highest bit stays free, so that the steps of a millisecond cannot carry over.
            _last = now, int.from_bytes(os.urandom(10)) >> 80 - (_RANDOM_BITS - 1)
        else:
            _last = milliseconds, random + 1 + int.from_bytes(os.urandom(_STEP_BYTES))
        return _last


def first_uuid7(at: datetime) -> UUID:
    """The lowest id that `uuid7` makes in that millisecond: `id >= first_uuid7(at)` are the rows made since."""
    return UUID(int=(int(at.timestamp() * 1000) & (1 << 48) - 1) << 80 | 0x7 << 76 | 0x2 << 62)
