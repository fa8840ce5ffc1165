"""Datasets go out as they came in: streamed by the gateway, or as a file of a job."""

import json
from typing import Any

import duckdb
import msgspec
import pytest
import requests

from contracts.dataset import DatasetExport, DatasetRead, ImportRead
from contracts.errors import Conflict
from contracts.job import JobState
from jobs.datasets import rows as reading
from jobs.datasets.exporting import run_export
from jobs.files import storage
from jobs.kinds.base import JobFailure
from jobs.models import File, Job
from tests.files.office import Person, opened

CONTENT = 'id,Full name,price,at,doc\n1,"Ada, ""L""",1.50,2024-01-02 03:04:05+00,"{""a"": 1}"\n2,,20.25,,\n'
COLUMNS = [{"source": "price", "type": "decimal"}]
AS_CSV = 'id,Full name,price,at,doc\n1,"Ada, ""L""",1.50,2024-01-02 03:04:05+00,"{""a"": 1}"\n2,,20.25,,\n'


@pytest.fixture
def made(bring, ada):
    return bring(CONTENT, by=ada, columns=COLUMNS)


@pytest.fixture
def export(context, upload, ada):
    """The bytes of an exported file."""

    def run(dataset_id, **params: Any) -> bytes:
        asked = msgspec.convert({"dataset_id": str(dataset_id)} | params, DatasetExport)
        attempt = context(asked, upload("unused", by=ada), kind="dataset.export")
        told = run_export(asked, attempt)
        file = File.objects.get(pk=told.files[0].id)
        assert Job.objects.get(pk=attempt.job_id).state == JobState.SUCCEEDED
        path = storage.local_path(file.blob_id)
        assert path is not None
        return path.read_bytes()

    return run


def test_a_job_writes_csv_json_lines_and_parquet(made, export, tmp_path):
    assert export(made.dataset_id).decode().replace("\r\n", "\n") == AS_CSV
    lines = [json.loads(line) for line in export(made.dataset_id, format="jsonl").splitlines()]
    assert lines == [
        {"id": 1, "Full name": 'Ada, "L"', "price": 1.5, "at": "2024-01-02T03:04:05+00:00", "doc": {"a": 1}},
        {"id": 2, "Full name": None, "price": 20.25, "at": None, "doc": None},
    ]
    file = tmp_path / "data.parquet"
    file.write_bytes(export(made.dataset_id, format="parquet", filter=["id:le:2"]))
    with duckdb.connect() as db:
        assert [row[1] for row in db.execute(f"DESCRIBE SELECT * FROM '{file}'").fetchall()] == [
            "BIGINT", "VARCHAR", "DECIMAL(4,2)", "TIMESTAMP WITH TIME ZONE", "JSON",
        ]  # fmt: skip
        assert db.execute(f"SELECT id, \"Full name\", price::text FROM '{file}'").fetchall() == [
            (1, 'Ada, "L"', "1.50"), (2, None, "20.25"),
        ]  # fmt: skip


@pytest.mark.parametrize("format", ["csv", "jsonl"])
def test_a_filter_with_a_value_that_the_column_cannot_have_fails_the_job_for_good(made, export, format):
    with pytest.raises(JobFailure) as refused:
        export(made.dataset_id, format=format, filter=["id:eq:many"])
    assert (refused.value.code, refused.value.retry) == ("invalid_request", False)


def test_what_was_exported_as_parquet_comes_back_the_same(made, export, bring, rows, ada):
    back = bring(export(made.dataset_id, format="parquet"), by=ada, name="x.parquet", dataset="Again")
    assert rows(back.dataset_id, by=ada) == rows(made.dataset_id, by=ada)


def test_pieces_make_the_whole_and_later_rows_are_not_in_it(bring, ask, ada, monkeypatch):
    monkeypatch.setattr(reading, "PIECE_CHARACTERS", 100)
    made = bring("n\n" + "".join(f"{n}\n" for n in range(200)), by=ada)
    text, cursor = "", None
    while True:
        piece = ask(DatasetRead(dataset_id=made.dataset_id, format="csv", cursor=cursor), by=ada)
        text, cursor = text + piece.text, piece.next
        if cursor is None:
            break
        if len(text) < 150:
            bring("n\n999\n", by=ada, dataset="Numbers", mode="append")
    assert text.splitlines() == ["n", *map(str, range(200))]
    first = ask(DatasetRead(dataset_id=made.dataset_id, format="jsonl"), by=ada)
    bring("n\n1\n", by=ada, dataset="Numbers", mode="replace")
    with pytest.raises(Conflict):
        ask(DatasetRead(dataset_id=made.dataset_id, format="jsonl", cursor=first.next), by=ada)


def test_rejects_can_be_read_as_a_report_or_as_they_were(bring, ask, ada):
    made = bring("a;b\n1;x\nq;y;z\nw;v\n", by=ada, columns=[{"source": "a", "type": "integer"}])
    report = ask(ImportRead(import_id=made.import_id), by=ada)
    assert report.text.splitlines()[0] == "line,column,reason,raw"
    assert report.text.splitlines()[2] == "4,a,'w' is not an integer of 64 bits.,w;v"
    assert ask(ImportRead(import_id=made.import_id, form="rows"), by=ada).text == "a;b\nq;y;z\nw;v\n"
    assert report.name == "data.rejects.csv"


def test_the_gateway_streams_to_whom_may_read_and_tells_others_nothing(settings, bring, monkeypatch):
    settings.ROOT_URLCONF = "apigateway.urls"
    settings.MIDDLEWARE = []
    monkeypatch.setattr(reading, "PIECE_CHARACTERS", 1000)
    with opened() as served:
        ada, eve = Person.new(served), Person.new(served)
        made = bring(
            "n,größe\n" + "".join(f"{n},ä\n" for n in range(5000)) + "x,y,z\n", by=ada.id, dataset="Große Zahlen"
        )
        answer = ada.call(
            "GET", f"/datasets/{made.dataset_id}/export", params={"filter": ["n:ge:1000"], "format": "csv"}
        )
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert "filename*=UTF-8''Gro%C3%9Fe%20Zahlen.csv" in answer.headers["content-disposition"]
        assert answer.content.decode().splitlines() == ["n,größe", *(f"{n},ä" for n in range(1000, 5000))]
        rejects = ada.call("GET", f"/imports/{made.import_id}/rejects/content?form=rows")
        assert rejects.content.decode() == "n,größe\nx,y,z\n"
        for path in (f"/datasets/{made.dataset_id}/export", f"/imports/{made.import_id}/rejects/content"):
            assert eve.call("GET", path).status_code == 404
            assert requests.get(f"{served.url}/api/v1{path}", timeout=20).status_code == 401
            assert ada.call("POST", path).status_code == 405
        bad = ada.call("GET", f"/datasets/{made.dataset_id}/export?filter=zzz:eq:1")
        assert (bad.status_code, bad.json()["code"]) == (400, "invalid_request")
