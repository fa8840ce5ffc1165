"""The ancestor's form of a download job (docs/downloads.md, "The ancestor's form")."""

from uuid import UUID

from contracts.download import TaskCreate
from contracts.errors import InvalidRequest
from contracts.job import JobCreate, JobCreatedReply
from jobs.engine.drafts import Ask
from jobs.engine.services import job_create

DOWNLOAD = "download"


def task_create(*, actor: UUID, request: TaskCreate, ask: Ask) -> JobCreatedReply:
    """Raises InvalidRequest, Conflict, LimitExceeded."""
    if request.taskType != DOWNLOAD:
        raise InvalidRequest(f"taskType: the only one is {DOWNLOAD!r}.", field="taskType")
    params = {"url": request.arg, "label": request.name}
    return job_create(
        actor=actor, request=JobCreate(kind="download.fetch", params=params, client_id=request.client_id), ask=ask
    )
