"""How an attempt ends. Each outcome is one transaction, and counts only if the lease is the writer's still (fencing).

Locks are taken in this order: the job, its batch, usage and files, the queue's turns; so nobody deadlocks.
"""

import logging
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.conf import settings
from django.db.transaction import atomic
from django.utils import timezone

from config.failpoints import failpoint
from contracts.errors import WarrenError
from contracts.job import JobProgress, JobState
from eventlog.outbox import note_wake
from jobs.engine import changes, news
from jobs.engine.drafts import MAX_SUBJECT, filled, missing_input
from jobs.engine.turns import take_turns
from jobs.files.services import BytesGone, file_create, files_share
from jobs.kinds import load_all
from jobs.kinds.base import JobFailure, Saved, Stored
from jobs.models import Attempt, Batch, File, Job

log = logging.getLogger("jobs.engine")

LONGEST_PAUSE = 600.0
"""Seconds between attempts, at most."""
_KEPT = {"leased_until": None, "worker": None, "published_at": None}
"""What a job that waits again does not keep of its attempt."""

# A worker that was given up finds its successor's attempt in the row, or an end: that one is not returned.
_SUCCEED = """
WITH mine AS (
    SELECT job.id, ended.result, ended.note
    FROM json_to_recordset(%(ended)s) AS ended(job_id uuid, attempt int, worker text, result jsonb, note text)
    JOIN jobs_job job ON job.id = ended.job_id AND job.attempt = ended.attempt AND job.worker = ended.worker
    WHERE state = 'running' ORDER BY job.id FOR UPDATE OF job
), job AS (
    UPDATE jobs_job SET state = 'succeeded', finished_at = clock_timestamp(), result = mine.result, error = NULL,
        leased_until = NULL, progress = NULL, cancelling = false, pausing = false, rev = rev + 1
    FROM mine WHERE jobs_job.id = mine.id
    RETURNING jobs_job.*, mine.note
), noted AS (
    INSERT INTO jobs_attempt (job_id, number, state, note, worker, at)
    SELECT id, attempt, state, note, worker, finished_at FROM job
)
SELECT job.*, EXISTS (SELECT FROM jobs_job WHERE previous_id = job.id) AS followed FROM job ORDER BY id
"""


class _Apart(Exception):
    """Rolls back what cannot be stored together."""


class Held(NamedTuple):
    """The writer's claim on a job."""

    job_id: UUID
    attempt: int
    worker: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Success:
    """A result to store. `plain`: it makes no files, its kind does nothing more about it, its job is in no batch."""

    held: Held
    result: dict[str, Any]
    saved: Sequence[Saved] = ()
    note: str = ""
    plain: bool = False

    def __call__(self) -> bool:
        """Store it with its files and everything that follows from it; False where the job is not the writer's.

        What the kind or the files refuse makes the attempt a failed one.
        """
        try:
            with atomic():
                job = _store_one(self)
                if job is None:
                    return False
                _accept(job, result=self.result, saved=self.saved)
                failpoint("worker.before_commit")
        except WarrenError as error:
            return fail(self.held, JobFailure(error.code, error.message))
        except BytesGone:
            return fail(
                self.held, JobFailure("bytes_gone", "What the job stored was swept away meanwhile.", retry=True)
            )
        failpoint("worker.committed")
        return True


def succeed(held: Held, *, result: dict[str, Any], saved: Sequence[Saved], note: str = "") -> bool:
    """See `Success`."""
    return Success(held=held, result=result, saved=saved, note=note)()


def succeed_together(successes: Sequence[Success]) -> bool:
    """Store plain results in one transaction; False, and none is stored, where one has to be looked at alone."""
    try:
        with atomic():
            jobs = _store(successes)
            if len(jobs) < len(successes) or any(job.followed for job in jobs):  # type: ignore[attr-defined]  # as below
                raise _Apart
            news.tell(jobs)
            failpoint("worker.before_commit")
    except _Apart:
        return False
    failpoint("worker.committed")
    return True


def finish(held: Held, *, make: Callable[[], dict[str, Any]], saved: Callable[[], Sequence[Saved]]) -> bool:
    """As `succeed`, together with what `make` writes; it returns the result. False, and nothing is written, where the
    job is not the writer's. Raises what `make` raises.

    The job's row comes last: `make` may take long, and whoever renews the lease or cancels must not wait for it.
    """
    try:
        with atomic():
            result = make()
            job = _store_one(Success(held=held, result=result))
            if job is None:
                raise _NotOurs
            _accept(job, result=result, saved=saved())
            failpoint("worker.before_commit")
    except _NotOurs:
        return False
    failpoint("worker.committed")
    return True


