"""Job kinds for tests, benchmarks and operators who try a queue: one does nothing, one fails (docs/jobs.md)."""

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from contracts.base import job_kind


@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeResult:
    slept: float


@job_kind("probe.noop", result=ProbeResult)
@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeNoop:
    """Does nothing, for `seconds`, with `steps` of progress: for tests, benchmarks and operators who try a queue."""

    seconds: Annotated[float, Meta(ge=0, le=3600)] = 0.0
    steps: Annotated[int, Meta(ge=0, le=100_000)] = 0
    note: Annotated[str, Meta(max_length=200)] = ""


@job_kind("probe.fail", result=ProbeResult)
@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeFail:
    """Fails `times` times (0: always): `how` by an error that may be retried, one that is final, a crash of its
    process, memory without end, or by never ending and not listening to SIGTERM."""

    how: Literal["retry", "final", "crash", "memory", "hang"] = "retry"
    times: Annotated[int, Meta(ge=0, le=100)] = 0
