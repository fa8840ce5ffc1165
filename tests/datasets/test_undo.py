"""Taking imports back, one at a time; what a dataset was before is there again."""

import pytest

from contracts.dataset import DatasetGet, DatasetList, DatasetUndo
from contracts.errors import Conflict, NotFound
from jobs.datasets import upkeep
from jobs.models import Import


@pytest.fixture
def undo(ask, ada):
    return lambda made: ask(DatasetUndo(dataset_id=made.dataset_id, import_id=made.import_id), by=ada)


def test_rows_that_were_added_go_others_stay(bring, rows, undo, ask, ada):
    first = bring("a\n1\n", by=ada)
    second = bring("a\n2\n2\n", by=ada, dataset="Numbers", mode="append")
    bring("a\n3\n", by=ada, dataset="Numbers", mode="append")
    assert undo(second).state.value == "undone"
    assert rows(first.dataset_id, by=ada) == [["1"], ["3"]]
    assert undo(second).state.value == "undone"
    details = ask(DatasetGet(dataset_id=first.dataset_id), by=ada)
    assert details.dataset.rows == 2
    assert [(one.state.value, one.undoable) for one in details.imports] == [
        ("done", True), ("undone", False), ("done", False),
    ]  # fmt: skip


def test_taking_back_the_first_import_deletes_the_dataset(bring, undo, ask, ada):
    first = bring("a\n1\n", by=ada)
    second = bring("a\n2\n", by=ada, dataset="Numbers", mode="append")
    with pytest.raises(Conflict):
        undo(first)
    undo(second)
    undo(first)
    assert ask(DatasetList(), by=ada).datasets == []


def test_what_was_replaced_comes_back(bring, rows, undo, ask, ada):
    first = bring("a,b\n1,x\n", by=ada, key=["a"])
    second = bring("c\n9\n", by=ada, dataset="Numbers", mode="replace", key=["c"])
    assert undo(second).undoable is False
    assert rows(first.dataset_id, by=ada) == [["1", "x"]]
    dataset = ask(DatasetGet(dataset_id=first.dataset_id), by=ada).dataset
    assert ([one.name for one in dataset.columns], dataset.key, dataset.rows) == (["a", "b"], ["a"], 1)
    third = bring("a,b\n1,y\n2,z\n", by=ada, dataset="Numbers", mode="upsert")
    assert (third.inserted, third.updated) == (1, 1)


def test_rows_that_were_updated_are_what_they_were(bring, rows, undo, ada):
    first = bring("a,b\n1,x\n2,y\n", by=ada, key=["a"])
    second = bring("a,b\n2,Y\n3,Z\n", by=ada, dataset="Numbers", mode="upsert")
    assert rows(first.dataset_id, by=ada) == [["1", "x"], ["2", "Y"], ["3", "Z"]]
    undo(second)
    assert rows(first.dataset_id, by=ada) == [["1", "x"], ["2", "y"]]


def test_only_the_last_replacement_can_be_taken_back_and_not_for_ever(bring, undo, settings, ada):
    bring("a\n1\n", by=ada)
    second = bring("a\n2\n", by=ada, dataset="Numbers", mode="replace")
    third = bring("a\n3\n", by=ada, dataset="Numbers", mode="replace")
    with pytest.raises(Conflict):
        undo(second)
    settings.UNDO_DAYS = 0
    upkeep.sweep()
    with pytest.raises(Conflict):
        undo(third)
    assert not Import.objects.exclude(former=None).exists()


def test_others_take_nothing_back(bring, ask, rows, ada, bob):
    first = bring("a\n1\n", by=ada)
    with pytest.raises(NotFound):
        ask(DatasetUndo(dataset_id=first.dataset_id, import_id=first.import_id), by=bob)
    other = bring("a\n1\n", by=bob)
    with pytest.raises(NotFound):
        ask(DatasetUndo(dataset_id=other.dataset_id, import_id=first.import_id), by=bob)
    assert rows(first.dataset_id, by=ada) == [["1"]]
