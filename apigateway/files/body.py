"""A body of any length, piece by piece, from a client that must not be too slow."""

import asyncio
import time
from collections.abc import AsyncIterator

from apigateway.asgi import Receive
from apigateway.errors import TooSlow

PIECE = 256 * 1024
"""Bytes that are gathered before they are written."""
SLOWEST = 1024.0
"""Bytes a second that a client has to send on average."""
PATIENCE = 20.0
"""Seconds for which it may send nothing at all."""


class Disconnected(Exception):
    """The client went before its request was complete."""


class Body:
    """`complete` once the last byte was handed out."""

    def __init__(self, receive: Receive) -> None:
        self.complete = False
        self._receive = receive
        self._patience = PATIENCE

    async def pieces(self) -> AsyncIterator[bytes]:
        """Pieces of about `PIECE` bytes. Raises Disconnected or TooSlow once all that arrived was handed out."""
        held: list[bytes] = []
        size = 0
        while not self.complete:
            try:
                chunk = await self._next()
            except (Disconnected, TooSlow):
                if held:
                    yield b"".join(held)
                raise
            held.append(chunk)
            size += len(chunk)
            if size >= PIECE or self.complete:
                yield b"".join(held)
                held, size = [], 0

    async def _next(self) -> bytes:
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._patience):
                message = await self._receive()
        except TimeoutError:
            raise TooSlow from None
        if message["type"] == "http.disconnect":
            raise Disconnected
        chunk: bytes = message.get("body", b"")
        self._patience = min(PATIENCE, self._patience - (time.monotonic() - began) + len(chunk) / SLOWEST)
        self.complete = not message.get("more_body")
        return chunk
