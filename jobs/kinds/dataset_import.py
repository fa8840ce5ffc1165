"""The kind `dataset.import` (docs/datasets.md)."""

from collections.abc import Sequence
from uuid import UUID

from contracts.dataset import DatasetImport, ImportMode, ImportResult
from contracts.errors import InvalidRequest
from jobs.kinds.base import MIB, Context, kind

HOURS = 6


def files(params: DatasetImport) -> Sequence[UUID]:
    return [params.file_id]


def validate(params: DatasetImport) -> None:
    """Raises InvalidRequest."""
    sources = [one.source for one in params.columns]
    if len(set(sources)) < len(sources):
        raise InvalidRequest("columns: one is named twice.", field="columns")
    if params.key and params.mode is ImportMode.APPEND:
        raise InvalidRequest("key: rows that are only added need none; use upsert.", field="key")


@kind(
    DatasetImport,
    queue="import",
    files=files,
    validate=validate,
    time_limit=HOURS * 3600,
    memory=1024 * MIB,
    max_attempts=5,
    database=True,
)
def dataset_import(params: DatasetImport, context: Context) -> ImportResult:
    from jobs.datasets.importing import run_import  # needs the database, which only its own children have
    from jobs.worker.database import DataContext

    assert isinstance(context, DataContext)  # noqa: S101  such a child has no other
    return run_import(params, context)
