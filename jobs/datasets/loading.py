"""The rows of a file as CSV for PostgreSQL's COPY, and those that are none as rejects with their lines and reasons."""
# ruff: noqa: S608  names are numbers, and every text goes through `literal`

import os
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import msgspec

from contracts.dataset import ColumnType
from jobs.datasets import checks
from jobs.datasets.asked import MAX_KEPT_REJECTS, REJECTS_FILE, Finished, KeptReject
from jobs.datasets.planning import Plan, texts
from jobs.datasets.rows_of_text import has_only_lines, rows_at
from jobs.datasets.sources import Source
from jobs.datasets.unpacking import PIECE

MAX_RAW = 10_000
"""Characters of a reject that are kept."""
SHOWN = 80


class Loading:
    """Good rows first, in one pass; only where some are missing the bad ones are looked for, in a second."""

    def __init__(self, db: duckdb.DuckDBPyConnection, source: Source, plan: Plan, *, folder: Path, text: Path) -> None:
        self._db = db
        self._source = source
        self._plan = plan
        self._folder = folder
        self._text = text
        self._scans = self._last_scan()
        self._found_misshapen = False
        self._rows = 0

    def run(self, *, write: bool, max_rejects: int) -> Finished:
        """Blocks while nobody takes the rows."""
        good = self._write() if write else self._one(f"SELECT count(*) FROM {self._checked()} WHERE {self._good()}")
        misshapen = self._one(f"SELECT count(*) FROM ({self._shapes()})") if self._scans is not None else 0
        self._found_misshapen = misshapen > 0
        found: list[KeptReject] = self._misshapen() if misshapen else []
        bad = 0
        self._rows = self._one(f"SELECT count(*) FROM {self._source.relation}")
        if misshapen or self._rows != good:
            others = self._bad()
            found += others
            bad = len(others) if len(others) < MAX_KEPT_REJECTS else self._count_bad()
        kept = self._keep(found)
        rejects = bad + misshapen
        return Finished(rows=good, rejects=rejects, kept=kept, too_many=rejects > max_rejects)

    def _write(self) -> int:
        names = ", ".join(f"w{n}" for n in range(len(self._plan.kept)))
        rows = f"SELECT {names} FROM {self._checked()} WHERE {self._good()}"
        written = self._one(f"COPY ({rows}) TO '/dev/stdout' (FORMAT csv, HEADER false, NULLSTR '')")
        os.dup2(2, 1)  # nothing more comes
        return written

    def _one(self, sql: str) -> int:
        ((number,),) = self._db.execute(sql).fetchall()
        return int(number)

    # ---- SQL

    def _checked(self) -> str:
        """The relation with `w0`, `w1` ...: the values of the columns that are wanted."""
        plan = self._plan
        kinds = zip(plan.kept, plan.columns, strict=True)
        values = [
            f"{checks.value(column.type, texts(self._source, n), plan.forms)} AS w{at}"
            for at, (n, column) in enumerate(kinds)
        ]
        return f"(SELECT *, {', '.join(values)} FROM {self._source.relation})"

    def _good(self) -> str:
        """What a row has to meet."""
        fits = [f"({condition}) IS NOT TRUE" for condition in self._misfits()]
        return " AND ".join([*([self._source.shape] if self._source.shape else []), *fits]) or "true"

    def _misfits(self) -> list[str]:
        """For each wanted column, when its text is no value; never for texts."""
        return [
            f"{texts(self._source, n)} IS NOT NULL AND w{at} IS NULL"
            for at, n in enumerate(self._plan.kept)
            if self._plan.columns[at].type is not ColumnType.TEXT
        ]

    # ---- rejects

    def _last_scan(self) -> int | None:
        """DuckDB notes rows of a wrong shape in a table, with the number of the scan; only CSV has such."""
        if self._source.dialect is None:
            return None
        return self._one("SELECT coalesce(max(scan_id), -1) FROM reject_scans")

    def _shapes(self) -> str:
        """Of the first scan since then, each row once."""
        since = f"SELECT min(scan_id) FROM reject_errors WHERE scan_id > {self._scans}"
        return (
            "SELECT line_byte_position AS place, first(csv_line) AS raw, first(error_type) AS kind,"
            f" first(error_message) AS said FROM reject_errors WHERE scan_id = ({since}) GROUP BY 1 ORDER BY 1"
        )

    def _count_bad(self) -> int:
        return self._one(f"SELECT count(*) FROM {self._checked()} WHERE NOT ({self._good()})")

    def _keep(self, found: list[KeptReject]) -> int:
        """Write the first of them down; returns how many."""
        found.sort(key=lambda one: one.line or 0)
        kept = found[:MAX_KEPT_REJECTS]
        with (self._folder / REJECTS_FILE).open("wb") as file:
            file.writelines(msgspec.json.encode(one) + b"\n" for one in kept)
        return len(kept)

    def _misshapen(self) -> list[KeptReject]:
        found = self._db.execute(f"{self._shapes()} LIMIT {MAX_KEPT_REJECTS}").fetchall()
        lines = lines_at(self._text, [at for at, *_ in found])
        return [
            KeptReject(line=line + _blank(raw or ""), column=None, reason=_shape(kind, said), raw=_cut(raw or ""))
            for line, (_, raw, kind, said) in zip(lines, found, strict=True)
        ]

    def _bad(self) -> list[KeptReject]:
        found = self._db.execute(self._bad_rows()).fetchall()
        if self._source.dialect is not None:
            return list(self._found_again({number: (at, text) for number, at, text, _ in found}))
        return [self._reject(number, at, text, raw) for number, at, text, raw in found]

    def _bad_rows(self) -> str:
        """Number among the rows of the right shape, the first column at fault, its text, the row."""
        typed = [at for at, one in enumerate(self._plan.columns) if one.type is not ColumnType.TEXT]
        cases = " ".join(f"WHEN {misfit} THEN {at}" for at, misfit in zip(typed, self._misfits(), strict=True))
        first = f"CASE {cases} END" if cases else "NULL"
        told = " ".join(f"WHEN {at} THEN v{self._plan.kept[at]}" for at in typed)
        text = f"CASE fault {told} END" if told else "NULL"
        raw = "raw" if self._source.raw else "NULL"
        return (
            f"SELECT number, fault, {text}, {raw} FROM (SELECT *, {first} AS fault"
            f" FROM (SELECT row_number() OVER () AS number, * FROM {self._checked()}))"
            f" WHERE NOT ({self._good()}) LIMIT {MAX_KEPT_REJECTS}"
        )

    def _found_again(self, bad: dict[int, tuple[int | None, str]]) -> Iterator[KeptReject]:
        assert self._source.dialect is not None  # noqa: S101  for mypy: the caller looked
        plain = not self._found_misshapen and has_only_lines(self._text, self._source.dialect, rows=self._rows)
        rows = rows_at(self._text, self._source.dialect, bad, plain=plain)
        for number, (at, text) in bad.items():
            row = rows.get(number)
            yield self._reject(row.line if row else None, at, text, row.raw if row else "")

    def _reject(self, line: int | None, at: int | None, text: str, raw: str) -> KeptReject:
        if at is None:
            return KeptReject(line=line, column=None, reason="The line is no JSON object.", raw=_cut(raw))
        column = self._plan.columns[at]
        shown = text if len(text) <= SHOWN else text[:SHOWN] + "…"
        reason = f"{shown!r} is not {checks.NOUNS[column.type]}."
        return KeptReject(line=line, column=self._source.names[self._plan.kept[at]], reason=reason, raw=_cut(raw))


def lines_at(path: Path, positions: list[int]) -> list[int]:
    """The lines, from 1, of these bytes, from 1, which rise."""
    lines, line, done = [], 1, 0
    with path.open("rb") as file:
        for position in positions:
            while done < position - 1 and (piece := file.read(min(PIECE, position - 1 - done))):
                line += piece.count(b"\n")
                done += len(piece)
            lines.append(line)
    return lines


def _shape(kind: str, said: str) -> str:
    """As a sentence."""
    numbers = [int(one) for one in re.findall(r"\d+", said)] if "COLUMNS" in kind else []
    if len(numbers) >= 2:
        return f"The row has {numbers[1]} values, and there are {numbers[0]} columns."
    return _SHAPES.get(kind, said[:200])


_SHAPES = {
    "UNQUOTED VALUE": "A quoted value does not end where it should.",
    "LINE SIZE OVER MAXIMUM": "The row is too long.",
    "INVALID ENCODING": "The row has bytes that are no text in this encoding.",
}


def _blank(raw: str) -> int:
    """Blank lines before it, which DuckDB counts to it."""
    return raw[: len(raw) - len(raw.lstrip("\r\n"))].count("\n")


def _cut(raw: str) -> str:
    return raw.strip("\r\n")[:MAX_RAW]
