"""Finding the rows of a CSV again: DuckDB tells which one was bad, people want its line and how it was written."""

import csv
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from jobs.datasets.unpacking import PIECE, text_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    delimiter: str
    quote: str
    escape: str
    skip: int
    header: bool
    columns: int


class TextRow(NamedTuple):
    """`line`: its first, from 1."""

    line: int
    raw: str


def header_of(path: Path, dialect: Dialect) -> str:
    """The file's first line, empty without one."""
    if not dialect.header:
        return ""
    with _after_skipped(path, dialect) as file:
        reader = _reader(file, dialect)
        next(reader, None)
        last = reader.line_num
    return _raw_rows(path, [(dialect.skip, dialect.skip + last)], plain=False)[0].raw


def rows_at(path: Path, dialect: Dialect, wanted: Collection[int], *, plain: bool) -> dict[int, TextRow]:
    """These rows, numbered from 1 among those that have as many values as they should; blank lines are none.

    `plain`: each line is a row, and has as many. Otherwise twice over the file, in C both times: once to find where
    they are, once for what they are.
    """
    places = _counted(dialect, wanted) if plain else _walked(path, dialect, wanted)
    return dict(zip(places, _raw_rows(path, list(places.values()), plain=plain), strict=True))


def has_only_lines(path: Path, dialect: Dialect, *, rows: int) -> bool:
    """Whether each of that many rows is a line: nothing is quoted, and there are no more lines."""
    quote, lines, last = dialect.quote.encode(), 0, b"\n"
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            if quote and quote in piece:
                return False
            lines += piece.count(b"\n")
            last = piece[-1:]
    return lines + (last != b"\n") == dialect.skip + dialect.header + rows


def _counted(dialect: Dialect, wanted: Collection[int]) -> dict[int, tuple[int, int]]:
    before = dialect.skip + dialect.header - 1
    return {number: (before + number, before + number + 1) for number in sorted(wanted)}


def _walked(path: Path, dialect: Dialect, wanted: Collection[int]) -> dict[int, tuple[int, int]]:
    csv.field_size_limit(2**31 - 1)
    places: dict[int, tuple[int, int]] = {}
    with _after_skipped(path, dialect) as file:
        reader = _reader(file, dialect)
        if dialect.header:
            next(reader, None)
        width, number, before = dialect.columns, 0, reader.line_num
        for values in reader:
            if len(values) == width or (width == 1 and not values):
                number += 1
                if number in wanted:
                    places[number] = (dialect.skip + before, dialect.skip + reader.line_num)
                    if len(places) == len(wanted):
                        break
            before = reader.line_num
    return places


def _raw_rows(path: Path, places: Sequence[tuple[int, int]], *, plain: bool) -> list[TextRow]:
    """The lines behind the first number up to the second, which rise. `plain`: lines end with a line feed alone."""
    found, at = [], 0
    with path.open("rb") if plain else text_of(path) as file:
        lines: Iterator[Any] = iter(file)
        for first, last in places:
            deque(islice(lines, first - at), maxlen=0)
            raw = list(islice(lines, last - first))
            text = b"".join(raw).decode(errors="surrogateescape") if plain else "".join(raw)
            found.append(TextRow(first + 1, text.rstrip("\r\n")))
            at = last
    return found


@contextmanager
def _after_skipped(path: Path, dialect: Dialect) -> Iterator[TextIO]:
    with text_of(path) as file:
        deque(islice(file, dialect.skip), maxlen=0)
        yield file


def _reader(lines: Iterable[str], dialect: Dialect) -> Any:
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
