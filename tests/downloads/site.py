"""A web server that behaves as badly as it is told to: slow, dropping, lying, redirecting, changing, endless."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AF_INET6
from ssl import SSLContext
from typing import Any, NamedTuple

Answer = Callable[["Exchange"], None]


class Asked(NamedTuple):
    """A request as it came."""

    path: str
    headers: Message


class Exchange(BaseHTTPRequestHandler):
    """One connection. Whatever goes wrong with it is the client's wish."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_GET(self) -> None:
        site = self.server.site
        path = self.path.partition("?")[0]
        site.asked.append(Asked(self.path, self.headers))
        with suppress(ConnectionError, TimeoutError):
            site.answers[path](self)

    def start(self, status: int, *, length: int | None = None, **headers: str) -> None:
        """Status line and headers; `content_type` becomes Content-Type."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if length is None:
            self.close_connection = True
        else:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def cut(self) -> None:
        """As if the machine had died: not even an orderly end."""
        self.wfile.flush()
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the standard error."""


class Server(ThreadingHTTPServer):
    """Its threads end with the test's process at the latest."""

    daemon_threads = True
    block_on_close = False
    site: "Site"

    def get_request(self) -> tuple[Any, Any]:
        accepted = super().get_request()
        self.site.connections += 1
        return accepted

    def handle_error(self, *_: Any) -> None:
        """A client that went away is what many of these tests are about."""


class Server6(Server):
    address_family = AF_INET6


@dataclass
class Site:
    """What is asked, and what is answered, by path. `connections`: how many were opened to it."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    port: int = 0
    connections: int = 0

    def url(self, path: str, *, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def put(self, path: str, answer: Answer) -> str:
        self.answers[path] = answer
        return self.url(path)

    def ranges(self) -> list[str | None]:
        """Of each request, in order."""
        return [one.headers.get("Range") for one in self.asked]


@contextmanager
def serving(
    address: str = "127.0.0.1", *, tls: SSLContext | None = None, port: int = 0, like: Site | None = None
) -> Iterator[Site]:
    """A site of its own, on a port of its own. `like`: the same site at a second address."""
    with (Server6 if ":" in address else Server)((address, port), Exchange) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        site = server.site = like or Site(port=server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()


@dataclass
class Document:
    """A file as a good server has it, with what is bad about it.

    `drops`: bytes of body after which the connection is cut, for one request after the other. `hold`: after `hold_at`
    bytes of the file nothing more comes until it is set. `says`: another Content-Length than is true.
    """

    data: bytes
    etag: str | None = '"1"'
    ranges: bool = True
    drops: list[int] = field(default_factory=list)
    hold: threading.Event | None = None
    hold_at: int = 0
    says: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    piece: int = 64 * 1024

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    def __call__(self, exchange: Exchange) -> None:
        headers = dict(self.headers) | ({"ETag": self.etag} if self.etag else {})
        first = self._first(exchange)
        body = self.data[first:]
        length = self.says if self.says is not None else len(body)
        exchange.close_connection = self.says is not None
        if first:
            headers["Content-Range"] = f"bytes {first}-{len(self.data) - 1}/{len(self.data)}"
        exchange.start(206 if first else 200, length=length, **headers)
        self._send(exchange, body, first)

    def _first(self, exchange: Exchange) -> int:
        wanted = exchange.headers.get("Range")
        if not wanted or not self.ranges or exchange.headers.get("If-Range", self.etag) != self.etag:
            return 0
        return int(wanted.removeprefix("bytes=").rstrip("-"))

    def _send(self, exchange: Exchange, body: bytes, first: int) -> None:
        limit = self.drops.pop(0) if self.drops else None
        for begin in range(0, len(body), self.piece):
            piece = body[begin : begin + self.piece]
            if self.hold is not None and first + begin + len(piece) > self.hold_at:
                exchange.wfile.flush()
                self.hold.wait(60)
            if limit is not None and begin + len(piece) >= limit:
                exchange.wfile.write(piece[: limit - begin])
                exchange.cut()
                return
            exchange.wfile.write(piece)


def redirect(target: str, status: int = 302) -> Answer:
    return lambda exchange: exchange.start(status, length=0, Location=target)


def refusing(status: int, **headers: str) -> Answer:
    return lambda exchange: exchange.start(status, length=0, **headers)
