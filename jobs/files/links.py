"""Signed links for `<img>`, which cannot send a token (docs/files.md, "Reading")."""

import base64
import hmac
import time
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

ROUND = 1800
"""Seconds for which a link stays the same, so that browsers find what they have."""
LEAST = 3600
"""Seconds for which a new link is good, at least."""


def link(file_id: UUID, *, thumbnail: bool = False, now: float | None = None) -> str:
    """Path and query of a link that is good for 60 to 90 minutes."""
    moment = time.time() if now is None else now
    expires = (int(moment) // ROUND + 1) * ROUND + LEAST
    part = "thumbnail" if thumbnail else "content"
    signature = sign(file_id, thumbnail=thumbnail, expires=expires)
    return f"/api/v1/files/{file_id}/{part}?expires={expires}&signature={signature}"


def is_good(file_id: UUID, *, thumbnail: bool, expires: int, signature: str) -> bool:
    """Whether we made this link and it has not expired."""
    made = sign(file_id, thumbnail=thumbnail, expires=expires)
    return hmac.compare_digest(made.encode(), signature.encode()) and time.time() < expires


def sign(file_id: UUID, *, thumbnail: bool, expires: int) -> str:
    said = f"{file_id.hex}:{'thumbnail' if thumbnail else 'content'}:{expires}".encode()
    digest = hmac.digest(_key(settings.SECRET_KEY), said, sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@lru_cache(maxsize=2)
def _key(secret: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"warren file links").derive(secret.encode())
