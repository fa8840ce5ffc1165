"""Datasets: tables made from files, how they are imported, read and given out (docs/datasets.md)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from contracts.base import Done, Event, PageSize, Query, Request, Safety, event, job_kind, operation
from contracts.errors import Conflict, NotFound

OWNER = "job"
MAX_COLUMNS = 1500
"""Columns of a dataset. PostgreSQL allows 1,600 with its own."""
MAX_FILTERS = 20
DatasetName = Annotated[str, Meta(min_length=1, max_length=120)]
"""A dataset's name, or its id."""
ColumnName = Annotated[str, Meta(min_length=1, max_length=200)]
Filter = Annotated[str, Meta(min_length=3, max_length=4000)]
"""`column:op:value`, with op one of `eq ne lt le gt ge contains starts_with in is_null not_null`.

`contains` and `starts_with` ignore case; `in` takes a JSON list of texts; `is_null` and `not_null` no value
(`column:is_null`). Several of them must all be true.
"""
Filters = Annotated[list[Filter], Meta(max_length=MAX_FILTERS)]
Names = Annotated[list[ColumnName], Meta(max_length=MAX_COLUMNS)]
RowCursor = Annotated[str, Meta(max_length=4000)]


class ColumnType(StrEnum):
    """`integer`: 64 bits; `decimal`: exact, any number of digits; `double`: 53 bits."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DOUBLE = "double"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    TIMESTAMP = "timestamp"
    TIMESTAMPTZ = "timestamptz"
    JSON = "json"


class DataFormat(StrEnum):
    """`csv`: any delimiter; `json`: a list of objects, or one on each line. gzip, zstd and zip of them too."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"
    XLSX = "xlsx"


class ImportMode(StrEnum):
    """`create`: a new dataset; where the name is taken it gets a number. `upsert`: by key, last one wins."""

    CREATE = "create"
    APPEND = "append"
    REPLACE = "replace"
    UPSERT = "upsert"


class ImportState(StrEnum):
    """`tried`: a dry run. `failed`: too many rejects, which are kept; nothing else is."""

    DONE = "done"
    TRIED = "tried"
    FAILED = "failed"
    UNDONE = "undone"


# ---- what a file holds


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadOptions:
    """How a file is read; what is not given is found out.

    `delimiter`, `quote`, `escape`, `encoding`, `header`, `skip` (lines before it) and `decimal` (the sign before a
    number's fraction) are of `csv`; an empty `quote` means that there is none. `sheet` is of `xlsx`; `member`: which
    file of a zip. `null_markers`: texts that mean "no value"; without them the empty text. `date_format`,
    `timestamp_format`: as strftime has them; without, ISO 8601 or what the file seems to have.
    """

    delimiter: Annotated[str, Meta(min_length=1, max_length=1)] | None = None
    quote: Annotated[str, Meta(max_length=1)] | None = None
    escape: Annotated[str, Meta(max_length=1)] | None = None
    encoding: Literal["utf-8", "utf-16", "latin-1", "windows-1252"] | None = None
    header: bool | None = None
    skip: Annotated[int, Meta(ge=0, le=10_000)] | None = None
    decimal: Literal[".", ","] | None = None
    null_markers: Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(max_length=16)] | None = None
    date_format: Annotated[str, Meta(max_length=64)] | None = None
    timestamp_format: Annotated[str, Meta(max_length=64)] | None = None
    sheet: Annotated[str, Meta(max_length=255)] | None = None
    member: Annotated[str, Meta(max_length=1024)] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundColumn:
    """`source`: its name in the file; `name`: what it would be called here. `nulls`: among the rows looked at."""

    source: str
    name: str
    type: ColumnType
    nulls: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewResult:
    """`options`: what was found, or had been given; giving them back makes an import read the file just so.

    `rows`: the first ones, 50 or less, as texts of 100 characters or less. `estimated_rows`: of the whole file.
    `compression`: `gzip`, `zstd` or `zip`. `sheets`: of an XLSX; `members`: of a zip.
    """

    format: DataFormat
    compression: str | None
    options: ReadOptions
    columns: list[FoundColumn]
    rows: list[list[str | None]]
    estimated_rows: int | None
    sheets: list[str]
    members: list[str]


@job_kind("dataset.preview", result=PreviewResult)
@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetPreview:
    """Looks at the beginning of a file and says how it would be imported. Writes nothing."""

    file_id: UUID
    format: DataFormat | None = None
    options: ReadOptions = ReadOptions()


# ---- importing


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportColumn:
    """What to do with one column of the file. `name`, `type`: as found unless given."""

    source: ColumnName
    name: ColumnName | None = None
    type: ColumnType | None = None
    skip: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportResult:
    """`rows`: good ones that were read: `inserted` + `updated`, unless the file has the same key twice.

    `rejects`: rows that were left out. `dataset_id`: none after a dry run of `create`. `import_id` is the job's id.
    """

    dataset_id: UUID | None
    name: str
    rows: int
    rejects: int
    inserted: int
    updated: int
    import_id: UUID
    dry_run: bool


