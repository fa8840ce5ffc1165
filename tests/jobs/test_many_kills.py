"""Workers that are killed again and again: each job has one result in the end, and none has two."""

import socket
from datetime import timedelta

import pytest
from django.utils import timezone

from contracts.job import BatchGet
from jobs.models import Attempt, Job
from tests.servers import eventually


def bury(process) -> None:
    """`kill -9`, and let its leases run out at once."""
    process.kill()
    name = f"{socket.gethostname()[:32]}.{process.pid}."
    dead = Job.objects.filter(state="running", worker__startswith=name)
    dead.update(leased_until=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("jobs", "kills"),
    [(30, 2), pytest.param(1000, 50, marks=[pytest.mark.long, pytest.mark.timeout(1200)])],
)
def test_every_job_has_one_result(jobs, kills, scheduler, worker, batch, ask, ada):
    scheduler(WARREN_JOB_RETRY_SECONDS="0")
    made = batch(jobs, by=ada, params={"seconds": 0.02})
    workers = [worker(), worker()]
    share = jobs // (kills + 1)
    for n in range(kills):
        eventually(lambda n=n: Job.objects.filter(state="succeeded").count() >= share * n, seconds=60, pause=0.05)
        bury(workers[n % 2])
        workers[n % 2] = worker()
    eventually(lambda: ask(BatchGet(batch_id=made.id), by=ada).finished_at, seconds=120, pause=0.1)

    seen = ask(BatchGet(batch_id=made.id), by=ada)
    assert (seen.succeeded, seen.running, seen.failed, seen.cancelled) == (jobs, 0, 0, 0)
    ends = Attempt.objects.filter(state="succeeded").values_list("job_id", flat=True)
    assert len(ends) == len(set(ends)) == jobs
