"""A file becomes rows (docs/datasets.md, "Importing"): read by another process, staged with COPY, merged at the end."""

import select
from dataclasses import replace
from typing import BinaryIO
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connection
from django.db.models import Sum
from django.db.transaction import atomic
from psycopg2.sql import SQL

from config.failpoints import failpoint
from contracts.dataset import (
    DataFormat,
    DatasetColumn,
    DatasetImport,
    ImportColumn,
    ImportMode,
    ImportResult,
    ImportState,
    ReadOptions,
)
from jobs.datasets import merging, refusals, tables
from jobs.datasets.asked import REJECTS_FILE, Finished, KeptReject, Planned, Wanted
from jobs.datasets.merging import Load
from jobs.datasets.reading import LOOK, Reader
from jobs.datasets.views import columns_of
from jobs.kinds.base import Cancelled, JobFailure
from jobs.models import Dataset, Import
from jobs.worker.database import DataContext

PIECE = 256 * 1024
NEW = (ImportMode.CREATE, ImportMode.REPLACE)
"""Modes in which the staging table becomes the data."""
_AS_TEXT = {DataFormat.XLSX: DataFormat.CSV, DataFormat.PARQUET: DataFormat.JSON}
"""What the rejects of a format without text are written as."""


@refusals.final()
def run_import(params: DatasetImport, context: DataContext) -> ImportResult:
    """Raises JobFailure, Cancelled. All of it is there afterwards, or nothing."""
    corrected = _corrected(params, context)
    if corrected is not None:
        params = _as_then(params, corrected)
    target = _target(params, context, corrected)
    _check_limits(params, context)
    staging = tables.staging_name(context.job_id, context.attempt)
    try:
        with Reader(_wanted(params, context, target), check=context.check) as reader:
            planned = reader.answer(Planned)
            if not params.dry_run:
                _stage(staging, planned, params, target, reader, context)
                _index(staging, planned, params, target)
            finished = reader.answer(Finished)
        load = Load(
            params=params, context=context, planned=planned, finished=finished, staging=staging, target=target,
            corrected=corrected, rejects=_rejects(context),
        )  # fmt: skip
        return _end(load)
    finally:
        tables.drop(staging)


def _end(load: Load) -> ImportResult:
    if load.finished.too_many:
        with atomic():
            merging.note(load, state=ImportState.FAILED, dataset=None)
        limit = load.params.max_rejects
        raise JobFailure("too_many_rejects", f"{load.finished.rejects} rows are bad; {limit} are allowed.")
    if load.params.dry_run:
        return load.context.finish(lambda: merging.tried(load))
    load.context.progress(note="merging", done=load.finished.rows, total=load.finished.rows, unit="rows")
    failpoint(f"import.staged.{load.context.attempt}")
    return load.context.finish(lambda: merging.merge(load))


def _wanted(params: DatasetImport, context: DataContext, target: Dataset | None) -> Wanted:
    fitting = target is not None and params.mode not in NEW
    return Wanted(
        action="check" if params.dry_run else "load",
        path=str(context.input(params.file_id).path),
        folder=str(context.folder),
        unpacked=settings.DATASET_QUOTA_BYTES,
        format=params.format,
        options=params.options,
        columns=params.columns,
        target=columns_of(target) if target is not None and fitting else None,
        max_rejects=params.max_rejects,
    )


# ---- into what


def _target(params: DatasetImport, context: DataContext, corrected: Import | None) -> Dataset | None:
    """The dataset that is there already; none for a new one."""
    if corrected is not None:
        return corrected.dataset
    if params.mode is ImportMode.CREATE:
        return None
    own = Dataset.objects.filter(owner_id=context.job.owner_id)
    try:
        found = own.filter(pk=UUID(params.dataset)).first()
    except ValueError:
        found = own.filter(name=params.dataset).first()
    if found is None:
        raise JobFailure("no_dataset", f"You have no dataset {params.dataset!r}.")
    return found


def _corrected(params: DatasetImport, context: DataContext) -> Import | None:
    if params.corrects is None:
        return None
    found = Import.objects.filter(id=params.corrects, owner_id=context.job.owner_id).select_related("dataset").first()
    if found is None or found.dataset is None or found.state != ImportState.DONE:
        raise JobFailure("no_import", "The import that this file corrects is not there any more.")
    return found


