"""People who use the gateway: REST with their token, and sockets that do what docs/gateway.md asks."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import requests
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PASSWORD = "correct horse battery staple 7"  # of accounts that live as long as a test
Json = dict[str, Any]


@dataclass
class Human:
    base: str
    username: str
    id: str
    token: str
    refresh_token: str
    session: str

    @classmethod
    def register(cls, base: str, username: str) -> "Human":
        body = {"username": username, "password": PASSWORD}
        return cls._of(base, requests.post(f"{base}/api/v1/auth/register", json=body, timeout=30), 201)

    def again(self) -> "Human":
        """The same person, logged in once more."""
        body = {"username": self.username, "password": PASSWORD}
        return self._of(self.base, requests.post(f"{self.base}/api/v1/auth/login", json=body, timeout=30), 200)

    @classmethod
    def _of(cls, base: str, answer: requests.Response, status: int) -> "Human":
        assert answer.status_code == status, answer.text
        told = answer.json()
        return cls(
            base=base, username=told["user"]["username"], id=told["user"]["id"], token=told["access_token"],
            refresh_token=told["refresh_token"], session=told["session_id"],
        )  # fmt: skip

    def rest(self, method: str, path: str, body: Json | None = None, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return requests.request(method, f"{self.base}/api/v1{path}", json=body, headers=headers, timeout=40, **options)

    def group(self, *members: "Human", title: str = "Group") -> str:
        body = {
            "kind": "group", "title": title, "member_ids": [member.id for member in members], "client_id": str(uuid4()),
        }  # fmt: skip
        answer = self.rest("POST", "/conversations", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["conversation"]["id"])

    def say(self, conversation: str, text: str = "hi") -> Json:
        body = {"client_id": str(uuid4()), "text": text}
        answer = self.rest("POST", f"/conversations/{conversation}/messages", body)
        assert answer.status_code == 201, answer.text
        message: Json = answer.json()["message"]
        return message

    def file(self, content: bytes = b"some bytes", name: str = "notes.txt") -> str:
        """The id of a new file."""
        answer = self.rest("POST", "/files", files={"file": (name, content)})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def job(self, *, over: bool = False) -> str:
        """The id of a job that waits (no worker takes it), or that is cancelled."""
        answer = self.rest("POST", "/jobs", {"kind": "probe.noop", "params": {}, "client_id": str(uuid4())})
        assert answer.status_code == 202, answer.text
        made = str(answer.json()["job"]["id"])
        if over:
            assert self.rest("POST", f"/jobs/{made}/cancel").json()["state"] == "cancelled"
        return made

    def batch(self) -> str:
        """The id of a batch of two jobs."""
        body = {"kind": "probe.noop", "params": {}, "items": [{}, {}], "title": "Two", "client_id": str(uuid4())}
        answer = self.rest("POST", "/jobs/batch", body)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["batch"]["id"])

    @asynccontextmanager
    async def socket(self, base: str | None = None, *, resume: Json | None = None) -> AsyncIterator["Line"]:
        url = (base or self.base).replace("http", "ws", 1) + "/ws"
        async with connect(url, compression=None, max_queue=None) as connection:
            line = Line(connection)
            hello: Json = {"v": 1, "token": self.token}
            if resume:
                hello["resume"] = resume
            line.welcome = await line.ask("hello", **hello)
            if "ok" in line.welcome:
                await line.until_live()
            yield line


class Line:
    """One socket. `events`: what it heard, in order; pings are answered, events acknowledged."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.welcome: Json = {}
        self.events: list[Json] = []
        self.live_at = 0
        self._waiting: list[Json] = []
        self._number = 0

    async def ask(self, op: str, **data: Any) -> Json:
        self._number += 1
        await self.connection.send(json.dumps({"id": self._number, "op": op, "data": data}))
        number = self._number
        return await self._read(lambda frame: frame.get("id") == number)

    async def until_live(self) -> None:
        self.live_at = (await self._read(lambda frame: frame.get("event") == "live"))["pos"]

    async def event(self, name: str, seconds: float = 10, **data: Any) -> Json:
        """The first event of that name whose data has these values; among those heard already, too."""

        def fits(frame: Json) -> bool:
            return frame.get("event") == name and all(frame["data"].get(key) == value for key, value in data.items())

        for frame in self.events:
            if fits(frame):
                return frame
        return await self._read(fits, seconds)

    async def nothing_more(self) -> list[Json]:
        """Everything heard up to now: an answer to a question comes behind the events before it."""
        await self.ask("user.me")
        return self.events

    async def close_code(self, seconds: float = 15) -> int:
        async with asyncio.timeout(seconds):
            try:
                while True:
                    await self._read(lambda _: False, seconds)
            except ConnectionClosed:
                return self.connection.close_code or 0

    async def _read(self, wanted: Any, seconds: float = 10) -> Json:
        async with asyncio.timeout(seconds):
            while True:
                if not self._waiting:
                    text = str(await self.connection.recv())
                    self._waiting = [json.loads(part) for part in text.split("\n")]
                frame = self._waiting.pop(0)
                await self._note(frame)
                if wanted(frame):
                    return frame

    async def _note(self, frame: Json) -> None:
        if frame.get("event") == "ping":
            await self.connection.send('{"op":"pong"}')
        elif "event" in frame and "at" in frame:
            self.events.append(frame)
            await self.connection.send(json.dumps({"op": "ack", "pos": frame["pos"]}))
