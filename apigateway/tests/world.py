"""A small world for the gateway's unit tests: services in memory, a log, tokens, and a gateway on a real socket."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import jwt
import msgspec
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError

from apigateway.app import application
from apigateway.gateway import Gateway
from apigateway.protocols import protocols
from apigateway.ws.frames import FRAME_BYTES
from bus import codec
from bus.envelope import Call
from bus.service import Service
from bus.testing import InMemoryBus
from contracts.audience import Audience
from contracts.base import Event
from contracts.errors import NotFound
from contracts.log import Head, LogEvent, LogHead, LogHeadSignal, LogPage, LogRange, LogRangeRead, LogRead, LogRecord
from contracts.message import (
    ConversationCreated,
    ConversationKind,
    ConversationList,
    ConversationPage,
    Member,
    MemberAdded,
    MemberRemoved,
    Membership,
    MembershipList,
    MembershipListOf,
    Message,
    MessageSend,
    MessageSent,
    MessageSentReply,
    Role,
    UserMemberships,
)
from contracts.user import (
    KeyList,
    KeyListPublic,
    RevocationList,
    RevocationListRecent,
    SessionRevoked,
    User,
    UserMe,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
EVERYBODY = Audience()


@dataclass
class World:
    """The truth that the fake services answer from. `log`: every event with its key, position 1 first."""

    epoch: str = "e1"
    log: list[LogRecord] = field(default_factory=list)
    oldest: int = 1
    members: dict[UUID, dict[UUID, int]] = field(default_factory=dict)
    seqs: dict[UUID, int] = field(default_factory=dict)
    revoked: list[UUID] = field(default_factory=list)
    sent: list[MessageSend] = field(default_factory=list)
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    kid: str = "k1"
    calls: list[str] = field(default_factory=list)
    delay: float = 0.0
    sending: int = 0
    most_sending: int = 0
    bus: InMemoryBus = field(init=False)

    def __post_init__(self) -> None:
        self.bus = InMemoryBus(_users(self), _messages(self), _log(self))

    @property
    def pos(self) -> int:
        return len(self.log)

    def token(self, user: UUID, *, session: UUID | None = None, seconds: int = 600, **claims: Any) -> str:
        told = {
            "iss": settings.PUBLIC_URL,
            "aud": "warren",
            "exp": int(time.time()) + seconds,
            "iat": int(time.time()),
            "sub": str(user),
            "jti": uuid4().hex,
            "sid": str(session or uuid4()),
        }
        told.update(claims)
        told = {name: value for name, value in told.items() if value is not None}
        return jwt.encode(told, self.key, algorithm="EdDSA", headers={"typ": "at+jwt", "kid": self.kid})

    def memberships(self, user: UUID) -> list[Membership]:
        return [
            Membership(conversation_id=conversation, joined_seq=members[user])
            for conversation, members in self.members.items()
            if user in members
        ]

    def conversation(self, *members: UUID) -> UUID:
        """A conversation that was there before anything happened: no event tells of it."""
        made = uuid4()
        self.members[made] = dict.fromkeys(members, 0)
        self.seqs[made] = 0
        return made

    def record(self, event: Event, audience: Audience, *, publish: bool = True) -> int:
        """Put an event into the log and, unless it gets lost on the way, on the bus."""
        name, pos = event.event.name, self.pos + 1
        data = msgspec.Raw(codec.encode(event))
        self.log.append(LogRecord(pos=pos, event=name, routing_key=audience.routing_key(), at=NOW, data=data))
        if publish:
            self.publish(pos)
        return pos

    def publish(self, pos: int) -> None:
        told = self.log[pos - 1]
        body = msgspec.json.encode({"event": told.event, "pos": pos, "at": told.at, "data": told.data})
        owner = told.event.partition(".")[0]
        exchange = "events.user" if owner in ("user", "session") else "events.message"
        self.bus.publish(exchange, told.routing_key, told.event, body)

    def head(self, pos: int | None = None, epoch: str | None = None) -> None:
        """The relay's signal."""
        signal = LogHeadSignal(epoch=epoch or self.epoch, pos=self.pos if pos is None else pos)
        self.bus.publish("signals", "all", "log.head", b'{"event":"log.head","data":%s}' % codec.encode(signal))

    def say(self, conversation: UUID, text: str = "hi", *, sender: UUID | None = None, publish: bool = True) -> int:
        """A message that somebody sent elsewhere."""
        self.seqs[conversation] += 1
        event = MessageSent(
            id=uuid4(), conversation_id=conversation, seq=self.seqs[conversation], sender_id=sender or uuid4(),
            client_id=uuid4(), text=text, data=None, reply_to=None, file_ids=[], created_at=NOW,
        )  # fmt: skip
        return self.record(event, Audience(conversation_id=conversation, seq=event.seq), publish=publish)

    def add(self, conversation: UUID, user: UUID, *, publish: bool = True) -> int:
        joined = self.seqs[conversation]
        self.members[conversation][user] = joined
        member = Member(user_id=user, role=Role.MEMBER, joined_seq=joined, joined_at=NOW)
        event = MemberAdded(conversation_id=conversation, member=member, added_by=user, member_count=2, rev=2)
        audience = Audience(conversation_id=conversation, seq=joined + 1, user_id=user)
        return self.record(event, audience, publish=publish)

    def remove(self, conversation: UUID, user: UUID, *, publish: bool = True) -> int:
        del self.members[conversation][user]
        event = MemberRemoved(conversation_id=conversation, user_id=user, removed_by=user, member_count=1, rev=3)
        audience = Audience(conversation_id=conversation, seq=self.seqs[conversation] + 1, user_id=user)
        return self.record(event, audience, publish=publish)

    def create(self, *members: UUID) -> UUID:
        made = self.conversation(*members)
        event = ConversationCreated(
            conversation_id=made, kind=ConversationKind.GROUP, title="T", member_ids=list(members),
            created_by=members[0], created_at=NOW, rev=1,
        )  # fmt: skip
        self.record(event, Audience(conversation_id=made, seq=1))
        return made

    def revoke(self, user: UUID, session: UUID) -> int:
        self.revoked.append(session)
        event = SessionRevoked(user_id=user, session_ids=[session], reason="logout")
        return self.record(event, Audience(user_id=user))


