"""How passwords are hashed and which are refused (docs/tokens.md)."""

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from contracts.errors import Busy, WeakPassword
from userservice.models import User

AT_ONCE = 4
"""Hashes that a process computes at the same time: 46 MiB each."""
PATIENCE = 1.0
"""Seconds that a hash waits for its turn."""
_slots = threading.BoundedSemaphore(AT_ONCE)

DUMMY = (
    "argon2$argon2id$v=19$m=47104,t=1,p=1$d2FycmVuLW5vYm9keS1oYXMtdGhpcw$wqPRG6ZBQ4bT7pgdZxZOCWUEdfZCpVRGmXCQhbBqHjA"
)
"""A hash that no password is known to have; checked where there is no account, so that it costs the same."""


@contextmanager
def _slot() -> Iterator[None]:
    if not _slots.acquire(timeout=PATIENCE):
        raise Busy(retry_after_ms=1000)
    try:
        yield
    finally:
        _slots.release()


def _normal(password: str) -> str:
    """One form for what different keyboards compose differently (NIST SP 800-63B §3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


class BoundedArgon2(Argon2PasswordHasher):
    """argon2id with 46 MiB, one pass, one lane: OWASP's first choice (Password Storage Cheat Sheet), about 70 ms.

    At most `AT_ONCE` run in a process; who waits longer than `PATIENCE` gets Busy.
    """

    time_cost = 1
    memory_cost = 46 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with _slot():
            return super().encode(_normal(password), salt)

    def verify(self, password: str, encoded: str) -> bool:
        with _slot():
            return super().verify(_normal(password), encoded)


def password_matches(password: str, *, user: User | None) -> bool:
    """One hash, whoever is asked for: without an account, or with one that has no password, the answer is no."""
    usable = user is not None and user.has_usable_password()
    encoded = user.password if user is not None and usable else DUMMY
    return BoundedArgon2().verify(password, encoded) and usable


def password_check(password: str, *, username: str, display_name: str) -> None:
    """Raises WeakPassword, with the validators' codes in `data["reasons"]`, for what is easily guessed."""
    try:
        validate_password(_normal(password), User(username=username, display_name=display_name))
    except ValidationError as error:
        reasons = [str(e.code) for e in error.error_list]
        raise WeakPassword(" ".join(error.messages), reasons=reasons) from None
