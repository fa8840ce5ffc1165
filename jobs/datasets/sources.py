"""A file as a DuckDB relation whose columns `v0`, `v1` ... are texts, whatever the format."""
# ruff: noqa: S608  names are numbers, and every text goes through `literal`

import csv
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
from python_calamine import CalamineError, CalamineWorkbook

from contracts.dataset import MAX_COLUMNS, ColumnType, DataFormat, ReadOptions
from jobs.datasets.asked import Unreadable
from jobs.datasets.checks import literal, name
from jobs.datasets.names import free
from jobs.datasets.rows_of_text import Dialect
from jobs.datasets.unpacking import PIECE, Unpacked, text_of, workbook_size_checked

SNIFFED = 20_480
"""Rows by which a dialect is found."""
LONGEST = 16 * 1024 * 1024
"""Bytes of a row."""
_DELIMITERS = (",", ";", "\t", "|")
MAX_STRUCTURE = 1_000_000
"""Rows of a wrong shape; DuckDB keeps them all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """`names`: of the columns. `relation`: SQL, with `raw` where a row has a text of its own. `nulls`: texts that mean
    "no value", as far as the relation does not know. `shape`: what must be true of a row. `types`: where the format
    knows them. `dialect`: how to find a row of a CSV again."""

    names: list[str]
    relation: str
    options: ReadOptions
    nulls: Sequence[str]
    raw: bool = False
    shape: str | None = None
    types: list[ColumnType | None] = field(default_factory=list)
    dialect: Dialect | None = None
    sheets: list[str] = field(default_factory=list)


def open_source(db: duckdb.DuckDBPyConnection, file: Unpacked, options: ReadOptions, *, folder: Path) -> Source:
    """Raises Unreadable."""
    options = replace(options, encoding=file.encoding, member=file.member)  # type: ignore[arg-type]
    make = {
        DataFormat.CSV: _csv,
        DataFormat.JSON: _json,
        DataFormat.PARQUET: _parquet,
        DataFormat.XLSX: _xlsx,
    }[file.format]
    source = make(db, file.path, options, folder)
    if not source.names:
        raise Unreadable("empty", "The file has no columns.")
    if len(source.names) > MAX_COLUMNS:
        raise Unreadable("too_many_columns", f"The file has {len(source.names)} columns; {MAX_COLUMNS} are allowed.")
    return source


# ---- CSV


def _csv(db: duckdb.DuckDBPyConnection, path: Path, options: ReadOptions, _: Path) -> Source:
    dialect, names = _sniff(db, path, options)
    nulls = [""] if options.null_markers is None else options.null_markers
    made = replace(
        options,
        delimiter=dialect.delimiter,
        quote=dialect.quote,
        escape=dialect.escape,
        header=dialect.header,
        skip=dialect.skip,
        null_markers=list(nulls),
    )
    return Source(
        names=names, relation=_read_csv(path, dialect, len(names), nulls), options=made, nulls=(), dialect=dialect
    )


def _sniff(db: duckdb.DuckDBPyConnection, path: Path, options: ReadOptions) -> tuple[Dialect, list[str]]:
    given = {"delim": options.delimiter, "quote": options.quote, "escape": options.escape, "skip": options.skip}
    settings = [f"{key} = {literal(str(value))}" for key, value in given.items() if value is not None and key != "skip"]
    settings += [f"skip = {options.skip}"] if options.skip is not None else []
    settings += [f"header = {options.header}"] if options.header is not None else []
    sql = (
        f"SELECT Delimiter, Quote, Escape, SkipRows, HasHeader, Columns"
        f" FROM sniff_csv({literal(str(path))}, sample_size = {SNIFFED}, store_rejects = true,"
        f" max_line_size = {LONGEST}{''.join(f', {one}' for one in settings)})"
    )
    try:
        row = db.execute(sql).fetchone()
    except duckdb.Error:
        return _guess(path, options)
    assert row is not None  # noqa: S101  for mypy: it gives one row
    delimiter, quote, escape, skip, header, columns = row
    names = [str(one["name"]) for one in columns]
    if quote == "(empty)" and options.quote is None:
        quote = _quote_of(path)
    dialect = Dialect(
        delimiter=delimiter,
        quote="" if quote == "(empty)" else quote,
        escape=quote if escape == "(empty)" and quote != "(empty)" else escape.replace("(empty)", ""),
        skip=skip,
        header=header,
        columns=len(names),
    )
    return dialect, names


def _guess(path: Path, options: ReadOptions) -> tuple[Dialect, list[str]]:
    """Where nothing fits the rows, the first line decides."""
    with text_of(path) as file:
        lines = [line for line, _ in zip(file, range((options.skip or 0) + 1), strict=False)]
    first = lines[-1] if lines else ""
    quote = '"' if options.quote is None else options.quote
    dialect = Dialect(
        delimiter=options.delimiter or max(_DELIMITERS, key=first.count),
        quote=quote,
        escape=quote if options.escape is None else options.escape,
        skip=options.skip or 0,
        header=options.header is not False,
        columns=0,
    )
    values = next(csv.reader([first], delimiter=dialect.delimiter, quotechar=quote or None), [])
    titles = values if dialect.header else [f"column{n}" for n in range(len(values))]
    names: list[str] = []
    for title in titles:
        names.append(free(title or f"column{len(names)}", names))
    return replace(dialect, columns=len(names)), names


def _quote_of(path: Path) -> str:
    """Where the beginning has none at all, what follows may have the usual one."""
    with path.open("rb") as file:
        return '"' if b'"' not in file.read(PIECE) else "(empty)"


def _read_csv(path: Path, dialect: Dialect, number: int, nulls: Sequence[str]) -> str:
    columns = ", ".join(f"'v{n}': 'VARCHAR'" for n in range(number))
    markers = ", ".join(literal(one) for one in nulls) or literal("\x01\x02none\x02\x01")
    return (
        f"read_csv({literal(str(path))}, auto_detect = false, columns = {{{columns}}},"
        f" header = {dialect.header}, skip = {dialect.skip}, delim = {literal(dialect.delimiter)},"
        f" quote = {literal(dialect.quote)}, escape = {literal(dialect.escape)}, nullstr = [{markers}],"
        f" store_rejects = true, rejects_limit = {MAX_STRUCTURE}, max_line_size = {LONGEST},"
        f" buffer_size = {2 * LONGEST})"
    )


# ---- XLSX


def _xlsx(db: duckdb.DuckDBPyConnection, path: Path, options: ReadOptions, folder: Path) -> Source:
    workbook_size_checked(path)
    try:
        book = CalamineWorkbook.from_path(str(path))
        sheets = list(book.sheet_names)
        sheet = options.sheet or next(iter(sheets), "")
        if sheet not in sheets:
            raise Unreadable("no_sheet", f"The workbook has no sheet named {sheet!r}.")
        rows = book.get_sheet_by_name(sheet).iter_rows()
        plain = folder / "sheet.csv"
        _write_csv(plain, rows)
    except CalamineError as error:
        raise Unreadable("unreadable", f"The workbook cannot be read: {first_line(error)}") from error
    if not plain.stat().st_size:
        raise Unreadable("empty", "The sheet is empty.")
    as_csv = replace(options, delimiter=",", quote='"', escape='"')
    found = _csv(db, plain, as_csv, folder)
    told = replace(found.options, delimiter=None, quote=None, escape=None, encoding=None, sheet=sheet)
    return replace(found, options=told, sheets=sheets)


def _write_csv(path: Path, rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for row in rows:
            writer.writerow([_cell(value) for value in row])


def _cell(value: Any) -> str:
    """A workbook keeps numbers as doubles, and dates as moments."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    return str(value).lower() if isinstance(value, bool) else str(value).replace("\x00", "\ufffd")


