"""What the reader finds in files, awkward ones among them, compared with PostgreSQL's own COPY and with DuckDB."""

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from backports import zstd

from contracts.dataset import ColumnType, DataFormat, PreviewResult, ReadOptions
from jobs.datasets.asked import REJECTS_FILE, Finished, Looked, Planned, Wanted
from jobs.datasets.reading import Reader
from jobs.kinds.base import JobFailure

WORKBOOK = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
    ' Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="People" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"'
    ' Target="worksheets/sheet1.xml"/></Relationships>',
    "xl/worksheets/sheet1.xml": '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    '<row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c><c r="B1" t="inlineStr"><is><t>age</t></is></c></row>'
    '<row r="2"><c r="A2" t="inlineStr"><is><t>Ada</t></is></c><c r="B2"><v>36</v></c></row>'
    '<row r="3"><c r="A3" t="inlineStr"><is><t>Bob, "x"</t></is></c><c r="B3"><v>41.5</v></c></row>'
    "</sheetData></worksheet>",
}


class Read:
    """`rows`: as texts, through DuckDB's own reading of what was written for COPY."""

    def __init__(self, planned: Planned, data: bytes, finished: Finished, folder: Path) -> None:
        self.types = {one.name: one.type.value for one in planned.columns}
        self.options = planned.options
        self.finished = finished
        self.data = data
        self.rejects = [json.loads(line) for line in (folder / REJECTS_FILE).read_text().splitlines()]


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Read]:
    def run(content: bytes | str, **wanted: Any) -> Read:
        folder, file = _placed(tmp_path, content)
        asked = Wanted(action="load", path=str(file), folder=str(folder), unpacked=2**30, **wanted)
        with Reader(asked, check=lambda: None) as reader:
            planned = reader.answer(Planned)
            data = reader.rows.read()
            return Read(planned, data, reader.answer(Finished), folder)

    return run


@pytest.fixture
def look(tmp_path: Path) -> Callable[..., PreviewResult]:
    def run(content: bytes | str, **wanted: Any) -> PreviewResult:
        folder, file = _placed(tmp_path, content)
        asked = Wanted(action="preview", path=str(file), folder=str(folder), unpacked=2**30, **wanted)
        with Reader(asked, check=lambda: None) as reader:
            return reader.answer(Looked).result

    return run


def _placed(folder: Path, content: bytes | str) -> tuple[Path, Path]:
    number = len(list(folder.iterdir()))
    (folder / f"work-{number}").mkdir()
    file = folder / f"file-{number}"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder / f"work-{number}", file


# ---- the same as others make of it


def generated(seed: int, rows: int = 400) -> bytes:
    """A table with every sort of awkward value, well formed."""
    chance = random.Random(seed)
    texts = [
        "plain",
        "",
        'a "quoted" one',
        "two\nlines",
        "comma, comma",
        "  spaces ",
        "ä ö € 👋",
        "\\N",
        "NULL",
        "'",
        "\t",
    ]
    out = io.StringIO()
    out.write("i,d,t,b,at,note\n")
    for _ in range(rows):
        values = [
            chance.choice(["", str(chance.randint(-(2**63), 2**63 - 1)), str(chance.randint(-9, 9))]),
            chance.choice(["", repr(chance.uniform(-1e9, 1e9)), "1e300", "-0.5"]),
            chance.choice(["", f"20{chance.randint(10, 30)}-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}"]),
            chance.choice(["true", "false", ""]),
            chance.choice(["", f"2024-05-0{chance.randint(1, 9)} 1{chance.randint(0, 9)}:00:00"]),
            chance.choice(texts),
        ]
        out.write(
            ",".join('"' + one.replace('"', '""') + '"' if any(s in one for s in ',"\n\t') else one for one in values)
        )
        out.write("\n")
    return out.getvalue().encode()


COLUMNS = "i bigint, d double precision, t date, b boolean, at timestamp, note text"


@pytest.mark.parametrize("seed", [1, 2])
def test_generated_tables_are_what_copy_makes_of_them(seed, bring, rows, copied, ada):
    content = generated(seed)
    made = bring(content, by=ada)
    assert (made.rows, made.rejects) == (400, 0)
    assert [tuple(row) for row in rows(made.dataset_id, by=ada)] == copied(COLUMNS, content)


