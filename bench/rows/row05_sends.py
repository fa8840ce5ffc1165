"""Row 5: how many messages per second the whole system takes in, with nothing lost."""

import contextlib
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench import system
from bench.lab import FOLDER, Lab
from bench.model import Contender, Kind, NotMeasured, Row, Sample, at_least, at_most
from bench.programs import bare_statement
from bench.shapes import SENDERS, SENDING, SPREAD, USERS
from bench.system import Crowd, System

HOT_SOCKETS, HOT_DEPTH = 5, 13
"""A member's socket always listens, so 64 sends at a time from five that listen are 13 waiting on each."""
CONNECTIONS = 8
CHECKED = ("lost", "gaps", "disorder", "errors", "closed")


@contextlib.contextmanager
def start(lab: Lab) -> Iterator[Sequence[Contender]]:
    with lab.database(lab.limit_database) as cursor:
        cursor.execute(bare_statement.FILL)
    with system.running(lab) as warren:
        yield [
            Contender(name="the statement alone, by pgbench", kind=Kind.LIMIT, sample=lambda: pgbench(lab)),
            Contender(name="Warren", kind=Kind.WARREN, sample=lambda: everything(lab, warren)),
        ]


def everything(lab: Lab, warren: System) -> Sample:
    """The three loads one after the other, each with people of its own."""
    spread = warren.crowd(users=USERS, conversations=SPREAD)
    few = warren.crowd(users=HOT_SOCKETS, conversations=[range(HOT_SOCKETS)])
    many = warren.crowd(users=SENDERS, conversations=[range(SENDERS)])
    seconds = lab.seconds
    loads = {
        "": load(warren, spread, SENDING, seconds=seconds, depth=1),
        "hot ": load(warren, few, range(HOT_SOCKETS), seconds=seconds, depth=HOT_DEPTH),
        "hot, 64 listen, ": load(warren, many, range(SENDERS), seconds=seconds, depth=1),
    }
    shown = ("sends/s", "p50 ms", "p99 ms")
    figures = {f"{name}{metric}": sample[metric] for name, sample in loads.items() for metric in shown}
    figures |= {metric: sum(sample[metric] for sample in loads.values()) for metric in CHECKED}
    return figures | {metric: value for metric, value in loads[""].items() if metric.endswith("µs/send")}


def load(warren: System, crowd: Crowd, senders: Sequence[int], *, seconds: float, depth: int) -> Sample:
    return warren.chat(crowd.plan(FOLDER / "plan-load", senders=senders), seconds=seconds, depth=depth)


def pgbench(lab: Lab) -> Sample:
    """The statement, prepared, over eight connections, with nobody to take the events away."""
    postgres = lab.instances.postgres
    program = postgres.binaries.folder / "pgbench" if postgres else Path("pgbench")
    if not program.exists():
        raise NotMeasured(f"there is no {program}: sudo apt-get install postgresql-contrib")
    script = FOLDER / "send.sql"
    script.write_text(bare_statement.pgbench_script())
    with lab.database(lab.limit_database) as cursor:
        cursor.execute("TRUNCATE eventlog_outbox")
    options = ["-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "2", "-T", str(round(lab.seconds * 2))]
    done = subprocess.run(
        [program, *options, "-f", script, lab.limit_database], capture_output=True, text=True, check=False
    )
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if not found:
        raise NotMeasured(f"pgbench failed: {done.stderr[-400:]}")
    return {"sends/s": float(found[1])}


ROW = Row(
    number=5,
    title="Messages per second, everything on one machine",
    note="200 conversations of 5, 200 sockets, 64 of them always with one send on its way; then one hot conversation "
    "of 5 sockets with 13 sends each on their way; then one of 64 sockets, all sending and all listening. The load "
    "client, the servers and Warren share the machine. Every acknowledged send is looked for on every socket that "
    "should have it. The limit is Warren's send statement alone, prepared, on 8 connections of pgbench.",
    start=start,
    budgets=[
        at_least(0.15, "sends/s", against=Kind.LIMIT),
        at_least(2000, "sends/s"),
        at_most(80, "p99 ms"),
        at_least(1500, "hot sends/s"),
        at_least(800, "hot, 64 listen, sends/s"),
        *(at_most(0, metric, worst=True) for metric in CHECKED),
    ],
)