# ---- JSON

_IS_OBJECT = "CASE WHEN json_valid(line) THEN json_type(line) = 'OBJECT' ELSE false END"
_KEYS = f"""
SELECT key FROM (
    SELECT unnest(json_keys(line)) AS key, unnest(range(len(json_keys(line)))) AS place, n
    FROM (SELECT line, row_number() OVER () AS n FROM {{relation}}) WHERE {_IS_OBJECT}
) GROUP BY key ORDER BY min(n), min(place)
"""
"""In the order in which they first come."""


def _json(db: duckdb.DuckDBPyConnection, path: Path, options: ReadOptions, _: Path) -> Source:
    """One object on each line, so that a bad line is only that; else the file as a whole."""
    lines = (
        f"(SELECT line FROM read_csv({literal(str(path))}, auto_detect = false, columns = {{'line': 'VARCHAR'}},"
        f" header = false, delim = '\x01', quote = '', escape = '', max_line_size = {LONGEST},"
        f" buffer_size = {2 * LONGEST}))"
    )
    whole = (
        f"(SELECT CAST(json AS VARCHAR) AS line FROM read_json_objects({literal(str(path))}, format = 'auto',"
        f" maximum_object_size = {LONGEST}))"
    )
    try:
        relation = lines if _is_lines(db, lines) else whole
        names = [key for (key,) in db.execute(_KEYS.format(relation=relation)).fetchall()]
    except duckdb.Error as error:
        raise Unreadable("unreadable", f"This cannot be read as JSON: {first_line(error)}") from error
    pointers = ", ".join(literal("/" + key.replace("~", "~0").replace("/", "~1")) for key in names)
    values = ", ".join(f"v[{n}] AS v{n - 1}" for n in range(1, len(names) + 1))
    sql = (
        f"(SELECT line AS raw, good, {values} FROM (SELECT line, {_IS_OBJECT} AS good, CASE WHEN {_IS_OBJECT} THEN"
        f" json_extract_string(line, [{pointers}]) END AS v FROM {relation} WHERE trim(line) <> ''))"
    )
    return Source(
        names=names,
        relation=sql,
        options=replace(options, null_markers=options.null_markers or []),
        nulls=options.null_markers or (),
        raw=True,
        shape="good",
    )


