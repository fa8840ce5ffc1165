"""The message by which a conversation's members find a job or a batch. Posted after the commit that made it.

What could not be posted then, the scheduler posts a few seconds later, under the same key.
"""

from uuid import UUID, uuid5

from contracts.errors import WarrenError
from contracts.message import MessageSend
from jobs.engine.drafts import Ask
from jobs.models import Batch, Job

_CARD = UUID("5f1c6f5e-93a8-4a0e-8a3b-5d5d8ce2a1c4")


def post_job(job: Job, *, ask: Ask) -> None:
    if job.conversation_id is not None and _post(job_card(job), ask):
        posted_job(job.id)


def post_batch(batch: Batch, *, ask: Ask) -> None:
    if batch.conversation_id is not None and _post(batch_card(batch), ask):
        posted_batch(batch.id)


def posted_job(job_id: UUID) -> None:
    Job.objects.filter(pk=job_id).update(posted=True)


def posted_batch(batch_id: UUID) -> None:
    Batch.objects.filter(pk=batch_id).update(posted=True)


def job_card(job: Job) -> MessageSend:
    return _card(job.conversation_id, job.id, text=job.subject, data={"job_id": str(job.id)})


def batch_card(batch: Batch) -> MessageSend:
    return _card(batch.conversation_id, batch.id, text=batch.title, data={"batch_id": str(batch.id)})


def _card(conversation_id: UUID | None, id: UUID, *, text: str, data: dict[str, str]) -> MessageSend:
    assert conversation_id is not None  # noqa: S101  for mypy: only what is in a conversation has a card
    return MessageSend(conversation_id=conversation_id, client_id=uuid5(_CARD, id.hex), text=text, data=data)


def _post(card: MessageSend, ask: Ask) -> bool:
    try:
        ask(card)
    except WarrenError:
        return False
    return True