def finished() -> bool:
    """After `finish` in another process, which has no broker: tell those who wait."""
    note_wake()
    news.poke_scheduler()
    return True


class _NotOurs(Exception):
    """Rolls back."""


def fail(held: Held, failure: JobFailure) -> bool:
    """Note a failed attempt: the job is tried again, later, unless it is final or was tried often enough."""
    with atomic():
        job = _lock(held)
        if job is None:
            return False
        failed(job, failure)
    return True


def cancelled(held: Held) -> bool:
    """The job was stopped because somebody cancelled it."""
    with atomic():
        job = _lock(held)
        if job is None:
            return False
        _end(job, JobState.CANCELLED, note="cancelled", worker=held.worker)
        changes.cancel(changes.steps_behind(job))
    return True


def paused(held: Held, *, progress: JobProgress | None) -> bool:
    """The job was stopped because somebody paused it; who has resumed it meanwhile finds it queued."""
    with atomic():
        job = _lock(held)
        if job is None:
            return False
        if job.cancelling:
            _end(job, JobState.CANCELLED, note="cancelled", worker=held.worker)
            changes.cancel(changes.steps_behind(job))
        elif job.pausing:
            _pause(job, progress=progress, worker=held.worker)
        else:
            _wait(job, JobState.QUEUED, note="paused and resumed", worker=held.worker)
    return True


def hand_back(held: Held) -> bool:
    """The worker has to leave: queue the job again at its place; no failure is counted."""
    with atomic():
        job = _lock(held)
        if job is None:
            return False
        if job.cancelling:
            _end(job, JobState.CANCELLED, note="cancelled", worker=held.worker)
        elif job.pausing:
            _pause(job, progress=None, worker=held.worker)
        else:
            _wait(job, JobState.QUEUED, note="handed back: the worker was stopped", worker=held.worker)
    return True


def failed(job: Job, failure: JobFailure) -> None:
    """As `fail`, for a running job whose row the caller has locked."""
    job.failures = 1 if failure.moved else job.failures + 1
    job.error = {"code": failure.code, "message": failure.message[:1000]}
    worker = job.worker
    if job.cancelling:
        _end(job, JobState.CANCELLED, note="cancelled", worker=worker)
        changes.cancel(changes.steps_behind(job))
    elif failure.retry and job.failures < job.max_attempts and job.pausing:
        _pause(job, progress=None, worker=worker)
    elif failure.retry and job.failures < job.max_attempts:
        job.run_after = timezone.now() + timedelta(seconds=pause(job.failures, named=failure.retry_after))
        _wait(job, JobState.RETRYING, note="failed, will be tried again", worker=worker)
    else:
        _end(job, JobState.FAILED, note="failed", worker=worker)
        error = {"code": "previous_failed", "message": "The step before this one failed."}
        changes.cancel(changes.steps_behind(job), error=error)
        _give_up(job, failure.code)


def pause(failures: int, *, named: float | None = None) -> float:
    """Seconds until the next attempt: doubling, half of it by chance; never less than somebody named."""
    ceiling = min(LONGEST_PAUSE, settings.JOB_RETRY_SECONDS * 2 ** min(failures - 1, 20))
    return max(named or 0.0, random.uniform(ceiling / 2, ceiling))  # noqa: S311  no secret


def _lock(held: Held) -> Job | None:
    """The row, if it is the writer's: a worker that was given up finds its successor's attempt here, or an end."""
    mine = Job.objects.select_for_update().filter(
        pk=held.job_id, attempt=held.attempt, worker=held.worker, state=JobState.RUNNING
    )
    return mine.first()


def _store_one(success: Success) -> Job | None:
    """The row with its result, if it was the writer's."""
    return next(iter(_store([success])), None)


def _store(successes: Sequence[Success]) -> list[Job]:
    """The rows with their results: those that were the writer's."""
    ended = [
        {**one.held._asdict(), "result": one.result, "note": (one.note or str(one.result.get("kept") or ""))[:200]}
        for one in successes
    ]
    return list(Job.objects.raw(_SUCCEED, {"ended": msgspec.json.encode(ended).decode()}))


