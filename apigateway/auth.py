"""Verifying access tokens, for REST and WebSocket alike (docs/tokens.md). Keys and revocations come over the bus."""

import asyncio
import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jwt.utils import base64url_decode

from bus.envelope import Actor
from contracts.errors import NotAuthenticated, TokenExpired, WarrenError

AUDIENCE = "warren"
TYPES = ("at+jwt", "application/at+jwt")
"""RFC 9068, section 2.1."""
REQUIRED = ["iss", "aud", "exp", "iat", "sub", "jti", "sid"]
LEEWAY = 10
"""Seconds by which clocks may differ."""
REVOKED_FOR = 15 * 60 + LEEWAY
"""Seconds to remember a revoked session: longer than any access token lives."""
REFETCH_AFTER = 3.0
"""Seconds between two fetches of the keys that unknown key ids may cause."""
CACHED = 20_000
LONGEST = 4096
"""Characters of a token; ours have about 500."""

Jwk = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """A token that was good when it was looked at. `expires`: Unix time, leeway included."""

    actor: Actor
    expires: float

    @property
    def seconds_left(self) -> int:
        return max(0, int(self.expires - time.time()))


class Verifier:
    """Checks tokens against the public keys that `fetch` brings, and against the sessions that were revoked."""

    def __init__(self, *, issuer: str, fetch: Callable[[], Awaitable[list[Jwk]]]) -> None:
        self.jwks: list[Jwk] = []
        self._issuer = issuer
        self._fetch = fetch
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._fetched = -REFETCH_AFTER
        self._fetching = asyncio.Lock()
        self._revoked: dict[UUID, float] = {}
        self._good: OrderedDict[bytes, Verified] = OrderedDict()

    async def verify(self, token: str) -> Verified:
        """Raises NotAuthenticated, TokenExpired, or what kept the keys from being fetched (Unavailable, ...)."""
        if not 0 < len(token) <= LONGEST:
            raise NotAuthenticated
        digest = hashlib.sha256(token.encode()).digest()
        verified = self._good.get(digest)
        if verified is None:
            verified = self._check(token, await self._key(token))
            self._keep(digest, verified)
        if verified.expires <= time.time():
            raise TokenExpired
        if self.is_revoked(verified.actor.session_id):
            raise NotAuthenticated
        return verified

    def is_revoked(self, session_id: UUID) -> bool:
        return session_id in self._revoked

    def revoke(self, session_ids: Iterable[UUID]) -> None:
        """Refuse these sessions' tokens from now on."""
        until = time.time() + REVOKED_FOR
        self._revoked.update(dict.fromkeys(session_ids, until))

    def forget_old(self) -> None:
        """Drop what can no longer matter; called now and then."""
        now = time.time()
        self._revoked = {session: until for session, until in self._revoked.items() if until > now}
        for digest in [digest for digest, verified in self._good.items() if verified.expires <= now]:
            del self._good[digest]

    async def load_keys(self) -> None:
        """Fetch the keys; raises what the bus raises."""
        self._fetched = time.monotonic()
        self.jwks = await self._fetch()
        self._keys = dict(_usable(self.jwks))

    async def _key(self, token: str) -> jwt.PyJWK:
        """By key id only: `jwk`, `jku` and `x5u` in a header are an attacker's, and never looked at (RFC 8725)."""
        header = _header(token)
        kid = header["kid"]
        if kid not in self._keys:
            await self._fetch_once()
        try:
            return self._keys[kid]
        except KeyError:
            raise NotAuthenticated from None

    async def _fetch_once(self) -> None:
        """Key ids that nobody knows cause one fetch in a while, however many tokens bring them."""
        seen = self._fetched
        async with self._fetching:
            if self._fetched == seen and (time.monotonic() - seen >= REFETCH_AFTER or not self._keys):
                await self.load_keys()

    def _check(self, token: str, key: jwt.PyJWK) -> Verified:
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=["EdDSA"],
                audience=AUDIENCE,
                issuer=self._issuer,
                leeway=LEEWAY,
                options={"require": REQUIRED},
            )
            actor = Actor(
                user_id=UUID(claims["sub"]), session_id=UUID(claims["sid"]), staff=claims.get("staff") is True
            )
            return Verified(actor=actor, expires=float(claims["exp"]) + LEEWAY)
        except jwt.ExpiredSignatureError:
            raise TokenExpired from None
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
            raise NotAuthenticated from None

    def _keep(self, digest: bytes, verified: Verified) -> None:
        self._good[digest] = verified
        if len(self._good) > CACHED:
            self._good.popitem(last=False)


def _header(token: str) -> dict[str, Any]:
    """Raises NotAuthenticated unless the header is one that our user service writes. PyJWT ignores `typ`.

    Only this one part: PyJWT's own function would check the whole token here, and once more when it verifies.
    """
    try:
        header = json.loads(base64url_decode(token.partition(".")[0]))
    except (ValueError, RecursionError):
        raise NotAuthenticated from None
    if not isinstance(header, dict):
        raise NotAuthenticated
    kind = header.get("typ")
    fits = header.get("alg") == "EdDSA" and isinstance(kind, str) and kind.lower() in TYPES and "crit" not in header
    if not fits or not isinstance(header.get("kid"), str):
        raise NotAuthenticated
    return header


def _usable(jwks: Iterable[Jwk]) -> Iterable[tuple[str, jwt.PyJWK]]:
    """Ed25519 keys that have an id."""
    for jwk in jwks:
        try:
            key = jwt.PyJWK(jwk, algorithm="EdDSA")
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
        if isinstance(key.key, Ed25519PublicKey) and isinstance(jwk.get("kid"), str):
            yield jwk["kid"], key


def is_temporary(error: WarrenError) -> bool:
    """Whether the token may be good and only could not be checked."""
    return not isinstance(error, NotAuthenticated | TokenExpired)
