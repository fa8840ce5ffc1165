"""Making the jobs of several requests at once, as many as wait: one transaction, and one look at the queue."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError
from django.db.transaction import atomic

from contracts.errors import WarrenError
from contracts.job import JobCreate, JobCreatedReply
from jobs.engine.drafts import Ask, drafts, kind_named, wish
from jobs.engine.inserting import insert_jobs, new_job
from jobs.engine.services import job_create
from jobs.engine.views import job_view
from jobs.models import Job

Outcome = JobCreatedReply | WarrenError
Key = tuple[UUID, UUID]
"""Owner and client id: one job for ever."""


class Asked(NamedTuple):
    """A request, and who made it."""

    actor: UUID
    request: JobCreate
    ask: Ask

    @property
    def key(self) -> Key:
        return self.actor, self.request.client_id

    @property
    def single(self) -> bool:
        """Whether it is nobody else's business: no conversation's, no batch's, no chain's."""
        return not (self.request.conversation_id or self.request.batch_id or self.request.then)


def job_create_many(asked: Sequence[Asked]) -> list[Outcome]:
    """As `job_create` for each, in its place; what fails fails alone. Not to be called inside a transaction."""
    singles: dict[Key, Asked] = {}
    for one in asked:
        if one.single:
            singles.setdefault(one.key, one)
    made = _create(singles) if len(singles) > 1 else {}
    # The same one again is a repeat.
    return [made.pop(one.key) if one.key in made else _alone(one) for one in asked]


def _create(singles: Mapping[Key, Asked]) -> dict[Key, Outcome]:
    """What cannot be made together with the others is missing."""
    jobs: dict[Key, Job] = {}
    used = _used(singles)
    for key, one in singles.items():
        if key not in used:
            with suppress(WarrenError):
                jobs[key] = _job(one)
    try:
        with atomic():
            insert_jobs(list(jobs.values()), limit=settings.JOBS_PER_USER)
    except (IntegrityError, WarrenError):
        return {}
    return {key: JobCreatedReply(job=job_view(job), steps=[], duplicate=False) for key, job in jobs.items()}


def _job(one: Asked) -> Job:
    wanted = wish(kind_named(one.request.kind), one.request.params)
    (draft,) = drafts([wanted], actor=one.actor, ask=one.ask)
    return new_job(draft, owner_id=one.actor, client_id=one.request.client_id, lane=one.request.lane)


def _alone(one: Asked) -> Outcome:
    try:
        return job_create(actor=one.actor, request=one.request, ask=one.ask)
    except WarrenError as error:
        return error


def _used(keys: Iterable[Key]) -> set[Key]:
    owners, client_ids = zip(*keys, strict=True)
    found = Job.objects.filter(owner_id__in=set(owners), client_id__in=set(client_ids))
    return set(found.values_list("owner_id", "client_id"))
