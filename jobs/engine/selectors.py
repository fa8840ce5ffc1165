"""Reads of jobs and batches. What somebody may not see is answered as what does not exist: NotFound."""

from uuid import UUID

from django.db.models import Q, QuerySet

from contracts import job as contract
from contracts.errors import InvalidRequest, NotFound
from jobs.engine.drafts import Ask
from jobs.engine.views import batch_view, job_view
from jobs.files.access import hearing
from jobs.models import Batch, Job


def job_get(*, actor: UUID, job_id: UUID, ask: Ask) -> contract.Job:
    """With its timeline, for the owner and for members of its conversation. Raises NotFound."""
    job = Job.objects.filter(pk=job_id, hidden=False).first()
    if job is None or not _may_see(actor, job, ask):
        raise NotFound
    return job_view(job, timeline=job.attempts.order_by("id"))


def job_page(*, actor: UUID, request: contract.JobList, ask: Ask) -> contract.JobPage:
    """Raises NotFound for a conversation or batch that is not the actor's to see, InvalidRequest for a bad cursor."""
    jobs = Job.objects.filter(hidden=False)
    if request.ids is not None:
        jobs = _visible(jobs.filter(id__in=request.ids), actor, ask)
    if request.conversation_id is not None:
        jobs = _of_conversation(jobs, request.conversation_id, actor, ask)
    if request.batch_id is not None:
        jobs = jobs.filter(batch=_batch(actor, request.batch_id, ask))
    if request.chain_id is not None:
        jobs = jobs.filter(chain_id=_first_of_chain(actor, request.chain_id, ask))
    if not (request.ids or request.conversation_id or request.batch_id or request.chain_id):
        jobs = jobs.filter(owner_id=actor)
    if request.state is not None:
        jobs = jobs.filter(state=request.state.value)
    if request.kind is not None:
        jobs = jobs.filter(kind=request.kind)
    return page_of(jobs, cursor=request.cursor, limit=request.limit)


def batch_get(*, actor: UUID, batch_id: UUID, ask: Ask) -> contract.Batch:
    """Raises NotFound."""
    return batch_view(_batch(actor, batch_id, ask))


def page_of(jobs: "QuerySet[Job]", *, cursor: str | None, limit: int) -> contract.JobPage:
    """Newest first. Raises InvalidRequest on a bad cursor."""
    if cursor is not None:
        jobs = jobs.filter(id__lt=_after(cursor))
    found = list(jobs.order_by("-id")[: limit + 1])
    following = found[limit - 1].id.hex if len(found) > limit else None
    return contract.JobPage(jobs=[job_view(job) for job in found[:limit]], next=following)


def _after(cursor: str) -> UUID:
    try:
        return UUID(cursor)
    except ValueError:
        raise InvalidRequest("cursor: take the one that came with the page before.", field="cursor") from None


def _may_see(actor: UUID, seen: Job | Batch, ask: Ask) -> bool:
    if seen.owner_id == actor:
        return True
    if seen.conversation_id is None:
        return False
    return hearing(ask, actor).get(seen.conversation_id, seen.seq) < seen.seq


def _visible(jobs: "QuerySet[Job]", actor: UUID, ask: Ask) -> "QuerySet[Job]":
    """Those among a few jobs that the actor may see."""
    others = list(jobs.exclude(owner_id=actor).exclude(conversation_id=None))
    joined = hearing(ask, actor) if others else {}
    seen = [job.id for job in others if joined.get(job.conversation_id, job.seq) < job.seq]  # type: ignore[arg-type]
    return jobs.filter(Q(owner_id=actor) | Q(id__in=seen))


def _of_conversation(jobs: "QuerySet[Job]", conversation_id: UUID, actor: UUID, ask: Ask) -> "QuerySet[Job]":
    joined_seq = hearing(ask, actor).get(conversation_id)
    if joined_seq is None:
        raise NotFound
    return jobs.filter(conversation_id=conversation_id, seq__gt=joined_seq)


def _first_of_chain(actor: UUID, chain_id: UUID, ask: Ask) -> UUID:
    first = Job.objects.filter(chain_id=chain_id, hidden=False).order_by("id").first()
    if first is None or not _may_see(actor, first, ask):
        raise NotFound
    return chain_id


def _batch(actor: UUID, batch_id: UUID, ask: Ask) -> Batch:
    batch = Batch.objects.filter(pk=batch_id).first()
    if batch is None or not _may_see(actor, batch, ask):
        raise NotFound
    return batch
