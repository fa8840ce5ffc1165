"""What travels beside a body: the envelope as AMQP headers, and answers as bytes (docs/bus.md, "Envelope").

Knows nothing of pika: the real broker and the in-memory fake share it.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from bus.envelope import Actor, Call, Client
from contracts.base import OPERATIONS, VERSION, Operation
from contracts.errors import UnknownOperation, WarrenError, error_from

REPLY = "reply"
ERROR = "error"

Headers = Mapping[str, Any]
Answer = tuple[str, bytes]
"""`REPLY` or `ERROR` (the property `type`) and the body."""

_encode = msgspec.json.Encoder().encode
_no_client = Client()


class _ErrorBody(msgspec.Struct):
    code: str
    message: str
    data: dict[str, Any] = {}


_decode_error = msgspec.json.Decoder(_ErrorBody).decode


@dataclass(slots=True, eq=False)
class Delivery:
    """One request as it came: body and properties, undecoded. `received`: time.monotonic() seconds.

    `tag` and `reply_to` belong to the transport. `request` and `call` are there once the request was admitted.
    """

    body: bytes
    headers: Headers
    caller: str
    redelivered: bool
    received: float
    correlation_id: str = ""
    reply_to: str = ""
    tag: int = 0
    request: Any = None
    call: Call | None = None


def operation_named(name: str) -> Operation:
    """Raises UnknownOperation."""
    operation = OPERATIONS.get(name)
    if operation is None:
        raise UnknownOperation(operation=name)
    return operation


def deadline_of(operation: Operation, call: Call | None, deadline_ms: int | None, now: float) -> float:
    """time.monotonic() seconds by which the answer must be here; a call within a call ends no later than the outer."""
    mine = now + (deadline_ms or operation.deadline_ms) / 1000
    return min(mine, call.deadline) if call is not None and call.deadline else mine


def headers_of(call: Call | None, left_ms: int) -> dict[str, Any]:
    """The headers of a request: `left_ms` milliseconds remain until its deadline."""
    headers: dict[str, Any] = {"v": VERSION, "deadline_ms": left_ms}
    if call is None:
        return headers
    if call.actor is not None:
        headers["actor"] = call.actor.user_id.hex
        headers["session"] = call.actor.session_id.hex
        if call.actor.staff:
            headers["staff"] = True
    if call.request_id:
        headers["request_id"] = call.request_id
    if call.traceparent:
        headers["traceparent"] = call.traceparent
    if call.client.address:
        headers["address"] = call.client.address
    if call.client.device:
        headers["device"] = call.client.device
    return headers


def call_of(delivery: Delivery, deadline: float) -> Call:
    """The envelope back from its headers; raises ValueError, TypeError or AttributeError on ones we never wrote."""
    headers = delivery.headers
    actor = headers.get("actor")
    address, device = headers.get("address", ""), headers.get("device", "")
    return Call(
        actor=None
        if actor is None
        else Actor(user_id=UUID(actor), session_id=UUID(headers["session"]), staff=headers.get("staff") is True),
        client=Client(address=address, device=device) if address or device else _no_client,
        request_id=headers.get("request_id", ""),
        traceparent=headers.get("traceparent", ""),
        caller=delivery.caller,
        deadline=deadline,
        redelivered=delivery.redelivered,
    )


def error_answer(error: WarrenError) -> Answer:
    return ERROR, _encode({"code": error.code, "message": error.message, "data": error.data})


def error_of(body: bytes) -> WarrenError:
    """The exception that an `ERROR` body describes; one that cannot be read is an unnamed failure."""
    try:
        told = _decode_error(body)
    except msgspec.DecodeError:
        return WarrenError()
    return error_from(told.code, told.message, told.data)


def milliseconds_left(deadline: float) -> int:
    return int((deadline - time.monotonic()) * 1000)
