"""What a row of the benchmarks is: contenders that take turns, and budgets that compare them."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.lab import Lab

Sample = Mapping[str, float]
"""What one short run of one contender gave, by metric; the metric's name says its unit ("p50 ms", "calls/s")."""


class Kind(StrEnum):
    """A limit is the bare mechanism with nothing of Warren in it; a peer is what one would otherwise take."""

    WARREN = "Warren"
    LIMIT = "limit"
    PEER = "peer"


class Bound(StrEnum):
    AT_MOST = "≤"
    AT_LEAST = "≥"


class NotMeasured(Exception):
    """Something that a contender needs cannot be had here; the text says what and why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Contender:
    """One of those that take turns. `sample` does one short run; `absent` says why there is none."""

    name: str
    kind: Kind
    sample: Callable[[], Sample] | None = None
    absent: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """What Warren's `metric` must be: a multiple of the limit's or the best peer's, or (`against` none) a figure.

    `worst`: judged by the worst repetition instead of the median; for what must never happen.
    """

    metric: str
    bound: Bound
    value: float
    against: Kind | None = None
    worst: bool = False

    def holds(self, figure: float) -> bool:
        return figure <= self.value if self.bound is Bound.AT_MOST else figure >= self.value

    def __str__(self) -> str:
        what = {None: "", Kind.LIMIT: " × limit", Kind.PEER: " × best peer"}[self.against]
        return f"{self.metric} {self.bound} {self.value:g}{what}"


def at_most(value: float, metric: str, *, against: Kind | None = None, worst: bool = False) -> Budget:
    return Budget(metric=metric, bound=Bound.AT_MOST, value=value, against=against, worst=worst)


def at_least(value: float, metric: str, *, against: Kind | None = None, worst: bool = False) -> Budget:
    return Budget(metric=metric, bound=Bound.AT_LEAST, value=value, against=against, worst=worst)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the table. `start` brings up what the contenders need and takes it down at the end.

    `note`: how it is measured, in a sentence or two, for the table's reader.
    """

    number: int
    title: str
    note: str
    start: Callable[["Lab"], AbstractContextManager[Sequence[Contender]]]
    budgets: Sequence[Budget]
    repetitions: int = 5
    quick_repetitions: int = 2


@dataclass(kw_only=True)
class Measured:
    """A contender with all that its runs gave."""

    contender: Contender
    samples: list[Sample] = field(default_factory=list)
    absent: str = ""

    def median(self, metric: str) -> float | None:
        values = self.values(metric)
        return median(values) if values else None

    def values(self, metric: str) -> list[float]:
        return [sample[metric] for sample in self.samples if metric in sample]

    def metrics(self) -> list[str]:
        """In the order in which they first appeared."""
        return list(dict.fromkeys(metric for sample in self.samples for metric in sample))


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """A budget with what came out. `figure` is none where it could not be measured."""

    budget: Budget
    figure: float | None

    @property
    def met(self) -> bool | None:
        return None if self.figure is None else self.budget.holds(self.figure)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """All of one row. `load_before`: the machine's load average of the minute before it."""

    row: Row
    measured: Sequence[Measured]
    verdicts: Sequence[Verdict]
    load_before: float
    fault: str = ""


def judge(budget: Budget, measured: Sequence[Measured]) -> Verdict:
    """Compare medians; the best peer is the one that is hardest to beat."""
    ours = _figure_of(budget, [one for one in measured if one.contender.kind is Kind.WARREN])
    if budget.against is None or ours is None:
        return Verdict(budget=budget, figure=ours)
    theirs = _figure_of(budget, [one for one in measured if one.contender.kind is budget.against])
    return Verdict(budget=budget, figure=ours / theirs if theirs else None)


def _figure_of(budget: Budget, measured: Sequence[Measured]) -> float | None:
    hardest = min if budget.bound is Bound.AT_MOST else max
    if budget.worst:
        values = [value for one in measured for value in one.values(budget.metric)]
        return (max if budget.bound is Bound.AT_MOST else min)(values) if values else None
    medians = [middle for one in measured if (middle := one.median(budget.metric)) is not None]
    return hardest(medians) if medians else None
