"""Slowing guesses down without locking anybody out (docs/tokens.md).

An attempt is charged before the password is looked at, so that a thousand at once are as slow as one after another;
a success gives the charge back. Both counters live in the database: every process and host shares them. They are
charged in statements of their own, outside of any transaction, so a refused login cannot undo its charge.
"""

import hashlib
import ipaddress
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from contracts.errors import RateLimited
from userservice.models import LoginThrottle, Session
from userservice.names import username_key

FREE_ATTEMPTS = 8
"""Failures that cost no wait; each further one doubles it, from 1 s."""
LONGEST_WAIT = 900
"""Seconds."""
FORGIVEN_AFTER = "1 day"

_CHARGE_ADDRESS = f"""
INSERT INTO userservice_loginthrottle AS t (subject, failures, next_at, expires_at)
VALUES (%(subject)s, 0, clock_timestamp() + %(step)s, clock_timestamp() + interval '{FORGIVEN_AFTER}')
ON CONFLICT (subject) DO UPDATE SET
  next_at = greatest(t.next_at, clock_timestamp()) + %(step)s, expires_at = excluded.expires_at
WHERE t.next_at <= clock_timestamp() + interval '1 minute' - %(step)s
RETURNING subject"""  # noqa: S608  constants only

_CHARGE_ACCOUNT = f"""
INSERT INTO userservice_loginthrottle AS t (subject, failures, next_at, expires_at)
VALUES (%(subject)s, 1, clock_timestamp(), clock_timestamp() + interval '{FORGIVEN_AFTER}')
ON CONFLICT (subject) DO UPDATE SET
  failures = CASE WHEN t.expires_at < clock_timestamp() THEN 1 ELSE least(t.failures + 1, 1000) END,
  next_at = clock_timestamp() + CASE WHEN t.expires_at < clock_timestamp() OR t.failures < {FREE_ATTEMPTS}
    THEN interval '0'
    ELSE interval '1 second' * least({LONGEST_WAIT}, power(2, least(t.failures - {FREE_ATTEMPTS}, 10))) END,
  expires_at = excluded.expires_at
WHERE t.next_at <= clock_timestamp()
RETURNING subject"""  # noqa: S608  constants only

_WAIT = """
SELECT greatest(1, ceil(extract(epoch FROM next_at - clock_timestamp()) * 1000))::bigint
FROM userservice_loginthrottle WHERE subject = %s"""

_SWEEP = """
DELETE FROM userservice_loginthrottle WHERE subject IN (
  SELECT subject FROM userservice_loginthrottle WHERE expires_at < clock_timestamp()
  ORDER BY expires_at LIMIT 10 FOR UPDATE SKIP LOCKED)"""


def network_of(address: str) -> str:
    """The address that counts: an IPv4 one itself, of an IPv6 one the /64, which is one household's."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed.packed[:8] + bytes(8), 64)))
    return str(parsed)


def address_charge(*, address: str) -> None:
    """One login or registration from there; more than WARREN_LOGINS_PER_MINUTE raise RateLimited.

    The allowance refills evenly over the minute (the generic cell rate algorithm, ITU-T I.371).
    """
    _sweep()
    step = timedelta(minutes=1) / settings.LOGINS_PER_MINUTE
    subject = f"address:{network_of(address)}"
    if not _charged(_CHARGE_ADDRESS, subject=subject, step=step):
        refilled = _wait(subject) - 60_000 + 60_000 // settings.LOGINS_PER_MINUTE
        raise RateLimited(retry_after_ms=max(1, refilled))


def account_charge(*, username: str, address: str) -> str:
    """One attempt at the account, there or not; raises RateLimited while an earlier failure makes it wait.

    A network from which the account was logged in to before has a counter of its own: what strangers do elsewhere
    never makes the owner wait there. Returns what `account_forgive` takes after a success.
    """
    key, network = username_key(username), network_of(address)
    subject = _account(key)
    if _known(key=key, network=network):
        subject = f"{subject}:{network}"
    if not _charged(_CHARGE_ACCOUNT, subject=subject):
        raise RateLimited(retry_after_ms=_wait(subject))
    return subject


def account_forgive(subject: str) -> None:
    LoginThrottle.objects.filter(pk=subject).delete()


def account_clear(*, username: str) -> None:
    """Forget what was guessed, from wherever: an administrator's help for who cannot wait."""
    LoginThrottle.objects.filter(subject__startswith=_account(username_key(username))).delete()


def account_refund(subject: str) -> None:
    """Take an attempt's charge back, because nothing was verified."""
    LoginThrottle.objects.filter(pk=subject, failures__gt=0).update(failures=F("failures") - 1, next_at=Now())


def _account(key: str) -> str:
    """Hashed: people type passwords into the field for the name."""
    return f"account:{hashlib.sha256(key.encode(errors='surrogatepass')).hexdigest()}"


def _known(*, key: str, network: str) -> bool:
    if "\0" in key:
        return False
    return Session.objects.filter(user__username_key=key, network=network).exists()


def _sweep() -> None:
    """Drop a few counters that mean nothing any more: every attempt makes at most two and looks at ten."""
    with connection.cursor() as cursor:
        cursor.execute(_SWEEP)


def _charged(statement: str, **params: Any) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchone() is not None


def _wait(subject: str) -> int:
    """Milliseconds until `next_at`."""
    with connection.cursor() as cursor:
        cursor.execute(_WAIT, [subject])
        row = cursor.fetchone()
    return int(row[0]) if row else 1000
