"""Which URLs are fetched at all, and what they say of a file's name (docs/downloads.md, "What is refused").

Whether an address may be reached is decided later, when it is known: `jobs.downloads.addresses`.
"""

import re
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from contracts.download import DownloadFetch
from contracts.errors import InvalidRequest
from jobs.kinds.base import JobFailure

SCHEMES = {"http": 80, "https": 443}
MAX_URL = 8000
LOWEST_PORT = 1024
BAD_PORTS = frozenset({
    1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
})  # fmt: skip
"""What browsers refuse above 1024 (https://fetch.spec.whatwg.org/#port-blocking): protocols that HTTP could be taken
for. Below, only the two usual ports are allowed."""
_SAFE = "!#$%&'()*+,/:;=?@[]~"
"""Characters that stay as they are: all that a URL may have, and the percent sign of what is quoted already."""
_INVISIBLE = re.compile(r"[\x00-\x20\x7f\\]")


class BadUrl(ValueError):
    """Why a URL is not fetched: a sentence."""


def check(params: DownloadFetch) -> None:
    """The kind's `validate`. Raises InvalidRequest."""
    try:
        normal(params.url)
    except BadUrl as error:
        raise InvalidRequest(f"url: {error}", field="url") from None


def normal(url: str) -> str:
    """The URL in ASCII, without fragment. Raises BadUrl for what is never fetched, wherever its host is."""
    url = url.strip()
    if len(url) > MAX_URL:
        raise BadUrl("it is too long.")
    if _INVISIBLE.search(url):
        raise BadUrl("it has spaces, control characters or backslashes in it.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise BadUrl("it is no URL.") from None
    if parts.scheme not in SCHEMES:
        raise BadUrl("only http and https are fetched.")
    if "@" in parts.netloc:
        raise BadUrl("user names and passwords do not belong in a URL.")
    if port is not None and port not in SCHEMES.values() and (port < LOWEST_PORT or port in BAD_PORTS):
        raise BadUrl(f"nothing is fetched from port {port}.")
    place = _host(host) if port is None else f"{_host(host)}:{port}"
    path = quote(parts.path, safe=_SAFE) or "/"
    return urlunsplit((parts.scheme, place, path, quote(parts.query, safe=_SAFE), ""))


def joined(base: str, location: str) -> str:
    """Where a redirect leads. Raises JobFailure."""
    try:
        target = normal(urljoin(base, location.strip().replace(" ", "%20")))
    except (BadUrl, ValueError) as error:
        raise JobFailure("bad_redirect", f"The server sent us to a place that is not fetched: {error}") from None
    return target


def host_of(url: str) -> str:
    """For counting by how many it is asked."""
    return (urlsplit(normal(url)).hostname or "")[:255]


def bare(url: str) -> str:
    """Without query, which may hold secrets."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))


def file_name(url: str) -> str:
    """The last part of the path; the host where there is none."""
    try:
        parts = urlsplit(url)
        return unquote(parts.path.rstrip("/").rpartition("/")[2]) or parts.hostname or ""
    except ValueError:
        return ""


def _host(host: str) -> str:
    if not host:
        raise BadUrl("it names no host.")
    if ":" in host:
        if "%" in host:
            raise BadUrl("an address with a zone is not fetched.")
        return f"[{host}]"
    try:
        named = host.encode("idna").decode("ascii")
    except UnicodeError:
        raise BadUrl("its host is no name.") from None
    if not re.fullmatch(r"[A-Za-z0-9._-]+", named):
        raise BadUrl("its host is no name.")
    return named
