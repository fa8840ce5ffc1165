"""A gateway in a thread of the test, before the real services on the test's database: no broker, no other process."""

import asyncio
import base64
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import requests
from django.db import connections

from apigateway.tests.world import Served, World, _log, _users, serving
from bus.testing import InMemoryBus
from jobs.handlers import service as jobs
from messageservice.handlers import service as messages
from userservice.handlers import service as users
from userservice.models import User

TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {"Content-Type": "application/offset+octet-stream"}


class Office(World):
    """Keys and log of the gateway's small world; people, conversations and files of the real services."""

    def __post_init__(self) -> None:
        self.bus = InMemoryBus(users, messages, jobs, middleware=[_closing])
        for own in (_users(self), _log(self)):
            self.bus.serve(own)


def _closing(_: Any, run: Any) -> Any:
    """Handlers run in threads that come and go: each gives its database connection back."""

    def run_and_close(calls: Any) -> Any:
        try:
            return run(calls)
        finally:
            if threading.current_thread() is not threading.main_thread():
                connections.close_all()

    return run_and_close


@contextmanager
def opened() -> Iterator[Served]:
    """The office's gateway, listening, in a loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="gateway")
    thread.start()
    context = serving(Office())
    try:
        yield asyncio.run_coroutine_threadsafe(context.__aenter__(), loop).result(20)
    finally:
        asyncio.run_coroutine_threadsafe(context.__aexit__(None, None, None), loop).result(20)
        asyncio.run_coroutine_threadsafe(loop.shutdown_default_executor(), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@dataclass
class Person:
    """Somebody with a token. `url`: of the gateway that he talks to."""

    url: str
    id: UUID
    token: str

    @classmethod
    def new(cls, served: Served) -> "Person":
        user = User.objects.create(username=f"user-{uuid4().hex[:12]}", display_name="Somebody")
        return cls(served.url, user.id, served.world.token(user.id))

    @property
    def auth(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """A request; `path` may be a whole link. Redirects are not followed."""
        headers = {**self.auth, **options.pop("headers", {})}
        url = path if path.startswith("http") else self.url + (path if path.startswith("/api/") else f"/api/v1{path}")
        return requests.request(method, url, headers=headers, timeout=20, allow_redirects=False, **options)

    def tus(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.call(method, path, headers={**TUS, **options.pop("headers", {})}, **options)

    def begin(self, size: int, name: str = "notes.txt", **headers: str) -> str:
        """The path of a new upload."""
        answer = self.tus(
            "POST", "/uploads", headers={"Upload-Length": str(size), **metadata(filename=name), **headers}
        )
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"]

    def append(self, upload: str, piece: bytes, offset: int, **headers: str) -> requests.Response:
        return self.tus("PATCH", upload, data=piece, headers={**BYTES, "Upload-Offset": str(offset), **headers})

    def offset(self, upload: str) -> int:
        answer = self.tus("HEAD", upload)
        assert answer.status_code == 200, answer.status_code
        return int(answer.headers["Upload-Offset"])

    def upload(self, content: bytes = b"some bytes", name: str = "notes.txt") -> dict[str, Any]:
        """A finished file, as multipart/form-data brings it."""
        answer = self.call("POST", "/files", files={"file": (name, content)})
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def file(self, file_id: str) -> dict[str, Any]:
        answer = self.call("GET", f"/files/{file_id}")
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told


def metadata(**values: str) -> dict[str, str]:
    """The `Upload-Metadata` header."""
    pairs = (f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items())
    return {"Upload-Metadata": ",".join(pairs)}


class SlowPatch:
    """A PATCH whose body comes when the test sends it, on a connection of its own."""

    def __init__(self, person: Person, upload: str, *, offset: int, length: int, **headers: str) -> None:
        where = urlsplit(person.url)
        self.socket = socket.create_connection((where.hostname, where.port), timeout=20)
        told = {
            "Host": where.netloc, **person.auth, **TUS, **BYTES, "Upload-Offset": str(offset),
            "Content-Length": str(length), **headers,
        }  # fmt: skip
        lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        self.socket.sendall(f"PATCH {upload} HTTP/1.1\r\n{lines}\r\n".encode())

    def send(self, piece: bytes) -> None:
        self.socket.sendall(piece)

    def answer(self) -> str:
        """The head of the answer."""
        return self.socket.recv(65_536).decode("latin-1")

    def hang_up(self) -> None:
        self.socket.close()


def random_bytes(size: int) -> bytes:
    return os.urandom(size)


def stored_under(folder: Path) -> list[str]:
    """Names of all files below a folder."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())
