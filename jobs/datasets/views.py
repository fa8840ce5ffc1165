"""Rows as contracts: what others get to see of datasets, imports and rejects."""

import msgspec

from contracts import dataset as contract
from contracts.dataset import DatasetColumn, ImportMode, ImportState
from jobs.models import Dataset, Import, Reject


def columns_of(dataset: Dataset) -> list[DatasetColumn]:
    return msgspec.convert(dataset.columns, list[DatasetColumn])


def dataset_view(dataset: Dataset) -> contract.Dataset:
    return contract.Dataset(
        id=dataset.id,
        name=dataset.name,
        owner_id=dataset.owner_id,
        conversation_id=dataset.conversation_id,
        table=f"datasets.{dataset.table}",
        columns=columns_of(dataset),
        key=dataset.key,
        rows=dataset.rows,
        bytes=dataset.bytes,
        created_at=dataset.created_at,
        changed_at=dataset.changed_at,
        rev=dataset.rev,
    )


def import_view(one: Import, *, undoable: bool) -> contract.Import:
    return contract.Import(
        id=one.id,
        dataset_id=one.dataset_id,
        file_id=one.file_id,
        file_name=one.file_name,
        mode=ImportMode(one.mode),
        state=ImportState(one.state),
        rows=one.rows,
        inserted=one.inserted,
        updated=one.updated,
        rejects=one.rejects,
        kept_rejects=one.kept_rejects,
        corrects=one.corrects_id,
        corrected=one.corrected,
        undoable=undoable,
        created_at=one.created_at,
    )


def reject_view(row: Reject) -> contract.Reject:
    return contract.Reject(line=row.line, column=row.column, reason=row.reason, raw=row.raw)
