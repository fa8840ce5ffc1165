"""What REST and WebSocket share: who asks, under which request id, and how a line of the table is answered."""

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from apigateway import local
from apigateway.routes import Auth, Route
from bus import codec
from bus.envelope import Actor, Call, Client
from contracts.errors import Forbidden, InvalidRequest, NotAuthenticated
from contracts.message import MessageSend, MessageSendFiles

if TYPE_CHECKING:
    from apigateway.gateway import Gateway

_SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
DEVICE_LENGTH = 200
MAX_KEY = 200
"""Characters of an `Idempotency-Key`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trace:
    """The names under which one request is found again, in our logs and (traceparent) in those of others."""

    request_id: str
    traceparent: str


def trace_of(*, request_id: str = "", traceparent: str = "") -> Trace:
    """Keeps what a client sent if it is sane, and makes what is missing. W3C Trace Context, level 1."""
    return Trace(
        request_id=request_id if _SANE_ID.fullmatch(request_id) else uuid4().hex,
        traceparent=traceparent
        if _TRACEPARENT.fullmatch(traceparent)
        else f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00",
    )


async def authorize(gateway: "Gateway", line: Route, *, token: str, address: str) -> Actor | None:
    """The actor that a line needs, none for public ones.

    Raises NotAuthenticated, TokenExpired, Forbidden (staff only) or RateLimited.
    """
    if line.auth is Auth.LOGIN:
        gateway.limits.login(address)
        return None
    if line.auth is Auth.PUBLIC:
        gateway.limits.public(address)
        return None
    actor = await identify(gateway, token=token, address=address)
    if line.auth is Auth.STAFF and not actor.staff:
        raise Forbidden
    return actor


async def identify(gateway: "Gateway", *, token: str, address: str) -> Actor:
    """Whose token it is. Raises NotAuthenticated, TokenExpired or RateLimited."""
    try:
        verified = await gateway.verifier.verify(token)
    except NotAuthenticated:
        gateway.limits.public(address)
        raise
    gateway.limits.user(verified.actor.user_id)
    return verified.actor


def call_for(*, actor: Actor | None, address: str, device: str, trace: Trace) -> Call:
    return Call(
        actor=actor,
        client=Client(address=address, device=device[:DEVICE_LENGTH]),
        request_id=trace.request_id,
        traceparent=trace.traceparent,
    )


def client_id_of(key: str, *, actor: Actor | None, operation: str) -> UUID:
    """What an `Idempotency-Key` stands for: itself where it is a UUID. Raises InvalidRequest."""
    if len(key) > MAX_KEY:
        raise InvalidRequest(f"Idempotency-Key: at most {MAX_KEY} characters", field="Idempotency-Key")
    owner = actor.user_id.hex if actor else ""
    try:
        return UUID(key)
    except ValueError:
        return uuid5(NAMESPACE_URL, f"warren:{owner}:{operation}:{key}")


async def answer(gateway: "Gateway", line: Route, asked: Any, *, body: bytes | None, call: Call) -> bytes:
    """The reply's JSON. `asked`: what the client sent, checked; `body`: its JSON where it can be forwarded as it is."""
    if line.local is not None:
        return await local.FUNCTIONS[line.local](gateway, asked, call)
    return await gateway.ask(operation_of(line, asked), body or codec.encode(asked), call)


def operation_of(line: Route, asked: Any) -> str:
    """The operation that answers: files have to be asked for, which may not hold up messages without any."""
    if line.request is MessageSend and asked.file_ids:
        return MessageSendFiles.operation.name
    return line.name
