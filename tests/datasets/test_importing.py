"""What becomes of a file's rows: created, added, replaced, updated by key; bad ones are kept aside."""

from random import Random

import pytest

from contracts.dataset import DatasetGet, DatasetList, ImportGet
from jobs.kinds.base import JobFailure
from jobs.models import Job

WIDE = "".join(",".join([last, *(f"{last}{n:08}" for n in range(999))]) + "\n" for last in "jx")
"""Short texts, which PostgreSQL neither compresses nor moves elsewhere, beyond the 8,160 bytes of a page."""


def test_a_file_becomes_a_dataset_with_types_and_rows_in_their_order(bring, ask, rows, ada):
    content = 'id,Full name,born,score,ok\n1,"Ada, L.",1815-12-10,9.5,true\n2,"B ""x""\ny",1912-06-23,,false\n'
    made = bring(content, by=ada)
    assert (made.rows, made.rejects, made.inserted, made.updated, made.name) == (2, 0, 2, 0, "Numbers")
    dataset = ask(DatasetGet(dataset_id=made.dataset_id), by=ada).dataset
    assert [(one.name, one.title, one.type.value) for one in dataset.columns] == [
        ("id", "id", "integer"),
        ("full_name", "Full name", "text"),
        ("born", "born", "date"),
        ("score", "score", "double"),
        ("ok", "ok", "boolean"),
    ]
    assert rows(made.dataset_id, by=ada) == [
        ["1", "Ada, L.", "1815-12-10", "9.5", "true"],
        ["2", 'B "x"\ny', "1912-06-23", None, "false"],
    ]
    assert dataset.rows == 2
    assert dataset.bytes > 0


def test_rows_are_added_to_the_columns_that_have_their_names(bring, ask, rows, ada):
    first = bring("id,Full name\n1,a\n", by=ada)
    made = bring("full_name,id\nb,2\nc,3\n", by=ada, dataset=str(first.dataset_id), mode="append")
    assert (made.inserted, made.dataset_id) == (2, first.dataset_id)
    assert rows(made.dataset_id, by=ada) == [["1", "a"], ["2", "b"], ["3", "c"]]
    assert ask(DatasetGet(dataset_id=made.dataset_id), by=ada).dataset.rows == 3


def test_a_file_whose_columns_the_dataset_does_not_have_changes_nothing(bring, rows, ada):
    first = bring("id,name\n1,a\n", by=ada)
    with pytest.raises(JobFailure, match="no column for 'color'"):
        bring("id,color\n2,red\n", by=ada, dataset="Numbers", mode="append")
    assert rows(first.dataset_id, by=ada) == [["1", "a"]]


def test_replacing_brings_other_columns_and_keeps_the_dataset(bring, ask, rows, ada):
    first = bring("id,name\n1,a\n", by=ada)
    made = bring("color\nred\nblue\n", by=ada, dataset="Numbers", mode="replace")
    details = ask(DatasetGet(dataset_id=first.dataset_id), by=ada)
    assert made.dataset_id == first.dataset_id
    assert [one.name for one in details.dataset.columns] == ["color"]
    assert [one.mode.value for one in details.imports] == ["replace", "create"]
    assert rows(first.dataset_id, by=ada) == [["red"], ["blue"]]


def test_rows_with_a_known_key_are_updated_others_added_and_the_last_of_two_counts(bring, rows, ada):
    first = bring("id,name,note\n1,a,x\n2,b,y\n", by=ada, key=["id"])
    made = bring("id,name\n2,B\n3,c\n3,C\n", by=ada, dataset="Numbers", mode="upsert")
    assert (made.rows, made.inserted, made.updated) == (3, 1, 1)
    assert rows(first.dataset_id, by=ada) == [["1", "a", "x"], ["2", "B", "y"], ["3", "C", None]]


def test_a_key_that_is_none_is_refused(bring, ask, rows, ada):
    with pytest.raises(JobFailure, match=r"'\(id\)=\(1\)' is there twice") as refused:
        bring("id,name\n1,a\n1,b\n", by=ada, key=["id"])
    assert refused.value.code == "key_not_unique"
    assert ask(DatasetList(), by=ada).datasets == []
    first = bring("id,name\n1,a\n", by=ada, key=["id"])
    with pytest.raises(JobFailure, match="is not unique"):
        bring("id,name\n2,b\n1,c\n", by=ada, dataset="Numbers", mode="append")
    assert rows(first.dataset_id, by=ada) == [["1", "a"]]


def test_a_name_that_is_taken_gets_a_number(bring, ada, bob):
    assert [bring("a\n1\n", by=ada, dataset=" Sales ").name for _ in range(3)] == ["Sales", "Sales (2)", "Sales (3)"]
    assert bring("a\n1\n", by=bob, dataset="Sales").name == "Sales"


def test_people_decide_about_names_types_and_columns(bring, ask, rows, ada):
    columns = [
        {"source": "zip", "name": "Postal code", "type": "text"},
        {"source": "price", "type": "decimal"},
        {"source": "secret", "skip": True},
    ]
    made = bring("zip,price,secret\n1010,9.90,x\n2345,10.00,y\n", by=ada, columns=columns)
    dataset = ask(DatasetGet(dataset_id=made.dataset_id), by=ada).dataset
    assert [(one.name, one.type.value) for one in dataset.columns] == [("postal_code", "text"), ("price", "decimal")]
    assert rows(made.dataset_id, by=ada) == [["1010", "9.90"], ["2345", "10.00"]]


