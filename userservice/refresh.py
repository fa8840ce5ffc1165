"""Refresh tokens: opaque to everybody else, rotating, one valid per session (docs/tokens.md).

A token is base64url of session id (16 bytes), generation (4) and secret (32). The secret is an HMAC under a key from
WARREN_SECRET_KEY of the session's random seed and the generation: neither the table nor the key alone yields one, the
successor of a token is always the same, and a token of any earlier generation is recognized as genuine.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from contracts.errors import RefreshRejected
from userservice.models import Session


@dataclass(frozen=True, kw_only=True, slots=True)
class Presented:
    """What a client's token says of itself; nothing of it is proven yet."""

    session_id: UUID
    generation: int
    token: str

    def proves(self, session: Session) -> bool:
        """Whether Warren gave out this very token for the session, now or earlier."""
        return hmac.compare_digest(self.token, token_of(session, generation=self.generation))


def token_of(session: Session, *, generation: int) -> str:
    """The token of that generation."""
    number = generation.to_bytes(4)
    material = b"warren refresh" + session.id.bytes + bytes(session.seed) + number
    secret = hmac.digest(settings.SECRET_KEY.encode(), material, "sha256")
    return base64.urlsafe_b64encode(session.id.bytes + number + secret).decode().rstrip("=")


def token_hash(token: str) -> bytes:
    """What is stored. A fast hash is enough: 256 random bits cannot be guessed."""
    return hashlib.sha256(token.encode()).digest()


def token_read(token: str) -> Presented:
    """Raises RefreshRejected on what is no refresh token by its form."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise RefreshRejected from None
    if len(raw) != 52:
        raise RefreshRejected
    canonical = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    return Presented(session_id=UUID(bytes=raw[:16]), generation=int.from_bytes(raw[16:20]), token=canonical)