def test_generated_tables_are_what_duckdb_makes_of_them(read, tmp_path):
    content = generated(3)
    made = read(content)
    (tmp_path / "x.csv").write_bytes(content)
    (tmp_path / "y.csv").write_bytes(made.data)
    columns = "{'i': 'BIGINT', 'd': 'DOUBLE', 't': 'DATE', 'b': 'BOOLEAN', 'at': 'TIMESTAMP', 'note': 'VARCHAR'}"
    how = f"columns = {columns}, delim = ',', quote = '\"', escape = '\"', auto_detect = false"
    with duckdb.connect() as db:
        ours, theirs = (
            db.execute(f"SELECT * FROM read_csv('{tmp_path / name}', header = {header}, {how})").fetchall()
            for name, header in (("y.csv", False), ("x.csv", True))
        )
    assert ours == theirs
    assert made.types == {
        "i": "integer", "d": "double", "t": "date", "b": "boolean", "at": "timestamp", "note": "text",
    }  # fmt: skip


# ---- awkward ones


@pytest.mark.parametrize(
    ("content", "types", "data"),
    [
        ("﻿a,b\n1,ä\n", {"a": "integer", "b": "text"}, "1,ä\n"),
        ("name,größe\nä,1\n".encode("latin-1"), {"name": "text", "größe": "integer"}, "ä,1\n"),
        ("a\tb\nx\t1\n".encode("utf-16"), {"a": "text", "b": "integer"}, "x,1\n"),
        ("one\n1\n2\n", {"one": "integer"}, "1\n2\n"),
        ("zip,n\n00501,12345678901234567890\n10115,1\n", {"zip": "text", "n": "decimal"}, None),
        ("a;b\n1,5;x\n2,25;y\n", {"a": "double", "b": "text"}, "1.5,x\n2.25,y\n"),
        ("d,e\n31.12.2024,01/02/2024\n01.01.2025,03/04/2024\n", {"d": "date", "e": "text"}, None),
        ("a,a,select\n1,2,3\n", {"a": "integer", "a_1": "integer", "select": "integer"}, "1,2,3\n"),
        ("a,b\r\n1,\"x\r\ny\"\r\n", {"a": "integer", "b": "text"}, None),
        ("a,b\n1,nul\x00byte\n", {"a": "integer", "b": "text"}, "1,nul\ufffdbyte\n"),
        ("at,t\n2024-01-02T03:04:05Z,10:30\n2024-01-02 03:04:05+02:00,11:00:01\n",
         {"at": "timestamptz", "t": "time"},
         "2024-01-02 03:04:05+00,10:30:00\n2024-01-02 01:04:05+00,11:00:01\n"),
        ('{"a": 1, "b": {"c": [1]}}\n{"a": 2, "d": "x"}\n', {"a": "integer", "b": "json", "d": "text"},
         '1,"{""c"":[1]}",\n2,,x\n'),
        ('[{"a": true},\n {"a": false, "b": "ä"}]', {"a": "boolean", "b": "text"}, "true,\nfalse,ä\n"),
    ],
)  # fmt: skip
def test_awkward_files_are_read_as_people_mean_them(read, content, types, data):
    made = read(content)
    assert made.types == types
    assert made.finished.rejects == 0
    if data is not None:
        assert made.data.decode() == data


def test_no_value_is_changed_to_fit_its_type(read):
    """DuckDB's own casts round, cut and guess."""
    values = ["1", "1.5", "1e3", "0x10", "9223372036854775808", " 7 ", "1_000", "+5"]
    columns = [{"source": "v", "type": "integer"}]
    made = read("v\n" + "\n".join(values) + "\n", columns=_columns(columns), max_rejects=99)
    assert made.data.decode().split() == ["1", "7", "5"]
    made = read(
        "v\n2024-01-02\n2024-01-02 10:00\n2024-02-30\n20240102\n", columns=_columns([{"source": "v", "type": "date"}])
    )
    assert made.data.decode().split() == ["2024-01-02"]
    assert [one["line"] for one in made.rejects] == [3, 4, 5]
    made = read("v,w\n2024-01-02 10:00:00+02,1\n", columns=_columns([{"source": "v", "type": "timestamp"}]))
    assert made.finished.rejects == 1


