"""/admin/ and /static/ come from the `admin` role: a small reverse proxy, streaming, one connection a request.

Hop-by-hop headers stay on their hop (RFC 9110, section 7.6.1).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httptools
from django.conf import settings

from apigateway.asgi import Receive, Scope, Send, header, respond_problem
from contracts.errors import Unavailable

HOP_BY_HOP = frozenset(
    (
        b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer "
        b"transfer-encoding upgrade expect"
    ).split()
)
CONNECT_WITHIN = 2.0
ANSWER_WITHIN = 60.0
"""Seconds between two pieces of an answer."""
PIECE = 64 * 1024

Pairs = list[tuple[bytes, bytes]]
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def admin(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application that forwards to `settings.ADMIN_URL`."""
    answer = Answer(head=scope["method"] == "HEAD")
    try:
        async with _connected() as (reader, writer):
            await _ask(scope, receive, writer)
            await _forward(reader, answer, send)
    except (OSError, TimeoutError, httptools.HttpParserError):
        if not answer.begun:
            sentence = "The admin site does not answer. Is the `admin` role running?"
            await respond_problem(scope, send, Unavailable(sentence))
            return
        raise  # half an answer: the server cuts the connection, so that nobody takes it for a whole one


@asynccontextmanager
async def _connected() -> AsyncIterator[Streams]:
    url = urlsplit(settings.ADMIN_URL)
    async with asyncio.timeout(CONNECT_WITHIN):
        streams = await asyncio.open_connection(url.hostname, url.port or 80)
    try:
        yield streams
    finally:
        streams[1].close()


async def _ask(scope: Scope, receive: Receive, writer: asyncio.StreamWriter) -> None:
    writer.write(_request_head(scope))
    chunked = bool(header(scope, b"transfer-encoding"))
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise OSError("The client is gone.")
        piece = message.get("body", b"")
        if piece:
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
        if not message.get("more_body"):
            writer.write(b"0\r\n\r\n" if chunked else b"")
            await writer.drain()
            return
        await writer.drain()


def _request_head(scope: Scope) -> bytes:
    target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
    lines = [b"%b %b HTTP/1.1" % (scope["method"].encode(), target)]
    lines += [b"%b: %b" % pair for pair in _request_headers(scope)]
    return b"\r\n".join([*lines, b"", b""])


def _request_headers(scope: Scope) -> Pairs:
    """Those of the client without what concerns only his hop, and who he is, told anew: what he claims is dropped."""
    kept = [
        (name, value)
        for name, value in scope["headers"]
        if name not in HOP_BY_HOP and not name.startswith(b"x-forwarded-") and name != b"forwarded"
    ]
    scheme = b"https" if settings.SECURE or scope["scheme"] == "https" else b"http"
    told = [
        (b"x-forwarded-for", scope["address"].encode()),
        (b"x-forwarded-proto", scheme),
        (b"x-forwarded-host", header(scope, b"host").encode("latin-1")),
        (b"x-request-id", scope["trace"].request_id.encode()),
        (b"connection", b"close"),
    ]
    if header(scope, b"transfer-encoding"):
        told.append((b"transfer-encoding", b"chunked"))
    return kept + told


class Answer:
    """Collects what httptools finds in the bytes of a response."""

    def __init__(self, *, head: bool) -> None:
        self.begun = self.complete = False
        self.headers: Pairs = []
        self.pieces: list[bytes] = []
        self.headers_complete = False
        self._no_body = head
        self.parser = httptools.HttpResponseParser(self)

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self.headers_complete = True
        if self._no_body or self.parser.get_status_code() in (204, 304):
            self.complete = True

    def on_body(self, body: bytes) -> None:
        self.pieces.append(body)

    def on_message_complete(self) -> None:
        self.complete = True


async def _forward(reader: asyncio.StreamReader, answer: Answer, send: Send) -> None:
    while not answer.complete:
        async with asyncio.timeout(ANSWER_WITHIN):
            data = await reader.read(PIECE)
        if not data:
            break
        answer.parser.feed_data(data)
        await _pass_on(answer, send)
    if not answer.begun:
        raise OSError("The admin role closed the connection.")
    await send({"type": "http.response.body", "body": b""})


async def _pass_on(answer: Answer, send: Send) -> None:
    if not answer.headers_complete:
        return
    if not answer.begun:
        answer.begun = True
        headers = [pair for pair in answer.headers if pair[0] not in HOP_BY_HOP]
        status = answer.parser.get_status_code()
        await send({"type": "http.response.start", "status": status, "headers": headers})
    for piece in answer.pieces:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    answer.pieces = []