def _users(world: World) -> Service:
    service = Service("user")

    @service.rpc
    def key_list(request: KeyListPublic, call: Call) -> KeyList:
        world.calls.append("key.list")
        jwk = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(world.key.public_key()))
        return KeyList(keys=[{**jwk, "kid": world.kid, "use": "sig", "alg": "EdDSA"}])

    @service.rpc
    def revocation_list(request: RevocationListRecent, call: Call) -> RevocationList:
        return RevocationList(session_ids=world.revoked)

    @service.rpc
    def user_me(request: UserMe, call: Call) -> User:
        assert call.actor is not None
        return User(
            id=call.actor.user_id, username="ann", display_name="Ann", active=True, staff=False, created_at=NOW, rev=1
        )

    return service


def _messages(world: World) -> Service:
    service = Service("message")

    @service.rpc
    def membership_list(request: MembershipListOf, call: Call) -> MembershipList:
        world.calls.append("membership.list")
        time.sleep(world.delay)
        return MembershipList(
            users=[UserMemberships(user_id=user, memberships=world.memberships(user)) for user in request.user_ids]
        )

    @service.rpc
    def conversation_list(request: ConversationList, call: Call) -> ConversationPage:
        return ConversationPage(conversations=[], next=None)

    @service.rpc
    def message_send(request: MessageSend, call: Call) -> MessageSentReply:
        assert call.actor is not None
        world.calls.append("message.send")
        world.sending += 1
        world.most_sending = max(world.most_sending, world.sending)
        time.sleep(world.delay)
        world.sending -= 1
        if call.actor.user_id not in world.members.get(request.conversation_id, {}):
            raise NotFound
        duplicate = any(sent.client_id == request.client_id for sent in world.sent)
        if not duplicate:
            world.sent.append(request)
            world.seqs[request.conversation_id] += 1
        message = Message(
            id=uuid4(), conversation_id=request.conversation_id, seq=world.seqs[request.conversation_id],
            sender_id=call.actor.user_id, client_id=request.client_id, text=request.text, data=None, reply_to=None,
            file_ids=list(request.file_ids), created_at=NOW,
        )  # fmt: skip
        return MessageSentReply(message=message, duplicate=duplicate)

    return service


