"""Many jobs as one: counted in the same transaction, told, cancelled and begun anew together."""

from uuid import uuid4

import pytest

from contracts.errors import Conflict, InvalidRequest, LimitExceeded, NotFound
from contracts.job import BatchCancel, BatchGet, BatchRetry, JobBatch, JobCancel, JobDelete, JobRetry, JobState, Step
from jobs.engine import claims, news, outcomes
from jobs.engine.outcomes import Held
from jobs.kinds.base import JobFailure
from jobs.models import Batch, Job


@pytest.fixture
def take():
    return lambda limit=1: [
        Held(one.job.id, one.job.attempt, "w") for one in claims.claim(queue="probe", worker="w", limit=limit)
    ]


def counts(batch_id) -> dict[str, int]:
    """As stored, checked against the jobs themselves."""
    batch = Batch.objects.get(pk=batch_id)
    found = {name: getattr(batch, name) for name in ("total", "running", "succeeded", "failed", "cancelled")}
    jobs = Job.objects.filter(batch_id=batch_id)
    assert found == {"total": jobs.count()} | {
        name: jobs.filter(state=name).count() for name in ("running", "succeeded", "failed", "cancelled")
    }
    return found


def test_a_batch_has_a_job_for_each_item(batch, ada):
    made = batch(3, by=ada, title="Three")
    assert (made.title, made.expected, made.total, made.waiting) == ("Three", 3, 3, 3)
    assert sorted(Job.objects.values_list("subject", flat=True)) == ["0", "1", "2"]


def test_the_same_key_makes_one_batch(ask, batch, ada):
    key = uuid4()
    assert batch(2, by=ada, client_id=key).id == batch(2, by=ada, client_id=key).id
    assert Job.objects.count() == 2
    with pytest.raises(Conflict):
        batch(2, by=ada, client_id=key, kind="probe.fail")


def test_its_counts_follow_its_jobs_until_it_is_finished(batch, take, ask, ada):
    made = batch(4, by=ada)
    one, two, three = take(3)
    assert counts(made.id)["running"] == 3
    outcomes.succeed(one, result={"slept": 0.0}, saved=[])
    outcomes.fail(two, JobFailure("x", "No."))
    outcomes.fail(three, JobFailure("x", "Again.", retry=True))
    assert ask(BatchGet(batch_id=made.id), by=ada).waiting == 2
    ask(BatchCancel(batch_id=made.id), by=ada)
    assert counts(made.id) == {"total": 4, "running": 0, "succeeded": 1, "failed": 1, "cancelled": 2}
    assert ask(BatchGet(batch_id=made.id), by=ada).finished_at is not None


def test_what_results_tell_of_their_bytes_is_summed(batch, take, ask, ada):
    made = batch(2, by=ada)
    one, two = take(2)
    file = {"id": str(uuid4()), "name": "a", "size": 40}
    outcomes.succeed(one, result={"slept": 0.0, "source": file | {"size": 100}, "files": [file]}, saved=[])
    outcomes.succeed(two, result={"slept": 0.0, "source": file, "files": [file], "kept": "small enough"}, saved=[])
    seen = ask(BatchGet(batch_id=made.id), by=ada)
    assert (seen.bytes_before, seen.bytes_after, seen.kept) == (140, 80, 1)


def test_failed_and_cancelled_jobs_begin_anew_together(batch, take, ask, ada):
    made = batch(3, by=ada)
    one, two = take(2)
    outcomes.succeed(one, result={"slept": 0.0}, saved=[])
    outcomes.fail(two, JobFailure("x", "No."))
    ask(BatchCancel(batch_id=made.id), by=ada)
    again = ask(BatchRetry(batch_id=made.id), by=ada)
    assert (again.waiting, again.succeeded, again.finished_at) == (2, 1, None)
    assert len(take(5)) == 2
    counts(made.id)


def test_more_jobs_may_follow_up_to_what_was_expected(batch, create, ada):
    made = batch(0, by=ada, expected=2)
    for n in range(2):
        create(by=ada, batch_id=made.id, note=str(n))
    with pytest.raises(LimitExceeded):
        create(by=ada, batch_id=made.id)
    assert counts(made.id)["total"] == 2


