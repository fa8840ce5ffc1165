"""A WebSocket: frames to contracts and back, and the socket as the hub sees it (docs/gateway.md, "A socket's life").

It touches no database, so it skips Channels' thread hop for each message (16,000 -> 48,000 messages/s, DESIGN §7).
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from apigateway.asking import DEVICE_LENGTH, Trace, answer, call_for, operation_of
from apigateway.auth import Verified, is_temporary
from apigateway.errors import Close
from apigateway.limits import network_of
from apigateway.origins import is_ours
from apigateway.people import Person
from apigateway.ring import Record
from apigateway.routes import OPS, Route
from apigateway.ws import frames
from apigateway.ws.replay import Replay
from apigateway.ws.sends import WAITING, Sends
from apigateway.ws.wheel import PING_SECONDS
from apigateway.ws.window import MOST_BYTES, MOST_EVENTS, Window
from apigateway.ws.writer import GONE, Writer
from bus import codec
from bus.envelope import Call
from contracts.errors import (
    DeadlineExceeded,
    Forbidden,
    InvalidRequest,
    NotAuthenticated,
    OutcomeUnknown,
    RateLimited,
    TokenExpired,
    UnknownOperation,
    WarrenError,
)
from contracts.gateway import PROTOCOL, AuthRefresh, AuthRefreshed, Hello, Limits, Welcome
from contracts.message import MessageSend

if TYPE_CHECKING:
    from apigateway.gateway import Gateway

log = logging.getLogger("apigateway.ws")

HELLO_WITHIN = 10.0
ABORT_AFTER = 1.0
"""Seconds after which a close frame that was not read is given up."""
OPEN_REQUESTS = 64
REPEAT_MS = 500
"""Deadline of the repeat of a send with an unknown outcome: 2 s and this make the promised 2.5 s."""
STRIKES = 100
"""Refusals for being too fast, in a row, before the socket is closed."""


class Socket(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels is untyped
    """One connection. `live`: attached to the hub; `closed`: we closed it, or it is gone."""

    channel_layer_alias = None

    def __init__(self) -> None:
        self.groups = ()
        self.live = self.closed = False
        self.heard = True
        self.slot = 0
        self.person: Person | None = None
        self.verified: Verified | None = None
        self.session_id: UUID | None = None
        self.writer = Writer(self._write, most_bytes=MOST_BYTES, on_full=self._too_slow)
        self.window = Window()
        self.sends = Sends(self._start)
        self._replay: Replay | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._open = self._frames = self._strikes = 0
        self._user: UUID | None = None
        self._address_key: str | None = None

    # ---- the connection

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Channels' loop without its task for each message."""
        self.gateway: Gateway = scope["gateway"]
        self.address: str = scope["address"]
        self.scope, self.base_send, self.channel_layer = scope, send, None
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            pass
        finally:
            self._leave()

    async def dispatch(self, message: Mapping[str, Any]) -> None:
        await getattr(self, get_handler_name(message))(message)

    async def connect(self) -> None:
        headers = {name: value.decode("latin-1") for name, value in self.scope["headers"] if name in _READ}
        origin = headers.get(b"origin")
        if origin is not None and not is_ours(origin, host=headers.get(b"host", "")):
            await self.close()
            return
        self.device = headers.get(b"user-agent", "")[:DEVICE_LENGTH]
        self._flood = Flood(per_second=max(100, settings.REQUESTS_PER_MINUTE // 30))
        self._name = secrets.token_hex(16)
        self._abort: Callable[[], None] | None = self.scope.get("abort")
        self.writer.direct = self.scope.get("write")
        self._release_scope()
        await self.accept()
        self.gateway.metrics.accepted.inc()
        if not self.gateway.limits.sockets_of_addresses.enter(network_of(self.address)):
            self.shut(Close.TOO_MANY)
            return
        self._address_key = network_of(self.address)
        self._timer = asyncio.get_running_loop().call_later(HELLO_WITHIN, self.shut, Close.NOT_AUTHENTICATED)

    async def websocket_disconnect(self, message: Mapping[str, Any]) -> None:  # noqa: ARG002  Channels' signature
        raise StopConsumer

    def shut(self, code: Close, reason: str = "") -> None:
        """Close from our side: nothing more is told, and a peer that does not read the close frame is cut off."""
        if self.closed:
            return
        self._leave()
        self.writer.close()
        self.gateway.metrics.closed.labels(str(int(code))).inc()
        log.info("closed", extra={"code": int(code), "session": str(self.session_id or "")})
        self._start(self._close(code, reason))
        asyncio.get_running_loop().call_later(ABORT_AFTER, self._cut)

    async def _close(self, code: int, reason: str) -> None:
        try:
            await self.close(code, reason)
        except GONE:
            pass

    def _cut(self) -> None:
        if self._abort is not None:
            self._abort()

    def _too_slow(self) -> None:
        self.shut(Close.SLOW)

    def _release_scope(self) -> None:
        """What the handshake said is not needed any more, and an idle socket should cost little."""
        if (release := self.scope.get("release")) is not None:
            release()
        self.scope = {"type": "websocket"}

    def _leave(self) -> None:
        """Nothing on this gateway knows the socket any more. Called when it closes and again when it is gone."""
        if self.closed:
            return
        self.closed = True
        gateway = self.gateway
        gateway.sockets.discard(self)
        if self._timer is not None:
            self._timer.cancel()
        if self._address_key is not None:
            gateway.limits.sockets_of_addresses.leave(self._address_key)
        if self._user is not None:
            gateway.limits.sockets_of_users.leave(self._user)
        if self.person is not None and self.verified is not None:
            gateway.wheel.remove(self, expires=self.verified.expires)
            gateway.hub.people.detach(self.person, self)
            gateway.hub.people.leave(self.person)

    def _start(self, work: Any) -> None:
        """Run it beside the frames that follow."""
        task = asyncio.get_running_loop().create_task(work)
        self.gateway.tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self.gateway.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("socket failed", exc_info=error)
            self.fail()

    async def _write(self, text: str) -> None:
        await self.base_send({"type": "websocket.send", "text": text})

    # ---- frames in

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:  # noqa: ARG002  Channels' signature
        self.heard = True
        if text_data is None or frames.is_too_long(text_data):
            self.shut(Close.BAD_FRAME)
            return
        for line in text_data.split("\n"):
            if self.closed:
                return
            if line and not line.isspace():
                await self._frame(line)

    async def _frame(self, line: str) -> None:
        if not self._flood.admits():
            self.shut(Close.RATE)
            return
        try:
            frame = frames.parse(line)
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            self._not_understood(line)
            return
        if frame.op == "hello":
            await self._hello(frame)
        elif self.person is None:
            self.shut(Close.NOT_AUTHENTICATED)
        elif (own := _OWN.get(frame.op)) is not None:
            await own(self, frame)
        else:
            self._ask(frame)

    def _not_understood(self, line: str) -> None:
        number = frames.number_of(line) if self.person is not None else None
        if number is None:
            self.shut(Close.BAD_FRAME)
        else:
            self._fail(number, InvalidRequest("The frame holds text that is not Unicode, or a field of a wrong type."))

    async def _ack(self, frame: frames.Frame) -> None:
        if frame.pos is None:
            self.shut(Close.BAD_FRAME)
        else:
            self.window.acknowledge(frame.pos)

    async def _pong(self, frame: frames.Frame) -> None:
        """Any frame counts as a sign of life, so there is nothing left to do."""

    async def _auth_refresh(self, frame: frames.Frame) -> None:
        old = self.verified
        try:
            asked = codec.decode(bytes(frame.data), AuthRefresh)
            new = await self.gateway.verifier.verify(asked.token)
            if old is None or (new.actor.user_id, new.actor.session_id) != (old.actor.user_id, old.actor.session_id):
                raise Forbidden
        except WarrenError as error:
            self._fail(frame.id, error)
            return
        if frame.id is None or self.closed:
            return
        self.verified = new
        self.gateway.wheel.expire_at(self, new.expires, before=old.expires)
        self.writer.write(frames.ok_value(frame.id, AuthRefreshed(expires_in=new.seconds_left)))

    # ---- hello

    async def _hello(self, frame: frames.Frame) -> None:
        if self.person is not None or frame.id is None:
            self.shut(Close.BAD_FRAME)
            return
        try:
            asked = codec.decode(bytes(frame.data), Hello)
            if asked.v != PROTOCOL:
                self.shut(Close.VERSION)
                return
            verified = await self.gateway.verifier.verify(asked.token)
            await self._enter(frame.id, asked, verified)
        except WarrenError as error:
            self._fail(frame.id, error)
            self.shut(_close_code(error))

    async def _enter(self, number: int, asked: Hello, verified: Verified) -> None:
        """The steps of DESIGN §5, "Audience": his person from position P on, then what he missed, then live."""
        gateway = self.gateway
        if gateway.draining:
            self.shut(Close.RESTART, reason=gateway.restart_reason())
            return
        if not gateway.limits.sockets_of_users.enter(verified.actor.user_id):
            self.shut(Close.TOO_MANY)
            return
        self._user = verified.actor.user_id
        call = self._call(verified)
        person = await gateway.hub.enter(call)
        if self.closed or gateway.verifier.is_revoked(verified.actor.session_id):
            gateway.hub.people.leave(person)
            raise NotAuthenticated
        self._admit(person, verified)
        replay = Replay(gateway, person, call)
        resumed = asked.resume is not None and await replay.begin(asked.resume)
        welcome = frames.ok_value(number, self._welcome(resumed=resumed))
        if resumed:
            self.writer.write(welcome)
            self._replay = replay
            self._start(replay.run(self))
        else:
            self.go_live(welcome + "\n")

    def _admit(self, person: Person, verified: Verified) -> None:
        self.person, self.verified, self.session_id = person, verified, verified.actor.session_id
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.gateway.sockets.add(self)
        self.gateway.wheel.add(self)
        self.gateway.wheel.expire_at(self, verified.expires)

    def go_live(self, before: str = "") -> None:
        """Attach to the hub. Between the last look at its position and this call nothing may be awaited.

        `before`: a frame and a newline, to go out in the same write.
        """
        if self.closed or self.person is None:
            return
        self._replay = None
        self.live = True
        self.gateway.hub.people.attach(self.person, self)
        self.writer.write(before + frames.live(self.gateway.hub.pos))

    def _welcome(self, *, resumed: bool) -> Welcome:
        assert self.session_id is not None  # noqa: S101  set by _admit
        hub = self.gateway.hub
        return Welcome(
            session=self.session_id,
            epoch=hub.epoch,
            pos=hub.pos,
            resumed=resumed,
            ping_ms=PING_SECONDS * 1000,
            limits=_LIMITS,
        )

    # ---- operations

    def _ask(self, frame: frames.Frame) -> None:
        try:
            if frame.id is None:
                raise InvalidRequest("id: Expected `int`", field="id")
            line = OPS.get(frame.op)
            if line is None:
                raise UnknownOperation(operation=frame.op)
            body = bytes(frame.data)
            asked: Any = codec.decode(body, line.takes)
            self._count()
            self._begin(frame.id, line, asked, body)
        except WarrenError as error:
            self._fail(frame.id, error)

    def _count(self) -> None:
        """Raises RateLimited: too many requests a minute, or too many at a time."""
        assert self._user is not None  # noqa: S101  there was a hello
        self.gateway.limits.user(self._user)
        if self._open >= OPEN_REQUESTS + WAITING:
            raise RateLimited("Too many requests wait for an answer.", retry_after_ms=REPEAT_MS)
        self._strikes = 0

    def _begin(self, number: int, line: Route, asked: Any, body: bytes) -> None:
        if line.request is MessageSend:
            self.sends.submit(asked.conversation_id.hex, partial(self._send, number, operation_of(line, asked), body))
        else:
            self._start(self._respond(number, lambda call: answer(self.gateway, line, asked, body=body, call=call)))
        self._open += 1

    async def _send(self, number: int, operation: str, body: bytes) -> None:
        await self._respond(number, partial(self._send_surely, operation, body))

    async def _send_surely(self, operation: str, body: bytes, call: Call) -> bytes:
        """A send whose outcome is not known is repeated under its `client_id` before the next one goes."""
        try:
            return await self.gateway.ask(operation, body, call)
        except (DeadlineExceeded, OutcomeUnknown) as unknown:
            try:
                return await self.gateway.ask(operation, body, call, deadline_ms=REPEAT_MS)
            except WarrenError:
                raise unknown from None

    async def _respond(self, number: int, work: Callable[[Call], Awaitable[bytes]]) -> None:
        try:
            assert self.verified is not None  # noqa: S101  there was a hello
            self.writer.write(frames.ok(number, await work(self._call(self.verified))))
        except WarrenError as error:
            self._fail(number, error)
        except Exception:
            log.exception("operation failed", extra={"request_id": self._trace().request_id})
            self._fail(number, WarrenError())
        finally:
            self._open -= 1

    def _fail(self, number: int | None, error: WarrenError) -> None:
        self.writer.write(frames.error(number, error))
        if isinstance(error, RateLimited):
            self._strikes += 1
            if self._strikes > STRIKES:
                self.shut(Close.RATE)

    def _call(self, verified: Verified) -> Call:
        self._frames += 1
        return call_for(actor=verified.actor, address=self.address, device=self.device, trace=self._trace())

    def _trace(self) -> Trace:
        """One trace per socket, one span and request id per operation; no randomness for each frame."""
        return Trace(
            request_id=f"{self._name[:12]}-{self._frames}",
            traceparent=f"00-{self._name}-{self._frames:016x}-00",
        )

    # ---- what the hub and the wheel call

    def offer(self, record: Record) -> None:
        """A live event; a signal is dropped while the socket is blocked."""
        if record.pos:
            self.tell(record)
        elif not self.writer.blocked:
            self.writer.write_frame(record.frame)

    def tell(self, record: Record) -> None:
        """A durable event, which counts until it is acknowledged."""
        self.window.add(record)
        if self.window.overfull:
            self.shut(Close.SLOW)
        else:
            self.writer.write_frame(record.frame)

    def fail(self) -> None:
        self.shut(Close.ERROR)

    def ping(self) -> None:
        self.heard = False
        served = self.gateway.hub.pos if self._replay is None else self._replay.cursor
        self.writer.write(frames.ping(served))

    def check_pong(self) -> None:
        if not self.heard:
            self.shut(Close.NO_PONG)

    def expire(self) -> None:
        self.shut(Close.TOKEN_EXPIRED)


class Flood:
    """Frames that a socket may send: `per_second`, ten seconds' worth at a time."""

    __slots__ = ("_level", "_per_second", "_since")

    def __init__(self, *, per_second: int) -> None:
        self._per_second = per_second
        self._level = per_second * 10.0
        self._since = time.monotonic()

    def admits(self) -> bool:
        now = time.monotonic()
        self._level = min(self._per_second * 10.0, self._level + (now - self._since) * self._per_second) - 1
        self._since = now
        return self._level >= 0


def _close_code(error: WarrenError) -> Close:
    """How a hello that failed ends its socket."""
    if isinstance(error, TokenExpired):
        return Close.TOKEN_EXPIRED
    if isinstance(error, InvalidRequest):
        return Close.BAD_FRAME
    if isinstance(error, Forbidden):
        return Close.FORBIDDEN
    return Close.ERROR if is_temporary(error) else Close.NOT_AUTHENTICATED


_READ = frozenset({b"origin", b"host", b"user-agent"})
_LIMITS = Limits(
    frame_bytes=frames.FRAME_BYTES,
    window_events=MOST_EVENTS,
    window_bytes=MOST_BYTES,
    ack_every=64,
    ack_within_ms=1000,
    waiting_sends=WAITING,
    open_requests=OPEN_REQUESTS,
    requests_per_minute=settings.REQUESTS_PER_MINUTE,
)
Own = Callable[[Socket, frames.Frame], Awaitable[None]]
_OWN: Mapping[str, Own] = {"ack": Socket._ack, "pong": Socket._pong, "auth.refresh": Socket._auth_refresh}  # noqa: SLF001