def _is_lines(db: duckdb.DuckDBPyConnection, lines: str) -> bool:
    """Most of the first lines are objects."""
    first = db.execute(
        f"SELECT count(*), count(*) FILTER ({_IS_OBJECT})"
        f" FROM (SELECT line FROM {lines} WHERE trim(line) <> '' LIMIT 100)"
    ).fetchone()
    return first is not None and first[1] * 2 > first[0]


# ---- Parquet


def _parquet(db: duckdb.DuckDBPyConnection, path: Path, options: ReadOptions, _: Path) -> Source:
    table = f"read_parquet({literal(str(path))})"
    try:
        found = [(str(one), str(kind)) for one, kind, *_ in db.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()]
    except duckdb.Error as error:
        raise Unreadable("unreadable", f"This cannot be read as Parquet: {first_line(error)}") from error
    values = ", ".join(f"{_as_text(one, kind)} AS v{n}" for n, (one, kind) in enumerate(found))
    struct = ", ".join(f"{literal(one)}, v{n}" for n, (one, _) in enumerate(found))
    return Source(
        names=[one for one, _ in found],
        relation=f"(SELECT CAST(json_object({struct}) AS VARCHAR) AS raw, * FROM (SELECT {values} FROM {table}))",
        options=replace(options, null_markers=options.null_markers or []),
        nulls=options.null_markers or (),
        raw=True,
        types=[_type_of(kind) for _, kind in found],
    )


def _as_text(column: str, kind: str) -> str:
    if _nested(kind):
        return f"CAST(to_json({name(column)}) AS VARCHAR)"
    if kind == "BLOB":
        return f"lower(hex({name(column)}))"
    text = f"CAST({name(column)} AS VARCHAR)"
    return f"replace({text}, chr(0), '\ufffd')" if kind == "VARCHAR" else text


def _nested(kind: str) -> bool:
    return kind.startswith(("STRUCT", "MAP", "UNION")) or kind.endswith("]")


def _type_of(kind: str) -> ColumnType:
    if _nested(kind):
        return ColumnType.JSON
    if kind.startswith("DECIMAL"):
        return ColumnType.DECIMAL
    return _PARQUET.get(kind, ColumnType.TEXT)


_PARQUET = {
    **dict.fromkeys(
        ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"), ColumnType.INTEGER
    ),
    **dict.fromkeys(("UBIGINT", "HUGEINT", "UHUGEINT"), ColumnType.DECIMAL),
    **dict.fromkeys(("FLOAT", "DOUBLE"), ColumnType.DOUBLE),
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"), ColumnType.TIMESTAMP),
    "TIMESTAMP WITH TIME ZONE": ColumnType.TIMESTAMPTZ,
    "BOOLEAN": ColumnType.BOOLEAN,
    "DATE": ColumnType.DATE,
    "TIME": ColumnType.TIME,
    "JSON": ColumnType.JSON,
}


def first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:300]
