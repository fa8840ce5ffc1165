"""Row 11: one photograph, from the end of its upload to the event with the result."""

import contextlib
from collections.abc import Iterator, Sequence

from bench import system
from bench.lab import Lab
from bench.model import Contender, Kind, NotMeasured, Row, Sample, at_most
from bench.photographs import photographs


@contextlib.contextmanager
def start(lab: Lab) -> Iterator[Sequence[Contender]]:
    pictures = photographs()
    rounds = 6 if lab.quick else 15
    with system.running(
        lab, roles=("gateway", "userservice", "messageservice", "jobs", "scheduler", "worker", "eventlog", "relay")
    ) as warren:
        token = warren.crowd(users=1).users[0]["token"]

        def codec() -> Sample:
            found = lab.measure("picture_codec", "vips", 1, lab.seconds, *pictures)
            return {"p50 ms": found["p50 ms"]}

        def measured() -> Sample:
            """With the codec just before: the machine may be slower than a minute ago."""
            alone = codec()["p50 ms"]
            found = lab.measure("picture_jobs", "one", warren.port, token, rounds, *pictures)["p50 ms"]
            return {"p50 ms": found, "above the codec ms": found - alone}

        yield [
            Contender(name="libvips alone, same options", kind=Kind.LIMIT, sample=codec),
            Contender(name="Warren, fast", kind=Kind.WARREN, sample=measured),
            ancestor(lab, pictures),
        ]


def ancestor(lab: Lab, pictures: Sequence[object]) -> Contender:
    name = "the ancestor's Pillow call alone"
    try:
        python = lab.peers_python
    except NotMeasured as reason:
        return Contender(name=name, kind=Kind.PEER, absent=str(reason))

    def sample() -> Sample:
        return {"p50 ms": lab.measure("picture_codec", "pillow", 1, lab.seconds, *pictures, python=python)["p50 ms"]}

    return Contender(name=name, kind=Kind.PEER, sample=sample)


ROW = Row(
    number=11,
    title="One photograph of 12 megapixels and 3 MB: upload finished → event with the result",
    note="Over one socket, one after the other, preset `fast`. Warren also inspects the upload meanwhile, makes "
    "thumbnails and placeholders of both, hashes, syncs, writes rows and tells. Limit and peer: the codec's call in a "
    "warm process, from file to file. The ancestor announces a result while it is half written: its call alone counts.",
    start=start,
    budgets=[at_most(60, "above the codec ms")],
)
