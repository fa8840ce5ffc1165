"""Row 12: bytes of photographs that look alike, beside the ancestor's method."""

import contextlib
from collections.abc import Iterator, Sequence

from bench.lab import Lab
from bench.model import Contender, Kind, NotMeasured, Row, Sample, at_most
from bench.photographs import photographs
from supervisor.cache import ROOT

QUALITIES = (78, 85)
ANCESTORS = ROOT / "jobs" / "tests" / "images" / "ancestor" / "test_image.jpg"


@contextlib.contextmanager
def start(lab: Lab) -> Iterator[Sequence[Contender]]:
    ancestor = "the ancestor's: Pillow, optimised"
    try:
        python, pictures = lab.peers_python, photographs()
    except NotMeasured as reason:
        yield [Contender(name=ancestor, kind=Kind.PEER, absent=str(reason))]
        return

    def ours() -> Sample:
        return {**coded("warren"), **lab.measure("picture_sizes", "grown", 0, ANCESTORS, python=python)}

    def coded(who: str) -> Sample:
        """A run for each picture and quality: a search takes half a minute."""
        runs = [
            lab.measure("picture_sizes", who, quality, picture, python=python)
            for quality in QUALITIES
            for picture in pictures[: 1 if lab.quick else None]
        ]
        return {metric: mean(runs, metric) for run in runs for metric in run}

    yield [
        Contender(name="Warren, balanced", kind=Kind.WARREN, sample=ours),
        Contender(name=ancestor, kind=Kind.PEER, sample=lambda: coded("peer")),
    ]


def mean(runs: Sequence[Sample], metric: str) -> float:
    values = [run[metric] for run in runs if metric in run]
    return sum(values) / len(values)


ROW = Row(
    number=12,
    title="Bytes of a 12-megapixel photograph at equal quality as seen",
    note="Three photographs of about 3 MB, quality 90. The ancestor codes with quality 78 and 85; Warren's quality is "
    "searched until SSIMULACRA2 gives the same score, and its bytes are interpolated between two steps. `grown`: how "
    "much larger the ancestor's own test picture (quality 75) became in Warren.",
    start=start,
    budgets=[
        at_most(0.85, "kB at 78", against=Kind.PEER),
        at_most(0.93, "kB at 85", against=Kind.PEER),
        at_most(0, "grown %", worst=True),
    ],
    repetitions=1,
    quick_repetitions=1,
)
