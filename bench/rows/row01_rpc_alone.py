"""Row 1: what one request costs when nothing else is going on."""

from collections.abc import Sequence
from contextlib import AbstractContextManager

from bench.asking import limit_and_warren
from bench.lab import Lab
from bench.model import Contender, Kind, Row, at_most


def start(lab: Lab) -> AbstractContextManager[Sequence[Contender]]:
    return limit_and_warren(lab, handler="noop", in_flight=1)


ROW = Row(
    number=1,
    title="RPC, handler that does nothing, one caller",
    note="One request at a time through RabbitMQ and back. Warren: contract, envelope, deadline, confirms and checks; "
    "the limit: a JSON body on plain pika.",
    start=start,
    budgets=[at_most(1.5, "p50 ms", against=Kind.LIMIT)],
)
