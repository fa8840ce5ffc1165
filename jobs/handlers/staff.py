"""What only staff may ask of the job service (docs/jobs.md): contracts in, functions called, contracts out."""

from bus.envelope import Call
from contracts import job as contract
from contracts.base import Done
from contracts.errors import Forbidden, NotAuthenticated
from jobs.engine import staff
from jobs.service import service


@service.rpc
def job_search(request: contract.JobSearch, call: Call) -> contract.JobPage:
    _require_staff(call)
    return staff.job_search(request)


@service.rpc
def dead_list(_: contract.DeadList, call: Call) -> contract.DeadGroups:
    _require_staff(call)
    return staff.dead_groups()


@service.rpc
def dead_replay(request: contract.DeadReplay, call: Call) -> contract.Replayed:
    _require_staff(call)
    return contract.Replayed(count=staff.dead_replay(job_id=request.job_id, kind=request.kind, code=request.code))


@service.rpc
def queue_list(_: contract.QueueList, call: Call) -> contract.QueueStatuses:
    _require_staff(call)
    return staff.queue_statuses()


@service.rpc
def queue_set_paused(request: contract.QueueSetPaused, call: Call) -> Done:
    _require_staff(call)
    staff.queue_set_paused(name=request.name, paused=request.paused)
    return Done()


@service.rpc
def worker_list(_: contract.WorkerList, call: Call) -> contract.WorkerStatuses:
    _require_staff(call)
    return staff.worker_statuses()


def _require_staff(call: Call) -> None:
    if call.actor is None:
        raise NotAuthenticated
    if not call.actor.staff:
        raise Forbidden
