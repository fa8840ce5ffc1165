"""What a file's columns are to become: found in its first rows, unless somebody said so."""
# ruff: noqa: S608  names are numbers, and every text goes through `literal`

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import duckdb

from contracts.dataset import ColumnType, DatasetColumn, FoundColumn, ImportColumn
from jobs.datasets import checks
from jobs.datasets.asked import PlannedColumn, Unreadable
from jobs.datasets.checks import Forms, literal
from jobs.datasets.names import identifier, identifiers
from jobs.datasets.sources import Source

LOOKED_AT = 10_240
"""Rows by which types are found, fewer where there are many columns."""
CELLS = 400_000
_TRIED = (
    ColumnType.INTEGER,
    ColumnType.DOUBLE,
    ColumnType.DATE,
    ColumnType.TIMESTAMP,
    ColumnType.TIMESTAMPTZ,
    ColumnType.TIME,
    ColumnType.BOOLEAN,
    ColumnType.JSON,
)
_DATES = ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y")
"""Tried where ISO 8601 does not fit. Two that fit both are no answer: the column stays text."""
_MOMENTS = tuple(day + clock for day in _DATES for clock in (" %H:%M:%S", " %H:%M"))
Counts = Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """`kept[n]`: which column of the source the n-th is; none for one that only the dataset has."""

    columns: list[PlannedColumn]
    kept: list[int]
    forms: Forms


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    types: list[ColumnType]
    nulls: list[int]
    rows: int
    forms: Forms


def texts(source: Source, number: int) -> str:
    """A column's text as an expression, NULL where it is a marker of that."""
    markers = ", ".join(literal(one) for one in source.nulls)
    return f"CASE WHEN v{number} NOT IN ({markers}) THEN v{number} END" if markers else f"v{number}"


