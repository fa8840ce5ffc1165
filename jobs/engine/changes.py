"""Changes of jobs whose rows the caller has locked: cancelled, begun anew, deleted. Told and counted with them."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from contracts.job import JobState
from jobs.engine import news
from jobs.models import Attempt, Batch, Job
from jobs.models.jobs import OPEN

CHUNK = 1000


def cancel(jobs: Sequence[Job], *, batch: Batch | None = None, error: dict[str, Any] | None = None) -> None:
    """Cancel what waits; whoever runs the others is told to stop. Jobs that are over stay as they are."""
    before = {job.id: job.state for job in jobs}
    waiting = [job for job in jobs if job.state in OPEN and job.state != JobState.RUNNING]
    running = [job for job in jobs if job.state == JobState.RUNNING and not job.cancelling]
    for job in waiting:
        job.state, job.finished_at, job.error = JobState.CANCELLED.value, timezone.now(), error
        job.run_after = None
    for job in running:
        job.cancelling = True
        news.order_cancel(job)
    _save([*waiting, *running], ["state", "finished_at", "error", "run_after", "cancelling", "rev"], batch=batch)
    _note(waiting, note="cancelled")
    news.count(batch, waiting, before=before)


def begin_anew(jobs: Sequence[Job], *, batch: Batch | None = None) -> None:
    """Queue failed or cancelled jobs again, as if they had never run. A step of a chain waits for the one before."""
    before = {job.id: job.state for job in jobs}
    again = [job for job in jobs if job.state in (JobState.FAILED, JobState.CANCELLED)]
    ids = {job.id for job in again}
    for job in again:
        waits = job.previous_id in ids
        job.state = JobState.WAITING.value if waits else JobState.QUEUED.value
        job.failures, job.cancelling = 0, False
        job.error = job.result = job.progress = None
        job.published_at = job.run_after = job.started_at = job.finished_at = job.worker = job.leased_until = None
    _save(again, _ANEW, batch=batch)
    _note(again, note="begun anew")
    news.count(batch, again, before=before)
    news.poke_scheduler()


def delete(job: Job, *, batch: Batch | None = None) -> None:
    """Delete a job that is over; its batch forgets it."""
    news.tell_deleted(job, batch=batch)
    if batch is not None:
        batch.total -= 1
        batch.expected -= 1
        batch.kept -= bool((job.result or {}).get("kept"))
        setattr(batch, job.state, getattr(batch, job.state) - 1)
        news.tell_batch(batch)
    job.delete()


def steps_after(job: Job) -> list[Job]:
    """The steps of its chain that follow it, in order."""
    found: list[Job] = []
    while (step := Job.objects.filter(previous_id=(found[-1] if found else job).id).first()) is not None:
        found.append(step)
    return found


def steps_behind(job: Job) -> list[Job]:
    """As `steps_after`, locked."""
    ids = [step.id for step in steps_after(job)]
    found = {step.id: step for step in Job.objects.select_for_update().filter(id__in=ids).order_by("id")} if ids else {}
    return [found[step_id] for step_id in ids if step_id in found]


def _save(jobs: Sequence[Job], fields: Sequence[str], *, batch: Batch | None) -> None:
    for job in jobs:
        job.rev += 1
    Job.objects.bulk_update(jobs, fields, batch_size=CHUNK)
    for begin in range(0, len(jobs), CHUNK):
        news.tell(jobs[begin : begin + CHUNK], batch=batch)


def _note(jobs: Sequence[Job], *, note: str) -> None:
    entries = [
        Attempt(job=job, number=job.attempt, state=job.state, note=note, error=job.error, at=timezone.now())
        for job in jobs
    ]
    Attempt.objects.bulk_create(entries, batch_size=CHUNK)


_ANEW = [
    "state",
    "failures",
    "cancelling",
    "error",
    "result",
    "progress",
    "published_at",
    "run_after",
    "started_at",
    "finished_at",
    "worker",
    "leased_until",
    "rev",
]
