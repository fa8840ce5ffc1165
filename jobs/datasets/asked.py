"""What the process that has the database and the reader, which parses what strangers sent, say to each other.

One request, as JSON on the reader's standard input; answers as lines of JSON on a pipe of their own; the good rows as
CSV on its standard output; the bad ones as lines of JSON in a file.
"""

import msgspec

from contracts.dataset import ColumnType, DataFormat, DatasetColumn, ImportColumn, PreviewResult, ReadOptions

MAX_KEPT_REJECTS = 10_000
REJECTS_FILE = "rejects.jsonl"
PARQUET_FILE = "data.parquet"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """`preview`: only look; else `load`, or `check` everything and write nothing. `parquet`: turn a CSV of our own with
    the columns `parquet` (name and DuckDB's type) into the file PARQUET_FILE.

    `target`: columns that there are already, whose types count. `unpacked`: bytes that a packed file may have.
    """

    action: str
    path: str
    folder: str
    unpacked: int
    format: DataFormat | None = None
    options: ReadOptions = ReadOptions()
    columns: list[ImportColumn] = []
    target: list[DatasetColumn] | None = None
    parquet: list[tuple[str, str]] = []
    max_rejects: int = 0


class PlannedColumn(msgspec.Struct, frozen=True, kw_only=True):
    """`source`: its name in the file, where it is from there."""

    source: str
    name: str
    title: str
    type: ColumnType


class Looked(msgspec.Struct, frozen=True, kw_only=True, tag="looked"):
    """The answer to `preview`."""

    result: PreviewResult


class Planned(msgspec.Struct, frozen=True, kw_only=True, tag="planned"):
    """What is about to come on the standard output. `header`: the file's, as text. `rows`: about how many."""

    columns: list[PlannedColumn]
    format: DataFormat
    options: ReadOptions
    header: str
    rows: int | None


class Finished(msgspec.Struct, frozen=True, kw_only=True, tag="finished"):
    """All good rows were written. `kept`: rejects in the file; `too_many`: more than were allowed."""

    rows: int
    rejects: int
    kept: int
    too_many: bool


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """The file, or what was asked for, cannot be read."""

    code: str
    message: str


class KeptReject(msgspec.Struct, frozen=True, kw_only=True):
    line: int | None
    column: str | None
    reason: str
    raw: str


Answer = Looked | Planned | Finished | Refused
answers = msgspec.json.Decoder(Answer)


class Unreadable(Exception):
    """Becomes `Refused`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
