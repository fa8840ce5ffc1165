"""Rows of a dataset, page by page, however many there are: each page begins behind the last row of the one before."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import Any, TextIO

from django.db import OperationalError
from django.db.transaction import atomic
from psycopg2.sql import SQL, Composable, Identifier, Literal

from contracts import dataset as contract
from contracts.dataset import ColumnType, DatasetColumn
from jobs.datasets import cursors, tables
from jobs.datasets.cursors import Place
from jobs.datasets.filters import Condition, chosen, column_named, refusing, where
from jobs.datasets.tables import ROW, fetch, limited
from jobs.datasets.views import columns_of
from jobs.models import Dataset

PAGE_SECONDS = 5.0
COUNT_SECONDS = 2.0
MAX_CUT, MIN_CUT = 1000, 50
"""Characters of a value in a page: fewer where there are many columns."""
PAGE_CHARACTERS = 2_000_000
SORT_CHARACTERS = 200
"""Texts are sorted by their beginning: it has to fit into a cursor."""
PIECE_CHARACTERS = 512 * 1024
MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson; charset=utf-8"}
_SPELLED = {ColumnType.TEXT, ColumnType.JSON}


def row_page(dataset: Dataset, request: contract.DatasetRows) -> contract.RowPage:
    """Raises InvalidRequest, Conflict. Busy when PostgreSQL cannot find them in `PAGE_SECONDS`."""
    known = columns_of(dataset)
    columns = chosen(known, request.columns)
    cut = max(MIN_CUT, min(MAX_CUT, PAGE_CHARACTERS // 20 // len(columns)))
    limit = min(request.limit, max(1, PAGE_CHARACTERS // (cut * len(columns))))
    name = request.sort.removeprefix("-") if request.sort else None
    sorted_by = column_named(known, name, field="sort") if name else None
    after = []
    if request.cursor is not None:
        place = cursors.decode(request.cursor, table=dataset.table, sort=request.sort)
        after.append(_after(place, sorted_by, down=bool(request.sort and request.sort.startswith("-"))))
    clause = where(known, request.filter, *after)
    shown = [SQL("left({}::text, {}) AS _shown").format(Identifier(one.name), Literal(cut)) for one in columns]
    # Texts are made of the page's rows only, and not of those that are passed over.
    page = SQL("SELECT * FROM {}{} ORDER BY {order} LIMIT {} OFFSET {}").format(
        tables.table(dataset.table),
        clause.sql,
        Literal(limit + 1),
        Literal(request.skip),
        order=(order := _order(request.sort, sorted_by)),
    )
    wanted = SQL(", ").join([Identifier(ROW), _sort_text(sorted_by), *shown])
    statement = SQL("SELECT {} FROM ({}) AS _page ORDER BY {}").format(wanted, page, order)
    with refusing(), limited(PAGE_SECONDS):
        found = fetch(statement, clause.values)
    following = None
    if len(found) > limit:
        last = found[limit - 1]
        following = cursors.encode(Place(dataset.table, last[0], request.sort, last[1]))
    rows = found[:limit]
    return contract.RowPage(
        columns=[one.name for one in columns],
        rows=[list(row[2:]) for row in rows],
        ids=[row[0] for row in rows],
        cut=cut,
        next=following,
    )


def row_count(dataset: Dataset, filters: Sequence[str]) -> contract.RowCount:
    """Raises InvalidRequest."""
    if not filters:
        return contract.RowCount(count=dataset.rows, exact=True)
    clause = where(columns_of(dataset), filters)
    rest = SQL(" FROM {}{}").format(tables.table(dataset.table), clause.sql)
    with refusing():
        try:
            with limited(COUNT_SECONDS):
                ((count,),) = fetch(SQL("SELECT count(*)") + rest, clause.values)
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", None) != "57014":  # query_canceled: it took too long
                raise
            ((plan,),) = fetch(SQL("EXPLAIN (FORMAT JSON) SELECT 1") + rest, clause.values)
            return contract.RowCount(count=int(plan[0]["Plan"]["Plan Rows"]), exact=False)
    return contract.RowCount(count=count, exact=True)


def row_text(dataset: Dataset, request: contract.DatasetRead) -> contract.TextPiece:
    """The next piece of an export. Raises InvalidRequest, Conflict."""
    known = columns_of(dataset)
    columns = chosen(known, request.columns)
    with refusing(), atomic():
        tables.set_timeout(PAGE_SECONDS)
        place = _begin(dataset) if request.cursor is None else cursors.decode(request.cursor, table=dataset.table)
        between = Condition(SQL("{0} > %s AND {0} <= %s").format(Identifier(ROW)), [place.row, place.until])
        clause = where(known, request.filter, between)
        statement = SQL("SELECT {}, {} FROM {}{} ORDER BY {}").format(
            Identifier(ROW),
            written(columns, request.format),
            tables.table(dataset.table),
            clause.sql,
            Identifier(ROW),
        )
        text, last = _piece(statement, clause.values, columns, request.format)
    if request.cursor is None and request.format == "csv":
        text = csv_line(titles_of(columns)) + text
    following = None if last is None else cursors.encode(Place(dataset.table, last, until=place.until))
    return contract.TextPiece(
        text=text,
        name=f"{dataset.name}.{request.format}",
        media_type=MEDIA_TYPES[request.format],
        next=following,
    )


def csv_line(values: Sequence[Any]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(values)
    return out.getvalue()


def titles_of(columns: Sequence[DatasetColumn]) -> list[str]:
    """What people call the columns, unless they call two the same."""
    titles = [one.title for one in columns]
    return titles if len(set(titles)) == len(titles) else [one.name for one in columns]


def written(columns: Sequence[DatasetColumn], format: str) -> Composable:
    """The values of a row as `RowWriter` takes them."""
    form = SQL("to_json({})::text") if format == "jsonl" else SQL("{}::text")
    return SQL(", ").join([form.format(Identifier(one.name)) for one in columns])


class RowWriter:
    """Rows as lines of text."""

    def __init__(self, columns: Sequence[DatasetColumn], format: str, *, out: TextIO) -> None:
        self._out = out
        self.write: Callable[[Sequence[Any]], Any] = csv.writer(out).writerow
        if format == "jsonl":
            self._names = [json.dumps(one, ensure_ascii=False) for one in titles_of(columns)]
            self.write = self._write_object

    def _write_object(self, values: Sequence[str | None]) -> None:
        pairs = zip(self._names, values, strict=True)
        self._out.write("{" + ",".join([f"{name}:{value or 'null'}" for name, value in pairs]) + "}\n")


def _piece(
    statement: Composable, values: Sequence[Any], columns: Sequence[DatasetColumn], format: str
) -> tuple[str, int | None]:
    """Rows until it is long enough, and the last one's number; none when nothing follows."""
    out = io.StringIO()
    writer = RowWriter(columns, format, out=out)
    with tables.streamed(statement, values) as rows:
        for row in rows:
            writer.write(row[1:])
            if out.tell() >= PIECE_CHARACTERS:
                return out.getvalue(), row[0]
    return out.getvalue(), None


