"""A dataset becomes a file: CSV by COPY, JSON Lines row by row, Parquet from that CSV by the reader's process."""

from collections.abc import Callable, Sequence
from pathlib import Path

from django.db import connection
from django.db.transaction import atomic
from psycopg2.sql import SQL, Identifier

from contracts.dataset import ColumnType, DatasetColumn, DatasetExport, ExportFile, ExportResult
from contracts.errors import InvalidRequest
from jobs.datasets import tables
from jobs.datasets.asked import PARQUET_FILE, Finished, Wanted
from jobs.datasets.filters import Condition, chosen, refusing, where
from jobs.datasets.reading import Reader
from jobs.datasets.rows import MEDIA_TYPES, RowWriter, csv_line, titles_of, written
from jobs.datasets.tables import ROW
from jobs.datasets.views import columns_of
from jobs.kinds.base import JobFailure
from jobs.models import Dataset
from jobs.worker.database import DataContext

TOLD_EVERY = 5000
MAX_DIGITS = 38
"""Of a DuckDB decimal; longer numbers are texts in Parquet."""
PARQUET = "application/vnd.apache.parquet"
_TYPES = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.DOUBLE: "DOUBLE",
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.DATE: "DATE",
    ColumnType.TIME: "TIME",
    ColumnType.TIMESTAMP: "TIMESTAMP",
    ColumnType.TIMESTAMPTZ: "TIMESTAMPTZ",
    ColumnType.JSON: "JSON",
}


def run_export(params: DatasetExport, context: DataContext) -> ExportResult:
    """Raises JobFailure, Cancelled."""
    dataset = Dataset.objects.filter(pk=params.dataset_id).first()
    if dataset is None:
        raise JobFailure("no_dataset", "The dataset is not there any more.")
    try:
        with refusing():
            path, rows = _write(dataset, params, context)
    except InvalidRequest as error:
        raise JobFailure(error.code, error.message) from error
    media_type = MEDIA_TYPES.get(params.format, PARQUET).partition(";")[0]
    saved = context.save(path, name=f"{dataset.name}.{params.format}", media_type=media_type)
    file = ExportFile(id=saved.id, name=saved.name, size=saved.size, media_type=media_type)
    return context.finish(lambda: ExportResult(files=[file], rows=rows))


def _write(dataset: Dataset, params: DatasetExport, context: DataContext) -> tuple[Path, int]:
    known = columns_of(dataset)
    columns = chosen(known, params.columns)
    clause = where(known, params.filter)
    if params.format == "jsonl":
        return _write_lines(dataset, columns, clause, context)
    path = context.folder / "data.csv"
    header = csv_line(titles_of(columns)) if params.format == "csv" else ""
    rows = _copy(dataset, columns, clause, path, header=header, context=context)
    if params.format == "csv":
        return path, rows
    return _as_parquet(dataset, columns, path, context), rows


def _copy(
    dataset: Dataset,
    columns: Sequence[DatasetColumn],
    clause: Condition,
    path: Path,
    *,
    header: str,
    context: DataContext,
) -> int:
    """By one statement, which sees one state of the table."""
    names = tables.listed([one.name for one in columns])
    query = SQL("SELECT {} FROM {}{} ORDER BY {}").format(
        names, tables.table(dataset.table), clause.sql, Identifier(ROW)
    )
    connection.ensure_connection()
    with path.open("wb") as file, connection.wrap_database_errors, connection.connection.cursor() as cursor:
        file.write(header.encode())
        statement = b"COPY (%s) TO STDOUT WITH (FORMAT csv)" % cursor.mogrify(query, clause.values)
        sink = _Sink(file.write, dataset.rows, context)
        try:
            cursor.copy_expert(statement, sink)
        except Exception:
            if sink.error is not None:
                raise sink.error from None
            raise
        return int(cursor.rowcount)


class _Sink:
    """What `copy_expert` writes to. It hides what is raised in `write`: that is kept in `error`."""

    def __init__(self, write: Callable[[bytes], int], total: int, context: DataContext) -> None:
        self._write = write
        self._total = total
        self._context = context
        self._rows = 0
        self.error: Exception | None = None

    def write(self, data: bytes) -> None:
        self._write(data)
        self._rows += 1
        if self._rows % TOLD_EVERY == 0:
            try:
                self._context.progress(done=self._rows, total=max(self._total, self._rows), unit="rows")
            except Exception as error:
                self.error = error
                raise


def _write_lines(
    dataset: Dataset, columns: Sequence[DatasetColumn], clause: Condition, context: DataContext
) -> tuple[Path, int]:
    path, number = context.folder / "data.jsonl", 0
    statement = SQL("SELECT {} FROM {}{} ORDER BY {}").format(
        written(columns, "jsonl"), tables.table(dataset.table), clause.sql, Identifier(ROW)
    )
    with path.open("w", encoding="utf-8") as file, atomic(), tables.streamed(statement, clause.values) as rows:
        writer = RowWriter(columns, "jsonl", out=file)
        for number, row in enumerate(rows, 1):
            writer.write(row)
            if number % TOLD_EVERY == 0:
                context.progress(done=number, total=max(dataset.rows, number), unit="rows")
    return path, number


def _as_parquet(dataset: Dataset, columns: Sequence[DatasetColumn], path: Path, context: DataContext) -> Path:
    kinds = [_decimal(dataset, one) if one.type is ColumnType.DECIMAL else _TYPES[one.type] for one in columns]
    wanted = Wanted(
        action="parquet",
        path=str(path),
        folder=str(context.folder),
        unpacked=0,
        parquet=list(zip(titles_of(columns), kinds, strict=True)),
    )
    with Reader(wanted, check=context.check) as reader:
        reader.answer(Finished)
    return context.folder / PARQUET_FILE


def _decimal(dataset: Dataset, column: DatasetColumn) -> str:
    """Wide enough for all that there is now."""
    statement = SQL("SELECT max(scale({0})), max(length(trunc(abs({0}))::text)) FROM {1}")
    ((scale, digits),) = tables.fetch(statement.format(Identifier(column.name), tables.table(dataset.table)))
    if scale is None or scale + digits > MAX_DIGITS:
        return "VARCHAR"
    return f"DECIMAL({scale + digits}, {scale})"