@job_kind("dataset.import", result=ImportResult)
@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetImport:
    """Reads a file into a dataset, all of it or nothing.

    `dataset`: name of a new one, name or id of one of the owner's. `columns`: those that are not named here are
    imported as found. `key`: names of columns by which `upsert` finds rows; a dataset keeps it. `max_rejects`: more bad
    rows than that, and the import fails. `dry_run`: reads and checks everything, changes nothing. `corrects`: an import
    whose rejects this file has, corrected: it is read as that one was, and added as that one did.
    """

    file_id: UUID
    dataset: DatasetName
    mode: ImportMode = ImportMode.CREATE
    format: DataFormat | None = None
    options: ReadOptions = ReadOptions()
    columns: Annotated[list[ImportColumn], Meta(max_length=MAX_COLUMNS)] = field(default_factory=list)
    key: Annotated[list[ColumnName], Meta(max_length=16)] = field(default_factory=list)
    max_rejects: Annotated[int, Meta(ge=0, le=1_000_000_000)] = 1000
    dry_run: bool = False
    corrects: UUID | None = None


# ---- datasets


@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetColumn:
    """`name`: its identifier, also in filters; `title`: what the file or its owner calls it."""

    name: str
    title: str
    type: ColumnType


@dataclass(frozen=True, kw_only=True, slots=True)
class Dataset:
    """`table`: its name in the database. `key`: names of columns that make a row unique. `bytes`: on the disk.

    `rev` grows with every change.
    """

    id: UUID
    name: str
    owner_id: UUID
    conversation_id: UUID | None
    table: str
    columns: list[DatasetColumn]
    key: list[str]
    rows: int
    bytes: int
    created_at: datetime
    changed_at: datetime
    rev: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Import:
    """One import. Its `id` is that of its job. `undoable`: whether `dataset.undo` would do it now.

    `kept_rejects`: how many of the `rejects` can be read. `corrected`: rows that came by imports that `corrects` it.
    """

    id: UUID
    dataset_id: UUID | None
    file_id: UUID
    file_name: str
    mode: ImportMode
    state: ImportState
    rows: int
    inserted: int
    updated: int
    rejects: int
    kept_rejects: int
    corrects: UUID | None
    corrected: int
    undoable: bool
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetDetails:
    """`imports`: the last ones, newest first."""

    dataset: Dataset
    imports: list[Import]


@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetPage:
    """Newest first."""

    datasets: list[Dataset]
    next: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RowPage:
    """`columns`: names, in the order of the values. `ids`: of the rows, for as long as the dataset is not replaced.

    Values are texts as PostgreSQL writes them, so that no digit is lost; they are cut after `cut` characters. There may
    be fewer rows than were asked for although more follow: `next` tells.
    """

    columns: list[str]
    rows: list[list[str | None]]
    ids: list[int]
    cut: int
    next: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RowCount:
    """`exact`: false when counting took too long; then it is the planner's estimate."""

    count: int
    exact: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueCount:
    value: str | None
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Bucket:
    """Values from `low` up to `high`; the last bucket has its `high` too."""

    low: str
    high: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnStats:
    """`rows`: how many were looked at; of a large dataset they are a sample, unless `exact`.

    `distinct`: different values among them. `top`: the most frequent ones. `histogram`: of numbers, dates and times.
    """

    column: str
    type: ColumnType
    rows: int
    exact: bool
    nulls: int
    distinct: int
    min: str | None
    max: str | None
    mean: float | None
    top: list[ValueCount]
    histogram: list[Bucket]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reject:
    """A row that was left out. `line`: in the file, from 1; of formats without lines, the record.

    `column`: its name in the file. `reason`: a sentence. `raw`: the row as it was; of formats without text, as JSON.
    """

    line: int | None
    column: str | None
    reason: str
    raw: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RejectPage:
    rejects: list[Reject]
    next: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TextPiece:
    """For gateways: a piece of what is streamed. `media_type`, `name`: of the whole."""

    text: str
    name: str
    media_type: str
    next: str | None


