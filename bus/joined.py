"""pika writes every frame with a system call of its own, three for each message. Joined, what waits goes out in one.

Measured at 64 requests in flight: 16 % more calls, the broker's CPU time per message nearly halved. It replaces one
method of pika's private plaintext transport; `bus/tests/test_joined_writes.py` fails when a new pika looks different.
"""

from typing import Any

from pika.adapters.utils.io_services_utils import _AsyncPlaintextTransport

_produce = _AsyncPlaintextTransport._produce  # noqa: SLF001  see above


def _produce_joined(transport: Any) -> None:
    waiting = transport._tx_buffers  # noqa: SLF001
    if len(waiting) > 1:
        joined = b"".join(waiting)
        waiting.clear()
        waiting.append(joined)
    _produce(transport)


def install() -> None:
    """May be repeated. TLS keeps pika's own way: a retried TLS write must repeat its bytes."""
    _AsyncPlaintextTransport._produce = _produce_joined  # noqa: SLF001