def test_a_batch_that_expects_more_is_not_finished(batch, create, take, ask, ada):
    made = batch(1, by=ada, expected=2)
    outcomes.succeed(take()[0], result={"slept": 0.0}, saved=[])
    assert ask(BatchGet(batch_id=made.id), by=ada).finished_at is None
    create(by=ada, batch_id=made.id)
    outcomes.succeed(take()[0], result={"slept": 0.0}, saved=[])
    assert ask(BatchGet(batch_id=made.id), by=ada).finished_at is not None


def test_a_batch_of_somebody_else_takes_no_job(batch, create, ada, bob):
    made = batch(1, by=ada, expected=5)
    with pytest.raises(NotFound):
        create(by=bob, batch_id=made.id)


def test_a_chain_in_a_batch_is_refused(batch, create, ada):
    made = batch(1, by=ada, expected=5)
    with pytest.raises(InvalidRequest):
        create(by=ada, batch_id=made.id, then=[Step(kind="probe.noop", params={})])


@pytest.mark.parametrize("expected", [1, None])
def test_no_fewer_are_expected_than_there_are_and_at_least_one(ask, ada, expected):
    items = [{}, {}] if expected else []
    request = JobBatch(kind="probe.noop", params={}, items=items, client_id=uuid4(), title="x", expected=expected)
    with pytest.raises(InvalidRequest):
        ask(request, by=ada)


def test_an_item_that_is_wrong_is_named_and_nothing_is_made(ask, ada):
    request = JobBatch(kind="probe.noop", params={}, items=[{}, {"steps": "x"}], client_id=uuid4(), title="x")
    with pytest.raises(InvalidRequest) as caught:
        ask(request, by=ada)
    assert caught.value.data["field"] == "items[1].steps"
    assert not Batch.objects.exists()


def test_a_deleted_job_is_forgotten_by_its_batch(batch, take, ask, ada):
    made = batch(2, by=ada)
    (one,) = take()
    outcomes.succeed(one, result={"slept": 0.0}, saved=[])
    ask(JobDelete(job_id=one.job_id), by=ada)
    assert counts(made.id) == {"total": 1, "running": 0, "succeeded": 0, "failed": 0, "cancelled": 0}


def test_cancelling_and_beginning_anew_one_by_one_is_counted(batch, ask, ada):
    made = batch(2, by=ada)
    job = Job.objects.filter(batch_id=made.id).first()
    ask(JobCancel(job_id=job.id), by=ada)
    assert counts(made.id)["cancelled"] == 1
    ask(JobRetry(job_id=job.id), by=ada)
    assert counts(made.id)["cancelled"] == 0


def test_a_small_batch_is_told_at_each_change_to_its_conversation(batch, take, group, recorded, ada):
    conversation = group(ada)
    made = batch(2, by=ada, conversation_id=conversation)
    before = len(recorded("batch.changed"))
    for held in take(2):
        outcomes.succeed(held, result={"slept": 0.0}, saved=[])
    told = recorded("batch.changed")
    assert len(told) - before == 3  # both were claimed at once
    assert {key for _, key, _ in told} == {f"c.{conversation.hex}.1.u.{ada.hex}"}
    assert told[-1][2]["batch"]["succeeded"] == 2
    assert {key for _, key, _ in recorded("job.changed")} == {f"c.{conversation.hex}.1.u.{ada.hex}"}
    assert made.id


def test_of_a_large_batch_the_conversation_hears_now_and_then_and_of_its_jobs_nothing(
    batch, take, group, recorded, ada
):
    conversation = group(ada)
    made = batch(60, by=ada, conversation_id=conversation)
    assert {key for _, key, _ in recorded("job.changed")} == {f"u.{ada.hex}"}
    for held in take(60):
        outcomes.succeed(held, result={"slept": 0.0}, saved=[])
    told = recorded("batch.changed")
    assert len(told) < 60
    assert told[-1][2]["batch"]["succeeded"] == 60, "the last one is always told"
    counts(made.id)
    assert news.TELL_EVERY.total_seconds() == 1


def test_ten_thousand_items_are_made_within_the_deadline(ask, ada):
    request = JobBatch(
        kind="probe.noop", params={}, items=[{"note": f"{n}"} for n in range(10_000)], client_id=uuid4(), title="x"
    )
    made = ask(request, by=ada).batch
    assert (made.total, Job.objects.count()) == (10_000, 10_000)


def test_all_states_of_a_batch_together(batch, ada):
    made = batch(1, by=ada)
    assert made.total == made.waiting + made.running + made.succeeded + made.failed + made.cancelled
    assert Job.objects.get().state == JobState.QUEUED
