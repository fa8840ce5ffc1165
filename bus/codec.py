"""Contracts to JSON and back. Decoding ignores unknown fields, so versions can roll; encoding validates."""

import logging
from typing import Any, TypeVar

import msgspec

from contracts.errors import InvalidRequest, WarrenError

log = logging.getLogger("bus.codec")

T = TypeVar("T")
_encoder = msgspec.json.Encoder()
_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


def decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    """The decoder of a contract, made at first use."""
    found = _decoders.get(kind)
    if found is None:
        found = _decoders[kind] = msgspec.json.Decoder(kind)
    return found


def decode(body: bytes | str, kind: type[T]) -> T:
    """Raises InvalidRequest with the place at fault in `data["field"]`."""
    try:
        return decoder(kind).decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise invalid(error) from None


def decode_reply(body: bytes, kind: type[T]) -> T:
    """As `decode`, for what a service sent: where that is not its contract, its caller is not to blame.

    Raises WarrenError (`internal`), and logs what is wrong with it.
    """
    try:
        return decoder(kind).decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        log.error("a reply is not what its contract says", extra={"contract": kind.__name__, "error": str(error)})
        raise WarrenError from None


def convert(value: Any, kind: type[T], *, strict: bool = True) -> T:
    """As `decode`, from values that were JSON already; `strict=False` takes "5" for 5 (query strings)."""
    try:
        return msgspec.convert(value, kind, strict=strict)
    except msgspec.ValidationError as error:
        raise invalid(error) from None


def encode(value: Any) -> bytes:
    """JSON of a contract. Decoded again on the way out: msgspec alone would send what its type forbids.

    Raises msgspec.ValidationError on such a value, which is the sender's bug.
    """
    body = _encoder.encode(value)
    decoder(type(value)).decode(body)
    return body


def invalid(error: Exception) -> InvalidRequest:
    """What msgspec found, as the named failure: "Expected `str`, got `int` - at `$.text`" has the field `text`."""
    message, _, place = str(error).partition(" - at `$")
    field = place.strip("`.")
    if field:
        return InvalidRequest(f"{field}: {message}", field=field)
    return InvalidRequest(message)
