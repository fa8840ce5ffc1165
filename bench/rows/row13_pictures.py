"""Row 13: many photographs at once on two worker processes."""

import contextlib
from collections.abc import Iterator, Sequence

from bench import system
from bench.asking import environment
from bench.lab import Lab
from bench.model import Contender, Kind, NotMeasured, Row, Sample, at_least
from bench.photographs import photographs

WORKERS = 2


@contextlib.contextmanager
def start(lab: Lab) -> Iterator[Sequence[Contender]]:
    pictures = photographs()
    count = 60 if lab.quick else 500
    with (
        system.running(
            lab, roles=("gateway", "userservice", "messageservice", "jobs", "scheduler", "worker", "eventlog", "relay")
        ) as warren,
        contextlib.ExitStack() as stack,
    ):

        def codec() -> Sample:
            found = lab.measure("picture_codec", "vips", WORKERS, 2 * lab.seconds, *pictures)
            return {"images/s": found["images/s"]}

        def measured() -> Sample:
            token = warren.crowd(users=1).users[0]["token"]
            return lab.measure("picture_jobs", "many", warren.port, token, count, *pictures)

        yield [
            Contender(name="libvips alone, two processes", kind=Kind.LIMIT, sample=codec),
            Contender(name="Warren, fast", kind=Kind.WARREN, sample=measured),
            ancestor(lab, stack, count, pictures),
        ]


def ancestor(lab: Lab, stack: contextlib.ExitStack, count: int, pictures: Sequence[object]) -> Contender:
    name = "the ancestor's: two consumers, Pillow"
    places = environment(lab)
    try:
        python = lab.peers_python
        for _ in range(WORKERS):
            stack.enter_context(lab.serving("ancestor_pictures", "work", python=python, environment=places))
    except NotMeasured as reason:
        return Contender(name=name, kind=Kind.PEER, absent=str(reason))
    return Contender(
        name=name,
        kind=Kind.PEER,
        sample=lambda: lab.measure("ancestor_pictures", "run", count, *pictures, python=python, environment=places),
    )


ROW = Row(
    number=13,
    title="500 photographs queued, two worker processes",
    note="One batch over a socket, preset `fast`, until the batch is finished; each job has an output name of its own, "
    "so that no result is used again. Each also makes a thumbnail and a placeholder and writes to a durable storage. "
    "The ancestor's consumers take paths from a queue, call Pillow (quality 85, optimised) and tell when it is done.",
    start=start,
    budgets=[at_least(0.8, "images/s", against=Kind.LIMIT), at_least(1.3, "images/s", against=Kind.PEER)],
    repetitions=3,
)
