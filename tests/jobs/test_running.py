"""From a request to a result, over scheduler, broker, worker and child; and what goes wrong on the way."""

import signal
from pathlib import Path

import pytest

from contracts.job import JobCancel, JobState, Step
from jobs.models import Attempt, Job, Worker
from tests.eventlog.listener import Listener
from tests.jobs.conftest import said
from tests.servers import eventually


@pytest.fixture
def ears(broker):
    listener = Listener(broker.url("gateway"))
    yield listener
    listener.close()


def children(process) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def test_a_chain_runs_and_its_progress_is_told(running, ears, create, ada, over):
    made = create(
        by=ada, seconds=0.6, steps=60, note="counting", then=[Step(kind="probe.noop", params={"note": "next"})]
    )
    done = over(made.job)
    assert done.result["slept"] >= 0.6
    assert [(entry.state, entry.attempt) for entry in done.timeline] == [
        (JobState.QUEUED, 0),
        (JobState.RUNNING, 1),
        (JobState.SUCCEEDED, 1),
    ]
    assert over(made.steps[0]).state is JobState.SUCCEEDED

    told = [one for one in eventually(lambda: ears.heard) if one.type == "job.progress"]
    assert 2 <= len(told) <= 4, "four times a second at most"
    assert [one.data["n"] for one in told] == list(range(1, len(told) + 1))
    assert told[-1].routing_key == f"u.{ada.hex}"
    last = told[-1].data["progress"]
    assert (last["total"], last["unit"], last["note"]) == (60, "steps", "counting")
    assert 0 < last["percent"] <= 100
    assert last["rate"] > 0


def test_each_way_to_fail_has_its_code_and_the_worker_goes_on(scheduler, worker, create, ada, over):
    scheduler(WARREN_JOB_RETRY_SECONDS="0")
    process = worker(processes=3)
    made = {
        how: create(by=ada, kind="probe.fail", params={"how": how, "times": 1}).job
        for how in ("crash", "memory", "hang", "retry")
    }
    final = create(by=ada, kind="probe.fail", params={"how": "final"}).job
    codes = {}
    for how, job in made.items():
        done = over(job)
        assert (done.state, done.attempt) == (JobState.SUCCEEDED, 2), how
        codes[how] = [entry.error.code for entry in done.timeline if entry.error]
    assert codes == {
        "crash": ["crashed"],
        "memory": ["out_of_memory"],
        "hang": ["timed_out"],
        "retry": ["probe_failed"],
    }
    failed = over(final)
    assert (failed.state, failed.attempt, failed.error.code) == (JobState.FAILED, 1, "probe_failed")
    eventually(lambda: len(children(process)) == 3)


def test_a_cancelled_job_ends_whether_it_waits_or_runs(running, create, ask, ada, over, became):
    listening, second = create(by=ada, seconds=60).job, create(by=ada, seconds=60).job
    waiting = create(by=ada, seconds=60).job
    became(listening, "running")
    became(second, "running")
    for job in (waiting, listening):
        ask(JobCancel(job_id=job.id), by=ada)
    assert over(waiting, seconds=1).attempt == 0
    assert over(listening, seconds=10).state is JobState.CANCELLED


def test_no_database_and_no_broker_in_a_childs_environment(running):
    _, process = running
    for pid in children(process):
        names = {pair.partition("=")[0] for pair in Path(f"/proc/{pid}/environ").read_text().split("\0")}
        assert not {name for name in names if "DATABASE" in name or "AMQP" in name or "SECRET" in name}
        assert "WARREN_STORAGE_URL" in names


def test_a_worker_that_is_asked_to_leave_finishes_and_leaves_nothing_behind(running, create, ada, over, became):
    _, process = running
    job = create(by=ada, seconds=0.7).job
    became(job, "running")
    pids = children(process)
    assert process.stop(seconds=20) == 0
    assert over(job).state is JobState.SUCCEEDED
    assert over(job).attempt == 1
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    assert not Worker.objects.exists()


def test_a_killed_worker_takes_its_children_along_and_another_does_its_job(
    scheduler, worker, create, ada, over, became
):
    scheduler(WARREN_JOB_RETRY_SECONDS="0")
    first = worker(processes=1)
    job = create(by=ada, seconds=0.3).job
    became(job, "running")
    pids = children(first)
    first.kill()
    eventually(lambda: not [pid for pid in pids if Path(f"/proc/{pid}").exists()])
    worker(processes=1)
    Job.objects.filter(pk=job.id, state="running").update(leased_until="2000-01-01T00:00:00Z")
    done = over(job)
    assert (done.state, done.attempt) == (JobState.SUCCEEDED, 2)


def test_a_worker_that_lost_its_lease_kills_the_child(running, create, ada, became):
    """Somebody else was given the job: what still runs here is worth nothing."""
    _, process = running
    job = create(by=ada, seconds=60).job
    became(job, "running")
    Job.objects.filter(pk=job.id).update(worker="somebody else")
    eventually(lambda: said(process, "the lease is lost"), seconds=10)
    assert Attempt.objects.filter(job_id=job.id).count() == 1


def test_an_internal_error_is_logged_with_the_jobs_id_and_tells_nothing_else(scheduler, worker, create, ada, over):
    job = create(by=ada).job
    Job.objects.filter(pk=job.id).update(params={"seconds": "no number"}, max_attempts=1)
    scheduler()
    process = worker(processes=1)
    done = over(job)
    assert (done.state, done.error.code) == (JobState.FAILED, "internal")
    assert "number" not in done.error.message
    assert str(job.id) in process.log()


@pytest.mark.parametrize(
    "step",
    [
        "worker.before_commit",
        "worker.before_ack",
        pytest.param("worker.claimed", marks=pytest.mark.long),
        pytest.param("worker.before_store", marks=pytest.mark.long),
        pytest.param("worker.committed", marks=pytest.mark.long),
    ],
)
def test_a_worker_killed_at_any_step_costs_a_retry_at_most(step, scheduler, worker, create, ada, over, became):
    scheduler(WARREN_JOB_RETRY_SECONDS="0")
    first = worker(processes=1, dies_at=step)
    jobs = [create(by=ada, note=str(n)).job for n in range(3)]
    assert first.popen.wait(15) == -signal.SIGKILL
    Job.objects.filter(state="running").update(leased_until="2000-01-01T00:00:00Z")
    worker(processes=1)
    assert [over(job).state for job in jobs] == [JobState.SUCCEEDED] * 3
    ends = Attempt.objects.filter(state="succeeded")
    assert sorted(ends.values_list("job_id", flat=True)) == sorted(job.id for job in jobs), "one result each"


def test_serve_worker_refuses_a_queue_that_is_none(worker):
    with pytest.raises(AssertionError, match="no queue and no kind"):
        worker("nonsense")
