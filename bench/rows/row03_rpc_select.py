"""Row 3: requests that read one row through the ORM, beside what people usually take for this."""

import contextlib
from collections.abc import Iterator, Sequence

from bench.asking import create_people, limit_and_warren, peers
from bench.lab import Lab
from bench.model import Contender, Kind, Row, at_least

IN_FLIGHT = 64


@contextlib.contextmanager
def start(lab: Lab) -> Iterator[Sequence[Contender]]:
    create_people(lab)
    with limit_and_warren(lab, handler="select", in_flight=IN_FLIGHT) as ours, peers(lab, in_flight=IN_FLIGHT) as them:
        yield [*ours, *them]


ROW = Row(
    number=3,
    title="RPC, handler with one ORM SELECT, 64 in flight",
    note="The same Django model and query in every contender. nameko and Celery send 64 calls and wait for all, "
    "again and again, which is how their clients do it.",
    start=start,
    budgets=[at_least(2.5, "calls/s", against=Kind.PEER)],
)
