"""Who runs what: a job belongs to the worker that claimed it, for as long as that renews its lease.

A claim is a conditional UPDATE, so two workers never get the same job, and what a message said does not matter.
"""
# ruff: noqa: S608  the statements are put together from constants

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.db.transaction import atomic
from django.utils import timezone

from config.failpoints import failpoint
from contracts.audience import Audience
from contracts.job import JobProgress, JobState
from jobs.engine import news
from jobs.models import File, Job, Worker

LEASE_SECONDS = 15
KEPT_FOR = timedelta(hours=1)
"""What a job has kept outlives its end by this: it may begin anew."""
_LEASE = f"clock_timestamp() + interval '{LEASE_SECONDS} seconds'"
_CLAIM = f"""
WITH job AS (
UPDATE jobs_job SET state = 'running', attempt = attempt + 1, worker = %(worker)s, leased_until = {_LEASE},
    started_at = clock_timestamp(), progress = NULL, run_after = NULL, rev = rev + 1
WHERE state = 'queued' AND id = ANY (ARRAY(
    SELECT id FROM jobs_job
    WHERE queue = %(queue)s AND state = 'queued'
        AND NOT EXISTS (SELECT FROM jobs_pausedqueue WHERE name = %(queue)s)
        -- and within its limits
    ORDER BY lane, rank LIMIT %(limit)s FOR UPDATE SKIP LOCKED
))
RETURNING *
), noted AS (
    INSERT INTO jobs_attempt (job_id, number, state, note, worker, at)
    SELECT id, attempt, state, '', worker, started_at FROM job
)
SELECT * FROM job ORDER BY lane, rank
"""
# Nobody waits behind somebody who has as many as he may: his jobs are passed over.
_WITHIN = """
        AND owner_id NOT IN (
            SELECT owner_id FROM jobs_job WHERE state = 'running' AND queue = %(queue)s
            GROUP BY owner_id HAVING count(*) >= %(per_owner)s
        )
        AND peer NOT IN (
            SELECT peer FROM jobs_job WHERE state = 'running' AND queue = %(queue)s AND peer <> ''
            GROUP BY peer HAVING count(*) >= %(per_peer)s
        )
"""
_CLAIM_WITHIN = _CLAIM.replace("-- and within its limits", _WITHIN)
_ONE_BY_ONE = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"
_CLAIMING = 0x636C  # a class of locks of our own
_ROOM = """
SELECT %(quota)s - coalesce((SELECT bytes FROM jobs_usage WHERE owner_id = %(owner_id)s), 0) - coalesce((
    SELECT sum((progress ->> 'done')::bigint) FROM jobs_job
    WHERE owner_id = %(owner_id)s AND state IN ('running', 'paused') AND progress ->> 'unit' = 'bytes'
), 0)
"""
# What is ours still, and what people want of it. Progress that nobody saw live is here for who comes later.
_RENEW = f"""
UPDATE jobs_job SET leased_until = {_LEASE}, progress = coalesce(held.progress, jobs_job.progress)
FROM json_to_recordset(%(held)s) AS held(id uuid, attempt int, progress jsonb)
WHERE jobs_job.id = held.id AND jobs_job.attempt = held.attempt AND state = 'running' AND worker = %(worker)s
RETURNING jobs_job.id, CASE WHEN cancelling THEN 'cancel' WHEN pausing THEN 'pause' END
"""
_encode = msgspec.json.Encoder().encode


class Limits(NamedTuple):
    """How many of a queue's jobs run at a time: of one owner, and with one peer."""

    per_owner: int
    per_peer: int


class Claim(NamedTuple):
    """What a worker needs to know of a job of its own. `inputs`: its files, in the order in which it names them."""

    job: Job
    inputs: Sequence[File]
    audience: Audience

    @property
    def missing(self) -> bool:
        """Whether some of its files are gone."""
        return len(self.inputs) < len(self.job.file_ids)


