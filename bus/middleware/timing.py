"""How long calls take, for Prometheus."""

import time
from collections.abc import Sequence
from typing import Any

from prometheus_client import Histogram

from bus.endpoint import Calls, Outcomes, Run
from bus.middleware.logging import code_of
from contracts.base import Operation

SECONDS = Histogram(
    "warren_rpc_seconds",
    "Time that a handler took, by operation and outcome.",
    ["operation", "code"],
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)


def timed(operation: Operation, run: Run) -> Run:
    """Observe each call; those that were answered together each count with the time of all."""
    series: dict[str, Any] = {}

    def observe(outcomes: Sequence[Any], seconds: float) -> None:
        for outcome in outcomes:
            code = code_of(outcome)
            found = series.get(code)
            if found is None:
                found = series[code] = SECONDS.labels(operation.name, code)
            found.observe(seconds)

    def run_timed(calls: Calls) -> Outcomes:
        began = time.perf_counter()
        try:
            outcomes = run(calls)
        except Exception as error:
            observe([error] * len(calls), time.perf_counter() - began)
            raise
        observe(outcomes, time.perf_counter() - began)
        return outcomes

    return run_timed
