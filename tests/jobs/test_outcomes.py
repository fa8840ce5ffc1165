"""How attempts end, and that only who holds the lease may say so."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.transaction import atomic
from django.test import override_settings
from django.utils import timezone

from contracts.errors import LimitExceeded
from contracts.job import JobCancel, JobState, Step
from jobs.engine import claims, outcomes, upkeep
from jobs.engine.outcomes import Held
from jobs.files import storage
from jobs.files.services import file_create
from jobs.kinds import base, load_all
from jobs.kinds.base import JobFailure
from jobs.models import Job

RESULT = {"slept": 0.0}


@pytest.fixture
def claimed(create, ada):
    """`claimed()`: a job that a worker has, and its claim."""

    def make(worker="w", **fields):
        job = create(by=ada, **fields).job
        (one,) = claims.claim(queue="probe", worker=worker, limit=1)
        assert one.job.id == job.id
        return job, Held(job.id, one.job.attempt, worker)

    return make


def state(job) -> str:
    return Job.objects.get(pk=job.id).state


def expire(job) -> None:
    Job.objects.filter(pk=job.id).update(leased_until=timezone.now() - timedelta(seconds=1))


def test_a_result_ends_the_job_and_is_told(claimed, look, recorded):
    job, held = claimed()
    assert outcomes.succeed(held, result=RESULT, saved=[])
    done = look(job)
    assert (done.state, done.result, done.progress) == (JobState.SUCCEEDED, RESULT, None)
    assert done.finished_at is not None
    told = [body["job"] for _, _, body in recorded("job.changed")]
    assert [one["state"] for one in told] == ["queued", "running", "succeeded"]
    assert [one["rev"] for one in told] == [1, 2, 3]


def test_a_result_counts_once(claimed):
    job, held = claimed()
    assert outcomes.succeed(held, result=RESULT, saved=[])
    assert not outcomes.succeed(held, result=RESULT, saved=[])
    assert not outcomes.fail(held, JobFailure("late", "Late."))
    assert state(job) == "succeeded"


def test_a_worker_that_was_given_up_cannot_overwrite_its_successor(claimed):
    job, old = claimed(worker="old")
    expire(job)
    upkeep.give_up_lost()
    with override_settings(JOB_RETRY_SECONDS=0):
        Job.objects.update(run_after=timezone.now())
        upkeep.queue_due()
    (successor,) = claims.claim(queue="probe", worker="new", limit=1)
    assert not outcomes.succeed(old, result={"slept": 99.0}, saved=[])
    assert claims.renew(worker="old", held={(job.id, old.attempt): None}) == {}
    assert outcomes.succeed(Held(job.id, successor.job.attempt, "new"), result=RESULT, saved=[])
    assert Job.objects.get().result == RESULT


def test_a_renewed_lease_is_not_expired(claimed):
    job, held = claimed()
    expire(job)
    assert claims.renew(worker="w", held={(job.id, held.attempt): None}) == {job.id: None}
    upkeep.give_up_lost()
    assert state(job) == "running"


def test_a_lost_worker_is_a_failed_attempt_with_its_name(claimed, look):
    job, _ = claimed()
    expire(job)
    upkeep.give_up_lost()
    seen = look(job)
    assert (seen.state, seen.error.code) == (JobState.RETRYING, "worker_lost")
    assert (seen.timeline[-1].worker, seen.timeline[-1].error.code) == ("w", "worker_lost")


def test_a_job_that_costs_every_worker_its_life_is_parked(claimed, look, create):
    job, _ = claimed()
    for _ in range(10):
        expire(job)
        upkeep.give_up_lost()
        Job.objects.update(run_after=timezone.now())
        upkeep.queue_due()
        claims.claim(queue="probe", worker="w", limit=1)
    parked = look(job)
    assert (parked.state, parked.error.code) == (JobState.FAILED, "worker_lost")
    assert parked.attempt == parked.max_attempts == 5


def test_a_failure_that_may_be_tried_again_waits_longer_each_time(claimed, look):
    job, _held = claimed()
    waits = []
    with override_settings(JOB_RETRY_SECONDS=4):
        for attempt in range(1, 4):
            outcomes.fail(Held(job.id, attempt, "w"), JobFailure("x", "Not now.", retry=True))
            waits.append((Job.objects.get().run_after - timezone.now()).total_seconds())
            Job.objects.update(run_after=timezone.now())
            upkeep.queue_due()
            claims.claim(queue="probe", worker="w", limit=1)
    assert 1.9 < waits[0] <= 4
    assert 3.9 < waits[1] <= 8
    assert 7.9 < waits[2] <= 16


@override_settings(JOB_RETRY_SECONDS=0)
def test_a_time_that_somebody_named_is_kept(claimed):
    _, held = claimed()
    outcomes.fail(held, JobFailure("busy", "Later.", retry=True, retry_after=300))
    assert (Job.objects.get().run_after - timezone.now()).total_seconds() > 290


def test_a_final_failure_is_not_tried_again(claimed, look):
    job, held = claimed()
    outcomes.fail(held, JobFailure("broken", "It is broken."))
    seen = look(job)
    assert (seen.state, seen.error.code, seen.error.message) == (JobState.FAILED, "broken", "It is broken.")


def test_the_last_attempt_is_the_last(claimed, look):
    job, _ = claimed()
    Job.objects.update(failures=4)
    outcomes.fail(Held(job.id, 1, "w"), JobFailure("x", "Again.", retry=True))
    assert look(job).state is JobState.FAILED


def test_what_is_handed_back_waits_at_its_place_and_counts_as_no_failure(claimed, look):
    _job, held = claimed()
    rank = Job.objects.get().rank
    assert outcomes.hand_back(held)
    row = Job.objects.get()
    assert (row.state, row.failures, row.rank, row.published_at) == ("queued", 0, rank, None)


def test_a_failure_of_a_job_that_was_cancelled_meanwhile_is_its_end(claimed, ask, ada):
    job, held = claimed()
    ask(JobCancel(job_id=job.id), by=ada)
    outcomes.fail(held, JobFailure("x", "Again.", retry=True))
    assert state(job) == "cancelled"


def test_the_next_step_is_queued_with_the_end_of_the_one_before(claimed):
    _job, held = claimed(then=[Step(kind="probe.noop", params={"note": "next"})])
    outcomes.succeed(held, result=RESULT, saved=[])
    (following,) = claims.claim(queue="probe", worker="w", limit=5)
    assert following.job.subject == "next"


def test_steps_behind_a_failure_are_cancelled_and_say_why(claimed, look):
    job, held = claimed(then=[Step(kind="probe.noop", params={}), Step(kind="probe.noop", params={})])
    outcomes.fail(held, JobFailure("x", "For good."))
    steps = Job.objects.exclude(pk=job.id)
    assert [(step.state, step.error["code"]) for step in steps] == [("cancelled", "previous_failed")] * 2


def test_a_step_without_its_file_takes_the_first_of_the_step_before(claimed, ada):
    _, held = claimed(then=[Step(kind="image.process", params={})])
    made = uuid4()
    outcomes.succeed(held, result=RESULT | {"files": [{"id": str(made), "name": "a.png", "size": 1}]}, saved=[])
    step = Job.objects.get(kind="image.process")
    assert (step.state, step.params["file_id"], step.file_ids) == ("queued", str(made), [str(made)])
    assert step.subject == "a.png"


def test_a_step_that_needs_a_file_which_nobody_made_is_cancelled(claimed):
    _, held = claimed(then=[Step(kind="image.process", params={})])
    outcomes.succeed(held, result=RESULT, saved=[])
    step = Job.objects.get(kind="image.process")
    assert (step.state, step.error["code"]) == ("cancelled", "no_file")


def test_a_file_that_nobody_can_look_into_says_so_and_waits_no_longer(transactional_db, tmp_path, ada):
    place = tmp_path / "bytes"
    place.write_bytes(b"deadly")
    with atomic():
        file = file_create(owner_id=ada, stored=storage.put(place), name="a.png")
    (claim,) = claims.claim(queue="image", worker="w", limit=1)
    outcomes.fail(Held(claim.job.id, 1, "w"), JobFailure("crashed", "It died.", retry=False))
    file.refresh_from_db()
    assert (file.inspected, file.problem) == (True, "crashed")


def test_what_the_kind_refuses_to_accept_fails_the_job_and_leaves_nothing(claimed, look, monkeypatch):
    job, held = claimed(note="x")

    def refuse(params, result):
        Job.objects.filter(pk=job.id).update(subject="half done")
        raise LimitExceeded("Too much.", limit=1)

    kind = load_all()["probe.noop"]
    monkeypatch.setitem(base.KINDS, "probe.noop", replace(kind, accepted=refuse))
    outcomes.succeed(held, result=RESULT, saved=[])
    seen = look(job)
    assert (seen.state, seen.error.code, seen.subject) == (JobState.FAILED, "limit_exceeded", "x")


@pytest.fixture
def two_claimed(create, ada):
    """Two jobs that a worker has, and results for both."""
    create(by=ada), create(by=ada)
    taken = claims.claim(queue="probe", worker="w", limit=2)
    return [outcomes.Success(held=Held(one.job.id, one.job.attempt, "w"), result=RESULT, plain=True) for one in taken]


def test_results_that_wait_are_stored_together(two_claimed, recorded, django_assert_num_queries):
    with django_assert_num_queries(4):  # begin, results, events, commit
        assert outcomes.succeed_together(two_claimed)
    assert set(Job.objects.values_list("state", flat=True)) == {JobState.SUCCEEDED}
    assert [body["job"]["state"] for _, _, body in recorded()][-2:] == ["succeeded", "succeeded"]


def test_together_with_a_result_that_came_too_late_none_is_stored(two_claimed):
    first, second = two_claimed
    assert outcomes.fail(first.held, JobFailure("lost", "It was given up.", retry=True))
    assert not outcomes.succeed_together(two_claimed)
    assert Job.objects.get(pk=second.held.job_id).state == JobState.RUNNING
    assert [first(), second()] == [False, True]


def test_a_result_that_a_step_waits_for_is_stored_alone(create, ada):
    create(by=ada, then=[Step(kind="probe.noop", params={})])
    (one,) = claims.claim(queue="probe", worker="w", limit=1)
    success = outcomes.Success(held=Held(one.job.id, 1, "w"), result=RESULT, plain=True)
    assert not outcomes.succeed_together([success])
    assert success()
    assert Job.objects.filter(state=JobState.QUEUED).count() == 1
