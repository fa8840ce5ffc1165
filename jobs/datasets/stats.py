"""What is in a column: of a large dataset a sample is looked at, so that it takes seconds whatever the size."""

import math
from collections.abc import Sequence
from typing import Any

from psycopg2.sql import SQL, Composable, Identifier, Literal

from contracts import dataset as contract
from contracts.dataset import Bucket, ColumnType, DatasetColumn, ValueCount
from jobs.datasets import tables
from jobs.datasets.filters import Condition, column_named, refusing, where
from jobs.datasets.tables import fetch, limited
from jobs.datasets.views import columns_of
from jobs.models import Dataset

SAMPLE = 200_000
"""Rows that are looked at, about."""
SECONDS = 5.0
BUCKETS = 20
TOP = 10
SHOWN = 200
"""Characters of a value."""
_NUMBERS = {ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.DOUBLE}
_MOMENTS = {ColumnType.DATE, ColumnType.TIMESTAMP, ColumnType.TIMESTAMPTZ}
_NUMBER = {
    **dict.fromkeys(_NUMBERS, SQL("v::double precision")),
    **dict.fromkeys(_MOMENTS, SQL("extract(epoch FROM v)::double precision")),
}
_MOMENT = {
    ColumnType.DATE: SQL("(to_timestamp({}) AT TIME ZONE 'UTC')::date::text"),
    ColumnType.TIMESTAMP: SQL("(to_timestamp({}) AT TIME ZONE 'UTC')::text"),
    ColumnType.TIMESTAMPTZ: SQL("to_timestamp({})::text"),
}
_BUCKETED = SQL("""
, n AS (SELECT {number} AS x FROM s WHERE v IS NOT NULL AND {finite}),
e AS (SELECT min(x) AS low, max(x) AS high FROM n)
SELECT low, high, count(*),
    CASE WHEN low = high THEN 1 ELSE least(width_bucket(x, low, high, {buckets}), {buckets}) END AS bucket
FROM n, e GROUP BY 1, 2, 4 ORDER BY 4
""")


def column_stats(dataset: Dataset, *, column: str, filters: Sequence[str]) -> contract.ColumnStats:
    """Raises InvalidRequest; Busy when it takes more than `SECONDS`."""
    known = columns_of(dataset)
    chosen = column_named(known, column, field="column")
    source = _source(dataset, chosen, where(known, filters))
    with refusing(), limited(SECONDS):
        rows, nulls, distinct, least, most, mean = _summary(source, chosen)
        top = _top(source) if rows > nulls else []
        histogram = _histogram(source, chosen) if chosen.type in _NUMBER and rows > nulls else []
    return contract.ColumnStats(
        column=chosen.name,
        type=chosen.type,
        rows=rows,
        exact=dataset.rows <= SAMPLE,
        nulls=nulls,
        distinct=distinct,
        min=least,
        max=most,
        mean=mean if mean is not None and math.isfinite(mean) else None,
        top=top,
        histogram=histogram,
    )


def _source(dataset: Dataset, column: DatasetColumn, clause: Condition) -> Condition:
    """`WITH s AS (the column's values, as v)`: all of them, some pages of the table, or the first that are let through.

    Repeatable, so that several statements see the same.
    """
    sample, end = SQL(""), SQL("")
    if dataset.rows > SAMPLE and clause.values == [] and clause.sql == SQL(""):
        share = Literal(100 * SAMPLE / dataset.rows)
        sample = SQL(" TABLESAMPLE SYSTEM ({}) REPEATABLE (1)").format(share)
    elif dataset.rows > SAMPLE:
        end = SQL(" LIMIT {}").format(Literal(SAMPLE))
    value = Identifier(column.name)
    shown: Composable = SQL("{}::text").format(value) if column.type is ColumnType.JSON else value
    statement = SQL("WITH s AS MATERIALIZED (SELECT {} AS v FROM {}{}{}{}) ").format(
        shown, tables.table(dataset.table), sample, clause.sql, end
    )
    return Condition(statement, clause.values)


def _summary(source: Condition, column: DatasetColumn) -> tuple[Any, ...]:
    mean = SQL("avg({})").format(SQL("v::double precision")) if column.type in _NUMBERS else SQL("NULL")
    least = SQL("left({}(v{})::text, {})")
    as_text = SQL("" if column.type in _NUMBER or column.type is ColumnType.TIME else "::text")
    statement = source.sql + SQL("SELECT count(*), count(*) - count(v), count(DISTINCT v), {}, {}, {} FROM s").format(
        least.format(SQL("min"), as_text, Literal(SHOWN)), least.format(SQL("max"), as_text, Literal(SHOWN)), mean
    )
    return fetch(statement, source.values)[0]


def _top(source: Condition) -> list[ValueCount]:
    statement = source.sql + SQL(
        "SELECT left(v::text, {}), n FROM (SELECT v, count(*) AS n FROM s WHERE v IS NOT NULL GROUP BY v "
        "ORDER BY n DESC, v LIMIT {}) t ORDER BY n DESC, v"
    ).format(Literal(SHOWN), Literal(TOP))
    return [ValueCount(value=value, count=count) for value, count in fetch(statement, source.values)]


def _histogram(source: Condition, column: DatasetColumn) -> list[Bucket]:
    """Equal widths from the lowest to the highest finite value."""
    statement = source.sql + _BUCKETED.format(
        number=_NUMBER[column.type], finite=_finite(column.type), buckets=Literal(BUCKETS)
    )
    found = fetch(statement, source.values)
    if not found:
        return []
    low, high = found[0][:2]
    number = 1 if low == high else BUCKETS
    counts = {bucket: count for _, _, count, bucket in found}
    edges = [low + (high - low) * n / number for n in range(number)] + [high]
    shown = _shown(edges, column.type)
    return [Bucket(low=shown[n], high=shown[n + 1], count=counts.get(n + 1, 0)) for n in range(number)]


def _finite(kind: ColumnType) -> Composable:
    if kind in _MOMENTS:
        return SQL("isfinite(v)")
    if kind is ColumnType.INTEGER:
        return SQL("true")
    return SQL("v::double precision NOT IN ('NaN', 'Infinity', '-Infinity')")


def _shown(edges: Sequence[float], kind: ColumnType) -> list[str]:
    if kind in _NUMBERS:
        return [f"{edge:.12g}" for edge in edges]
    statement = SQL("SELECT {} FROM unnest(%s::double precision[]) WITH ORDINALITY AS e(x, n) ORDER BY n")
    return [text for (text,) in fetch(statement.format(_MOMENT[kind].format(SQL("x"))), [list(edges)])]