def _log(world: World) -> Service:
    service = Service("log")

    @service.rpc
    def log_head(request: LogHead, call: Call) -> Head:
        return Head(epoch=world.epoch, pos=world.pos, oldest=world.oldest)

    @service.rpc
    def log_range(request: LogRangeRead, call: Call) -> LogRange:
        world.calls.append("log.range")
        kept = [told for told in world.log if told.pos >= world.oldest]
        records = [told for told in kept if request.after < told.pos <= request.upto][: request.limit]
        return LogRange(epoch=world.epoch, records=records, head=world.pos)

    @service.rpc
    def log_read(request: LogRead, call: Call) -> LogPage:
        assert call.actor is not None
        world.calls.append("log.read")
        joined = {hearing.conversation_id: hearing.joined_seq for hearing in request.hearings}
        found: list[LogEvent] = []
        pos = request.after
        for told in world.log[request.after :]:
            if len(found) == request.limit:
                break
            pos = told.pos
            audience = Audience.from_routing_key(told.routing_key)
            mine = audience.user_id == call.actor.user_id
            ours = audience.conversation_id in joined and audience.seq > joined[audience.conversation_id]
            if mine or ours or audience == EVERYBODY:
                found.append(LogEvent(pos=told.pos, event=told.event, at=told.at, data=told.data))
        truncated = request.after + 1 < world.oldest
        return LogPage(epoch=world.epoch, events=found, pos=pos, head=world.pos, truncated=truncated)

    return service


class Frames:
    """One client's socket: frames one by one, however they were joined."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._waiting: list[dict[str, Any]] = []
        self._number = 0

    async def send(self, *frames: dict[str, Any]) -> None:
        await self.connection.send("\n".join(json.dumps(frame) for frame in frames))

    async def next(self, seconds: float = 5.0) -> dict[str, Any]:
        if not self._waiting:
            text = await asyncio.wait_for(self.connection.recv(), seconds)
            self._waiting = [json.loads(line) for line in str(text).split("\n")]
        return self._waiting.pop(0)

    async def ask(self, op: str, **data: Any) -> dict[str, Any]:
        """The frame that answers; events before it are dropped."""
        self._number += 1
        await self.send({"id": self._number, "op": op, "data": data})
        while (frame := await self.next()).get("id") != self._number:
            pass
        return frame

    async def hello(self, token: str, **more: Any) -> dict[str, Any]:
        return await self.ask("hello", v=1, token=token, **more)

    async def event(self, name: str) -> dict[str, Any]:
        """The next event of that name; others are dropped."""
        while (frame := await self.next()).get("event") != name:
            pass
        return frame

    async def events(self, count: int) -> list[int]:
        """Positions of the next durable events."""
        found: list[int] = []
        while len(found) < count:
            frame = await self.next()
            if "pos" in frame and frame["event"] not in ("live", "ping"):
                found.append(frame["pos"])
        return found

    async def close_code(self, seconds: float = 5.0) -> int:
        """Reads on until the gateway closes."""
        async with asyncio.timeout(seconds):
            try:
                async for _ in self.connection:
                    pass
            except ConnectionClosedError:
                pass
        return self.connection.close_code or 0


@dataclass
class Served:
    """A gateway that listens."""

    world: World
    gateway: Gateway
    port: int
    server: uvicorn.Server

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def socket(self, **options: Any) -> AsyncIterator[Frames]:
        async with connect(f"ws://127.0.0.1:{self.port}/ws", compression=None, **options) as connection:
            yield Frames(connection)

    @asynccontextmanager
    async def logged_in(self, user: UUID, *, session: UUID | None = None, **hello: Any) -> AsyncIterator[Frames]:
        """A socket that is live."""
        async with self.socket() as frames:
            welcome = await frames.hello(self.world.token(user, session=session), **hello)
            assert "ok" in welcome, welcome
            if not welcome["ok"]["resumed"]:
                await frames.event("live")
            yield frames

    async def until(self, condition: Any, seconds: float = 5.0) -> None:
        """Wait for a condition, with a deadline."""
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110  any condition, of any thread
                await asyncio.sleep(0.01)


@asynccontextmanager
async def serving(world: World) -> AsyncIterator[Served]:
    """A gateway on a free port, ready."""
    gateway = Gateway(world.bus.client())
    await gateway.start()
    config = uvicorn.Config(
        application(gateway), host="127.0.0.1", port=0, loop="none", lifespan="off", ws_max_size=FRAME_BYTES,
        ws_per_message_deflate=False, ws_ping_interval=None, access_log=False, log_config=None, proxy_headers=False,
        **protocols(),
    )  # fmt: skip
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    sockets: Sequence[Any] = server.servers[0].sockets
    served = Served(world, gateway, sockets[0].getsockname()[1], server)
    await served.until(lambda: not gateway.missing())
    try:
        yield served
    finally:
        server.servers[0].close()
        for connection in list(server.server_state.connections):
            connection.transport.abort()
        await gateway.stop()
        await served.until(lambda: not server.server_state.connections and not server.server_state.tasks)
