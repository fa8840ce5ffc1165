"""Whose jobs one sees and changes: one's own, and those of conversations that one hears. Others are not there."""

from uuid import uuid4

import pytest

from bus import afterwards
from bus.topology import CONTROL
from contracts.errors import Conflict, InvalidRequest, NotFound
from contracts.job import (
    BatchCancel,
    BatchGet,
    BatchRetry,
    JobCancel,
    JobDelete,
    JobGet,
    JobList,
    JobRetry,
    JobState,
    Step,
)
from contracts.message import MemberAdd, MemberRemove, MessageSendFiles
from jobs.engine import claims
from jobs.models import Job


@pytest.fixture
def listed(ask):
    return lambda *, by, **fields: [job.id for job in ask(JobList(**fields), by=by).jobs]


@pytest.mark.parametrize("operation", [JobGet, JobCancel, JobRetry, JobDelete])
def test_somebody_elses_job_is_not_there(ask, create, ada, bob, operation):
    job = create(by=ada).job
    for job_id in (job.id, uuid4()):
        with pytest.raises(NotFound):
            ask(operation(job_id=job_id), by=bob)
    assert Job.objects.get().state == "queued"


@pytest.mark.parametrize("operation", [BatchGet, BatchCancel, BatchRetry])
def test_somebody_elses_batch_is_not_there(ask, batch, ada, bob, operation):
    made = batch(1, by=ada)
    with pytest.raises(NotFound):
        ask(operation(batch_id=made.id), by=bob)


def test_members_see_a_job_of_their_conversation_and_only_its_owner_changes_it(ask, create, group, ada, bob):
    conversation = group(ada, bob)
    job = create(by=ada, conversation_id=conversation).job
    assert ask(JobGet(job_id=job.id), by=bob).id == job.id
    for operation in (JobCancel, JobRetry, JobDelete):
        with pytest.raises(NotFound):
            ask(operation(job_id=job.id), by=bob)


def test_who_joins_later_or_has_left_does_not_see_it(ask, create, group, listed, ada, bob, person):
    conversation, late = group(ada, bob), person()
    job = create(by=ada, conversation_id=conversation).job
    ask(MemberAdd(conversation_id=conversation, user_ids=[late]), by=ada)
    ask(MemberRemove(conversation_id=conversation, user_id=bob), by=ada)
    for somebody in (late, bob):
        with pytest.raises(NotFound):
            ask(JobGet(job_id=job.id), by=somebody)
        assert listed(by=somebody, ids=[job.id]) == []
    assert listed(by=late, conversation_id=conversation) == []
    with pytest.raises(NotFound):
        listed(by=bob, conversation_id=conversation)


def test_a_list_is_ones_own_newest_first_in_pages(ask, create, ada, bob):
    made = [create(by=ada).job.id for _ in range(5)]
    create(by=bob)
    first = ask(JobList(limit=3), by=ada)
    rest = ask(JobList(limit=3, cursor=first.next), by=ada)
    assert [job.id for job in [*first.jobs, *rest.jobs]] == made[::-1]
    assert rest.next is None
    with pytest.raises(InvalidRequest):
        ask(JobList(cursor="nonsense"), by=ada)


def test_a_list_can_be_filtered(create, batch, group, listed, ada, bob):
    conversation = group(ada, bob)
    noop, fail = create(by=ada).job, create(by=ada, kind="probe.fail", params={}).job
    shared = create(by=ada, conversation_id=conversation).job
    many = batch(2, by=ada)
    Job.objects.filter(pk=noop.id).update(state="failed")
    assert listed(by=ada, state=JobState.FAILED) == [noop.id]
    assert listed(by=ada, kind="probe.fail") == [fail.id]
    assert listed(by=bob, conversation_id=conversation) == [shared.id]
    assert len(listed(by=ada, batch_id=many.id)) == 2
    assert listed(by=bob, ids=[noop.id, shared.id]) == [shared.id]
    with pytest.raises(NotFound):
        listed(by=bob, batch_id=many.id)


def test_internal_jobs_are_nobodys_to_see(ask, create, listed, ada):
    job = create(by=ada).job
    Job.objects.update(hidden=True)
    assert listed(by=ada) == listed(by=ada, ids=[job.id]) == []
    with pytest.raises(NotFound):
        ask(JobGet(job_id=job.id), by=ada)


