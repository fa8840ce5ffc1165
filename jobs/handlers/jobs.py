"""Jobs and batches (docs/jobs.md): contracts in, functions called, contracts out."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from bus.envelope import Call
from bus.topology import SLOW_PREFETCH
from contracts import job as contract
from contracts.base import Done
from contracts.download import TaskCreate
from contracts.errors import NotAuthenticated, WarrenError
from jobs.downloads import tasks
from jobs.engine import selectors, services
from jobs.engine.creating import Asked, job_create_many
from jobs.engine.drafts import Ask
from jobs.service import service


@service.rpc_batch(limit=SLOW_PREFETCH)
def job_create(
    calls: Sequence[tuple[contract.JobCreate, Call]],
) -> Sequence[contract.JobCreatedReply | WarrenError]:
    asked = [Asked(call.actor.user_id, request, _ask(call)) for request, call in calls if call.actor is not None]
    outcomes = iter(job_create_many(asked))
    return [NotAuthenticated() if call.actor is None else next(outcomes) for _, call in calls]


@service.rpc
def job_batch(request: contract.JobBatch, call: Call) -> contract.BatchCreatedReply:
    return services.batch_create(actor=_actor(call), request=request, ask=_ask(call))


@service.rpc
def job_get(request: contract.JobGet, call: Call) -> contract.Job:
    return selectors.job_get(actor=_actor(call), job_id=request.job_id, ask=_ask(call))


@service.rpc
def job_list(request: contract.JobList, call: Call) -> contract.JobPage:
    return selectors.job_page(actor=_actor(call), request=request, ask=_ask(call))


@service.rpc
def job_cancel(request: contract.JobCancel, call: Call) -> contract.Job:
    return services.job_cancel(actor=_actor(call), job_id=request.job_id)


@service.rpc
def job_retry(request: contract.JobRetry, call: Call) -> contract.Job:
    return services.job_retry(actor=_actor(call), job_id=request.job_id, ask=_ask(call))


@service.rpc
def job_replay(request: contract.JobReplay, call: Call) -> contract.JobCreatedReply:
    return services.job_replay(actor=_actor(call), request=request, ask=_ask(call))


@service.rpc
def job_pause(request: contract.JobPause, call: Call) -> contract.Job:
    return services.job_pause(actor=_actor(call), job_id=request.job_id)


@service.rpc
def job_resume(request: contract.JobResume, call: Call) -> contract.Job:
    return services.job_resume(actor=_actor(call), job_id=request.job_id)


@service.rpc
def job_delete(request: contract.JobDelete, call: Call) -> Done:
    services.job_delete(actor=_actor(call), job_id=request.job_id)
    return Done()


@service.rpc
def batch_get(request: contract.BatchGet, call: Call) -> contract.Batch:
    return selectors.batch_get(actor=_actor(call), batch_id=request.batch_id, ask=_ask(call))


@service.rpc
def batch_cancel(request: contract.BatchCancel, call: Call) -> contract.Batch:
    return services.batch_cancel(actor=_actor(call), batch_id=request.batch_id)


@service.rpc
def batch_retry(request: contract.BatchRetry, call: Call) -> contract.Batch:
    return services.batch_retry(actor=_actor(call), batch_id=request.batch_id, ask=_ask(call))


@service.rpc
def batch_pause(request: contract.BatchPause, call: Call) -> contract.Batch:
    return services.batch_pause(actor=_actor(call), batch_id=request.batch_id)


@service.rpc
def batch_resume(request: contract.BatchResume, call: Call) -> contract.Batch:
    return services.batch_resume(actor=_actor(call), batch_id=request.batch_id)


@service.rpc
def task_create(request: TaskCreate, call: Call) -> contract.JobCreatedReply:
    return tasks.task_create(actor=_actor(call), request=request, ask=_ask(call))


def _actor(call: Call) -> UUID:
    if call.actor is None:
        raise NotAuthenticated
    return call.actor.user_id


def _ask(call: Call) -> Ask:
    """Asks another service as part of this request, within what is left of its deadline."""
    return partial(service.ask, call=call)
