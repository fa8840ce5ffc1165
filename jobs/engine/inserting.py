"""New jobs, in the transaction of whoever makes them; the scheduler publishes them after that."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from uuid import UUID, uuid4

import msgspec
from django.utils import timezone

from contracts.errors import LimitExceeded
from contracts.ids import uuid7
from contracts.job import JobState, Lane
from jobs.engine import news
from jobs.engine.drafts import Draft
from jobs.engine.turns import take_turns
from jobs.engine.views import LANES
from jobs.kinds import load_all
from jobs.models import Batch, Job

CHUNK = 1000
"""Jobs that one statement makes."""


def job_insert(
    *,
    kind: str,
    params: object,
    owner_id: UUID,
    subject: str,
    file_ids: Sequence[UUID] = (),
    lane: Lane | None = None,
) -> Job:
    """Make a job of the service's own, in the caller's transaction. No limit counts."""
    draft = Draft(kind=load_all()[kind], params=msgspec.to_builtins(params), file_ids=file_ids, subject=subject or kind)
    job = new_job(draft, owner_id=owner_id, client_id=uuid4(), lane=lane)
    insert_jobs([job])
    return job


def new_job(draft: Draft, *, owner_id: UUID, client_id: UUID, lane: Lane | None) -> Job:
    """A row that is not stored yet, and has no place in its queue."""
    kind = draft.kind
    return Job(
        id=uuid7(),
        kind=kind.name,
        queue=kind.queue,
        lane=LANES[kind.lane or lane or Lane.NORMAL],
        rank=0,
        subject=draft.subject,
        owner_id=owner_id,
        client_id=client_id,
        follows=draft.follows,
        hidden=kind.internal,
        params=draft.params,
        file_ids=[str(file_id) for file_id in draft.file_ids],
        peer=draft.peer,
        max_attempts=kind.max_attempts,
        created_at=timezone.now(),
    )


def insert_jobs(jobs: Sequence[Job], *, batch: Batch | None = None, limit: int | None = None) -> None:
    """Give new jobs their places in their queues, store and tell them. Steps that wait have no place yet.

    `batch`: theirs, if they have one. Raises LimitExceeded when an owner would have more than `limit` open jobs.
    """
    owned = Counter(job.owner_id for job in jobs)
    queued = sorted((job for job in jobs if job.state == JobState.QUEUED), key=_line)
    for (*_, owner_id), line in groupby(queued, key=_line):
        open_before = take_turns(list(line))
        if limit is not None and open_before + owned[owner_id] > limit:
            raise LimitExceeded(f"You have {open_before} jobs that are not over; {limit} are allowed.", limit=limit)
    Job.objects.bulk_create(jobs, batch_size=CHUNK)
    for begin in range(0, len(jobs), CHUNK):
        news.tell(jobs[begin : begin + CHUNK], batch=batch)
    news.poke_scheduler()


def _line(job: Job) -> tuple[str, int, UUID]:
    """Who waits behind whom. Turns are locked in this order."""
    return job.queue, job.lane, job.owner_id
