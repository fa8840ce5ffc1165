"""What the scheduler does in the tables: which pointers are due, who lost his job, what is too old (docs/jobs.md)."""
# ruff: noqa: S608  the statements are put together from constants

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.db.transaction import atomic
from django.utils import timezone

from config.failpoints import failpoint
from contracts.job import JobState
from jobs.engine import news, outcomes
from jobs.kinds.base import ERRANDS, JobFailure
from jobs.models import Batch, Job, Worker
from jobs.models.jobs import OPEN

log = logging.getLogger("jobs.scheduler")

AT_ONCE = 500
"""Pointers that one statement takes."""
FEW = 200
"""Jobs that one transaction changes."""
STALE = timedelta(seconds=5)
"""A pointer that was published this long ago, to a queue that is empty, may have been lost."""
TAKEOVER = timedelta(seconds=60)
"""What a scheduler that died marked as published this recently may not have been published."""
CARD_AFTER = timedelta(seconds=5)
WORKER_FORGOTTEN = timedelta(hours=1)
HIDDEN_FOR = timedelta(days=1)
"""How long internal jobs are kept."""

# Marked first, published then: a worker that got the pointer must not find the row locked by our note of it.
_TAKE = f"""
UPDATE jobs_job SET published_at = clock_timestamp() WHERE id = ANY (ARRAY(
    SELECT id FROM jobs_job WHERE state = 'queued' AND published_at IS NULL AND queue <> '{ERRANDS}'
    ORDER BY created_at LIMIT {AT_ONCE} FOR UPDATE SKIP LOCKED
))
RETURNING id, queue, attempt
"""


class Pointer(NamedTuple):
    job_id: UUID
    queue: str
    attempt: int


def take_unpublished() -> list[Pointer]:
    """Pointers to publish, marked as published; `unpublish` those that were not."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE)
        return [Pointer._make(row) for row in cursor.fetchall()]


def unpublish(job_ids: Sequence[UUID]) -> None:
    """Let these be published again."""
    Job.objects.filter(id__in=job_ids, state=JobState.QUEUED).update(published_at=None)


def unpublish_recent() -> None:
    """After a take-over: publish again what the last scheduler may not have got through. Extra pointers do no harm."""
    recent = timezone.now() - TAKEOVER
    Job.objects.filter(state=JobState.QUEUED, published_at__gt=recent).update(published_at=None)


def stale_queues() -> list[str]:
    """Queues whose jobs wait although their pointers were published a while ago."""
    stale = Job.objects.filter(state=JobState.QUEUED, published_at__lt=timezone.now() - STALE)
    return sorted(set(stale.values_list("queue", flat=True)))


def unpublish_some(queue: str) -> int:
    """The broker's queue is empty, so pointers were lost, or wait in a worker that has no time for them."""
    stale = Job.objects.filter(queue=queue, state=JobState.QUEUED, published_at__lt=timezone.now() - STALE)
    ids = list(stale.order_by("lane", "rank").values_list("id", flat=True)[:FEW])
    unpublish(ids)
    return len(ids)


def queue_due() -> int:
    """Queue the jobs whose next attempt is due; returns how many."""
    with atomic():
        due = Job.objects.select_for_update(skip_locked=True).filter(
            state=JobState.RETRYING, run_after__lte=timezone.now()
        )
        jobs = list(due.order_by("run_after")[:FEW])
        for job in jobs:
            job.state, job.rev = JobState.QUEUED.value, job.rev + 1
        Job.objects.bulk_update(jobs, ["state", "rev"])
        for job in jobs:
            news.tell([job], batch=job.batch)
    return len(jobs)


def give_up_lost() -> int:
    """Take jobs from workers that have not renewed their leases: a failed attempt each; returns how many."""
    lost = Job.objects.filter(state=JobState.RUNNING, leased_until__lt=timezone.now()).order_by("leased_until")
    for job_id in list(lost.values_list("id", flat=True)[:FEW]):
        with atomic():
            job = lost.select_for_update(skip_locked=True).filter(pk=job_id).first()
            if job is not None:
                log.warning("a worker was lost with its job", extra={"job_id": str(job.id), "worker": job.worker})
                outcomes.failed(job, JobFailure("worker_lost", "The worker that ran it was lost.", retry=True))
                failpoint("scheduler.gave_up")
    return lost.count()


def bury(job_id: UUID) -> None:
    """A pointer came back from too many workers that died with it. Its job, if it waits still, gets a new one: whether
    it is to blame is counted in the table, by its failures."""
    log.warning("a dead pointer", extra={"job_id": str(job_id)})
    unpublish([job_id])


def jobs_without_card() -> list[Job]:
    """A few jobs whose message in their conversation is missing."""
    missing = Job.objects.filter(
        posted=False, conversation_id__isnull=False, batch=None, created_at__lt=timezone.now() - CARD_AFTER
    )
    return list(missing.order_by("created_at")[:20])


def batches_without_card() -> list[Batch]:
    missing = Batch.objects.filter(
        posted=False, conversation_id__isnull=False, created_at__lt=timezone.now() - CARD_AFTER
    )
    return list(missing.order_by("created_at")[:20])


def drop_old() -> int:
    """Delete a part of what is over for long enough, a batch with all its jobs; returns how many rows went."""
    before = timezone.now() - timedelta(days=settings.JOB_DAYS)
    hidden = timezone.now() - HIDDEN_FOR
    open_jobs = Job.objects.filter(batch=OuterRef("pk"), state__in=OPEN)
    batches = Batch.objects.filter(~Exists(open_jobs), Q(finished_at__lt=before) | Q(finished_at=None))
    old_batches = batches.filter(created_at__lt=before).order_by("created_at").values_list("id", flat=True)[:FEW]
    over = Job.objects.filter(finished_at__isnull=False, batch=None)
    old_jobs = over.filter(Q(finished_at__lt=before) | Q(hidden=True, finished_at__lt=hidden))
    ids = list(old_jobs.order_by("finished_at").values_list("id", flat=True)[:AT_ONCE])
    dropped = Batch.objects.filter(id__in=list(old_batches)).delete()[0] + Job.objects.filter(id__in=ids).delete()[0]
    Worker.objects.filter(seen_at__lt=timezone.now() - WORKER_FORGOTTEN).delete()
    return dropped
