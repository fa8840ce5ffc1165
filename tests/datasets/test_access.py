"""Who may see a dataset, and who hears of it: its owner, members who joined before it, nobody else."""

import msgspec
import pytest

from contracts.dataset import (
    DatasetCount,
    DatasetDelete,
    DatasetExport,
    DatasetGet,
    DatasetList,
    DatasetRead,
    DatasetRejects,
    DatasetRename,
    DatasetRows,
    DatasetStats,
    DatasetUndo,
    ImportGet,
    ImportRead,
    ImportRejects,
)
from contracts.errors import Conflict, NotFound
from contracts.ids import uuid7
from contracts.job import JobCreate
from contracts.message import MemberAdd, MemberRemove, MessageSend
from eventlog.models import Outbox


def every_read(made):
    dataset, one = made.dataset_id, made.import_id
    return [
        DatasetGet(dataset_id=dataset), DatasetRows(dataset_id=dataset), DatasetCount(dataset_id=dataset),
        DatasetStats(dataset_id=dataset, column="a"), DatasetRejects(dataset_id=dataset),
        DatasetRead(dataset_id=dataset, format="csv"), ImportGet(import_id=one), ImportRejects(import_id=one),
        ImportRead(import_id=one), JobCreate(
            kind="dataset.export", params=msgspec.to_builtins(DatasetExport(dataset_id=dataset)), client_id=uuid7(),
        ),
    ]  # fmt: skip


def every_change(made):
    return [
        DatasetRename(dataset_id=made.dataset_id, name="Mine"), DatasetDelete(dataset_id=made.dataset_id),
        DatasetUndo(dataset_id=made.dataset_id, import_id=made.import_id),
    ]  # fmt: skip


def test_what_is_nobody_elses_is_not_found_by_any_path(bring, ask, ada, bob):
    made = bring("a\n1\n", by=ada)
    for request in [*every_read(made), *every_change(made)]:
        with pytest.raises(NotFound):
            ask(request, by=bob)
    assert ask(DatasetList(), by=bob).datasets == []


def test_members_read_what_came_while_they_were_there_and_change_nothing(bring, ask, group, person, ada, bob):
    late = person()
    place = group(ada, bob)
    made = bring("a\n1\n", by=ada, place={"conversation_id": place, "seq": 1})
    ask(MessageSend(conversation_id=place, client_id=uuid7(), text="a card"), by=ada)
    ask(MemberAdd(conversation_id=place, user_ids=[late]), by=ada)
    for request in every_read(made):
        ask(request, by=bob)
        with pytest.raises(NotFound):
            ask(request, by=late)
    for request in every_change(made):
        with pytest.raises(NotFound):
            ask(request, by=bob)
    assert [one.id for one in ask(DatasetList(conversation_id=place), by=bob).datasets] == [made.dataset_id]
    assert ask(DatasetList(conversation_id=place), by=late).datasets == []
    ask(MemberRemove(conversation_id=place, user_id=bob), by=ada)
    for request in [*every_read(made), DatasetList(conversation_id=place)]:
        with pytest.raises(NotFound):
            ask(request, by=bob)


def test_owner_and_conversation_hear_what_becomes_of_a_dataset(bring, ask, group, ada, bob):
    place = group(ada, bob)
    made = bring("a\n1\n", by=ada, place={"conversation_id": place, "seq": 3})
    assert ask(DatasetRename(dataset_id=made.dataset_id, name=" Better "), by=ada).name == "Better"
    ask(DatasetDelete(dataset_id=made.dataset_id), by=ada)
    told = list(Outbox.objects.filter(event__startswith="dataset.").order_by("id"))
    assert [one.event for one in told] == ["dataset.changed", "dataset.changed", "dataset.deleted"]
    assert {one.routing_key for one in told} == {f"c.{place.hex}.3.u.{ada.hex}"}
    with pytest.raises(NotFound):
        ask(DatasetGet(dataset_id=made.dataset_id), by=ada)


def test_two_datasets_of_one_owner_have_two_names(bring, ask, ada):
    bring("a\n1\n", by=ada, dataset="One")
    other = bring("a\n1\n", by=ada, dataset="Two")
    with pytest.raises(Conflict):
        ask(DatasetRename(dataset_id=other.dataset_id, name="One"), by=ada)
