"""Row 18: how soon the page is there when everything was set up before."""

import contextlib
from collections.abc import Iterator, Sequence

from bench.lab import Lab
from bench.model import Contender, Kind, Row, Sample, at_most
from bench.upping import up


@contextlib.contextmanager
def start(lab: Lab) -> Iterator[Sequence[Contender]]:
    with up(lab):  # the first start makes the databases and the demo accounts
        pass
    yield [Contender(name="bin/up", kind=Kind.WARREN, sample=lambda: again(lab))]


def again(lab: Lab) -> Sample:
    with up(lab) as running:
        return {"seconds": running.seconds}


ROW = Row(
    number=18,
    title="`bin/up`, second start",
    note="From typing the command to a gateway that is ready and serves the page: PostgreSQL, RabbitMQ and every "
    "role, on a machine where a first start has been.",
    start=start,
    budgets=[at_most(10, "seconds")],
    repetitions=3,
)
