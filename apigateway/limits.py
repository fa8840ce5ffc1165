"""How often and how much: token buckets per user and per address, and how many sockets each may have."""

import ipaddress
import time
from collections import Counter
from collections.abc import Callable, Hashable
from functools import lru_cache
from uuid import UUID

from django.conf import settings

from contracts.errors import RateLimited

KEYS = 100_000
"""Buckets kept; beyond it the full ones are dropped early."""


class Buckets:
    """A token bucket for each key: `per_minute` at a time, refilled evenly."""

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._rate = per_minute / 60
        self._clock = clock
        self._levels: dict[Hashable, tuple[float, float]] = {}

    def take(self, key: Hashable) -> None:
        """Raises RateLimited with `retry_after_ms` when the bucket is empty."""
        now = self._clock()
        level, since = self._levels.get(key, (float(self.per_minute), now))
        level = min(self.per_minute, level + (now - since) * self._rate) - 1
        if level < 0:
            raise RateLimited(retry_after_ms=int(-level / self._rate * 1000) + 1)
        if key not in self._levels and len(self._levels) >= KEYS:
            self.forget_full()
        self._levels[key] = (level, now)

    def forget_full(self) -> None:
        """Drop the buckets that have filled up again: they are as good as new ones."""
        now = self._clock()
        self._levels = {
            key: (level, since)
            for key, (level, since) in self._levels.items()
            if level + (now - since) * self._rate < self.per_minute
        }


class Sockets:
    """How many sockets each key has open."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: Counter[Hashable] = Counter()

    def enter(self, key: Hashable) -> bool:
        """Whether there is room for one more, which is then counted."""
        if self._open[key] >= self._most:
            return False
        self._open[key] += 1
        return True

    def leave(self, key: Hashable) -> None:
        self._open[key] -= 1
        if self._open[key] <= 0:
            del self._open[key]


class Limits:
    """All limits of one gateway."""

    def __init__(self) -> None:
        self._users = Buckets(settings.REQUESTS_PER_MINUTE)
        self._addresses = Buckets(settings.REQUESTS_PER_MINUTE)
        self._logins = Buckets(settings.LOGINS_PER_MINUTE)
        self.sockets_of_users = Sockets(settings.MAX_SOCKETS_PER_USER)
        self.sockets_of_addresses = Sockets(settings.MAX_SOCKETS_PER_ADDRESS)

    def user(self, user_id: UUID) -> None:
        """Count one operation of a user; raises RateLimited."""
        self._users.take(user_id)

    def public(self, address: str) -> None:
        """Count one request without a good token; raises RateLimited."""
        self._addresses.take(network_of(address))

    def login(self, address: str) -> None:
        """Count one login or registration; raises RateLimited."""
        self._logins.take(network_of(address))

    def forget_full(self) -> None:
        for buckets in (self._users, self._addresses, self._logins):
            buckets.forget_full()


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """One key per household: an IPv6 customer has at least a /64 to choose addresses from (RFC 6177)."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4 or (parsed.ipv4_mapped is not None):
        return str(getattr(parsed, "ipv4_mapped", None) or parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
