"""The kind `dataset.export` (docs/datasets.md)."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from contracts.dataset import DatasetExport, ExportResult
from jobs.kinds.base import MIB, Context, kind


def subject(params: DatasetExport, _: Sequence[str]) -> str:
    return f"dataset.{params.format}"


def permit(params: DatasetExport, actor: UUID, ask: Callable[[Any], Any]) -> None:
    """Raises NotFound."""
    from jobs.datasets.access import dataset_readable  # children without a database load this module too

    dataset_readable(actor=actor, dataset_id=params.dataset_id, ask=ask)


@kind(
    DatasetExport,
    queue="import",
    subject=subject,
    permit=permit,
    time_limit=3600,
    memory=1024 * MIB,
    max_attempts=3,
    database=True,
)
def dataset_export(params: DatasetExport, context: Context) -> ExportResult:
    from jobs.datasets.exporting import run_export  # needs the database, which only its own children have
    from jobs.worker.database import DataContext

    assert isinstance(context, DataContext)  # noqa: S101  such a child has no other
    return run_export(params, context)