@operation("dataset.list", owner=OWNER, safety=Safety.READ_ONLY, slow=True, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetList(Request[DatasetPage]):
    """The caller's own datasets; with `conversation_id` those of everybody there. `q`: a part of the name."""

    conversation_id: UUID | None = None
    q: Query = ""
    cursor: RowCursor | None = None
    limit: PageSize = 50


@operation("dataset.get", owner=OWNER, safety=Safety.READ_ONLY, slow=True, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetGet(Request[DatasetDetails]):
    """The caller's own dataset, or one of a conversation that he hears."""

    dataset_id: UUID


@operation(
    "dataset.rows", owner=OWNER, safety=Safety.READ_ONLY, slow=True, deadline_ms=8000, errors=(NotFound, Conflict)
)
@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetRows(Request[RowPage]):
    """`sort`: a column's name, with `-` before it downwards; without, in the order of import. Nulls come last.

    `skip`: so many rows behind the cursor are passed over, which costs more the more they are. `columns`: just these.
    Conflict: the dataset was replaced since the cursor was made; begin anew. Busy: sorting, filtering or passing over
    so many rows took too long.
    """

    dataset_id: UUID
    cursor: RowCursor | None = None
    skip: Annotated[int, Meta(ge=0, le=10_000_000_000)] = 0
    limit: Annotated[int, Meta(ge=1, le=500)] = 100
    sort: ColumnName | None = None
    filter: Filters = field(default_factory=list)
    columns: Names = field(default_factory=list)


@operation("dataset.count", owner=OWNER, safety=Safety.READ_ONLY, slow=True, deadline_ms=8000, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetCount(Request[RowCount]):
    """How many rows the filters leave."""

    dataset_id: UUID
    filter: Filters = field(default_factory=list)


@operation("dataset.stats", owner=OWNER, safety=Safety.READ_ONLY, slow=True, deadline_ms=8000, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetStats(Request[ColumnStats]):
    """What is in one column, of the rows that the filters leave."""

    dataset_id: UUID
    column: ColumnName
    filter: Filters = field(default_factory=list)


@operation("dataset.rename", owner=OWNER, safety=Safety.KEYED, errors=(NotFound, Conflict))
@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetRename(Request[Dataset]):
    """The owner's alone. Conflict where another of his datasets has the name."""

    dataset_id: UUID
    name: DatasetName


@operation("dataset.delete", owner=OWNER, safety=Safety.KEYED, slow=True, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetDelete(Request[Done]):
    """The owner's alone. The table goes; an import into it that runs just now fails."""

    dataset_id: UUID


@operation("dataset.undo", owner=OWNER, safety=Safety.KEYED, slow=True, deadline_ms=30_000, errors=(NotFound, Conflict))
@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetUndo(Request[Import]):
    """The owner's alone. Takes one import back; that of `create` deletes the dataset. Repeated, it changes nothing.

    Conflict: later imports build on it, or what it replaced is not kept any more.
    """

    dataset_id: UUID
    import_id: UUID


@operation("import.get", owner=OWNER, safety=Safety.READ_ONLY, slow=True, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class ImportGet(Request[Import]):
    """Also of a dry run, or of an import that failed for too many rejects; the id is the job's."""

    import_id: UUID


@operation("import.rejects", owner=OWNER, safety=Safety.READ_ONLY, slow=True, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class ImportRejects(Request[RejectPage]):
    import_id: UUID
    cursor: RowCursor | None = None
    limit: PageSize = 50


@operation("dataset.rejects", owner=OWNER, safety=Safety.READ_ONLY, slow=True, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetRejects(Request[RejectPage]):
    """Of all imports of a dataset."""

    dataset_id: UUID
    cursor: RowCursor | None = None
    limit: PageSize = 50


@operation(
    "dataset.read", owner=OWNER, safety=Safety.READ_ONLY, slow=True, deadline_ms=10_000, errors=(NotFound, Conflict)
)
@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetRead(Request[TextPiece]):
    """For gateways only: the next rows as text, for an export that is streamed. Rows that came after its beginning are
    not in it; Conflict when the dataset was replaced meanwhile."""

    dataset_id: UUID
    format: Literal["csv", "jsonl"]
    cursor: RowCursor | None = None
    filter: Filters = field(default_factory=list)
    columns: Names = field(default_factory=list)


@operation("import.read", owner=OWNER, safety=Safety.READ_ONLY, slow=True, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class ImportRead(Request[TextPiece]):
    """For gateways only: rejects as text. `report`: a CSV of line, column, reason, raw; `rows`: the rows as they were,
    below the file's header, to be corrected and imported with `corrects`."""

    import_id: UUID
    form: Literal["report", "rows"] = "report"
    cursor: RowCursor | None = None


# ---- giving out


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportFile:
    id: UUID
    name: str
    size: int
    media_type: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportResult:
    files: list[ExportFile]
    rows: int


@job_kind("dataset.export", result=ExportResult)
@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetExport:
    """A dataset, or what the filters leave of it, as a file: as it was when the job began."""

    dataset_id: UUID
    format: Literal["csv", "jsonl", "parquet"] = "csv"
    filter: Filters = field(default_factory=list)
    columns: Names = field(default_factory=list)


# ---- events


@event("dataset.changed", owner=OWNER)
@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetChanged(Event):
    """For its owner and its conversation: the dataset as it is now, also when it is new."""

    dataset: Dataset


@event("dataset.deleted", owner=OWNER)
@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetDeleted(Event):
    """For its owner and its conversation."""

    dataset_id: UUID
    rev: int