def claim(*, queue: str, worker: str, limit: int, limits: Limits | None = None) -> list[Claim]:
    """Take up to `limit` of the jobs that are next in a queue; none where all are taken, or the queue is paused."""
    failpoint("worker.before_claim")
    with atomic():
        if limits is None:
            jobs = list(Job.objects.raw(_CLAIM, {"queue": queue, "worker": worker, "limit": limit}))
        else:
            jobs = _claim_within(limits, queue=queue, worker=worker, limit=limit)
        if not jobs:
            return []
        audiences = _tell_claimed(jobs)
    failpoint("worker.claimed")
    files = _files(jobs)
    return [Claim(job, _inputs(job, files), audiences[job.id]) for job in jobs]


def any_waits(queue: str) -> bool:
    return Job.objects.filter(queue=queue, state=JobState.QUEUED).exists()


def room(owner_id: UUID) -> int:
    """Bytes that an owner may store besides what he has, and besides what his jobs are storing just now."""
    with connection.cursor() as cursor:
        cursor.execute(_ROOM, {"owner_id": owner_id, "quota": settings.QUOTA_BYTES})
        return max(0, int(cursor.fetchone()[0]))


def needless(job_ids: Collection[UUID]) -> set[UUID]:
    """Those of them whose jobs are over for a while, or gone."""
    needed = Q(finished_at=None) | Q(finished_at__gt=timezone.now() - KEPT_FOR)
    return set(job_ids) - set(Job.objects.filter(needed, id__in=job_ids).values_list("id", flat=True))


def renew(*, worker: str, held: Mapping[tuple[UUID, int], JobProgress | None]) -> dict[UUID, str | None]:
    """Prolong the leases of what the worker has, by (job, attempt); returns those that are its own still, with the
    order to stop that somebody gave: `cancel`, `pause`, none."""
    if not held:
        return {}
    rows = [{"id": key[0], "attempt": key[1], "progress": progress} for key, progress in held.items()]
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, {"worker": worker, "held": _encode(rows).decode()})
        return dict(cursor.fetchall())


def seen(*, worker: str, queues: Collection[str], processes: int) -> None:
    """The worker's sign of life, for people who look at workers."""
    Worker.objects.update_or_create(
        name=worker, defaults={"queues": sorted(queues), "processes": processes, "seen_at": timezone.now()}
    )


def gone(*, worker: str) -> None:
    Worker.objects.filter(name=worker).delete()


def _claim_within(limits: Limits, *, queue: str, worker: str, limit: int) -> list[Job]:
    """One by one, and nobody else meanwhile: each sees those before it."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE_BY_ONE, [_CLAIMING, queue])
    values = {"queue": queue, "worker": worker, "limit": 1, **limits._asdict()}
    return [job for _ in range(limit) for job in Job.objects.raw(_CLAIM_WITHIN, values)]


def _by_batch(job: Job) -> str:
    """Batches are locked in one order by everybody."""
    return str(job.batch_id or "")


def _tell_claimed(jobs: Iterable[Job]) -> dict[UUID, Audience]:
    """Who hears of each."""
    audiences: dict[UUID, Audience] = {}
    for _, some in groupby(sorted(jobs, key=_by_batch), key=_by_batch):
        ours = list(some)
        batch = news.lock_batch(ours[0].batch_id)
        news.tell(ours, batch=batch)
        news.count(batch, ours, before={job.id: JobState.QUEUED for job in ours})
        audiences |= {job.id: news.audience(job, batch) for job in ours}
    return audiences


def _files(jobs: Iterable[Job]) -> dict[str, File]:
    ids = {file_id for job in jobs for file_id in job.file_ids}
    if not ids:
        return {}
    files = File.objects.filter(id__in=ids, deleted_at=None).select_related("blob")
    return {str(file.id): file for file in files}


def _inputs(job: Job, files: Mapping[str, Any]) -> list[File]:
    return [files[file_id] for file_id in job.file_ids if file_id in files]
