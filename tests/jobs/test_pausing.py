"""A paused job does nothing until somebody resumes it, wherever it was."""

from uuid import uuid4

import pytest

from contracts.errors import Conflict, NotFound
from contracts.job import (
    BatchGet,
    BatchPause,
    BatchResume,
    JobCancel,
    JobPause,
    JobProgress,
    JobResume,
    JobRetry,
    JobState,
    Step,
)
from jobs.engine import claims, outcomes, upkeep
from jobs.engine.outcomes import Held
from jobs.kinds.base import JobFailure
from jobs.models import Job


@pytest.fixture
def pause(ask, ada):
    return lambda job: ask(JobPause(job_id=job.id), by=ada)


@pytest.fixture
def resume(ask, ada):
    return lambda job: ask(JobResume(job_id=job.id), by=ada)


@pytest.fixture
def claim():
    """Of the next job of the queue, if there is one."""

    def take(worker="w"):
        found = claims.claim(queue="probe", worker=worker, limit=1)
        return Held(found[0].job.id, found[0].job.attempt, worker) if found else None

    return take


def row(job) -> Job:
    return Job.objects.get(pk=job.id)


def test_what_waits_is_paused_at_once_and_keeps_its_place(create, pause, resume, claim, look, ada):
    first, second = create(by=ada).job, create(by=ada).job
    assert pause(first).state is JobState.PAUSED
    assert claim().job_id == second.id
    assert claim() is None
    assert resume(first).state is JobState.QUEUED
    assert row(first).published_at is None, "a pointer is due"
    assert claim().job_id == first.id
    assert [entry.note for entry in look(first).timeline] == ["created", "paused", "resumed", ""]


def test_what_runs_is_told_to_stop_and_keeps_its_progress(create, pause, resume, claim, ada):
    job = create(by=ada).job
    held = claim()
    seen = pause(job)
    assert (seen.state, seen.pausing) == (JobState.RUNNING, True)
    assert claims.renew(worker="w", held={(job.id, 1): None}) == {job.id: "pause"}
    assert outcomes.paused(held, progress=JobProgress(percent=40, done=4, total=10, unit="bytes"))
    paused = row(job)
    assert (paused.state, paused.pausing, paused.failures, paused.progress["done"]) == ("paused", False, 0, 4)
    assert not outcomes.succeed(held, result={"slept": 0.0}, saved=[]), "it is over for this attempt"
    resume(job)
    assert claim() is not None


def test_a_pause_that_was_taken_back_before_it_took_effect_costs_nothing(create, pause, resume, claim, ada):
    job = create(by=ada).job
    held = claim()
    pause(job)
    assert not resume(job).pausing
    assert outcomes.paused(held, progress=None)
    assert row(job).state == "queued"


def test_what_is_done_before_the_pause_reaches_it_is_done(create, pause, claim, look, ada):
    job = create(by=ada).job
    held = claim()
    pause(job)
    assert outcomes.succeed(held, result={"slept": 0.0}, saved=[])
    assert (look(job).state, look(job).pausing) == (JobState.SUCCEEDED, False)


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (lambda held: outcomes.fail(held, JobFailure("x", "x", retry=True)), "paused"),
        (lambda held: outcomes.fail(held, JobFailure("x", "x")), "failed"),
        (outcomes.hand_back, "paused"),
    ],
    ids=["failed for now", "failed", "handed back"],
)
def test_however_a_pausing_attempt_ends_it_does_not_begin_again(create, pause, claim, ada, end, state):
    job = create(by=ada).job
    held = claim()
    pause(job)
    assert end(held)
    assert (row(job).state, row(job).pausing) == (state, False)


def test_a_lost_worker_leaves_a_paused_job(create, pause, claim, ada):
    job = create(by=ada).job
    claim()
    pause(job)
    Job.objects.filter(pk=job.id).update(leased_until="2000-01-01T00:00:00Z")
    upkeep.give_up_lost()
    assert row(job).state == "paused"


def test_what_is_to_be_tried_again_is_not_while_it_is_paused(create, pause, claim, ada):
    job = create(by=ada).job
    outcomes.fail(claim(), JobFailure("x", "x", retry=True))
    pause(job)
    Job.objects.filter(pk=job.id).update(run_after="2000-01-01T00:00:00Z")
    upkeep.queue_due()
    assert row(job).state == "paused"


def test_a_paused_job_can_be_cancelled_and_begin_anew(create, pause, ask, ada):
    job = create(by=ada).job
    pause(job)
    assert ask(JobCancel(job_id=job.id), by=ada).state is JobState.CANCELLED
    assert ask(JobRetry(job_id=job.id), by=ada).state is JobState.QUEUED


def test_cancelling_is_more_than_pausing(create, pause, claim, ask, ada):
    job = create(by=ada).job
    held = claim()
    pause(job)
    ask(JobCancel(job_id=job.id), by=ada)
    assert claims.renew(worker="w", held={(job.id, 1): None}) == {job.id: "cancel"}
    assert outcomes.paused(held, progress=None)
    assert row(job).state == "cancelled"


def test_what_cannot_be_paused(create, pause, resume, claim, ada):
    made = create(by=ada, then=[Step(kind="probe.noop", params={})])
    with pytest.raises(Conflict):
        pause(made.steps[0])
    outcomes.succeed(claim(), result={"slept": 0.0}, saved=[])
    for change in (pause, resume):
        with pytest.raises(Conflict):
            change(made.job)


def test_both_may_be_repeated(create, pause, resume, ada):
    job = create(by=ada).job
    assert resume(job).state is JobState.QUEUED
    pause(job)
    before = row(job).rev
    assert pause(job).state is JobState.PAUSED
    assert row(job).rev == before


def test_a_batch_is_paused_and_resumed_as_one(batch, claim, ask, ada):
    made = batch(3, by=ada)
    held = claim()
    ask(BatchPause(batch_id=made.id), by=ada)
    assert sorted(Job.objects.values_list("state", "pausing")) == [
        ("paused", False), ("paused", False), ("running", True),
    ]  # fmt: skip
    outcomes.paused(held, progress=None)
    seen = ask(BatchGet(batch_id=made.id), by=ada)
    assert (seen.waiting, seen.running, seen.finished_at) == (3, 0, None)
    ask(BatchResume(batch_id=made.id), by=ada)
    assert Job.objects.filter(state="queued").count() == 3


@pytest.mark.parametrize("operation", [JobPause, JobResume])
def test_only_the_owner_may(create, group, ask, ada, bob, operation):
    job = create(by=ada, conversation_id=group(ada, bob)).job
    for job_id in (job.id, uuid4()):
        with pytest.raises(NotFound):
            ask(operation(job_id=job_id), by=bob)
    with pytest.raises(NotFound):
        ask({JobPause: BatchPause, JobResume: BatchResume}[operation](batch_id=uuid4()), by=bob)