def look(db: duckdb.DuckDBPyConnection, source: Source) -> Found:
    """Makes the table `sample` of the first rows, and finds what they are.

    Of their values it makes `cells`, so that a question is planned once, however many columns there are.
    """
    number = len(source.names)
    columns = ", ".join(f"{texts(source, n)} AS v{n}" for n in range(number))
    shape = f" WHERE {source.shape}" if source.shape else ""
    limit = max(100, min(LOOKED_AT, CELLS // number))
    db.execute(f"CREATE TEMP TABLE sample AS SELECT {columns} FROM {source.relation}{shape} LIMIT {limit}")
    ((rows,),) = db.execute("SELECT count(*) FROM sample").fetchall()
    listed = ", ".join(f"v{n}" for n in range(number))
    db.execute(
        f"CREATE TEMP TABLE cells AS SELECT unnest(range({number})) AS number, unnest([{listed}]) AS v FROM sample"
    )
    options = source.options
    forms = Forms(decimal=options.decimal or ".", date=options.date_format, timestamp=options.timestamp_format)
    counts = _count(db, range(number), {kind: partial(checks.value, kind, forms=forms) for kind in _TRIED} | _DOUBTS)
    known = source.types or [None] * number
    types = [given or _best(one) for given, one in zip(known, counts, strict=True)]
    if source.dialect is not None:
        forms = _spell(db, types, counts, forms, source)
    return Found(types=types, nulls=[rows - one[_ALL] for one in counts], rows=rows, forms=forms)


def found_columns(source: Source, found: Found) -> list[FoundColumn]:
    named = zip(source.names, identifiers(source.names), found.types, found.nulls, strict=True)
    return [FoundColumn(source=one, name=name, type=kind, nulls=nulls) for one, name, kind, nulls in named]


def plan(source: Source, found: Found, asked: Sequence[ImportColumn], target: Sequence[DatasetColumn] | None) -> Plan:
    """Raises Unreadable where what was asked for does not fit the file or the dataset."""
    wanted = {one.source: one for one in asked}
    unknown = [one for one in wanted if one not in source.names]
    if unknown:
        raise Unreadable("unknown_column", f"The file has no column named {unknown[0]!r}.")
    kept = [n for n, one in enumerate(source.names) if not (one in wanted and wanted[one].skip)]
    if not kept:
        raise Unreadable("no_columns", "No column is left to import.")
    titles = [_title(source.names[n], wanted) for n in kept]
    if target is not None:
        columns = _fitted(source, kept, titles, target)
    else:
        names = identifiers(titles)
        columns = [
            PlannedColumn(
                source=source.names[n], name=name, title=title, type=_type(source.names[n], found.types[n], wanted)
            )
            for n, name, title in zip(kept, names, titles, strict=True)
        ]
    return Plan(columns=columns, kept=kept, forms=found.forms)


def _title(source: str, wanted: Mapping[str, ImportColumn]) -> str:
    one = wanted.get(source)
    return ((one.name if one is not None else None) or source)[:200]


def _type(source: str, found: ColumnType, wanted: Mapping[str, ImportColumn]) -> ColumnType:
    one = wanted.get(source)
    return (one.type if one is not None else None) or found


def _fitted(
    source: Source, kept: Sequence[int], titles: Sequence[str], target: Sequence[DatasetColumn]
) -> list[PlannedColumn]:
    """Each column of the file is one that the dataset has, with the type that it has there."""
    by_name = {one.name: one for one in target}
    by_title = {one.title: one for one in target}
    columns: list[PlannedColumn] = []
    for n, title in zip(kept, titles, strict=True):
        one = by_title.get(title) or by_name.get(title) or by_name.get(identifier(title))
        if one is None or any(one.name == other.name for other in columns):
            raise Unreadable("columns_differ", f"The dataset has no column for {title!r} of the file.")
        columns.append(PlannedColumn(source=source.names[n], name=one.name, title=one.title, type=one.type))
    return columns


def _best(counts: Counts) -> ColumnType:
    """The narrowest type that all values have."""
    number = counts[_ALL]
    if not number or counts[_ZERO]:
        return ColumnType.TEXT
    kind = next((kind for kind in _TRIED if counts[kind] == number), ColumnType.TEXT)
    return ColumnType.DECIMAL if kind is ColumnType.DOUBLE and counts[_MANY] else kind


def _spell(
    db: duckdb.DuckDBPyConnection, types: list[ColumnType], counts: Sequence[Counts], forms: Forms, source: Source
) -> Forms:
    """Other ways to write numbers and dates than ISO 8601 has; changes the types of columns that use them."""
    left = [n for n, kind in enumerate(types) if kind is ColumnType.TEXT and counts[n][_ALL] and not counts[n][_ZERO]]
    spelled = dict(zip(left, _count(db, left, _SPELLINGS), strict=True))
    commas = [n for n, one in spelled.items() if one[_COMMA] == one[_ALL]]
    if commas and source.options.decimal is None and ColumnType.DOUBLE not in types and ColumnType.DECIMAL not in types:
        forms = replace(forms, decimal=",")
        for n in commas:
            types[n] = ColumnType.DOUBLE
    if forms.date is None and (chosen := _only(spelled, _DATES)):
        forms = replace(forms, date=chosen)
        _become(types, spelled, chosen, ColumnType.DATE)
    if forms.timestamp is None and (chosen := _only(spelled, _MOMENTS)):
        forms = replace(forms, timestamp=chosen)
        _become(types, spelled, chosen, ColumnType.TIMESTAMP)
    return forms


def _only(spelled: Mapping[int, Counts], formats: Sequence[str]) -> str | None:
    """The one that fits all of some column, where no other does."""
    for counts in spelled.values():
        fitting = [one for one in formats if counts[one] == counts[_ALL]]
        if len(fitting) == 1:
            return fitting[0]
    return None


def _become(types: list[ColumnType], spelled: Mapping[int, Counts], format: str, kind: ColumnType) -> None:
    for n, counts in spelled.items():
        if counts[format] == counts[_ALL]:
            types[n] = kind


def _count(
    db: duckdb.DuckDBPyConnection, numbers: Sequence[int], questions: Mapping[str, Callable[[str], str]]
) -> list[Counts]:
    """For each of these columns of the sample how many values there are, and for how many each answer is not NULL."""
    asked = [ask("v") for ask in questions.values()]
    counts = ", ".join(f"count({one})" for one in ["v", *asked])
    some = f"SELECT number, {counts} FROM cells WHERE number IN (SELECT unnest($1)) GROUP BY number"
    found = {number: row for number, *row in db.execute(some, [list(numbers)]).fetchall()}
    none = [0] * (len(questions) + 1)
    return [dict(zip((_ALL, *questions), found.get(number, none), strict=True)) for number in numbers]


def _if(condition: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: f"CASE WHEN {condition(text)} THEN 1 END"


def _strptime(format: str) -> Callable[[str], str]:
    return lambda text: f"try_strptime(trim({text}), {literal(format)})"


_ALL, _ZERO, _MANY, _COMMA = "all", "zero", "many", "comma"
_DOUBTS = {_ZERO: _if(checks.leading_zero), _MANY: _if(checks.many_digits)}
_SPELLINGS = {_COMMA: _if(checks.comma_number)} | {one: _strptime(one) for one in (*_DATES, *_MOMENTS)}
