"""Taking one import back (docs/datasets.md, "Undo").

`append`: its rows go. `create`: the dataset goes. `replace`, `upsert`: what was there before comes back, if it is kept.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db.transaction import atomic
from psycopg2.sql import SQL, Identifier

from contracts import dataset as contract
from contracts.dataset import ImportMode, ImportState
from contracts.errors import Conflict, NotFound
from jobs.datasets import tables
from jobs.datasets.access import dataset_own
from jobs.datasets.services import dataset_changed, dataset_remove
from jobs.datasets.tables import IMPORT, ROW
from jobs.datasets.views import columns_of, import_view
from jobs.models import Dataset, Import

SECONDS = 25.0
"""What a statement may take: rows of an import are many."""


def undoable(one: Import, imports: Sequence[Import]) -> bool:
    """Whether `dataset_undo` would do it. `imports`: the dataset's, at least the later ones."""
    if one.state != ImportState.DONE or one.dataset_id is None:
        return False
    later = [other for other in imports if other.number > one.number and other.state == ImportState.DONE]
    if one.mode == ImportMode.APPEND:
        return all(other.mode == ImportMode.APPEND for other in later)
    return not later and (one.mode == ImportMode.CREATE or one.former is not None)


def dataset_undo(*, actor: UUID, dataset_id: UUID, import_id: UUID) -> contract.Import:
    """Raises NotFound, Conflict; Busy when it takes too long."""
    with atomic():
        tables.set_timeout(SECONDS)
        dataset = dataset_own(actor=actor, dataset_id=dataset_id)
        one = dataset.imports.filter(id=import_id).first()
        if one is None:
            raise NotFound
        if one.state != ImportState.UNDONE:
            _undo(dataset, one)
    return import_view(one, undoable=False)


def _undo(dataset: Dataset, one: Import) -> None:
    if not undoable(one, list(dataset.imports.filter(number__gt=one.number))):
        raise Conflict("Later imports build on this one, or what it replaced is not kept any more.")
    one.state = ImportState.UNDONE.value
    if one.mode == ImportMode.CREATE:
        dataset_remove(dataset)
        return
    if one.mode == ImportMode.REPLACE:
        _bring_back_table(dataset, one)
    else:
        _remove_rows(dataset, one)
        if one.former is not None:
            _bring_back_rows(dataset, one)
    one.former = one.before = None
    one.save()
    dataset.bytes = tables.size_of(dataset.table)
    dataset_changed(dataset)


def _remove_rows(dataset: Dataset, one: Import) -> None:
    statement = SQL("DELETE FROM {} WHERE {} = %s").format(tables.table(dataset.table), Identifier(IMPORT))
    dataset.rows -= tables.execute(statement, [one.number])


def _bring_back_rows(dataset: Dataset, one: Import) -> None:
    assert one.former is not None  # noqa: S101  for mypy: the caller looked
    names = tables.listed([ROW, IMPORT, *(column.name for column in columns_of(dataset))])
    statement = SQL("INSERT INTO {} ({}) SELECT {} FROM {}")
    dataset.rows += tables.execute(
        statement.format(tables.table(dataset.table), names, names, tables.table(one.former))
    )
    tables.drop(one.former)


def _bring_back_table(dataset: Dataset, one: Import) -> None:
    before = one.before or {}
    tables.drop(dataset.table)
    dataset.table, dataset.columns = before["table"], before["columns"]
    dataset.key, dataset.rows = before["key"], before["rows"]