def _accept(job: Job, *, result: dict[str, Any], saved: Sequence[Saved]) -> None:
    kind = load_all()[job.kind]
    batch = news.lock_batch(job.batch_id)
    files = [_create_file(job, one) for one in saved]
    if files and job.conversation_id is not None:
        files_share(file_ids=[file.id for file in files], conversation_id=job.conversation_id, seq=job.seq)
    kind.accepted(msgspec.convert(job.params, kind.contract.params), msgspec.convert(result, kind.contract.result))
    news.tell([job], batch=batch)
    if batch is not None:
        _count_bytes(batch, result)
        news.count(batch, [job], before={job.id: JobState.RUNNING})
    if job.followed:  # type: ignore[attr-defined]  # the statement has this column
        _release_next(job)


def _give_up(job: Job, code: str) -> None:
    kind = load_all().get(job.kind)  # none: made by a newer version, as are parameters that cannot be read
    if kind is not None:
        with suppress(msgspec.ValidationError):
            kind.given_up(msgspec.convert(job.params, kind.contract.params), code)


def _create_file(job: Job, saved: Saved) -> File:
    return file_create(
        owner_id=job.owner_id,
        stored=Stored(sha256=saved.sha256, size=saved.size),
        name=saved.name,
        file_id=saved.id,
        job_id=job.id,
        media_type=saved.media_type if saved.picture else None,
        picture=saved.picture,
    )


def _count_bytes(batch: Batch, result: dict[str, Any]) -> None:
    """Of kinds that tell what their files were made from."""
    source, files = result.get("source"), result.get("files") or []
    if isinstance(source, dict):
        batch.bytes_before += source["size"]
        batch.bytes_after += sum(file["size"] for file in files)
    if result.get("kept"):
        batch.kept += 1


def _release_next(job: Job) -> None:
    """The step behind a job that succeeded is queued, with the files of the result where it needs some."""
    step = Job.objects.select_for_update().filter(previous=job, state=JobState.WAITING).first()
    if step is None:
        return
    if not _fill(step, job):
        error = {"code": "no_file", "message": "The step before this one made no file to work with."}
        changes.cancel([step, *changes.steps_behind(step)], error=error)
        return
    take_turns([step])
    step.state, step.rev, step.seq = JobState.QUEUED.value, step.rev + 1, job.seq
    step.save()
    news.tell([step])
    news.poke_scheduler()


def _fill(step: Job, job: Job) -> bool:
    kind = load_all()[step.kind]
    name = missing_input(kind, step.params)
    if name is not None:
        made = (job.result or {}).get("files") or []
        if not made:
            return False
        step.params = filled(step.params, name, [file["id"] for file in made])
        step.subject = str(made[0].get("name") or step.subject)[:MAX_SUBJECT]
    params: Any = msgspec.convert(step.params, kind.contract.params)
    step.file_ids = [str(file_id) for file_id in kind.files(params)]
    return True


def _end(job: Job, state: JobState, *, note: str, worker: str | None) -> None:
    job.state, job.finished_at = state.value, timezone.now()
    job.leased_until = job.progress = None
    job.cancelling = job.pausing = False
    _save(job, note=note, worker=worker)


def _pause(job: Job, *, progress: JobProgress | None, worker: str | None) -> None:
    """How far it was stays to be seen."""
    stored = job.progress if progress is None else msgspec.to_builtins(progress)
    _wait(job, JobState.PAUSED, note="paused", worker=worker, progress=stored)


def _wait(job: Job, state: JobState, *, note: str, worker: str | None, progress: dict[str, Any] | None = None) -> None:
    job.state = state.value
    for name, value in _KEPT.items():
        setattr(job, name, value)
    job.pausing, job.progress = False, progress
    _save(job, note=note, worker=worker)
    news.poke_scheduler()


def _save(job: Job, *, note: str, worker: str | None) -> None:
    job.rev += 1
    job.save(update_fields=_CHANGED)
    Attempt.objects.create(
        job=job, number=job.attempt, state=job.state, note=note, worker=worker, error=job.error, at=timezone.now()
    )
    batch = news.lock_batch(job.batch_id)
    news.tell([job], batch=batch)
    news.count(batch, [job], before={job.id: JobState.RUNNING})


_CHANGED = [
    "state",
    "finished_at",
    "leased_until",
    "progress",
    "cancelling",
    "pausing",
    "error",
    "result",
    "failures",
    "run_after",
    "worker",
    "published_at",
    "rev",
]
