"""An import whose process is killed at any step, or that is stopped: the old state or the new, and nothing is left."""

import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
from django.db import connection

from contracts.dataset import DatasetImport
from contracts.job import JobCancel, JobCreate, JobState
from jobs.datasets import upkeep
from jobs.datasets.importing import run_import
from jobs.kinds.base import Cancelled
from jobs.models import Dataset, Import, Job
from supervisor.processes import descendants
from tests.datasets.conftest import staging
from tests.servers import Process, eventually

CONTENT = "n,text\n" + "".join(f"{n},some text {n}\n" for n in range(2000)) + "x,bad\n"
COLUMNS = [{"source": "n", "type": "integer"}]
DEATHS = "import.staging.1,import.piece.2,import.staged.3,import.merged.4,worker.committed"
"""A step for each attempt; the last is over when it happens."""


@pytest.fixture
def importing(serve, settings, transactional_db):
    """A worker for imports; `dies_at`: where its child kills itself, once."""

    def run(*, dies_at: str = "", processes: int = 1):
        return serve(
            "worker", "import", "--processes", str(processes), WARREN_FAILPOINTS=dies_at, WARREN_JOB_RETRY_SECONDS="0",
            WARREN_STORAGE_URL=settings.STORAGE_URL, WARREN_SPOOL=str(settings.SPOOL),
        )  # fmt: skip

    return run


@pytest.fixture
def create(ask, upload):
    def make(content: str, *, by, **params: Any):
        file = upload(content, by=by)
        request = JobCreate(
            kind="dataset.import",
            params={"file_id": str(file.id), "dataset": "Numbers"} | params,
            client_id=uuid4(),
        )
        return ask(request, by=by).job

    return make


def test_rows_are_there_once_wherever_the_process_was_killed(create, bring, importing, scheduler, over, rows, ada):
    first = bring("n,text\n-1,first\n", by=ada, columns=COLUMNS)
    scheduler()
    importing(dies_at=DEATHS)
    job = create(CONTENT, by=ada, dataset="Numbers", mode="append")
    done = over(job, seconds=60)
    assert done.result == {
        "dataset_id": str(first.dataset_id), "name": "Numbers", "rows": 2000, "rejects": 1, "inserted": 2000,
        "updated": 0, "import_id": str(job.id), "dry_run": False,
    }  # fmt: skip
    assert done.attempt == 5
    found = rows(first.dataset_id, by=ada, limit=500)
    assert found == [["-1", "first"], *([str(n), f"some text {n}"] for n in range(2000))]
    eventually(lambda: upkeep.sweep() or not staging())
    assert len(rows(first.dataset_id, by=ada, limit=500)) == 2001


def test_an_import_that_is_cancelled_leaves_nothing(create, importing, scheduler, over, ask, ada):
    scheduler()
    worker = importing()
    job = create("n,text\n" + "".join(f"{n},{'x' * 500}\n" for n in range(200_000)), by=ada)
    eventually(lambda: staging(), seconds=30)
    with in_the_middle(worker):
        ask(JobCancel(job_id=job.id), by=ada)
    assert over(job, seconds=30).state == JobState.CANCELLED
    eventually(lambda: not staging())
    assert not Dataset.objects.exists()
    assert not Import.objects.exists()


@contextmanager
def in_the_middle(worker: Process) -> Iterator[None]:
    """Hold the child that imports until it was asked to end: how fast it is decides nothing."""
    (child,) = (pid for pid in descendants(worker.pid) if b"jobs.worker.child" in cmdline(pid))
    os.kill(child, signal.SIGSTOP)
    yield
    eventually(lambda: asked_to_end(child))
    os.kill(child, signal.SIGCONT)


def cmdline(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def asked_to_end(pid: int) -> bool:
    """Whether SIGTERM waits for the process (proc(5), ShdPnd)."""
    status = Path(f"/proc/{pid}/status").read_text()
    (pending,) = [line.split()[1] for line in status.splitlines() if line.startswith("ShdPnd:")]
    return bool(int(pending, 16) >> (signal.SIGTERM - 1) & 1)


def test_an_import_that_is_stopped_while_it_reads_leaves_nothing(upload, context, database_url, ada):
    file = upload(CONTENT, by=ada)
    asked = DatasetImport(file_id=file.id, dataset="Numbers")
    with psycopg2.connect(database_url) as other, other.cursor() as cursor, pytest.raises(Cancelled):
        run_import(asked, context(asked, file, stopped=lambda: bool(staging(cursor))))
    other.close()
    assert not staging()
    assert not Dataset.objects.exists()


def test_who_lost_the_job_meanwhile_changes_nothing(upload, context, ada):
    file = upload(CONTENT, by=ada)
    asked = DatasetImport(file_id=file.id, dataset="Numbers")
    attempt = context(asked, file)
    Job.objects.filter(pk=attempt.job_id).update(worker="another", attempt=2)
    with pytest.raises(Exception, match="Another worker has this job"):
        run_import(asked, attempt)
    assert not Dataset.objects.exists()
    assert not staging()


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_fifty_kills_of_workers_at_random_moments(create, importing, scheduler, over, rows, ada):
    scheduler()
    jobs = [create(CONTENT * 1, by=ada, dataset=f"Set {n}", columns=COLUMNS) for n in range(12)]
    chance = random.Random(20261127)
    for _ in range(50):
        worker = importing(processes=2)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(%s)", [chance.uniform(0.2, 3.0)])
        worker.kill()
        Job.objects.filter(kind="dataset.import", failures__gt=2).update(failures=0)
    importing(processes=2)
    for job in jobs:
        result = over(job, seconds=120).result
        assert (result["rows"], result["rejects"]) == (2000, 1)
        assert len(rows(result["dataset_id"], by=ada, limit=500)) == 2000
    assert Dataset.objects.count() == len(jobs)
    eventually(lambda: upkeep.sweep() or not staging(), seconds=60)
