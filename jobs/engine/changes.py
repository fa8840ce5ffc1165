"""Changes of jobs whose rows the caller has locked: cancelled, paused, begun anew, deleted. Told and counted too."""

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


def pause(jobs: Sequence[Job], *, batch: Batch | None = None) -> None:
    """Let what waits for a worker wait for somebody; whoever runs the others is told to stop. The rest stays as is."""
    waiting = [job for job in jobs if job.state in (JobState.QUEUED, JobState.RETRYING)]
    running = [job for job in jobs if job.state == JobState.RUNNING and not job.pausing and not job.cancelling]
    for job in waiting:
        job.state, job.run_after = JobState.PAUSED.value, None
    for job in running:
        job.pausing = True
        news.order_pause(job)
    _save([*waiting, *running], ["state", "run_after", "pausing", "rev"], batch=batch)
    _note(waiting, note="paused")
    if batch is not None and (waiting or running):
        news.tell_batch(batch)


def resume(jobs: Sequence[Job], *, batch: Batch | None = None) -> None:
    """Queue paused jobs, at their old places; whoever is about to stop for a pause goes on as soon as he has."""
    paused = [job for job in jobs if job.state == JobState.PAUSED]
    pausing = [job for job in jobs if job.state == JobState.RUNNING and job.pausing]
    for job in paused:
        job.state, job.published_at = JobState.QUEUED.value, None
    for job in pausing:
        job.pausing = False
    _save([*paused, *pausing], ["state", "published_at", "pausing", "rev"], batch=batch)
    _note(paused, note="resumed")
    if batch is not None and (paused or pausing):
        news.tell_batch(batch)
    news.poke_scheduler()


def begin_anew(jobs: Sequence[Job], *, batch: Batch | None = None) -> None:
    """Queue failed or cancelled jobs again, as if they had never run. A step of a chain waits for the one before."""
    before = {job.id: job.state for job in jobs}
    again = [job for job in jobs if job.state in (JobState.FAILED, JobState.CANCELLED)]
    ids = {job.id for job in again}
    for job in again:
        waits = job.previous_id in ids
        job.state = JobState.WAITING.value if waits else JobState.QUEUED.value
        job.failures, job.cancelling, job.pausing = 0, False, False
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


def chain_of(job: Job) -> list[Job]:
    """All steps of its chain that are there still, in order; the job alone where it is no chain."""
    return [job] if job.chain_id is None else list(Job.objects.filter(chain_id=job.chain_id).order_by("id"))


def steps_after(job: Job) -> list[Job]:
    """The steps of its chain that follow it, in order."""
    return [step for step in chain_of(job) if step.id > job.id]


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
    "pausing",
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
