"""Row 16: a large CSV becomes a table that can be browsed."""

import contextlib
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench import system
from bench.lab import FOLDER, Lab
from bench.model import Contender, Kind, NotMeasured, Row, Sample, at_least
from bench.programs.import_table import COLUMNS

ROLES = ("gateway", "userservice", "messageservice", "jobs", "scheduler", "worker", "eventlog", "relay")
ROWS = "BENCH_IMPORT_ROWS"
"""Environment variable: how many rows, say 10000000."""
BAD = 1000
OF_ORM = 20_000
"""Rows that the ORM gets: its pace does not depend on how many there are."""


@contextlib.contextmanager
def start(lab: Lab) -> Iterator[Sequence[Contender]]:
    rows = int(os.environ.get(ROWS, 200_000 if lab.quick else 1_000_000))
    clean, bad = FOLDER / "people.csv", FOLDER / "people-and-bad-ones.csv"
    lab.measure("import_table", "make", clean, rows, 0)
    lab.measure("import_table", "make", bad, rows, BAD)
    with system.running(lab, roles=ROLES) as warren:
        token = warren.crowd(users=1).users[0]["token"]
        yield [
            Contender(name="COPY into a prepared table", kind=Kind.LIMIT, sample=lambda: copy(lab, clean, rows)),
            orm(lab, clean),
            Contender(
                name="Warren, dataset.import",
                kind=Kind.WARREN,
                sample=lambda: lab.measure("import_table", "warren", warren.port, token, bad, rows, BAD),
            ),
        ]


def copy(lab: Lab, file: Path, rows: int) -> Sample:
    fields = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    with lab.database(lab.limit_database) as cursor, file.open("rb") as lines:
        cursor.execute(f"DROP TABLE IF EXISTS people; CREATE TABLE people ({fields})")
        began = time.perf_counter()
        cursor.copy_expert("COPY people FROM STDIN WITH (FORMAT csv, HEADER)", lines, 256 * 1024)
        return {"rows/s": rows / (time.perf_counter() - began)}


def orm(lab: Lab, file: Path) -> Contender:
    name = "django-import-export, bulk mode"
    try:
        python = lab.peers_python
    except NotMeasured as reason:
        return Contender(name=name, kind=Kind.PEER, absent=str(reason))
    return Contender(
        name=name,
        kind=Kind.PEER,
        sample=lambda: lab.measure("import_table", "orm", file, OF_ORM, lab.limit_database, python=python),
    )


ROW = Row(
    number=16,
    title="An import of a million rows and eight columns",
    note="From the request until the event of the job's success is on a socket. Warren finds dialect and types, and "
    f"its file has {BAD} bad rows besides, which it reports with lines and reasons; it indexes the rows, too. "
    "COPY gets the good rows alone, and a table that has their types already. "
    f"`{ROWS}=10000000` takes ten times as many.",
    start=start,
    budgets=[at_least(0.3, "rows/s", against=Kind.LIMIT), at_least(10, "rows/s", against=Kind.PEER)],
    repetitions=3,
)