def test_ragged_rows_and_open_quotes_are_rejects_and_the_rest_is_read(read):
    made = read(
        'a,b\n1,2\n3\n4,5,6\n7,8\n9,"never closed\n',
        max_rejects=9,
        options=ReadOptions(header=True, quote='"', delimiter=","),
    )
    assert made.data.decode().startswith("1,2\n7,8\n")
    assert [one["line"] for one in made.rejects][:2] == [3, 4]
    assert made.finished.rejects == 3


def test_packed_files_are_read_as_their_content(read):
    plain = b"a,b\n1,x\n2,y\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("readme.txt", "hi")
        archive.writestr("data/table.csv", plain)
        archive.writestr("__MACOSX/._table.csv", b"\x00" * 500)
    for content in (gzip.compress(plain), zstd.compress(plain), packed.getvalue()):
        assert read(content).data == b"1,x\n2,y\n"


def test_a_workbook_is_read_by_sheets(look, read):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in WORKBOOK.items():
            archive.writestr(name, text)
    found = look(packed.getvalue())
    assert (found.format, found.sheets, found.options.sheet) == (DataFormat.XLSX, ["People"], "People")
    assert found.rows == [["Ada", "36"], ['Bob, "x"', "41.5"]]
    made = read(packed.getvalue(), columns=_columns([{"source": "age", "type": "integer"}]), max_rejects=9)
    assert made.data.decode() == "Ada,36\n"
    assert made.rejects[0]["reason"] == "'41.5' is not an integer of 64 bits."


BROKEN = {
    "nothing": (lambda: b"", "empty"),
    "a program": (lambda: b"\x00\x01\x02\x03binary\x00" * 50, "unknown_format"),
    "a bomb": (lambda: gzip.compress(b"\0" * 100_000_000), "too_large"),
    "half a gzip": (lambda: gzip.compress(b"a,b\n1,2\n" * 1000)[:40], "broken_archive"),
    "no zip": (lambda: b"PK\x03\x04 no archive at all", "broken_archive"),
    "no Parquet": (lambda: b"PAR1 no parquet at all PAR1", "unreadable"),
    "half a JSON": (lambda: b'[{"a": 1}, {"b": ', "unreadable"),
}


@pytest.mark.parametrize("which", BROKEN)
def test_what_cannot_be_read_is_refused_with_a_reason(read, which):
    content, code = BROKEN[which]
    with pytest.raises(JobFailure) as refused:
        read(content())
    assert refused.value.code == code


def test_a_preview_tells_how_the_file_would_be_read(look):
    content = "id;name;note\n" + "".join(f"{n};Name {n};\n" for n in range(100_000))
    found = look(gzip.compress(content.encode()))
    assert (found.format, found.compression) == (DataFormat.CSV, "gzip")
    assert (found.options.delimiter, found.options.header, found.options.encoding) == (";", True, "utf-8")
    assert [(one.name, one.type, one.nulls > 0) for one in found.columns] == [
        ("id", ColumnType.INTEGER, False), ("name", ColumnType.TEXT, False), ("note", ColumnType.TEXT, True),
    ]  # fmt: skip
    assert found.rows[:2] == [["0", "Name 0", None], ["1", "Name 1", None]]
    assert found.estimated_rows is not None
    assert 90_000 < found.estimated_rows < 110_000


def test_the_reader_knows_no_secret_and_reaches_no_other_file(read, tmp_path, monkeypatch):
    monkeypatch.setenv("WARREN_DATABASE_URL", "postgres://secret")
    asked = Wanted(action="preview", path="/etc/passwd", folder=str(tmp_path), unpacked=1)
    with Reader(asked, check=lambda: None) as reader:
        environment = Path(f"/proc/{reader.pid}/environ").read_text()
        reader.answer(Looked)
    assert "WARREN" not in environment
    header = "\"x' FROM read_text('/etc/passwd') --\""
    assert read(f"{header}\n1\n").data == b"1\n"


def _columns(columns: list[dict[str, str]]) -> list[Any]:
    import msgspec

    from contracts.dataset import ImportColumn

    return msgspec.convert(columns, list[ImportColumn])
