"""The process that parses what strangers sent: `python -m jobs.datasets.reader FD` (docs/datasets.md, "Reading").

It knows no Django, no database and no secret, may take so much memory and no more, and cannot reach anything but its
file and its folder. What it says goes to the descriptor FD (`jobs.datasets.asked`).
"""
# ruff: noqa: S608  every text goes through `literal`

import ctypes
import os
import resource
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from contracts.dataset import DataFormat, PreviewResult, ReadOptions
from jobs.datasets import planning
from jobs.datasets.asked import PARQUET_FILE, Answer, Finished, Looked, Planned, Refused, Unreadable, Wanted
from jobs.datasets.checks import literal
from jobs.datasets.loading import Loading
from jobs.datasets.rows_of_text import header_of
from jobs.datasets.sources import LONGEST, Source, first_line, open_source
from jobs.datasets.unpacking import PIECE, Unpacked, unpack

MEMORY = 4096 * 1024 * 1024
"""Address space. DuckDB alone reserves much that it does not touch."""
WORKING_MEMORY = "768MB"
THREADS = 2
SPILL = "20GB"
SHOWN_ROWS, SHOWN_CELLS, SHOWN_CHARACTERS = 50, 2000, 100
"""A preview travels in events: it may not be long, however wide the file is."""
PR_SET_PDEATHSIG = 1  # prctl(2)


def main() -> None:
    """One request from the standard input; answers until it is done."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    said = int(sys.argv[1])
    wanted = msgspec.json.decode(sys.stdin.buffer.readline(), type=Wanted)
    try:
        _answer(wanted, said=said)
    except Unreadable as error:
        _say(said, Refused(code=error.code, message=error.message))
    except duckdb.OutOfMemoryException:
        _say(said, Refused(code="out_of_memory", message="Reading this file takes more memory than it may."))
    except duckdb.Error as error:
        _say(said, Refused(code="unreadable", message=f"The file cannot be read: {first_line(error)}"))


def _answer(wanted: Wanted, *, said: int) -> None:
    folder = Path(wanted.folder)
    if wanted.action == "parquet":
        _say(said, Finished(rows=_write_parquet(wanted, folder), rejects=0, kept=0, too_many=False))
        return
    file = unpack(
        Path(wanted.path),
        folder=folder,
        format=wanted.format,
        options=wanted.options,
        limit=wanted.unpacked,
        whole=wanted.action != "preview",
    )
    db = _database(file.path, folder)
    source = open_source(db, file, wanted.options, folder=folder)
    text = folder / "sheet.csv" if source.sheets else file.path
    found = planning.look(db, source)
    if wanted.action == "preview":
        _say(said, Looked(result=_preview(db, file, source, found, _guess(text, file))))
        return
    plan = planning.plan(source, found, wanted.columns, wanted.target)
    options = _told(source, found)
    header = "" if source.dialect is None else header_of(text, source.dialect)
    planned = Planned(columns=plan.columns, format=file.format, options=options, header=header, rows=_guess(text, file))
    _say(said, planned)
    loading = Loading(db, source, plan, folder=folder, text=text)
    _say(said, loading.run(write=wanted.action == "load", max_rejects=wanted.max_rejects))


def _database(path: Path, folder: Path) -> duckdb.DuckDBPyConnection:
    """Which reaches nothing but the file and the folder, loads nothing, and cannot be told otherwise."""
    db = duckdb.connect(
        ":memory:",
        config={
            "threads": THREADS,
            "memory_limit": WORKING_MEMORY,
            "temp_directory": str(folder / "spill"),
            "max_temp_directory_size": SPILL,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
        },
    )
    db.execute("SET TimeZone = 'UTC'")
    db.execute(f"SET allowed_paths = [{literal(str(path))}, '/dev/stdout']")
    db.execute(f"SET allowed_directories = [{literal(str(folder))}]")
    db.execute("SET enable_external_access = false")
    db.execute("SET lock_configuration = true")
    return db


def _preview(
    db: duckdb.DuckDBPyConnection, file: Unpacked, source: Source, found: planning.Found, guess: int | None
) -> PreviewResult:
    number = max(5, min(SHOWN_ROWS, SHOWN_CELLS // len(source.names)))
    rows = db.execute("SELECT * FROM sample LIMIT ?", [number]).fetchall()
    return PreviewResult(
        format=file.format,
        compression=file.compression,
        options=_told(source, found),
        columns=planning.found_columns(source, found),
        rows=[[None if value is None else str(value)[:SHOWN_CHARACTERS] for value in row] for row in rows],
        estimated_rows=guess,
        sheets=source.sheets,
        members=file.members,
    )


def _write_parquet(wanted: Wanted, folder: Path) -> int:
    """An empty text is one here, if it is quoted."""
    columns = ", ".join(f"{literal(one)}: {literal(kind)}" for one, kind in wanted.parquet)
    table = (
        f"read_csv({literal(wanted.path)}, auto_detect = false, header = false, columns = {{{columns}}}, delim = ',',"
        f" quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false, max_line_size = {LONGEST},"
        f" buffer_size = {2 * LONGEST})"
    )
    target = literal(str(folder / PARQUET_FILE))
    db = _database(Path(wanted.path), folder)
    ((rows,),) = db.execute(f"COPY (SELECT * FROM {table}) TO {target} (FORMAT parquet, COMPRESSION zstd)").fetchall()
    return int(rows)


def _told(source: Source, found: planning.Found) -> ReadOptions:
    """What the file was read with."""
    forms = found.forms
    decimal: Any = forms.decimal if source.dialect is not None else None
    return replace(source.options, decimal=decimal, date_format=forms.date, timestamp_format=forms.timestamp)


def _guess(text: Path, file: Unpacked) -> int | None:
    """How many rows the whole file has, by the lines of its beginning."""
    if file.format is DataFormat.PARQUET:
        return None
    with text.open("rb") as beginning:
        piece = beginning.read(PIECE)
    return int(piece.count(b"\n") * text.stat().st_size / len(piece) / file.share) if piece else 0


def _say(descriptor: int, answer: Answer) -> None:
    data = msgspec.json.encode(answer) + b"\n"
    while data:
        data = data[os.write(descriptor, data) :]


if __name__ == "__main__":
    main()
