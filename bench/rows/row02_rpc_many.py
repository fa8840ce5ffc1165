"""Row 2: how many requests one server process answers."""

from collections.abc import Sequence
from contextlib import AbstractContextManager

from bench.asking import limit_and_warren
from bench.lab import Lab
from bench.model import Contender, Kind, Row, at_least


def start(lab: Lab) -> AbstractContextManager[Sequence[Contender]]:
    return limit_and_warren(lab, handler="noop", in_flight=64)


ROW = Row(
    number=2,
    title="RPC, handler that does nothing, 64 in flight",
    note="As row 1, with 64 requests in flight from one process.",
    start=start,
    budgets=[at_least(0.65, "calls/s", against=Kind.LIMIT)],
)
