"""Telling what changed: events of jobs and batches for who may see them, pokes and orders for who acts on them.

All of it is recorded in the transaction of the change; the batch's row is locked after its jobs' rows, always.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import msgspec
from django.utils import timezone

from bus import afterwards
from bus.afterwards import Note
from bus.topology import CONTROL, SCHEDULER_POKE
from contracts.audience import Audience
from contracts.base import Event
from contracts.job import QUIET_BATCH, BatchChanged, JobChanged, JobDeleted, JobState
from eventlog.outbox import record_many
from jobs.engine.views import batch_view, job_view
from jobs.models import Batch, Job

TELL_EVERY = timedelta(seconds=1)
"""How often a large batch is told of, at most, before its end."""
_COUNTED = {
    JobState.RUNNING: "running",
    JobState.SUCCEEDED: "succeeded",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "cancelled",
}
"""State → the batch's column that counts jobs in it."""


def tell(jobs: Sequence[Job], *, batch: Batch | None = None) -> None:
    """Record that these jobs are as they are now. `batch`: theirs, if they have one."""
    record_many([(JobChanged(job=job_view(job)), audience(job, batch)) for job in jobs if not job.hidden])


def tell_deleted(job: Job, *, batch: Batch | None = None) -> None:
    record_many([(JobDeleted(job_id=job.id, rev=job.rev + 1), audience(job, batch))])


def audience(job: Job, batch: Batch | None) -> Audience:
    """The owner, and the job's conversation, unless it is one of very many."""
    if job.conversation_id is None or (batch is not None and batch.expected > QUIET_BATCH):
        return Audience(user_id=job.owner_id)
    return Audience(conversation_id=job.conversation_id, seq=job.seq, user_id=job.owner_id)


def tell_batch(batch: Batch) -> None:
    """Save a batch that has changed, under its lock, and record it unless it was told of just now."""
    batch.rev += 1
    over = batch.succeeded + batch.failed + batch.cancelled
    if over < batch.total or over < batch.expected:
        batch.finished_at = None
    elif batch.finished_at is None:
        batch.finished_at = timezone.now()
    if _due(batch):
        batch.told_at = timezone.now()
        record_many([_told(batch)])
    batch.save()


def lock_batch(batch_id: UUID | None) -> Batch | None:
    return None if batch_id is None else Batch.objects.select_for_update(no_key=True).get(pk=batch_id)


def count(batch: Batch | None, jobs: Iterable[Job], *, before: Mapping[UUID, str]) -> None:
    """Note in a locked batch that its jobs went from the states `before` to those that they have now."""
    if batch is None:
        return
    for job in jobs:
        _add(batch, before[job.id], -1)
        _add(batch, job.state, 1)
    tell_batch(batch)


def poke_scheduler() -> None:
    """After commit: there may be something to publish."""
    afterwards.poke(SCHEDULER_POKE)


def order_cancel(job: Job) -> None:
    """After commit: whoever runs the job shall stop. Lost, it costs the time until the worker's next sign of life."""
    afterwards.publish(Note(CONTROL, "", msgspec.json.encode({"cancel": job.id})))


def order_pause(job: Job) -> None:
    """As `order_cancel`."""
    afterwards.publish(Note(CONTROL, "", msgspec.json.encode({"pause": job.id})))


def _add(batch: Batch, state: str, number: int) -> None:
    column = _COUNTED.get(JobState(state))
    if column is not None:
        setattr(batch, column, max(0, getattr(batch, column) + number))


def _due(batch: Batch) -> bool:
    if batch.expected <= QUIET_BATCH or batch.finished_at is not None or batch.told_at is None:
        return True
    return timezone.now() - batch.told_at >= TELL_EVERY


def _told(batch: Batch) -> tuple[Event, Audience]:
    if batch.conversation_id is None:
        return BatchChanged(batch=batch_view(batch)), Audience(user_id=batch.owner_id)
    seen_by = Audience(conversation_id=batch.conversation_id, seq=batch.seq, user_id=batch.owner_id)
    return BatchChanged(batch=batch_view(batch)), seen_by
