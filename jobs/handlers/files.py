"""What is answered about files and uploads (docs/files.md)."""

import time
from functools import partial
from uuid import UUID

from bus.envelope import Call
from contracts import file as contract
from contracts.base import Done
from contracts.errors import NotAuthenticated
from jobs.files import conversations, opening, selectors, services, uploads
from jobs.files.access import Ask, file_readable, readable_among
from jobs.service import service

INSPECTED_WITHIN = 2.0
"""Seconds that a message waits for the inspection of its files."""
LOOK_AGAIN = 0.05


@service.rpc
def file_get(request: contract.FileGet, call: Call) -> contract.File:
    return selectors.file_view(file_readable(actor=_actor(call), file_id=request.file_id, ask=_ask(call)))


@service.rpc
def file_list(request: contract.FileList, call: Call) -> contract.FilePage:
    actor = _actor(call)
    if request.conversation_id is not None:
        return conversations.files_page(
            conversation_id=request.conversation_id, cursor=request.cursor, limit=request.limit, ask=_ask(call)
        )
    if request.ids is None:
        return selectors.file_page(owner_id=actor, cursor=request.cursor, limit=request.limit)
    files = readable_among(actor=actor, file_ids=request.ids, ask=_ask(call)) if request.ids else {}
    asked = dict.fromkeys(request.ids)
    return contract.FilePage(files=[selectors.file_view(files[one]) for one in asked if one in files], next=None)


@service.rpc
def file_delete(request: contract.FileDelete, call: Call) -> Done:
    services.file_delete(owner_id=_actor(call), file_id=request.file_id)
    return Done()


@service.rpc
def file_check(request: contract.FileCheck, call: Call) -> Done:
    services.files_hold(owner_id=_actor(call), file_ids=request.file_ids)
    until = time.monotonic() + INSPECTED_WITHIN
    while selectors.any_uninspected(request.file_ids) and time.monotonic() < until:
        time.sleep(LOOK_AGAIN)
    return Done()


@service.rpc
def file_open(request: contract.FileOpen, call: Call) -> contract.StoredFile:
    return opening.file_open(request, actor=call.actor.user_id if call.actor else None, ask=_ask(call))


@service.rpc
def upload_create(request: contract.UploadCreate, call: Call) -> contract.Upload:
    return uploads.upload_create(
        owner_id=_actor(call),
        client_id=request.client_id,
        name=request.name,
        size=request.size,
        metadata=request.metadata,
    )


@service.rpc
def upload_get(request: contract.UploadGet, call: Call) -> contract.Upload:
    return uploads.upload_get(owner_id=_actor(call), upload_id=request.upload_id)


@service.rpc
def upload_lock(request: contract.UploadLock, call: Call) -> contract.UploadLease:
    return uploads.upload_lock(owner_id=_actor(call), upload_id=request.upload_id)


@service.rpc
def upload_advance(request: contract.UploadAdvance, call: Call) -> contract.UploadLease:
    return uploads.upload_advance(
        owner_id=_actor(call),
        upload_id=request.upload_id,
        fence=request.fence,
        offset=request.offset,
        release=request.release,
    )


@service.rpc
def upload_finish(request: contract.UploadFinish, call: Call) -> contract.File:
    return uploads.upload_finish(owner_id=_actor(call), upload_id=request.upload_id)


@service.rpc
def upload_take(request: contract.UploadTake, call: Call) -> contract.FilePage:
    files = uploads.upload_take(owner_id=_actor(call), upload_id=request.upload_id, arrived=request.arrived)
    return contract.FilePage(files=files, next=None)


@service.rpc
def upload_delete(request: contract.UploadDelete, call: Call) -> Done:
    uploads.upload_delete(owner_id=_actor(call), upload_id=request.upload_id)
    return Done()


def _actor(call: Call) -> UUID:
    if call.actor is None:
        raise NotAuthenticated
    return call.actor.user_id


def _ask(call: Call) -> Ask:
    return partial(service.ask, call=call)
