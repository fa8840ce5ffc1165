"""Ids of new rows."""

import os
import time
from datetime import datetime
from uuid import UUID


def uuid7() -> UUID:
    """A UUID that sorts by the millisecond it was made in (RFC 9562 §5.7), so that new rows lie together in indexes.

    Order within a millisecond, and between machines whose clocks differ, means nothing.
    """
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (1 << 48) - 1) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def first_uuid7(at: datetime) -> UUID:
    """The lowest id that `uuid7` makes in that millisecond: `id >= first_uuid7(at)` are the rows made since."""
    return UUID(int=(int(at.timestamp() * 1000) & (1 << 48) - 1) << 80 | 0x7 << 76 | 0x2 << 62)
