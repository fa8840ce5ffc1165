"""Contracts and a service that only these tests know; the owner `job` has no contracts of its own that would mix in."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from msgspec import Meta

from bus.envelope import Call
from bus.service import Service
from contracts.base import Request, Safety, operation
from contracts.errors import Conflict, NotFound, WarrenError

CALLERS = ("gateway", "messageservice", "jobs")


@dataclass(frozen=True, kw_only=True, slots=True)
class Echoed:
    text: Annotated[str, Meta(max_length=1000)]
    by: str
    extra: dict[str, Any] | None = None


@operation("probe.echo", owner="job", safety=Safety.READ_ONLY, callers=CALLERS)
@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeEcho(Request[Echoed]):
    text: str


@operation("probe.keyed", owner="job", safety=Safety.KEYED, errors=(NotFound, Conflict))
@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeKeyed(Request[Echoed]):
    """`text` says what happens: `not_found`, `crash`, `wrong` (a reply that its contract forbids), else it echoes."""

    text: str


@operation("probe.once", owner="job", safety=Safety.ONCE)
@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeOnce(Request[Echoed]):
    text: str


@operation("probe.slow", owner="job", safety=Safety.READ_ONLY, slow=True, deadline_ms=3000, callers=CALLERS)
@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeSlow(Request[Echoed]):
    """Takes `milliseconds`."""

    milliseconds: int


@operation("probe.many", owner="job", safety=Safety.KEYED, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeMany(Request[Echoed]):
    text: str


@operation("probe.heap", owner="job", safety=Safety.KEYED, slow=True, deadline_ms=20_000)
@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeHeap(Request[Echoed]):
    """Slow, and answered together with others; each lot takes a permit of `permits`."""


@operation("probe.relay", owner="job", safety=Safety.READ_ONLY, slow=True)
@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeRelay(Request[Echoed]):
    """Asks `probe.slow` in turn, as part of the same call."""

    milliseconds: int


@operation("probe.nobody", owner="job", safety=Safety.READ_ONLY, deadline_ms=400)
@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeNobody(Request[Echoed]):
    """Has a contract and no handler."""


service = Service("job")
slept: list[int] = []
"""Milliseconds of every `probe.slow` that began."""
permits = threading.Semaphore(0)
heaps: list[int] = []
"""How many requests of `probe.heap` each lot had that began."""


@service.rpc
def probe_echo(request: ProbeEcho, call: Call) -> Echoed:
    actor = call.actor
    by = f"{actor.user_id} {actor.session_id} {actor.staff}" if actor else ""
    extra = {
        "request_id": call.request_id,
        "traceparent": call.traceparent,
        "address": call.client.address,
        "device": call.client.device,
        "caller": call.caller,
    }
    return Echoed(text=request.text, by=by, extra=extra)


@service.rpc
def probe_keyed(request: ProbeKeyed, call: Call) -> Echoed:
    match request.text:
        case "not_found":
            raise NotFound("There is no such probe.", field="text")
        case "crash":
            raise RuntimeError("the probe was asked to")
        case "wrong":
            return Echoed(text="x" * 2000, by="")
        case _:
            return Echoed(text=request.text, by="")


@service.rpc
def probe_once(request: ProbeOnce, call: Call) -> Echoed:
    return Echoed(text=request.text, by="")


@service.rpc
def probe_slow(request: ProbeSlow, call: Call) -> Echoed:
    slept.append(request.milliseconds)
    time.sleep(request.milliseconds / 1000)  # the subject of the test, not a wait for something
    return Echoed(text="slept", by="")


@service.rpc
def probe_relay(request: ProbeRelay, call: Call) -> Echoed:
    return service.ask(ProbeSlow(milliseconds=request.milliseconds), call=call)


@service.rpc_batch(limit=8)
def probe_many(calls: Sequence[tuple[ProbeMany, Call]]) -> Sequence[Echoed | WarrenError]:
    if any(request.text == "crash" for request, _ in calls):
        raise RuntimeError("the probe was asked to")
    return [
        NotFound() if request.text == "not_found" else Echoed(text=request.text, by=str(len(calls)))
        for request, _ in calls
    ]


@service.rpc_batch(limit=3)
def probe_heap(calls: Sequence[tuple[ProbeHeap, Call]]) -> Sequence[Echoed | WarrenError]:
    heaps.append(len(calls))
    permits.acquire()
    return [Echoed(text=str(len(calls)), by="")] * len(calls)
