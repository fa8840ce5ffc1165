"""uvicorn's two protocols with the limits that they lack: on headers that trickle in, on what an idle socket keeps.

They lean on names that uvicorn does not document; the tests in `apigateway/tests` fail when those change.
"""

import asyncio
import contextlib
import socket
import struct
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import State

from apigateway.errors import Close

HEADERS_WITHIN = 10.0
"""Seconds in which the headers of a request must be complete."""
LAST_REQUEST_WITHIN = 2.0
"""Seconds in which an idle connection may bring one more request while the gateway stops."""
MOST_HEADERS = 64 * 1024
"""Bytes of headers."""
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class HttpProtocol(HttpToolsProtocol):
    """Closes connections whose headers are late (408 would only confirm a slow attacker) or endless (431)."""

    _late: asyncio.TimerHandle | None = None
    _in_headers = True
    _header_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_headers:
            self._header_bytes += len(data)
            if self._late is None:
                self._expect_headers()
            if self._header_bytes > MOST_HEADERS:
                self._refuse_headers(data)
                return
        super().data_received(data)

    def on_headers_complete(self) -> None:
        self._in_headers = False
        self._stop_waiting()
        self.scope["abort"] = self.transport.abort  # type: ignore[typeddict-unknown-key]
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_headers, self._header_bytes = True, 0

    def handle_websocket_upgrade(self) -> None:
        self._stop_waiting()
        super().handle_websocket_upgrade()

    def end_soon(self) -> None:
        """Close after the answer under way. An idle connection waits a little: closed now, it would cut a request that
        is on its way here; one that comes is answered with `Connection: close` (RFC 9112, section 9.6)."""
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(LAST_REQUEST_WITHIN, self.shutdown)
        else:
            self.shutdown()

    def _refuse_headers(self, data: bytes) -> None:
        """One read may hold the headers and the beginning of a body; only headers alone are too many."""
        end = data.find(b"\r\n\r\n")
        if end >= 0 and self._header_bytes - len(data) + end <= MOST_HEADERS:
            super().data_received(data)
            return
        self.transport.write(_TOO_LARGE)
        self.transport.close()

    def _expect_headers(self) -> None:
        self._late = self.loop.call_later(HEADERS_WITHIN, self._give_up)

    def _stop_waiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _give_up(self) -> None:
        self._late = None
        if self._in_headers and self.transport is not None and not self.transport.is_closing():
            self.transport.abort()


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """Tells the application how to cut the connection and when the handshake may be forgotten; closes with 4400 where
    the library would say 1009 (frame too long), 1007 (not UTF-8) or 1002 (no such frame)."""

    async def run_asgi(self) -> None:
        self.scope["abort"] = self._cut  # type: ignore[typeddict-unknown-key]
        self.scope["write"] = self._write_frame  # type: ignore[typeddict-unknown-key]
        self.scope["release"] = self._release  # type: ignore[typeddict-unknown-key]
        await super().run_asgi()

    def handle_parser_exception(self) -> None:
        sent = self.conn.close_sent
        if sent is not None and sent.code != CloseCode.NORMAL_CLOSURE:
            self.conn.data_to_send()  # the library's own close frame
            frame = Frame(Opcode.CLOSE, struct.pack("!H", Close.BAD_FRAME))
            self.transport.write(frame.serialize(mask=False))
        super().handle_parser_exception()

    def _write_frame(self, frame: bytes) -> bool:
        """Past the library, which would build the same frame again for each socket. Data frames change no state of
        its own, so it need not know; False while the transport is full or the connection closes."""
        if self.conn.state is not State.OPEN or self.close_sent or not self.writable.is_set():
            return False
        self.transport.write(frame)
        return True

    def _cut(self) -> None:
        """With a reset: a mere close would wait in the kernel, with all that is unsent, for a peer that never reads."""
        with contextlib.suppress(OSError, ValueError, AttributeError):  # gone already
            raw = self.transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def _release(self) -> None:
        """Headers of the request: 2 to 3 KiB a socket that nothing reads after the handshake."""
        self.scope = {"type": "websocket", "path": "/ws", "query_string": b"", "client": self.client}  # type: ignore[typeddict-item]
        del self.request


def protocols() -> dict[str, Any]:
    """Options for `uvicorn.Config`."""
    return {"http": HttpProtocol, "ws": WebSocketProtocol}
