"""Row 14: jobs that do nothing, from the request to a durable result."""

import contextlib
from collections.abc import Iterator, Sequence

from bench import system
from bench.asking import environment
from bench.lab import Lab
from bench.model import Contender, Kind, NotMeasured, Row, at_least

WORKERS = 2


@contextlib.contextmanager
def start(lab: Lab) -> Iterator[Sequence[Contender]]:
    count = 500 if lab.quick else 1500
    places = environment(lab) | {"BENCH_GATEWAY_URL": lab.instances.amqp_url("gateway")}
    with (
        system.running(lab, roles=("jobs", "scheduler", "worker", "relay")),
        contextlib.ExitStack() as stack,
    ):
        ours = Contender(
            name="Warren, probe.noop",
            kind=Kind.WARREN,
            sample=lambda: lab.measure("warren_jobs", count, environment=places),
        )
        yield [ours, celery(lab, stack, count)]


def celery(lab: Lab, stack: contextlib.ExitStack, count: int) -> Contender:
    name = f"Celery, acks_late, results in PostgreSQL, prefork pool of {WORKERS}"
    places = environment(lab)
    try:
        python = lab.peers_python
        stack.enter_context(lab.serving("celery_jobs", "worker", WORKERS, python=python, environment=places))
    except NotMeasured as reason:
        return Contender(name=name, kind=Kind.PEER, absent=str(reason))
    return Contender(
        name=name,
        kind=Kind.PEER,
        sample=lambda: lab.measure("celery_jobs", "run", count, python=python, environment=places),
    )


ROW = Row(
    number=14,
    title="Jobs that do nothing, end to end with durable state",
    note="Queued one request at a time from one client (Warren: 16 of them on their way), timed until the database "
    "has the result of the last one. Warren also keeps a timeline, records events and tells them; Celery keeps "
    "`acks_late`, started states and results in the same PostgreSQL.",
    start=start,
    budgets=[at_least(1, "jobs/s", against=Kind.PEER)],
)