def test_what_waits_is_cancelled_at_once_with_the_steps_behind_it(ask, create, ada):
    made = create(by=ada, then=[Step(kind="probe.noop", params={})])
    gone = ask(JobCancel(job_id=made.job.id), by=ada)
    assert (gone.state, gone.finished_at is not None) == (JobState.CANCELLED, True)
    assert set(Job.objects.values_list("state", flat=True)) == {"cancelled"}


def test_what_runs_is_asked_to_stop_and_stays_until_it_has(ask, create, ada):
    job = create(by=ada).job
    claims.claim(queue="probe", worker="w", limit=1)
    afterwards.take()
    seen = ask(JobCancel(job_id=job.id), by=ada)
    assert (seen.state, seen.cancelling) == (JobState.RUNNING, True)
    assert [note.exchange for note in afterwards.take() if str(job.id).encode() in note.body] == [CONTROL]
    assert claims.renew(worker="w", held={(job.id, 1): None}) == {job.id: "cancel"}


def test_what_is_over_stays_as_it_is(ask, create, ada):
    job = create(by=ada).job
    Job.objects.update(state="succeeded")
    assert ask(JobCancel(job_id=job.id), by=ada).state is JobState.SUCCEEDED
    with pytest.raises(Conflict):
        ask(JobRetry(job_id=job.id), by=ada)


def test_a_failed_job_begins_anew_with_the_steps_behind_it(ask, create, ada):
    made = create(by=ada, then=[Step(kind="probe.noop", params={})])
    Job.objects.filter(pk=made.job.id).update(
        state="failed", failures=5, attempt=5, error={"code": "x", "message": "y"}
    )
    Job.objects.filter(previous_id=made.job.id).update(state="cancelled")
    again = ask(JobRetry(job_id=made.job.id), by=ada)
    assert (again.state, again.error, again.finished_at) == (JobState.QUEUED, None, None)
    assert Job.objects.get(previous_id=made.job.id).state == "waiting"
    assert Job.objects.get(pk=made.job.id).failures == 0


def test_a_step_does_not_begin_anew_before_the_one_in_front_of_it_has_succeeded(ask, create, ada):
    made = create(by=ada, then=[Step(kind="probe.noop", params={})])
    ask(JobCancel(job_id=made.job.id), by=ada)
    with pytest.raises(Conflict):
        ask(JobRetry(job_id=made.steps[0].id), by=ada)


def test_only_a_job_that_is_over_can_be_deleted_and_that_is_told(ask, create, recorded, ada):
    job = create(by=ada).job
    with pytest.raises(Conflict):
        ask(JobDelete(job_id=job.id), by=ada)
    ask(JobCancel(job_id=job.id), by=ada)
    ask(JobDelete(job_id=job.id), by=ada)
    assert not Job.objects.exists()
    ((_, key, body),) = recorded("job.deleted")
    assert (key, body) == (f"u.{ada.hex}", {"job_id": str(job.id), "rev": 3})


@pytest.fixture
def borrowed(ask, group, upload, create, ada, bob):
    """Bob's failed job on a file that Ada showed him in a group, and the group."""
    conversation, file = group(ada, bob), upload(ada, b"a picture")
    shown = MessageSendFiles(conversation_id=conversation, client_id=uuid4(), file_ids=[file.id])
    ask(shown, by=ada)
    job = create(by=bob, kind="image.process", params={"file_id": str(file.id)}).job
    Job.objects.filter(pk=job.id).update(state="failed")
    return job, conversation


def test_what_one_may_not_read_any_more_is_not_read_by_a_retry(ask, borrowed, ada, bob):
    job, conversation = borrowed
    ask(MemberRemove(conversation_id=conversation, user_id=bob), by=ada)
    with pytest.raises(Conflict):
        ask(JobRetry(job_id=job.id), by=bob)
    assert Job.objects.get(pk=job.id).state == "failed"


def test_what_one_may_read_is_read_once_more(ask, borrowed, bob):
    job, _ = borrowed
    assert ask(JobRetry(job_id=job.id), by=bob).state is JobState.QUEUED
