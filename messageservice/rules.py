"""What a text, a title and structured data may hold, beyond what their types say (docs/messages.md, "Limits")."""

from typing import Any

import msgspec

from contracts.errors import InvalidRequest
from contracts.message import MAX_DATA_BYTES

MAX_DEPTH = 16
"""Levels of lists and objects that structured data may have."""
_BIGGEST = 2**63
_encode = msgspec.json.Encoder().encode


def clean_text(text: str, *, may_be_empty: bool = False) -> str:
    """The text with `\\n` for every line end. Raises InvalidRequest when nothing of it can be seen, or on NUL."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    _refuse_nul(text, "text")
    if not text and not may_be_empty:
        raise InvalidRequest("text: a message without files needs one.", field="text")
    if text.isspace():
        raise InvalidRequest("text: it holds nothing but white space.", field="text")
    return text


def clean_title(title: str) -> str:
    """The title on one line, without white space around it; raises InvalidRequest when nothing is left, or on NUL."""
    _refuse_nul(title, "title")
    title = " ".join(title.split())
    if not title:
        raise InvalidRequest("title: it holds nothing but white space.", field="title")
    return title


def clean_data(data: dict[str, Any]) -> str:
    """JSON of a message's structured data. Raises InvalidRequest on what PostgreSQL or a reader could not take."""
    _check(data, MAX_DEPTH)
    encoded = _encode(data)
    if len(encoded) > MAX_DATA_BYTES:
        raise InvalidRequest(f"data: longer than {MAX_DATA_BYTES} bytes as JSON.", field="data", limit=MAX_DATA_BYTES)
    return encoded.decode()


def _check(value: Any, levels: int) -> None:
    if isinstance(value, str):
        _refuse_nul(value, "data")
    elif isinstance(value, int):
        if not -_BIGGEST <= value < _BIGGEST:
            raise InvalidRequest("data: an integer has more than 64 bits.", field="data")
    elif isinstance(value, dict | list):
        _check_inside(value, levels)


def _check_inside(value: dict[str, Any] | list[Any], levels: int) -> None:
    if not levels:
        raise InvalidRequest(f"data: nested deeper than {MAX_DEPTH} levels.", field="data", limit=MAX_DEPTH)
    if isinstance(value, dict):
        for key in value:
            _refuse_nul(key, "data")
    for item in value.values() if isinstance(value, dict) else value:
        _check(item, levels - 1)


def _refuse_nul(text: str, field: str) -> None:
    if "\0" in text:
        raise InvalidRequest(f"{field}: the character U+0000 cannot be stored.", field=field)
