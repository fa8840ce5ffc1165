"""The Ed25519 keys that sign access tokens (docs/tokens.md, docs/decisions).

Time alone moves a key through its life, so no process has to be told: it is published as soon as it exists, signs
from `signs_from` on, and is withdrawn when every token of its own has expired after the next one took over.
"""

import base64
import hashlib
import json
import os
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from contracts.errors import Conflict
from userservice.models import SigningKey

ACCESS_SECONDS = 600
"""How long an access token is good for."""
LEEWAY_SECONDS = 10
"""Clock difference that verifiers forgive."""
CACHE_SECONDS = 30.0
"""How long a process may go on with the key that it read."""
PUBLISH_AHEAD = timedelta(minutes=10)
"""How long a new key is published before it signs, so that gateways have it."""
KEPT_AFTER = timedelta(seconds=ACCESS_SECONDS + LEEWAY_SECONDS + CACHE_SECONDS + 60)
"""How long a key stays published after its successor took over."""


class KeyUnreadable(RuntimeError):
    """The private key was sealed under another WARREN_SECRET_KEY."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Signer:
    kid: str
    private: Ed25519PrivateKey


_lock = threading.Lock()
_cached: tuple[float, Signer] | None = None


def signer() -> Signer:
    """The key that signs now, made when there is none; read again every `CACHE_SECONDS`. Raises KeyUnreadable."""
    global _cached
    with _lock:
        if _cached is None or time.monotonic() - _cached[0] > CACHE_SECONDS:
            row = _current()
            _cached = (time.monotonic(), Signer(kid=row.kid, private=_unseal(row)))
        return _cached[1]


def forget() -> None:
    """The next `signer()` reads the table."""
    global _cached
    with _lock:
        _cached = None


def key_create(*, after: int, ahead: timedelta) -> SigningKey:
    """Add the key that follows generation `after`, to sign `ahead` from now. Who comes second gets the first's."""
    generation = after + 1
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    kid = thumbprint(public)
    try:
        with transaction.atomic():
            SigningKey.objects.create(
                generation=generation, kid=kid, public=public, sealed=_seal(private, kid), signs_from=Now() + ahead
            )
    except IntegrityError:
        pass
    return SigningKey.objects.get(generation=generation)


def key_rotate(*, at_once: bool) -> SigningKey:
    """Publish the next key. `at_once`: it signs immediately and every earlier one is withdrawn, with its tokens.

    Raises Conflict while the key of an earlier rotation waits for its turn, unless `at_once`.
    """
    _current()
    _discard_expired()
    last = _last_generation()
    if not at_once and SigningKey.objects.filter(signs_from__gt=Now()).exists():
        raise Conflict("A new key is published already and waits for its turn.")
    key = key_create(after=last, ahead=timedelta(0) if at_once else PUBLISH_AHEAD)
    if at_once:
        SigningKey.objects.filter(generation__lt=key.generation).update(withdrawn=True, signs_from=Now())
    forget()
    return key


def public_keys() -> list[dict[str, Any]]:
    """JSON Web Keys (RFC 8037) of all keys that may have signed a token in force, or soon will; newest first."""
    signer()
    return [_jwk(key) for key in _published()]


def thumbprint(public: bytes) -> str:
    """RFC 7638, of the key's required members in their order."""
    members = json.dumps({"crv": "Ed25519", "kty": "OKP", "x": _b64(public)}, separators=(",", ":"))
    return _b64(hashlib.sha256(members.encode()).digest())


def _current() -> SigningKey:
    """The generation is read first: whoever makes a key in between has made the one that is found then."""
    last = _last_generation()
    return _signing() or key_create(after=last, ahead=timedelta(0))


def _signing() -> SigningKey | None:
    return SigningKey.objects.filter(signs_from__lte=Now(), withdrawn=False).order_by("-generation").first()


def _last_generation() -> int:
    last = SigningKey.objects.order_by("-generation").first()
    return last.generation if last else 0


def _published() -> list[SigningKey]:
    keys = SigningKey.objects.filter(withdrawn=False).annotate(now=Now()).order_by("-generation")
    published: list[SigningKey] = []
    taken_over: datetime | None = None
    for key in keys:
        if taken_over is None or key.now < taken_over + KEPT_AFTER:
            published.append(key)
        taken_over = key.signs_from
    return published


def _discard_expired() -> None:
    """Private halves that nothing needs are not kept."""
    kept = {key.generation for key in _published()}
    SigningKey.objects.filter(generation__lt=_last_generation()).exclude(generation__in=kept).delete()


def _jwk(key: SigningKey) -> dict[str, Any]:
    return {"kty": "OKP", "crv": "Ed25519", "x": _b64(bytes(key.public)), "kid": key.kid, "use": "sig", "alg": "EdDSA"}


def _sealing_key() -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"warren signing keys")
    return AESGCM(derived.derive(settings.SECRET_KEY.encode()))


def _seal(private: Ed25519PrivateKey, kid: str) -> bytes:
    nonce = os.urandom(12)
    raw = private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    return nonce + _sealing_key().encrypt(nonce, raw, kid.encode())


def _unseal(key: SigningKey) -> Ed25519PrivateKey:
    sealed = bytes(key.sealed)
    try:
        raw = _sealing_key().decrypt(sealed[:12], sealed[12:], key.kid.encode())
    except InvalidTag:
        raise KeyUnreadable(
            "The signing key was sealed under another WARREN_SECRET_KEY. Give every host the same one, "
            "or run `manage.py rotate_keys --now`: nobody has to log in again, clients only refresh early."
        ) from None
    return Ed25519PrivateKey.from_private_bytes(raw)


def _b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
