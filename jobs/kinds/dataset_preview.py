"""The kind `dataset.preview` (docs/datasets.md)."""

from collections.abc import Sequence
from uuid import UUID

from contracts.dataset import DatasetPreview, PreviewResult
from contracts.job import Lane
from jobs.datasets.asked import Looked, Wanted
from jobs.datasets.reading import Reader
from jobs.kinds.base import MIB, Context, kind

UNPACKED = 1024 * MIB
"""Bytes that a packed file may unpack to; of texts only the beginning is unpacked."""


def files(params: DatasetPreview) -> Sequence[UUID]:
    return [params.file_id]


@kind(
    DatasetPreview,
    queue="import",
    files=files,
    lane=Lane.EXPRESS,
    time_limit=60,
    memory=256 * MIB,
    max_attempts=3,
)
def dataset_preview(params: DatasetPreview, context: Context) -> PreviewResult:
    wanted = Wanted(
        action="preview",
        path=str(context.input(params.file_id).path),
        folder=str(context.folder),
        unpacked=UNPACKED,
        format=params.format,
        options=params.options,
    )
    with Reader(wanted, check=context.check) as reader:
        return reader.answer(Looked).result
