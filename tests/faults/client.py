"""A WebSocket client that does what docs/gateway.md asks: hello, resume, ack, back off, repeat under one id."""

import asyncio
import contextlib
import json
import random
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.faults.history import History, Shown

ACK_EVERY = 64
ANSWER_SECONDS = 6.0
Frame = dict[str, Any]


class Gone(Exception):
    """The socket went away before the answer came: the outcome is unknown."""


class Client:
    """One user's device. `addresses`: WebSocket URLs of the gateways, tried in turn."""

    def __init__(self, *, addresses: list[str], token: Callable[[], str], history: History) -> None:
        self.addresses = addresses
        self.token = token
        self.history = history
        self.live = asyncio.Event()
        self.pos = 0
        self.epoch: str | None = None
        self.unacked = 0
        self.last_seq: dict[UUID, int] = dict.fromkeys(history.conversations, 0)
        self._socket: ClientConnection | None = None
        self._calls: dict[int, asyncio.Future[Frame]] = {}
        self._next_id = 0
        self._stopping = False

    async def run(self) -> None:
        """Stay connected until `stop`: full-jitter backoff from 50 ms (a browser starts at 500) to 1 s."""
        tries = 0
        while not self._stopping:
            address = self.addresses[tries % len(self.addresses)]
            try:
                async with connect(address, compression=None, max_queue=None, open_timeout=5) as socket:
                    self._socket = socket
                    await self._session(socket)
                    tries = 0
            except (OSError, InvalidHandshake, ConnectionClosed, TimeoutError, Gone):
                tries += 1
            self._lost()
            if not self._stopping:
                await asyncio.sleep(random.uniform(0, min(1.0, 0.05 * 2**tries)))

    async def stop(self) -> None:
        self._stopping = True
        if self._socket is not None:
            await self._socket.close()

    async def _session(self, socket: ClientConnection) -> None:
        reader = asyncio.create_task(self._read(socket))
        try:
            await self._hello()
            await reader
        finally:
            reader.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionClosed):
                await reader
            self.history.closes[socket.close_code or 0] += 1

    async def _hello(self) -> None:
        data: Frame = {"v": 1, "token": self.token()}
        if self.epoch is not None:
            data["resume"] = {"epoch": self.epoch, "pos": self.pos}
        answer = await self.call("hello", data)
        if "error" in answer:
            raise Gone
        resumed = answer["ok"]["resumed"]
        self.history.resumed += resumed
        self.epoch = answer["ok"]["epoch"]
        if not resumed:
            await self._rebuild()

    async def _rebuild(self) -> None:
        """The log no longer reaches back: take the position first, then the state, then go on from the position."""
        answer = await self.call("bootstrap", {})
        if "error" in answer:
            raise Gone
        self.history.rebuilt += 1
        for conversation_id in self.history.conversations:
            await self._catch_up(conversation_id)
        self.epoch = answer["ok"]["epoch"]
        self.pos = max(self.pos, answer["ok"]["pos"])

    async def _catch_up(self, conversation_id: UUID) -> None:
        more = True
        while more:
            answer = await self.call(
                "message.list",
                {"conversation_id": str(conversation_id), "after": self.last_seq[conversation_id], "limit": 200},
            )
            if "error" in answer:
                raise Gone
            for message in answer["ok"]["messages"]:
                self._show(message)
            more = answer["ok"]["more_after"]

    async def _read(self, socket: ClientConnection) -> None:
        async for text in socket:
            for line in str(text).split("\n"):
                await self._frame(socket, json.loads(line))

    async def _frame(self, socket: ClientConnection, frame: Frame) -> None:
        if "id" in frame:
            future = self._calls.pop(frame["id"], None)
            if future is not None and not future.done():
                future.set_result(frame)
            return
        if frame["event"] == "ping":
            await socket.send('{"op":"pong"}')
        elif frame["event"] == "live":
            self.live.set()
        elif "pos" in frame and frame["pos"] > self.pos:
            self._event(frame)
            self.unacked += 1
        if "pos" in frame:
            self.pos = max(self.pos, frame["pos"])
        if self.unacked >= ACK_EVERY or (self.unacked and not self.live.is_set()):
            self.unacked = 0
            await socket.send(json.dumps({"op": "ack", "pos": self.pos}))

    def _event(self, frame: Frame) -> None:
        if frame["event"] == "message.sent":
            self._show(frame["data"])

    def _show(self, message: Frame) -> None:
        """A message that a rebuild contained already comes again as an event: its seq says so, and it is not shown."""
        conversation_id = UUID(message["conversation_id"])
        if self.history.rebuilt and message["seq"] <= self.last_seq[conversation_id]:
            return
        self.last_seq[conversation_id] = max(self.last_seq[conversation_id], message["seq"])
        self.history.shown.append(
            Shown(
                conversation_id=conversation_id,
                seq=message["seq"],
                message_id=UUID(message["id"]),
                client_id=UUID(message["client_id"]),
            )
        )

    def _lost(self) -> None:
        self._socket = None
        self.unacked = 0
        self.live.clear()
        for future in self._calls.values():
            if not future.done():
                future.set_exception(Gone())
        self._calls.clear()

    async def call(self, op: str, data: Frame) -> Frame:
        """One operation; raises Gone when no answer came, so that its outcome is unknown."""
        if self._socket is None:
            raise Gone
        self._next_id += 1
        future: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._calls[self._next_id] = future
        try:
            await self._socket.send(json.dumps({"id": self._next_id, "op": op, "data": data}))
            return await asyncio.wait_for(future, ANSWER_SECONDS)
        except (ConnectionClosed, TimeoutError):
            raise Gone from None

    async def send_until_acknowledged(self, conversation_id: UUID, text: str) -> None:
        """Repeat one message under its client id until the answer is ok, as a careful program does."""
        client_id = uuid4()
        self.history.attempted.add(client_id)
        data = {"conversation_id": str(conversation_id), "client_id": str(client_id), "text": text}
        while True:
            try:
                await asyncio.wait_for(self.live.wait(), 60)
                answer = await self.call("message.send", data)
            except Gone:
                self.history.refusals["no answer"] += 1
                continue
            if "ok" in answer:
                self.history.acknowledged[client_id] = (conversation_id, answer["ok"]["message"]["seq"])
                return
            self.history.refusals[answer["error"]["code"]] += 1
            await asyncio.sleep(0.05)
