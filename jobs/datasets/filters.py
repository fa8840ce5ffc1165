"""What somebody wants to see of a dataset: filters as SQL with parameters (`contracts.dataset.Filter`)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import msgspec
from django.db import DataError
from psycopg2.sql import SQL, Composable, Identifier

from contracts.dataset import ColumnType, DatasetColumn
from contracts.errors import InvalidRequest
from jobs.datasets.tables import pg_type

_COMPARED = {"eq": "=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
MAX_VALUES = 1000
_texts = msgspec.json.Decoder(list[str])


class Condition(NamedTuple):
    sql: Composable
    values: list[Any]


def column_named(columns: Sequence[DatasetColumn], name: str, *, field: str) -> DatasetColumn:
    """Raises InvalidRequest."""
    found = next((one for one in columns if one.name == name), None)
    if found is None:
        raise InvalidRequest(f"{field}: there is no column named {name!r}.", field=field)
    return found


def chosen(columns: Sequence[DatasetColumn], names: Sequence[str]) -> list[DatasetColumn]:
    """The columns of these names, all without any. Raises InvalidRequest."""
    return [column_named(columns, name, field="columns") for name in names] or list(columns)


def where(columns: Sequence[DatasetColumn], filters: Sequence[str], *more: Condition) -> Condition:
    """A WHERE clause that all of them must meet, empty without any. Raises InvalidRequest."""
    conditions = [*(condition(columns, one) for one in filters), *more]
    if not conditions:
        return Condition(SQL(""), [])
    joined = SQL(" AND ").join([one.sql for one in conditions])
    return Condition(SQL(" WHERE {}").format(joined), [value for one in conditions for value in one.values])


def condition(columns: Sequence[DatasetColumn], text: str) -> Condition:
    """One filter. Raises InvalidRequest."""
    name, _, rest = text.partition(":")
    op, colon, value = rest.partition(":")
    column = column_named(columns, name, field="filter")
    make = _OPS.get(op)
    if make is None or (not colon and op not in _BARE):
        raise InvalidRequest(f"filter: {op!r} is no comparison, or has nothing to compare with.", field="filter")
    return make(column, op, value)


@contextmanager
def refusing() -> Iterator[None]:
    """What PostgreSQL does not take as a value of the column's type was a bad filter."""
    try:
        yield
    except DataError as error:
        raise InvalidRequest("filter: a value that the column's type does not have.", field="filter") from error


def _compare(column: DatasetColumn, op: str, value: str) -> Condition:
    ordered = column.type is not ColumnType.JSON or op == "eq"
    left = Identifier(column.name) if ordered else SQL("{}::text").format(Identifier(column.name))
    kind = pg_type(column.type) if ordered else SQL("text")
    return Condition(SQL("{} {} %s::{}").format(left, SQL(_COMPARED[op]), kind), [_clean(value)])


def _differs(column: DatasetColumn, _: str, value: str) -> Condition:
    """Also true where there is no value."""
    name, kind = Identifier(column.name), pg_type(column.type)
    return Condition(SQL("{} IS DISTINCT FROM %s::{}").format(name, kind), [_clean(value)])


def _like(column: DatasetColumn, op: str, value: str) -> Condition:
    escaped = _clean(value).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    pattern = f"%{escaped}%" if op == "contains" else f"{escaped}%"
    return Condition(SQL("{}::text ILIKE %s").format(Identifier(column.name)), [pattern])


def _among(column: DatasetColumn, _: str, value: str) -> Condition:
    try:
        values = [_clean(one) for one in _texts.decode(value)]
    except msgspec.DecodeError:
        raise InvalidRequest("filter: `in` takes a JSON list of texts.", field="filter") from None
    if len(values) > MAX_VALUES:
        raise InvalidRequest(f"filter: `in` takes {MAX_VALUES} values at most.", field="filter")
    return Condition(SQL("{} = ANY (%s::{}[])").format(Identifier(column.name), pg_type(column.type)), [values])


def _null(column: DatasetColumn, op: str, _: str) -> Condition:
    return Condition(SQL("{} IS {} NULL").format(Identifier(column.name), SQL("NOT" if op == "not_null" else "")), [])


def _clean(value: str) -> str:
    """PostgreSQL has no NUL, so no value has one."""
    if "\x00" in value:
        raise InvalidRequest("filter: a value with a NUL character.", field="filter")
    return value


_BARE = {"is_null", "not_null"}
_OPS: dict[str, Callable[[DatasetColumn, str, str], Condition]] = {
    **dict.fromkeys(_COMPARED, _compare),
    "ne": _differs,
    "contains": _like,
    "starts_with": _like,
    "in": _among,
    **dict.fromkeys(_BARE, _null),
}
