"""Which origins are ours: the public address and, for a developer's machine, whatever address the request came to."""

from functools import cache
from urllib.parse import urlsplit

from django.conf import settings

_PORTS = {"http": 80, "https": 443}


def is_ours(origin: str, *, host: str) -> bool:
    """Scheme, host and port must match the public URL (RFC 6454); or be plain HTTP on this machine, to its own Host."""
    try:
        asked = _parts(origin)
    except ValueError:
        return False
    return asked == _public() or (asked[1] in ("localhost", "127.0.0.1", "::1") and origin == f"http://{host}")


@cache
def _public() -> tuple[str, str, int]:
    return _parts(settings.PUBLIC_URL)


def _parts(url: str) -> tuple[str, str, int]:
    """Raises ValueError on what is no origin, such as `null`."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise ValueError(f"{url!r} is no origin.")
    return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]
