"""What a thread wants published once its work has committed: pokes and orders (docs/bus.md).

None of it may be missed sorely: what it says is in a table too, where somebody looks from time to time.
"""

import threading
from typing import NamedTuple

_noted = threading.local()


class Note(NamedTuple):
    """A transient message. The exchange "" reaches the queue that the routing key names."""

    exchange: str
    routing_key: str
    body: bytes = b""


def publish(note: Note) -> None:
    """Let whoever runs this thread's work publish it when the work is done; the same one twice goes out once."""
    notes: dict[Note, None] = _noted.__dict__.setdefault("notes", {})
    notes[note] = None


def poke(queue: str) -> None:
    """As `publish`, for a queue whose reader only wants to know that there is something to do."""
    publish(Note("", queue))


def take() -> list[Note]:
    """What this thread has noted since the last call. A needless poke costs a look at an empty table."""
    notes: dict[Note, None] | None = _noted.__dict__.pop("notes", None)
    return list(notes) if notes else []
