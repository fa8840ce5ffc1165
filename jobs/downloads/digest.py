"""SHA-256 beside the transfer, in a thread of its own: hashing lets go of the interpreter's lock."""

import hashlib
import threading
from queue import Queue

WAITING = 32
"""Pieces that may wait; then whoever feeds does."""


class Digest:
    """Takes pieces in their order; nobody may change one that was fed."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._pieces: Queue[bytes | bytearray | None] = Queue(WAITING)
        self._thread = threading.Thread(target=self._work, name="sha256", daemon=True)
        self._thread.start()

    def feed(self, piece: bytes | bytearray) -> None:
        self._pieces.put(piece)

    def finish(self) -> str:
        """Of everything that was fed, in hexadecimal. Blocks; nothing is fed afterwards."""
        self._pieces.put(None)
        self._thread.join()
        return self._hash.hexdigest()

    def _work(self) -> None:
        while (piece := self._pieces.get()) is not None:
            self._hash.update(piece)
