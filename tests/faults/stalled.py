"""A WebSocket client that says hello and then never reads again."""

import asyncio
import base64
import contextlib
import json
import os
import select
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(kw_only=True)
class StalledReader:
    """A plain socket with a small receive buffer, so that the gateway's writes block early."""

    socket: socket.socket

    @classmethod
    async def open(cls, url: str, *, token: str) -> "StalledReader":
        return await asyncio.to_thread(cls._open, url, token)

    @classmethod
    def _open(cls, url: str, token: str) -> "StalledReader":
        parts = urlsplit(url)
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.settimeout(20)
        raw.connect((parts.hostname, parts.port))
        key = base64.b64encode(os.urandom(16)).decode()
        raw.sendall(
            f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        assert b" 101 " in raw.recv(4096)
        raw.sendall(masked(json.dumps({"id": 1, "op": "hello", "data": {"v": 1, "token": token}})))
        assert b'"ok"' in raw.recv(4096)
        return cls(socket=raw)

    def cut_off(self) -> bool:
        """Whether the gateway gave the connection up (a reset or an end), without reading what waits."""
        poll = select.poll()
        poll.register(self.socket, select.POLLERR | select.POLLHUP | select.POLLRDHUP)
        return bool(poll.poll(0))

    def close_code(self) -> int | None:
        """Read what was still in the buffers; the code of the close frame at its end, if there is one."""
        data = b""
        with contextlib.suppress(OSError):
            while piece := self.socket.recv(65536):
                data += piece
        self.socket.close()
        at = data.rfind(b"\x88")
        return int.from_bytes(data[at + 2 : at + 4], "big") if at >= 0 and len(data) >= at + 4 else None


def masked(text: str) -> bytes:
    """A text frame as a client must send it (RFC 6455 §5.2), with a mask of zeros."""
    body = text.encode()
    length = bytes([0x80 | len(body)]) if len(body) < 126 else bytes([0xFE]) + len(body).to_bytes(2, "big")
    return b"\x81" + length + b"\0\0\0\0" + body
