"""What headers of an answer mean (docs/downloads.md)."""

import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import unquote

LONGEST_PAUSE = 3600.0
"""Seconds that a server may make us wait, whatever its Retry-After says."""
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_PARAMETER = re.compile(r""";\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)""")


class ContentRange(NamedTuple):
    """`total`: None where the server does not know."""

    first: int
    last: int
    total: int | None


def content_range(headers: Mapping[str, str]) -> ContentRange | None:
    """RFC 9110, 14.4. None for what is no range of bytes, or an impossible one."""
    found = _RANGE.fullmatch(headers.get("content-range", "").strip())
    if found is None:
        return None
    first, last, total = found.groups()
    made = ContentRange(int(first), int(last), None if total == "*" else int(total))
    return made if made.first <= made.last < (made.total or made.last + 1) else None


def content_length(headers: Mapping[str, str]) -> int | None:
    length = headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and "transfer-encoding" not in headers else None


def strong_etag(headers: Mapping[str, str]) -> str | None:
    """A weak one says that two versions are good enough for each other, not that their bytes are the same."""
    etag = headers.get("etag", "")
    return etag if len(etag) > 2 and etag[0] == etag[-1] == '"' else None


def reliable_modified(headers: Mapping[str, str]) -> str | None:
    """Last-Modified, if it is a validator: at least a second older than the answer (RFC 9110, 8.8.2.2)."""
    modified, sent = _moment(headers.get("last-modified")), _moment(headers.get("date"))
    return headers["last-modified"] if modified is not None and sent is not None and modified < sent else None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds; RFC 9110, 10.2.3 allows a date too."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value), LONGEST_PAUSE)
    moment = _moment(value)
    return None if moment is None else min(max(0.0, moment - time.time()), LONGEST_PAUSE)


def disposition_name(value: str) -> str | None:
    """The file name of Content-Disposition: `filename*` (RFC 8187) before `filename` (RFC 6266)."""
    found = {name.lower(): text for name, text in _PARAMETER.findall(value)}
    extended = _extended(found.get("filename*", "").strip().strip('"'))
    plain = found.get("filename", "").strip()
    if plain.startswith('"'):
        plain = re.sub(r"\\(.)", r"\1", plain[1:-1])
    return extended or plain or None


def _extended(value: str) -> str:
    charset, _, rest = value.partition("'")
    _, quoted, text = rest.partition("'")
    if not quoted:
        return ""
    try:
        return unquote(text, encoding=charset, errors="strict")
    except (LookupError, UnicodeDecodeError):
        return ""


def _moment(value: str | None) -> float | None:
    try:
        return parsedate_to_datetime(value).timestamp() if value else None
    except (ValueError, TypeError, OverflowError):
        return None
