"""Finding the rows of a CSV again: DuckDB tells which one was bad, people want its line and how it was written."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from jobs.datasets.unpacking import text_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    delimiter: str
    quote: str
    escape: str
    skip: int
    header: bool
    columns: int


class TextRow(NamedTuple):
    """`line`: its first, from 1. `number`: from 1 among the rows that have as many values as they should; else None."""

    line: int
    number: int | None
    values: list[str]
    raw: str


def header_of(path: Path, dialect: Dialect) -> str:
    """The file's first line, empty without one."""
    if not dialect.header:
        return ""
    with text_of(path) as file:
        lines = _Lines(file)
        for _ in range(dialect.skip):
            next(lines, "")
        next(_reader(lines, dialect), None)
        return "".join(lines.taken[dialect.skip :]).rstrip("\r\n")


def rows_of(path: Path, dialect: Dialect) -> Iterator[TextRow]:
    """All rows but the header; blank lines are none."""
    csv.field_size_limit(2**31 - 1)
    with text_of(path) as file:
        lines = _Lines(file)
        for _ in range(dialect.skip):
            next(lines, "")
        lines.taken.clear()
        number = 0
        for n, values in enumerate(_reader(lines, dialect)):
            line, raw = lines.number - len(lines.taken) + 1, "".join(lines.taken).rstrip("\r\n")
            lines.taken.clear()
            if (n == 0 and dialect.header) or not (values or dialect.columns == 1):
                continue
            whole = len(values) == dialect.columns or (dialect.columns == 1 and not values)
            number += whole
            yield TextRow(line, number if whole else None, values, raw)


class _Lines:
    """Lines of a file, remembered until somebody clears them."""

    def __init__(self, file: Iterator[str]) -> None:
        self._file = file
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._file)
        self.number += 1
        self.taken.append(line)
        return line


def _reader(lines: Iterator[str], dialect: Dialect) -> Iterator[list[str]]:
    doubled = dialect.escape in ("", dialect.quote)
    return csv.reader(
        lines,
        delimiter=dialect.delimiter[:1],
        quotechar=dialect.quote or None,
        escapechar=None if doubled else dialect.escape,
        doublequote=doubled,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        strict=False,
    )
