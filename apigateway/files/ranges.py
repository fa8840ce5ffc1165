"""Conditional and partial requests of RFC 9110, for one representation that never changes."""

from collections.abc import Mapping

from apigateway.errors import RangeNotSatisfiable


def not_modified(headers: Mapping[str, str], etag: str) -> bool:
    """Whether `If-None-Match` names what we have (weak comparison, section 13.1.2)."""
    wanted = [part.strip().removeprefix("W/") for part in headers.get("if-none-match", "").split(",")]
    return etag in wanted or "*" in wanted


def wanted_range(headers: Mapping[str, str], etag: str, size: int) -> range | None:
    """The bytes that `Range` asks for; none: all of them. Raises RangeNotSatisfiable.

    Several ranges, other units and what is no range are ignored, as section 14.2 allows; so is a Range whose `If-Range`
    names something else (a date never fits: we tell none).
    """
    if headers.get("if-range", etag) != etag:
        return None
    unit, _, spec = headers.get("range", "").partition("=")
    first, dash, last = (part.strip() for part in spec.partition("-"))
    if unit.strip().lower() != "bytes" or not dash or "," in spec or not _are_numbers(first, last):
        return None
    found = _range(first, last, size)
    if found is not None and not found:
        raise RangeNotSatisfiable(size=size)
    return found


def _range(first: str, last: str, size: int) -> range | None:
    if not first:
        return range(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(size, int(last) + 1 if last else size))


def _are_numbers(first: str, last: str) -> bool:
    return bool(first or last) and all(not part or (part.isascii() and part.isdecimal()) for part in (first, last))