def _as_then(params: DatasetImport, corrected: Import) -> DatasetImport:
    """Read as the first file was, which had lines before its header, and an encoding of its own."""
    source = corrected.source
    options = msgspec.convert(source["options"], ReadOptions)
    was = DataFormat(source["format"])
    return replace(
        params,
        mode=ImportMode.UPSERT if corrected.mode == ImportMode.UPSERT else ImportMode.APPEND,
        format=_AS_TEXT.get(was, was),
        options=replace(options, skip=None, encoding=None, member=None, sheet=None),
        columns=msgspec.convert(source["columns"], list[ImportColumn]),
        key=[],
    )


def _check_limits(params: DatasetImport, context: DataContext) -> None:
    own = Dataset.objects.filter(owner_id=context.job.owner_id)
    if params.mode is ImportMode.CREATE and own.count() >= settings.DATASETS_PER_USER:
        raise JobFailure("too_many_datasets", f"You have {settings.DATASETS_PER_USER} datasets, as many as you may.")


def _room(context: DataContext) -> int:
    held = Dataset.objects.filter(owner_id=context.job.owner_id).aggregate(all=Sum("bytes"))["all"] or 0
    return max(0, settings.DATASET_QUOTA_BYTES - held)


# ---- staging


def _stage(
    name: str, planned: Planned, params: DatasetImport, target: Dataset | None, reader: Reader, context: DataContext
) -> None:
    tables.make_schema()
    tables.drop(*(tables.staging_name(context.job_id, before) for before in range(1, context.attempt + 1)))
    columns = [DatasetColumn(name=one.name, title=one.title, type=one.type) for one in planned.columns]
    tables.create(name, columns, kept=target is None or params.mode in NEW)
    failpoint(f"import.staging.{context.attempt}")
    pipe = _Pipe(reader.rows, context=context, total=planned.rows, room=_room(context))
    statement = SQL("COPY {} ({}) FROM STDIN WITH (FORMAT csv)")
    made = statement.format(tables.table(name), tables.listed([one.name for one in planned.columns]))
    try:
        with connection.wrap_database_errors, connection.connection.cursor() as cursor:
            cursor.copy_expert(made, pipe, PIECE)
    except Exception:
        if pipe.error is not None:
            raise pipe.error from None
        raise


class _Pipe:
    """The reader's rows for `copy_expert`, which hides what is raised in `read`: it is kept in `error`."""

    def __init__(self, rows: BinaryIO, *, context: DataContext, total: int | None, room: int) -> None:
        self._rows = rows
        self._context = context
        self._total = total
        self._room = room
        self._bytes = self._lines = 0
        self.error: Exception | None = None

    def read(self, size: int) -> bytes:
        try:
            return self._read(size)
        except (Cancelled, JobFailure) as error:
            self.error = error
            raise

    def _read(self, size: int) -> bytes:
        while not select.select([self._rows], [], [], LOOK)[0]:
            self._context.check()
        data = self._rows.read1(size)  # type: ignore[attr-defined]
        self._bytes += len(data)
        self._lines += data.count(b"\n")
        if self._bytes > self._room:
            raise JobFailure("datasets_full", f"Your datasets may have {settings.DATASET_QUOTA_BYTES} bytes together.")
        total = None if self._total is None else max(self._total, self._lines)
        self._context.progress(done=self._lines, total=total, unit="rows", note=f"{self._bytes / 1_000_000:.1f} MB")
        failpoint(f"import.piece.{self._context.attempt}")
        return bytes(data)


def _index(name: str, planned: Planned, params: DatasetImport, target: Dataset | None) -> None:
    """Of a table that becomes the data: before the transaction that ends the job, as it takes long.

    Meanwhile the reader looks for the bad rows.
    """
    if target is not None and params.mode not in NEW:
        return
    key = merging.key_of(planned, params, target)
    with refusals.unique(key):
        merging.index(name, key)
    tables.execute(SQL("ANALYZE {}").format(tables.table(name)))


def _rejects(context: DataContext) -> list[KeptReject]:
    path = context.folder / REJECTS_FILE
    if not path.exists():
        return []
    with path.open("rb") as file:
        return [msgspec.json.decode(line, type=KeptReject) for line in file]
