"""Budgets against medians, the hardest peer and the worst sample."""

import pytest

from bench.model import Budget, Contender, Kind, Measured, Sample, at_least, at_most, judge


def measured(kind: Kind, *samples: Sample) -> Measured:
    return Measured(contender=Contender(name="one", kind=kind), samples=list(samples))


@pytest.mark.parametrize(
    ("budget", "figure", "met"),
    [
        (at_most(1.5, "p50 ms", against=Kind.LIMIT), 1.25, True),
        (at_least(2.5, "calls/s", against=Kind.PEER), 2.0, False),
        (at_least(900, "calls/s"), 1000, True),
        (at_most(0, "lost", worst=True), 1, False),
    ],
)
def test_a_budget_compares_what_it_names(budget: Budget, figure: float, met: bool) -> None:
    warren = measured(
        Kind.WARREN,
        {"p50 ms": 0.4, "calls/s": 900, "lost": 0},
        {"p50 ms": 0.5, "calls/s": 1000, "lost": 1},
        {"p50 ms": 9.0, "calls/s": 1100, "lost": 0},
    )
    limit = measured(Kind.LIMIT, {"p50 ms": 0.4})
    peers = [measured(Kind.PEER, {"calls/s": 100}), measured(Kind.PEER, {"calls/s": 500})]
    verdict = judge(budget, [warren, limit, *peers])
    assert verdict.figure == pytest.approx(figure)
    assert verdict.met is met


def test_without_the_other_side_a_ratio_is_not_measured() -> None:
    verdict = judge(at_least(7, "deliveries/s", against=Kind.PEER), [measured(Kind.WARREN, {"deliveries/s": 5})])
    assert verdict.figure is None
    assert verdict.met is None


def test_a_budget_reads_as_a_sentence() -> None:
    assert str(at_most(1.5, "p50 ms", against=Kind.LIMIT)) == "p50 ms ≤ 1.5 × limit"
    assert str(at_least(2000, "sends/s")) == "sends/s ≥ 2000"
