"""Datasets and imports (docs/datasets.md): contracts in, functions called, contracts out."""

from functools import partial
from uuid import UUID

from bus.envelope import Call
from contracts import dataset as contract
from contracts.base import Done
from contracts.errors import NotAuthenticated
from jobs.datasets import rows, selectors, services, stats, undo
from jobs.datasets.access import dataset_readable, import_readable
from jobs.files.access import Ask
from jobs.models import Dataset, Import
from jobs.service import service


@service.rpc
def dataset_list(request: contract.DatasetList, call: Call) -> contract.DatasetPage:
    return selectors.dataset_page(actor=_actor(call), request=request, ask=_ask(call))


@service.rpc
def dataset_get(request: contract.DatasetGet, call: Call) -> contract.DatasetDetails:
    return selectors.dataset_details(_dataset(request.dataset_id, call))


@service.rpc
def dataset_rows(request: contract.DatasetRows, call: Call) -> contract.RowPage:
    return rows.row_page(_dataset(request.dataset_id, call), request)


@service.rpc
def dataset_count(request: contract.DatasetCount, call: Call) -> contract.RowCount:
    return rows.row_count(_dataset(request.dataset_id, call), request.filter)


@service.rpc
def dataset_stats(request: contract.DatasetStats, call: Call) -> contract.ColumnStats:
    dataset = _dataset(request.dataset_id, call)
    return stats.column_stats(dataset, column=request.column, filters=request.filter)


@service.rpc
def dataset_read(request: contract.DatasetRead, call: Call) -> contract.TextPiece:
    return rows.row_text(_dataset(request.dataset_id, call), request)


@service.rpc
def dataset_rejects(request: contract.DatasetRejects, call: Call) -> contract.RejectPage:
    dataset = _dataset(request.dataset_id, call)
    return selectors.reject_page(Import.objects.filter(dataset=dataset), request)


@service.rpc
def dataset_rename(request: contract.DatasetRename, call: Call) -> contract.Dataset:
    return services.dataset_rename(actor=_actor(call), dataset_id=request.dataset_id, name=request.name)


@service.rpc
def dataset_delete(request: contract.DatasetDelete, call: Call) -> Done:
    services.dataset_delete(actor=_actor(call), dataset_id=request.dataset_id)
    return Done()


@service.rpc
def dataset_undo(request: contract.DatasetUndo, call: Call) -> contract.Import:
    return undo.dataset_undo(actor=_actor(call), dataset_id=request.dataset_id, import_id=request.import_id)


@service.rpc
def import_get(request: contract.ImportGet, call: Call) -> contract.Import:
    return selectors.import_details(_import(request.import_id, call))


@service.rpc
def import_rejects(request: contract.ImportRejects, call: Call) -> contract.RejectPage:
    one = _import(request.import_id, call)
    return selectors.reject_page(Import.objects.filter(pk=one.pk), request)


@service.rpc
def import_read(request: contract.ImportRead, call: Call) -> contract.TextPiece:
    return selectors.reject_text(_import(request.import_id, call), request)


def _dataset(dataset_id: UUID, call: Call) -> Dataset:
    return dataset_readable(actor=_actor(call), dataset_id=dataset_id, ask=_ask(call))


def _import(import_id: UUID, call: Call) -> Import:
    return import_readable(actor=_actor(call), import_id=import_id, ask=_ask(call))


def _actor(call: Call) -> UUID:
    if call.actor is None:
        raise NotAuthenticated
    return call.actor.user_id


def _ask(call: Call) -> Ask:
    return partial(service.ask, call=call)
