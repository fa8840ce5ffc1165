"""Rows as contracts: what others get to see of a job and of a batch."""

from collections.abc import Iterable

import msgspec

from contracts import job as contract
from contracts.job import JobError, JobProgress, JobState, Lane, TimelineEntry
from jobs.models import Attempt, Batch, Job

LANES = {Lane.EXPRESS: 0, Lane.NORMAL: 1, Lane.BULK: 2}


def job_view(job: Job, *, timeline: Iterable[Attempt] | None = None) -> contract.Job:
    return contract.Job(
        id=job.id,
        kind=job.kind,
        state=JobState(job.state),
        subject=job.subject,
        owner_id=job.owner_id,
        conversation_id=job.conversation_id,
        batch_id=job.batch_id,
        previous_id=job.previous_id,
        chain_id=job.chain_id,
        attempt=job.attempt,
        max_attempts=job.max_attempts,
        progress=None if job.progress is None else msgspec.convert(job.progress, JobProgress),
        params=job.params,
        result=job.result,
        error=_error(job.error),
        cancelling=job.cancelling,
        pausing=job.pausing,
        created_at=job.created_at,
        run_after=job.run_after,
        started_at=job.started_at,
        finished_at=job.finished_at,
        rev=job.rev,
        timeline=None if timeline is None else [_made(job), *map(_entry, timeline)],
    )


def batch_view(batch: Batch) -> contract.Batch:
    over = batch.succeeded + batch.failed + batch.cancelled
    return contract.Batch(
        id=batch.id,
        kind=batch.kind,
        title=batch.title,
        owner_id=batch.owner_id,
        conversation_id=batch.conversation_id,
        expected=batch.expected,
        total=batch.total,
        waiting=batch.total - batch.running - over,
        running=batch.running,
        succeeded=batch.succeeded,
        failed=batch.failed,
        cancelled=batch.cancelled,
        kept=batch.kept,
        bytes_before=batch.bytes_before,
        bytes_after=batch.bytes_after,
        created_at=batch.created_at,
        finished_at=batch.finished_at,
        rev=batch.rev,
    )


def _made(job: Job) -> TimelineEntry:
    state = JobState.QUEUED if job.previous_id is None else JobState.WAITING
    return TimelineEntry(at=job.created_at, state=state, attempt=0, note="created")


def _entry(entry: Attempt) -> TimelineEntry:
    return TimelineEntry(
        at=entry.at,
        state=JobState(entry.state),
        attempt=entry.number,
        note=entry.note,
        worker=entry.worker,
        error=_error(entry.error),
    )


def _error(error: dict[str, str] | None) -> JobError | None:
    return None if error is None else JobError(code=error["code"], message=error["message"])
