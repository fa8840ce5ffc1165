"""Every exchange and queue, and what each role's RabbitMQ user may do with them (docs/bus.md, "Topology").

Only the user `topology` makes what is shared; every other role declares it passively, and makes only what is its own.
Runs on RabbitMQ 3.10 and 4.x: nothing transient that is not exclusive, no global prefetch, no mirroring.
"""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from contracts.base import OPERATIONS, Operation, load_all

OWNERS = {"user": "userservice", "message": "messageservice", "job": "jobs", "log": "eventlog"}
"""Owner of a contract → role that answers it."""
EVENT_OWNERS = ("user", "message", "job")
SIGNALS, WORK, CONTROL, DEAD = "signals", "work", "control", "dead"
POKE, SCHEDULER_POKE, DEAD_WORK = "relay.poke", "scheduler.poke", "dead.work"
DEFAULT_EXCHANGE = "amq.default"
"""What permissions call the exchange whose name is empty: it reaches any queue by its name."""

EXPIRES_MS = 10_000
"""How long an operation's queue outlives its last consumer. Auto-delete would lose the calls in flight at a kill."""
SHORT_PREFETCH, SLOW_PREFETCH = 32, 8
"""Requests that a process holds of one operation: enough to fill a batch, or what the pool can begin in time."""
SHORT_LIMIT, SLOW_LIMIT = 1024, 128
"""Requests of one operation that may wait, those prefetched by one process included; then callers hear `busy`."""

_HEX = "[0-9a-f]{32}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    name: str
    type: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """A durable queue, classic unless its arguments say otherwise, bound to `exchange` by its own name (none: reached
    through the default exchange)."""

    name: str
    exchange: str | None = None
    prefetch: int = SHORT_PREFETCH
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Permissions:
    """Three anchored patterns over names: make; publish to and bind queues; consume and bind from."""

    configure: str
    write: str
    read: str


EXCHANGES = (
    *(Exchange(name=f"rpc.{owner}", type="direct") for owner in OWNERS),
    *(Exchange(name=f"events.{owner}", type="fanout") for owner in EVENT_OWNERS),
    Exchange(name=SIGNALS, type="fanout"),
    Exchange(name=WORK, type="direct"),
    Exchange(name=CONTROL, type="fanout"),
    Exchange(name=DEAD, type="direct"),
)
DELIVERY_LIMIT = 5
"""How often a job's pointer comes back from workers that died with it; at the next time it is dead. 4.x assumes 20."""
WORK_QUEUES = tuple(f"job.{name}" for name in ("image", "download", "import", "probe"))


def _poke(name: str) -> Queue:
    """One poke that waits says as much as many."""
    return Queue(name=name, prefetch=1, arguments={"x-max-length": 1, "x-overflow": "drop-head"})


def _work(name: str) -> Queue:
    """Replicated and on the disk. At-least-once (it needs the overflow): the dead stay until another queue has them."""
    arguments = {
        "x-queue-type": "quorum",
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": DEAD,
        "x-dead-letter-routing-key": DEAD_WORK,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
    return Queue(name=name, exchange=WORK, arguments=arguments)


QUEUES = (
    _poke(POKE),
    _poke(SCHEDULER_POKE),
    Queue(name=DEAD_WORK, exchange=DEAD),
    *(_work(name) for name in WORK_QUEUES),
)
"""Shared queues."""
NEWS = (*(f"events.{owner}" for owner in EVENT_OWNERS), SIGNALS)
"""What a gateway listens to."""


def operation_queue(operation: Operation) -> Queue:
    """The queue of one operation; made by the service that answers it.

    RabbitMQ counts only waiting messages into the length, so what a process has prefetched is taken off it.
    """
    limit, prefetch = (SLOW_LIMIT, SLOW_PREFETCH) if operation.slow else (SHORT_LIMIT, SHORT_PREFETCH)
    arguments = {"x-expires": EXPIRES_MS, "x-max-length": limit - prefetch, "x-overflow": "reject-publish"}
    return Queue(name=operation.name, exchange=operation.exchange, prefetch=prefetch, arguments=arguments)


def permissions() -> dict[str, Permissions]:
    """What each role's user needs, and nothing else; follows the contracts that are registered."""
    shared = [exchange.name for exchange in EXCHANGES] + [queue.name for queue in QUEUES]
    own = rf"gateway\.{_HEX}"
    orders = rf"worker\.{_HEX}"
    return {
        "topology": _allow(shared, shared, shared),
        "gateway": Permissions(
            configure=_any([], own),
            write=_any([*_asked_by("gateway"), SIGNALS], own),
            read=_any(NEWS, own),
        ),
        **{role: _service(owner, role) for owner, role in OWNERS.items()},
        "relay": _allow([], NEWS, [POKE]),
        "admin": _allow([], [*_asked_by("admin"), DEFAULT_EXCHANGE], []),
        "worker": Permissions(
            configure=_any([], orders),
            write=_any([*_asked_by("worker"), SIGNALS, DEFAULT_EXCHANGE], orders),
            read=_any([CONTROL, *WORK_QUEUES], orders),
        ),
        "scheduler": _allow([], [*_asked_by("scheduler"), WORK, DEFAULT_EXCHANGE], [SCHEDULER_POKE, DEAD_WORK]),
    }


def as_data() -> dict[str, Any]:
    """All of it as JSON values, for `manage.py topology --json` and whoever sets a broker up."""
    return {
        "exchanges": [asdict(exchange) for exchange in EXCHANGES],
        "queues": [asdict(queue) for queue in QUEUES],
        "operations": [asdict(operation_queue(operation)) for operation in OPERATIONS.values()],
        "permissions": {role: asdict(allowed) for role, allowed in PERMISSIONS.items()},
    }


def _service(owner: str, role: str) -> Permissions:
    """Its operations' queues, bound to its exchange; replies and pokes go through the default exchange."""
    queues = [operation.name for operation in OPERATIONS.values() if operation.owner == owner]
    extra = [CONTROL] if owner == "job" else []
    writes = [*queues, DEFAULT_EXCHANGE, *_asked_by(role), *extra]
    return _allow(queues, writes, [*queues, f"rpc.{owner}"])


def _asked_by(role: str) -> list[str]:
    return sorted({operation.exchange for operation in OPERATIONS.values() if role in operation.callers})


def _allow(configure: Iterable[str], write: Iterable[str], read: Iterable[str]) -> Permissions:
    return Permissions(configure=_any(configure), write=_any(write), read=_any(read))


def _any(names: Iterable[str], *patterns: str) -> str:
    """An anchored pattern of these names; without any it matches the empty string, which is nobody's name."""
    return "^(" + "|".join([*map(re.escape, dict.fromkeys(names)), *patterns]) + ")$"


load_all()
PERMISSIONS = permissions()
"""Role → what its RabbitMQ user may do."""