def test_bad_rows_are_kept_with_line_column_reason_and_text(bring, rejects, rows, ada):
    content = 'id,when\n1,2024-01-02\n"two\nlines",2024-01-03\n\n3\n4,yesterday\n5,2024-01-05,more\n6,2024-01-06\n'
    columns = [{"source": "id", "type": "integer"}, {"source": "when", "type": "date"}]
    made = bring(content, by=ada, columns=columns)
    assert (made.rows, made.rejects) == (2, 4)
    assert rows(made.dataset_id, by=ada) == [["1", "2024-01-02"], ["6", "2024-01-06"]]
    assert rejects(made.import_id, by=ada) == [
        (3, "id", "'two\\nlines' is not an integer of 64 bits.", '"two\nlines",2024-01-03'),
        (6, None, "The row has 1 values, and there are 2 columns.", "3"),
        (7, "when", "'yesterday' is not a date.", "4,yesterday"),
        (8, None, "The row has 3 values, and there are 2 columns.", "5,2024-01-05,more"),
    ]


def test_more_bad_rows_than_allowed_fail_the_import_and_can_be_read(bring, ask, rejects, ada):
    columns = [{"source": "n", "type": "integer"}]
    with pytest.raises(JobFailure, match="3 rows are bad; 2 are allowed"):
        bring("n\n1\na\nb\nc\n", by=ada, columns=columns, max_rejects=2)
    job = Job.objects.get(kind="dataset.import")
    assert ask(ImportGet(import_id=job.id), by=ada).state.value == "failed"
    assert [line for line, *_ in rejects(job.id, by=ada)] == [3, 4, 5]
    assert ask(DatasetList(), by=ada).datasets == []


def test_corrected_rows_are_added_alone(bring, ask, rows, ada):
    columns = [{"source": "N", "name": "number", "type": "integer"}, {"source": "skip me", "skip": True}]
    first = bring("N;skip me\n1;x\ntwo;y\n", by=ada, columns=columns)
    made = bring("N;skip me\n2;y\n", by=ada, corrects=str(first.import_id))
    assert (made.dataset_id, made.inserted) == (first.dataset_id, 1)
    assert rows(first.dataset_id, by=ada) == [["1"], ["2"]]
    assert ask(ImportGet(import_id=first.import_id), by=ada).corrected == 1


def test_a_dry_run_reads_everything_and_changes_nothing(bring, ask, rejects, ada):
    content = "n\n" + "1\n" * 30_000 + "x\n"
    made = bring(content, by=ada, columns=[{"source": "n", "type": "integer"}], dry_run=True)
    assert (made.rows, made.rejects, made.dry_run, made.dataset_id) == (30_000, 1, True, None)
    assert [line for line, *_ in rejects(made.import_id, by=ada)] == [30_002]
    assert ask(DatasetList(), by=ada).datasets == []


def test_what_cannot_be_done_is_said(bring, ada):
    for code, params in [
        ("no_dataset", {"mode": "append", "dataset": "Nothing"}),
        ("no_dataset", {"mode": "upsert", "dataset": "Numbers"}),
        ("unknown_column", {"columns": [{"source": "zzz"}]}),
        ("no_key", {"key": ["zzz"]}),
        ("no_import", {"corrects": "01890000-0000-7000-8000-000000000000"}),
    ]:
        with pytest.raises(JobFailure) as refused:
            bring("a\n1\n", by=ada, **params)
        assert refused.value.code == code, params


def test_a_dataset_of_somebody_else_cannot_be_written_to(bring, rows, ada, bob):
    first = bring("a\n1\n", by=ada)
    for dataset in (str(first.dataset_id), "Numbers"):
        for mode in ("append", "replace", "upsert"):
            with pytest.raises(JobFailure) as refused:
                bring("a\n2\n", by=bob, dataset=dataset, mode=mode, key=[] if mode == "append" else ["a"])
            assert refused.value.code == "no_dataset"
    assert rows(first.dataset_id, by=ada) == [["1"]]


def test_rows_that_postgresql_never_takes_fail_the_import_for_good_and_leave_nothing(bring, ask, ada):
    for content, kind, code, said in [
        ('j\n"{""a"": 1e999999}"\n', "json", "refused", r"\(in the column j\)$"),
        (WIDE, "text", "row_too_wide", "Leave columns out"),
    ]:
        with pytest.raises(JobFailure, match=said) as refused:
            bring(content, by=ada, columns=[{"source": "j", "type": kind}])
        assert (refused.value.code, refused.value.retry) == (code, False)
    assert ask(DatasetList(), by=ada).datasets == []


def test_a_key_that_is_too_long_to_be_looked_up_fails_the_import_for_good(bring, rows, ada):
    first = bring("k\nshort\n", by=ada, key=["k"])
    with pytest.raises(JobFailure) as refused:
        bring(f"k\n{Random(1).randbytes(20_000).hex()}\n", by=ada, dataset="Numbers", mode="append")
    assert (refused.value.code, refused.value.retry) == ("key_too_long", False)
    assert rows(first.dataset_id, by=ada) == [["short"]]


def test_datasets_have_a_quota(bring, settings, ada):
    settings.DATASET_QUOTA_BYTES = 1000
    with pytest.raises(JobFailure) as refused:
        bring("a\n" + "some text\n" * 1000, by=ada)
    assert refused.value.code == "datasets_full"
    settings.DATASETS_PER_USER = 1
    settings.DATASET_QUOTA_BYTES = 10**9
    bring("a\n1\n", by=ada)
    with pytest.raises(JobFailure) as refused:
        bring("a\n1\n", by=ada)
    assert refused.value.code == "too_many_datasets"
