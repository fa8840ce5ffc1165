"""Where somebody is in a dataset, as an opaque text."""

import base64
import binascii

import msgspec

from contracts.errors import Conflict, InvalidRequest


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """`table`: that was read; `row`: the last one; `sort` and `value`: by what, and its value there, none at the end.

    `until`: the last row that there was when an export began.
    """

    table: str
    row: int
    sort: str | None = None
    value: str | None = None
    until: int | None = None


_decoder = msgspec.json.Decoder(Place)


def encode(place: Place) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def decode(cursor: str, *, table: str, sort: str | None = None) -> Place:
    """Raises InvalidRequest, and Conflict when the dataset has another table by now."""
    try:
        place = _decoder.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, msgspec.DecodeError):
        raise _bad() from None
    if place.sort != sort or not -(2**63) <= place.row < 2**63:
        raise _bad()
    if place.table != table:
        raise Conflict("The dataset was replaced meanwhile. Begin anew.")
    return place


def _bad() -> InvalidRequest:
    return InvalidRequest("cursor: take the one that came with the page before.", field="cursor")
