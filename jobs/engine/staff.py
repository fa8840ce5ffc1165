"""What staff see and do: everybody's jobs, what failed for good, queues, workers."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min, Q
from django.db.transaction import atomic
from django.utils import timezone

from bus.topology import WORK_QUEUES
from contracts import job as contract
from contracts.errors import NotFound
from contracts.job import JobState
from jobs.engine import changes, news
from jobs.engine.claims import LEASE_SECONDS
from jobs.engine.selectors import page_of
from jobs.kinds.base import ERRANDS
from jobs.models import Job, PausedQueue, Worker

REPLAYED_AT_ONCE = 10_000
RATE_OVER = timedelta(minutes=5)
_QUEUED, _RUNNING, _RETRYING = JobState.QUEUED.value, JobState.RUNNING.value, JobState.RETRYING.value


def job_search(request: contract.JobSearch) -> contract.JobPage:
    """Raises InvalidRequest on a bad cursor."""
    jobs = Job.objects.all()
    if request.q:
        jobs = jobs.filter(Q(id=_id(request.q)) | Q(subject__icontains=request.q.replace("\0", "")))
    for name in ("state", "kind", "owner_id"):
        value = getattr(request, name)
        if value is not None:
            jobs = jobs.filter(**{name: value})
    if request.code is not None:
        jobs = jobs.filter(error__code=request.code)
    return page_of(jobs, cursor=request.cursor, limit=request.limit)


def dead_groups() -> contract.DeadGroups:
    """The largest first."""
    failed = Job.objects.filter(state=JobState.FAILED)
    groups = failed.values("kind", "error__code").annotate(
        count=Count("id"), first_at=Min("finished_at"), last_at=Max("finished_at")
    )
    return contract.DeadGroups(groups=[_group(row) for row in groups.order_by("-count", "kind")[:200]])


def dead_replay(*, job_id: UUID | None, kind: str | None, code: str | None) -> int:
    """Let failed jobs begin anew; returns how many. Raises NotFound for a `job_id` that is none of them."""
    failed = Job.objects.filter(state=JobState.FAILED)
    if job_id is not None:
        failed = failed.filter(pk=job_id)
    if kind is not None:
        failed = failed.filter(kind=kind)
    if code is not None:
        failed = failed.filter(error__code=code)
    ids = list(failed.order_by("id").values_list("id", flat=True)[:REPLAYED_AT_ONCE])
    if job_id is not None and not ids:
        raise NotFound
    return sum(_replay(ids[begin : begin + changes.CHUNK]) for begin in range(0, len(ids), changes.CHUNK))


def queue_statuses() -> contract.QueueStatuses:
    """Of the queues that there are, whether or not anybody uses them."""
    waiting = {row["queue"]: row for row in _open_by_queue()}
    since = timezone.now() - RATE_OVER
    done = dict(Job.objects.filter(finished_at__gt=since).values_list("queue").annotate(count=Count("id")).order_by())
    paused = set(PausedQueue.objects.values_list("name", flat=True))
    workers = [worker for worker in Worker.objects.all() if not _stale(worker)]
    return contract.QueueStatuses(
        queues=[
            contract.QueueStatus(
                name=name,
                paused=name in paused,
                queued=row.get("queued", 0),
                retrying=row.get("retrying", 0),
                running=row.get("running", 0),
                workers=sum(name in worker.queues for worker in workers),
                finished_per_minute=done.get(name, 0) / (RATE_OVER.total_seconds() / 60),
                oldest_queued_at=row.get("oldest"),
            )
            for name in _names()
            for row in [waiting.get(name, {})]
        ]
    )


def queue_set_paused(*, name: str, paused: bool) -> None:
    """Raises NotFound. What went by while it was paused is published again when it goes on."""
    if name not in _names():
        raise NotFound
    with atomic():
        if paused:
            PausedQueue.objects.get_or_create(name=name)
            return
        PausedQueue.objects.filter(name=name).delete()
        Job.objects.filter(queue=name, state=_QUEUED).update(published_at=None)
        news.poke_scheduler()


def worker_statuses() -> contract.WorkerStatuses:
    running: dict[str | None, list[UUID]] = {}
    for job_id, worker in Job.objects.filter(state=_RUNNING).values_list("id", "worker"):
        running.setdefault(worker, []).append(job_id)
    return contract.WorkerStatuses(
        workers=[
            contract.WorkerStatus(
                name=worker.name,
                queues=worker.queues,
                state="stale" if _stale(worker) else "alive",
                processes=worker.processes,
                busy=len(running.get(worker.name, [])),
                job_ids=running.get(worker.name, []),
                started_at=worker.started_at,
                seen_at=worker.seen_at,
            )
            for worker in Worker.objects.order_by("name")
        ]
    )


def _replay(ids: list[UUID]) -> int:
    with atomic():
        jobs = list(Job.objects.select_for_update().filter(id__in=ids, state=JobState.FAILED).order_by("id"))
        by_batch: dict[UUID | None, list[Job]] = {}
        for job in jobs:
            by_batch.setdefault(job.batch_id, []).append(job)
        for batch_id in sorted(by_batch, key=str):
            group = [step for job in by_batch[batch_id] for step in (job, *changes.steps_behind(job))]
            changes.begin_anew(group, batch=news.lock_batch(batch_id))
    return len(jobs)


def _open_by_queue() -> list[Mapping[str, Any]]:
    found = Job.objects.filter(state__in=(_QUEUED, _RUNNING, _RETRYING)).values("queue")
    return list(
        found.annotate(
            queued=Count("id", filter=Q(state=_QUEUED)),
            retrying=Count("id", filter=Q(state=_RETRYING)),
            running=Count("id", filter=Q(state=_RUNNING)),
            oldest=Min("created_at", filter=Q(state=_QUEUED)),
        )
    )


def _group(row: Mapping[str, Any]) -> contract.DeadGroup:
    last = Job.objects.filter(state=JobState.FAILED, kind=row["kind"], error__code=row["error__code"])
    example = last.order_by("-finished_at").first()
    assert example is not None and example.error is not None  # noqa: S101, PT018  for mypy: the group has one
    return contract.DeadGroup(
        kind=example.kind,
        code=example.error["code"],
        count=row["count"],
        example=example.error["message"],
        example_job_id=example.id,
        first_at=row["first_at"],
        last_at=row["last_at"],
    )


def _names() -> list[str]:
    return [*(name.removeprefix("job.") for name in WORK_QUEUES), ERRANDS]


def _stale(worker: Worker) -> bool:
    return timezone.now() - worker.seen_at > timedelta(seconds=LEASE_SECONDS)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
