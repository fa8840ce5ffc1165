"""The gateway as one object: the bus, the hub, the keys, the limits, the sockets. Servers and tests start it."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec
from django.conf import settings

from apigateway.auth import Jwk, Verifier
from apigateway.errors import Close
from apigateway.hub import EXCHANGES, Hub
from apigateway.limits import Limits
from apigateway.local import Poll
from apigateway.memberships import Asks
from apigateway.metrics import Metrics
from apigateway.ws.wheel import Wheel
from bus.envelope import Call
from bus.subscription import Subscription
from config.notify import alive
from contracts.errors import WarrenError
from contracts.user import KeyListPublic, RevocationListRecent, SessionRevoked

if TYPE_CHECKING:
    from apigateway.ws.consumer import Socket

log = logging.getLogger("apigateway")
R = TypeVar("R")
SPREAD = 5.0
"""Seconds over which the sockets of a gateway that stops are closed, and the longest delay they are told."""
RELOAD_KEYS = 60
"""Seconds between fetches of the signing keys, so that one that was withdrawn is soon forgotten."""
PAUSE = 1.0


class Client(Asks, Protocol):
    """What the gateway needs of `bus.client.AsyncClient`, and `bus.testing.InMemoryClient` offers too."""

    @property
    def connected(self) -> bool: ...
    async def start(self) -> None: ...
    async def close(self) -> None: ...
    def subscribe(self, subscription: Subscription) -> None: ...
    async def call_raw(
        self, operation: str, body: bytes, *, call: Call | None = None, deadline_ms: int | None = None
    ) -> bytes: ...


class Gateway:
    """Start it in the loop that it shall run in; `draining` once it was told to stop."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.draining = False
        self.metrics = Metrics()
        self.limits = Limits()
        self.sockets: set[Socket] = set()
        self.tasks: set[asyncio.Task[Any]] = set()
        self.wheel = Wheel()
        self.verifier = Verifier(issuer=settings.PUBLIC_URL, fetch=self._fetch_keys)
        self.hub = Hub(
            client=client,
            metrics=self.metrics,
            on_revoked=self._on_revoked,
            on_lost=self._on_lost,
            on_gap=self._reload_revocations,
        )
        self._polls: set[Poll] = set()
        self._revocations = Repeat(self._load_revocations)
        self._keys = Repeat(self.verifier.load_keys)
        self._ticking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to connect; returns at once, `is_ready` tells when it can serve."""
        self._ticking = asyncio.get_running_loop().create_task(self._tick())
        self.client.subscribe(
            Subscription(exchanges=EXCHANGES, on_message=self.hub.on_message, on_ready=self._on_ready)
        )  # fmt: skip
        await self.client.start()

    async def stop(self) -> None:
        for task in (self._ticking, self._keys.task, self._revocations.task):
            if task is not None:
                task.cancel()
        self.hub.close()
        await self.client.close()

    def missing(self) -> list[str]:
        """What keeps this gateway from serving; nothing when it is ready."""
        parts = {
            "not draining": not self.draining,
            "bus": self.client.connected,
            "log": self.hub.started.is_set(),
            "keys": self._keys.done,
            "revocations": self._revocations.done,
        }
        return [name for name, there in parts.items() if not there]

    async def ask(self, operation: str, body: bytes, call: Call, *, deadline_ms: int | None = None) -> bytes:
        """One call to a service, measured; raises WarrenError."""
        began, outcome = time.perf_counter(), "ok"
        try:
            return await self.client.call_raw(operation, body, call=call, deadline_ms=deadline_ms)
        except WarrenError as error:
            outcome = error.code
            raise
        finally:
            self.metrics.rpc.labels(operation, outcome).observe(time.perf_counter() - began)

    @contextmanager
    def waiting(self, poll: Poll) -> Iterator[Poll]:
        """A request that waits: it is woken when the gateway is to stop."""
        self._polls.add(poll)
        try:
            yield poll
        finally:
            self._polls.discard(poll)

    def restart_reason(self) -> str:
        """Everybody gets a time of his own, so that not all come back in the same moment."""
        delay = random.randint(0, int(SPREAD * 1000))  # noqa: S311  jitter
        return msgspec.json.encode({"retry_after_ms": delay}).decode()

    async def drain(self) -> None:
        """No longer ready; every socket is closed with 4001 within `SPREAD` seconds, long polls end at once."""
        self.draining = True
        for poll in self._polls:
            poll.news.set()
        sockets = list(self.sockets)
        random.shuffle(sockets)
        pause = SPREAD / max(1, len(sockets))
        for socket in sockets:
            socket.shut(Close.RESTART, reason=self.restart_reason())
            await asyncio.sleep(pause)

    # ---- what the hub and the bus tell

    def _on_ready(self) -> None:
        self._keys.begin()
        self.hub.on_ready()

    def _reload_revocations(self) -> None:
        self._revocations.begin()

    def _on_revoked(self, event: SessionRevoked) -> None:
        ended = set(event.session_ids)
        self.verifier.revoke(ended)
        for socket in [socket for socket in self.sockets if socket.session_id in ended]:
            socket.shut(Close.NOT_AUTHENTICATED)

    def _on_lost(self) -> None:
        for socket in list(self.sockets):
            socket.shut(Close.POSITION_LOST)

    async def _fetch_keys(self) -> list[Jwk]:
        return (await self.client.call(KeyListPublic())).keys

    async def _load_revocations(self) -> None:
        told = await self.client.call(RevocationListRecent())
        ended = set(told.session_ids)
        self.verifier.revoke(ended)
        for socket in [socket for socket in self.sockets if socket.session_id in ended]:
            socket.shut(Close.NOT_AUTHENTICATED)

    # ---- every second

    async def _tick(self) -> None:
        """Pings, expired tokens and what grows old; also the sign of life that the supervisor waits for."""
        turn = 0
        while True:
            turn += 1
            alive()
            self.wheel.turn()
            self.hub.ring.forget_old()
            self._measure()
            if turn % RELOAD_KEYS == 0:
                self._keys.begin()
                self.verifier.forget_old()
                self.limits.forget_full()
            await asyncio.sleep(1)

    def _measure(self) -> None:
        self.metrics.sockets.set(len(self.sockets))
        self.metrics.position.set(self.hub.pos)
        self.metrics.ring_events.set(len(self.hub.ring))
        self.metrics.ring_bytes.set(self.hub.ring.bytes)


class Repeat:
    """Something to be fetched until it succeeds; `done` once it ever did."""

    def __init__(self, fetch: Callable[[], Awaitable[Any]]) -> None:
        self.done = False
        self.task: asyncio.Task[None] | None = None
        self._fetch = fetch
        self._again = False

    def begin(self) -> None:
        """Fetch now; while a fetch is under way, fetch once more after it."""
        if self.task is not None and not self.task.done():
            self._again = True
            return
        self.task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        while True:
            self._again = False
            try:
                await self._fetch()
                self.done = True
            except WarrenError as error:
                log.info("not fetched yet", extra={"code": error.code})
                await asyncio.sleep(PAUSE * random.uniform(0.5, 1.0))  # noqa: S311  jitter
                continue
            if not self._again:
                return
