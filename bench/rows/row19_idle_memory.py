"""Row 19: what the whole system takes when nobody does anything."""

import contextlib
from collections.abc import Iterator, Sequence

from bench import usage
from bench.lab import Lab, settle
from bench.model import Contender, Kind, Row, Sample, at_most
from bench.upping import up
from supervisor.processes import descendants

REST = 10.0


@contextlib.contextmanager
def start(lab: Lab) -> Iterator[Sequence[Contender]]:
    yield [Contender(name="bin/up", kind=Kind.WARREN, sample=lambda: both(lab))]


def both(lab: Lab) -> Sample:
    return {**idle(lab, "services share one"), **idle(lab, "a process per role", "--spread")}


def idle(lab: Lab, name: str, *options: str) -> Sample:
    """All processes that `bin/up` started and itself, a while after the last of them was ready."""
    with up(lab, *options) as running:
        settle(REST)
        pids = [running.child.pid, *descendants(running.child.pid)]
        parts = usage.proportional_mib_by_program(pids)
    named = {f"{name}: {part} MiB": size for part, size in sorted(parts.items(), key=lambda item: -item[1])}
    return {f"{name}, MiB": sum(parts.values()), **named}


ROW = Row(
    number=19,
    title="The whole idle system",
    note="Sum of the proportional set sizes (PSS) of every process that `bin/up` started, database, broker and "
    "supervisor included, ten seconds after the page was served.",
    start=start,
    budgets=[at_most(900, "a process per role, MiB"), at_most(600, "services share one, MiB")],
    repetitions=2,
    quick_repetitions=1,
)