def _begin(dataset: Dataset) -> Place:
    statement = SQL("SELECT coalesce(max({}), 0) FROM {}").format(Identifier(ROW), tables.table(dataset.table))
    ((until,),) = fetch(statement)
    return Place(dataset.table, 0, until=until)


def _key(column: DatasetColumn) -> Composable:
    name = Identifier(column.name)
    return SQL("left({}::text, {})").format(name, Literal(SORT_CHARACTERS)) if column.type in _SPELLED else name


def _sort_text(column: DatasetColumn | None) -> Composable:
    """Under a name of its own: ORDER BY would take the text for the column."""
    return SQL("NULL AS _sort") if column is None else SQL("{}::text AS _sort").format(_key(column))


def _order(sort: str | None, column: DatasetColumn | None) -> Composable:
    if column is None:
        return Identifier(ROW)
    way = SQL("DESC" if sort and sort.startswith("-") else "ASC")
    return SQL("{} {} NULLS LAST, {}").format(_key(column), way, Identifier(ROW))


def _after(place: Place, column: DatasetColumn | None, *, down: bool) -> Condition:
    """What follows the row of the cursor in this order; no value comes last."""
    if column is None:
        return Condition(SQL("{} > %s").format(Identifier(ROW)), [place.row])
    key, row = _key(column), Identifier(ROW)
    if place.value is None:
        return Condition(SQL("({} IS NULL AND {} > %s)").format(key, row), [place.row])
    kind = SQL("text") if column.type in _SPELLED else tables.pg_type(column.type)
    statement = SQL("({key} {sign} %s::{kind} OR ({key} = %s::{kind} AND {row} > %s) OR {key} IS NULL)")
    made = statement.format(key=key, sign=SQL("<" if down else ">"), kind=kind, row=row)
    return Condition(made, [place.value, place.value, place.row])
