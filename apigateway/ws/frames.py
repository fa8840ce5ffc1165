"""Frames as text: what comes in is read once and its data stays JSON; what goes out is spliced, not encoded again."""

import json

import msgspec

from apigateway.errors import failure
from bus import codec
from contracts.errors import WarrenError

FRAME_BYTES = 64 * 1024


class Frame(msgspec.Struct):
    """One frame from a client. `data` is undecoded JSON; only `ack` has `pos`."""

    op: str
    id: int | None = None
    data: msgspec.Raw = msgspec.Raw(b"{}")
    pos: int | None = None


parse = msgspec.json.Decoder(Frame).decode
"""Raises msgspec.DecodeError (ValidationError is one)."""


def number_of(line: str) -> int | None:
    """The id of a frame that `parse` refuses but a more lenient reader understands: browsers write half a surrogate
    pair as an escape, and whoever pasted half an emoji should hear an answer and keep his socket."""
    try:
        frame = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(frame, dict) or not isinstance(frame.get("op"), str) or not isinstance(frame.get("id"), int):
        return None
    return int(frame["id"])


def ok(number: int, reply: bytes) -> str:
    return f'{{"id":{number},"ok":{reply.decode()}}}'


def ok_value(number: int, value: object) -> str:
    return ok(number, codec.encode(value))


def error(number: int | None, problem: WarrenError) -> str:
    shown = "null" if number is None else number
    return f'{{"id":{shown},"error":{failure(problem)}}}'


def live(pos: int) -> str:
    return f'{{"event":"live","pos":{pos}}}'


def ping(pos: int) -> str:
    return f'{{"event":"ping","pos":{pos}}}'


def text_frame(body: bytes) -> bytes:
    """An unmasked, whole text frame as a server sends it (RFC 6455, section 5.2)."""
    length = len(body)
    if length < 126:
        return b"\x81%c%b" % (length, body)
    if length < 65_536:
        return b"\x81\x7e%b%b" % (length.to_bytes(2, "big"), body)
    return b"\x81\x7f%b%b" % (length.to_bytes(8, "big"), body)


def payload(frame: bytes) -> bytes:
    """What `text_frame` was given."""
    return frame[{126: 4, 127: 10}.get(frame[1], 2) :]


def is_too_long(text: str) -> bool:
    """More than 64 KiB of UTF-8; counted only where the characters leave room for doubt."""
    return len(text) > FRAME_BYTES or (len(text) * 4 > FRAME_BYTES and len(text.encode()) > FRAME_BYTES)
