"""What changes jobs on somebody's wish (docs/jobs.md). What workers and the scheduler change: `outcomes`, `upkeep`."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID, uuid5

import msgspec
from django.conf import settings
from django.db import IntegrityError
from django.db.models import QuerySet
from django.db.transaction import atomic
from django.utils import timezone

from contracts import job as contract
from contracts.errors import Conflict, InvalidRequest, LimitExceeded, NotFound
from contracts.ids import uuid7
from contracts.job import OVER, JobState, Lane
from contracts.message import ConversationGet
from jobs.engine import cards, changes, news
from jobs.engine.drafts import INPUT, INPUTS, Ask, Draft, drafts, kind_named, permit, wish, wish_step
from jobs.engine.inserting import CHUNK, insert_jobs, new_job
from jobs.engine.views import batch_view, job_view
from jobs.files.access import files_readable
from jobs.files.services import files_share
from jobs.models import Batch, Job


def job_create(*, actor: UUID, request: contract.JobCreate, ask: Ask) -> contract.JobCreatedReply:
    """Raises InvalidRequest, NotFound, Conflict, LimitExceeded. Not to be called inside a transaction."""
    first = Job.objects.filter(owner_id=actor, client_id=request.client_id).first()
    if first is not None:
        return _repeated_job(first, request)
    made = drafts(_wishes(request), actor=actor, ask=ask)
    place = _place(actor, request, ask)
    try:
        with atomic():
            jobs = _job_insert_all(made, actor=actor, request=request, place=place)
    except IntegrityError:
        first = Job.objects.filter(owner_id=actor, client_id=request.client_id).first()
        if first is None:
            raise
        return _repeated_job(first, request)
    if place.batch_id is None:
        cards.post_job(jobs[0], ask=ask)
    return contract.JobCreatedReply(job=job_view(jobs[0]), steps=[job_view(job) for job in jobs[1:]], duplicate=False)


def batch_create(*, actor: UUID, request: contract.JobBatch, ask: Ask) -> contract.BatchCreatedReply:
    """Raises InvalidRequest, NotFound, Conflict, LimitExceeded. Not to be called inside a transaction."""
    first = Batch.objects.filter(owner_id=actor, client_id=request.client_id).first()
    if first is not None:
        return _repeated_batch(first, request)
    kind = kind_named(request.kind)
    expected = request.expected or len(request.items)
    if not len(request.items) <= expected or expected == 0:
        raise InvalidRequest("expected: at least one job, and no fewer than there are items.", field="expected")
    wishes = [wish(kind, request.params | item, field=f"items[{n}]") for n, item in enumerate(request.items)]
    made = drafts(wishes, actor=actor, ask=ask)
    seq = _seq(request.conversation_id, ask)
    batch = _batch(actor, request, expected=expected, seq=seq)
    try:
        with atomic():
            _batch_insert(batch, made, lane=request.lane)
    except IntegrityError:
        first = Batch.objects.filter(owner_id=actor, client_id=request.client_id).first()
        if first is None:
            raise
        return _repeated_batch(first, request)
    cards.post_batch(batch, ask=ask)
    return contract.BatchCreatedReply(batch=batch_view(batch), duplicate=False)


def job_cancel(*, actor: UUID, job_id: UUID) -> contract.Job:
    """Raises NotFound."""
    with atomic():
        job = _own(actor, job_id)
        batch = news.lock_batch(job.batch_id)
        changes.cancel([job, *changes.steps_behind(job)], batch=batch)
    return job_view(job)


def job_retry(*, actor: UUID, job_id: UUID, ask: Ask | None = None) -> contract.Job:
    """Raises NotFound, Conflict. Without `ask`, by staff, nobody looks whether the owner may still read the inputs."""
    if ask is not None:
        _check_inputs(Job.objects.filter(pk=job_id, owner_id=actor), actor, ask)
    with atomic():
        job = _own(actor, job_id)
        if job.state not in (JobState.FAILED, JobState.CANCELLED):
            raise Conflict("Only a job that failed or was cancelled can begin anew.")
        if job.previous_id is not None and not Job.objects.filter(pk=job.previous_id, state="succeeded").exists():
            raise Conflict("The step before this one has not succeeded: begin with that one.")
        changes.begin_anew([job, *changes.steps_behind(job)], batch=news.lock_batch(job.batch_id))
    return job_view(job)


def job_replay(*, actor: UUID, request: contract.JobReplay, ask: Ask) -> contract.JobCreatedReply:
    """Raises NotFound, Conflict, LimitExceeded. Not to be called inside a transaction."""
    job = Job.objects.filter(pk=request.job_id, owner_id=actor, hidden=False).first()
    if job is None:
        raise NotFound
    first, *steps = changes.chain_of(job)
    if any(JobState(one.state) not in OVER for one in (first, *steps)):
        raise Conflict("This job is not over yet.")
    again = contract.JobCreate(
        kind=first.kind,
        params=first.params,
        client_id=request.client_id,
        conversation_id=first.conversation_id,
        then=[contract.Step(kind=step.kind, params=_given(step)) for step in steps],
    )
    return job_create(actor=actor, request=again, ask=ask)


def _check_inputs(jobs: "QuerySet[Job]", actor: UUID, ask: Ask) -> None:
    """What its owner may not read any more, a job does not read for him once more. Raises Conflict."""
    found = list(jobs)
    file_ids = list({UUID(file_id) for job in found for file_id in job.file_ids})
    try:
        for job in found:
            permit(job, actor, ask)
        if file_ids:
            files_readable(actor=actor, file_ids=file_ids, ask=ask)
    except NotFound:
        raise Conflict("Something that this needs was deleted, or is not yours to read any more.") from None


def _given(step: Job) -> dict[str, Any]:
    """Its parameters as they were asked for, without what the step before gave."""
    return {name: value for name, value in step.params.items() if not (step.follows and name in (INPUT, INPUTS))}


def job_pause(*, actor: UUID, job_id: UUID) -> contract.Job:
    """Raises NotFound, Conflict."""
    with atomic():
        job = _own(actor, job_id)
        if job.state == JobState.WAITING or JobState(job.state) in OVER:
            raise Conflict("Only a job that is queued or runs can be paused.")
        changes.pause([job], batch=news.lock_batch(job.batch_id))
    return job_view(job)


def job_resume(*, actor: UUID, job_id: UUID) -> contract.Job:
    """Raises NotFound, Conflict."""
    with atomic():
        job = _own(actor, job_id)
        if JobState(job.state) in OVER:
            raise Conflict("This job is over. It can only begin anew.")
        changes.resume([job], batch=news.lock_batch(job.batch_id))
    return job_view(job)


def job_delete(*, actor: UUID, job_id: UUID) -> None:
    """Raises NotFound, Conflict."""
    with atomic():
        job = _own(actor, job_id)
        if JobState(job.state) not in OVER:
            raise Conflict("This job is not over yet. Cancel it first.")
        changes.delete(job, batch=news.lock_batch(job.batch_id))


def batch_cancel(*, actor: UUID, batch_id: UUID) -> contract.Batch:
    """Raises NotFound."""
    with atomic():
        jobs = list(Job.objects.select_for_update().filter(batch_id=batch_id, finished_at=None).order_by("id"))
        batch = _own_batch(actor, batch_id)
        batch.expected = batch.total
        changes.cancel(jobs, batch=batch)
    return batch_view(batch)


def batch_retry(*, actor: UUID, batch_id: UUID, ask: Ask | None = None) -> contract.Batch:
    """Raises NotFound, Conflict. `ask`: as in `job_retry`."""
    failed = Job.objects.filter(batch_id=batch_id, state__in=(JobState.FAILED, JobState.CANCELLED))
    if ask is not None:
        _check_inputs(failed.filter(owner_id=actor), actor, ask)
    with atomic():
        jobs = list(failed.select_for_update().order_by("id"))
        batch = _own_batch(actor, batch_id)
        changes.begin_anew(jobs, batch=batch)
    return batch_view(batch)


def batch_pause(*, actor: UUID, batch_id: UUID) -> contract.Batch:
    """Raises NotFound."""
    with atomic():
        jobs = list(Job.objects.select_for_update().filter(batch_id=batch_id, finished_at=None).order_by("id"))
        batch = _own_batch(actor, batch_id)
        changes.pause(jobs, batch=batch)
    return batch_view(batch)


def batch_resume(*, actor: UUID, batch_id: UUID) -> contract.Batch:
    """Raises NotFound."""
    with atomic():
        jobs = list(Job.objects.select_for_update().filter(batch_id=batch_id, finished_at=None).order_by("id"))
        batch = _own_batch(actor, batch_id)
        changes.resume(jobs, batch=batch)
    return batch_view(batch)


# ---- where a new job belongs


class _Place(msgspec.Struct, frozen=True, kw_only=True):
    """`seq`: of a message that would come next in the conversation: who joined before it sees the job."""

    conversation_id: UUID | None = None
    seq: int = 0
    batch_id: UUID | None = None


def _place(actor: UUID, request: contract.JobCreate, ask: Ask) -> _Place:
    if request.batch_id is None:
        return _Place(conversation_id=request.conversation_id, seq=_seq(request.conversation_id, ask))
    batch = Batch.objects.filter(pk=request.batch_id, owner_id=actor).first()
    if batch is None:
        raise NotFound("There is no such batch of yours.", field="batch_id")
    if request.conversation_id not in (None, batch.conversation_id):
        raise InvalidRequest("conversation_id: a batch's jobs are seen where the batch is.", field="conversation_id")
    if request.then:
        raise InvalidRequest("then: a job of a batch has no steps behind it.", field="then")
    return _Place(conversation_id=batch.conversation_id, seq=batch.seq, batch_id=batch.id)


def _seq(conversation_id: UUID | None, ask: Ask) -> int:
    """Raises NotFound when the actor is no member."""
    return 0 if conversation_id is None else ask(ConversationGet(conversation_id=conversation_id)).last_seq + 1


def _wishes(request: contract.JobCreate) -> list[Any]:
    first = wish(kind_named(request.kind), request.params)
    steps = [
        wish_step(kind_named(step.kind, field=f"then[{n}].kind"), step.params, field=f"then[{n}].params")
        for n, step in enumerate(request.then)
    ]
    return [first, *steps]


# ---- rows


def _job_insert_all(made: Sequence[Draft], *, actor: UUID, request: contract.JobCreate, place: _Place) -> list[Job]:
    batch = _lock_open_batch(place.batch_id)
    jobs: list[Job] = []
    for n, draft in enumerate(made):
        client_id = uuid5(request.client_id, str(n)) if n else request.client_id
        job = new_job(draft, owner_id=actor, client_id=client_id, lane=request.lane)
        job.conversation_id, job.seq, job.batch_id = place.conversation_id, place.seq, place.batch_id
        if len(made) > 1:
            job.chain_id = jobs[0].id if jobs else job.id
        if jobs:
            job.previous_id, job.state = jobs[-1].id, JobState.WAITING.value
            job.posted = True
        jobs.append(job)
    insert_jobs(jobs, batch=batch, limit=settings.JOBS_PER_USER)
    _share(jobs)
    if batch is not None:
        batch.total += 1
        news.tell_batch(batch)
    return jobs


def _lock_open_batch(batch_id: UUID | None) -> Batch | None:
    batch = news.lock_batch(batch_id)
    if batch is not None and batch.total >= batch.expected:
        raise LimitExceeded("This batch has all the jobs that it expected.", limit=batch.expected)
    return batch


def _batch(actor: UUID, request: contract.JobBatch, *, expected: int, seq: int) -> Batch:
    return Batch(
        id=uuid7(),
        owner_id=actor,
        client_id=request.client_id,
        kind=request.kind,
        title=request.title,
        conversation_id=request.conversation_id,
        seq=seq,
        expected=expected,
        created_at=timezone.now(),
        rev=0,
    )


def _batch_insert(batch: Batch, made: Sequence[Draft], *, lane: Lane) -> None:
    batch.total = len(made)
    batch.save(force_insert=True)
    jobs = [
        new_job(draft, owner_id=batch.owner_id, client_id=uuid5(batch.client_id, str(n)), lane=lane)
        for n, draft in enumerate(made)
    ]
    for job in jobs:
        job.conversation_id, job.seq, job.batch_id = batch.conversation_id, batch.seq, batch.id
    insert_jobs(jobs, batch=batch, limit=settings.JOBS_PER_USER)
    _share(jobs)
    news.tell_batch(batch)


def _share(jobs: Sequence[Job]) -> None:
    """Whoever sees a job may see the files that it is about."""
    first = jobs[0] if jobs else None
    if first is None or first.conversation_id is None:
        return
    share = partial(files_share, conversation_id=first.conversation_id, seq=first.seq)
    ids = list(dict.fromkeys(UUID(file_id) for job in jobs for file_id in job.file_ids))
    for begin in range(0, len(ids), CHUNK):
        share(file_ids=ids[begin : begin + CHUNK])


def _own(actor: UUID, job_id: UUID) -> Job:
    """The actor's job, locked."""
    job = Job.objects.select_for_update().filter(pk=job_id, owner_id=actor, hidden=False).first()
    if job is None:
        raise NotFound
    return job


def _own_batch(actor: UUID, batch_id: UUID) -> Batch:
    batch = Batch.objects.select_for_update(no_key=True).filter(pk=batch_id, owner_id=actor).first()
    if batch is None:
        raise NotFound
    return batch


# ---- repeats


def _repeated_job(first: Job, request: contract.JobCreate) -> contract.JobCreatedReply:
    if first.kind != request.kind:
        raise Conflict("client_id: used before, for a job of another kind.", field="client_id")
    steps = changes.steps_after(first)
    return contract.JobCreatedReply(job=job_view(first), steps=[job_view(step) for step in steps], duplicate=True)


def _repeated_batch(first: Batch, request: contract.JobBatch) -> contract.BatchCreatedReply:
    if first.kind != request.kind:
        raise Conflict("client_id: used before, for a batch of another kind.", field="client_id")
    return contract.BatchCreatedReply(batch=batch_view(first), duplicate=True)
