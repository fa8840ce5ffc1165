"""What a process wants to hear of the news on the bus."""

from collections.abc import Callable
from dataclasses import dataclass

QUEUE_LENGTH = 50_000
"""Messages that may wait for one process; beyond it the oldest is dropped, which shows as a jump in `pos`."""


def _nothing() -> None:
    """The default of callbacks that nobody asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """An exclusive queue of this process, bound to `exchanges`, made anew at every connection.

    `on_message(type, routing_key, body)` runs in the connection's loop and must not block. `on_ready()` follows every
    (re)bind: what was published before it may have been missed. `on_lost()` follows a connection's end.
    """

    exchanges: tuple[str, ...]
    on_message: Callable[[str, str, bytes], None]
    on_ready: Callable[[], None] = _nothing
    on_lost: Callable[[], None] = _nothing
    length: int = QUEUE_LENGTH
