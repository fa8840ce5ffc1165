"""What was staged becomes part of a dataset: the last transaction of an import, in which its job ends too."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from psycopg2.sql import SQL, Identifier, Literal

from config.failpoints import failpoint
from contracts.dataset import DatasetColumn, DatasetImport, ImportMode, ImportResult, ImportState
from jobs.datasets import tables
from jobs.datasets.asked import Finished, KeptReject, Planned
from jobs.datasets.names import identifier
from jobs.datasets.refusals import unique
from jobs.datasets.services import clean_name, dataset_changed
from jobs.datasets.tables import IMPORT, ROW, execute, listed, table
from jobs.datasets.views import columns_of
from jobs.kinds.base import JobFailure
from jobs.models import Dataset, Import, Reject
from jobs.worker.database import DataContext

MAX_REASON = 300
REJECTS_AT_ONCE = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """An import whose rows are staged. `target`: the dataset, as it was when the import began."""

    params: DatasetImport
    context: DataContext
    planned: Planned
    finished: Finished
    staging: str
    target: Dataset | None
    corrected: Import | None
    rejects: Sequence[KeptReject]

    @property
    def columns(self) -> list[DatasetColumn]:
        return [DatasetColumn(name=one.name, title=one.title, type=one.type) for one in self.planned.columns]

    @property
    def key(self) -> list[str]:
        return key_of(self.planned, self.params, self.target)


def merge(load: Load) -> ImportResult:
    """In the transaction that ends the job. Raises JobFailure."""
    match load.params.mode:
        case ImportMode.CREATE:
            one = _create(load)
        case ImportMode.REPLACE:
            one = _replace(load, _locked(load))
        case ImportMode.APPEND:
            one = _append(load, _locked(load))
        case ImportMode.UPSERT:
            one = _upsert(load, _locked(load))
    if load.corrected is not None:
        first = Import.objects.select_for_update().get(pk=load.corrected.pk)
        first.corrected += one.inserted + one.updated
        first.save(update_fields=["corrected"])
    failpoint(f"import.merged.{load.context.attempt}")
    assert one.dataset is not None  # noqa: S101  for mypy: each of them gives it one
    return _result(load, one.dataset.name, one)


def tried(load: Load) -> ImportResult:
    """As `merge`, of a dry run."""
    one = note(load, state=ImportState.TRIED, dataset=load.target)
    return _result(load, load.target.name if load.target else clean_name(load.params.dataset), one)


def note(load: Load, *, state: ImportState, dataset: Dataset | None) -> Import:
    """The import and its rejects. An attempt that failed before may have left some."""
    params, job = load.params, load.context.job
    Import.objects.filter(id=job.id).exclude(state=ImportState.DONE).delete()
    one = Import.objects.create(
        id=job.id,
        owner_id=job.owner_id,
        conversation_id=job.conversation_id,
        seq=job.seq,
        dataset=dataset,
        file_id=params.file_id,
        file_name=load.context.input(params.file_id).name,
        mode=params.mode.value,
        state=state.value,
        rows=load.finished.rows,
        rejects=load.finished.rejects,
        kept_rejects=load.finished.kept,
        corrects_id=params.corrects,
        source=_source(load),
        header=load.planned.header,
    )
    rows = [_reject(one, kept) for kept in load.rejects]
    Reject.objects.bulk_create(rows, batch_size=REJECTS_AT_ONCE)
    return one


def key_of(planned: Planned, params: DatasetImport, target: Dataset | None) -> list[str]:
    """The columns that make a row unique: as asked for, else as the dataset has them. Raises JobFailure."""
    names = {one.name for one in planned.columns}
    titles = {one.title: one.name for one in planned.columns}
    asked = [titles.get(one) or (one if one in names else identifier(one)) for one in params.key]
    if not asked and target is not None:
        asked = list(target.key)
    missing = [one for one in asked if one not in names]
    if missing and (params.key or params.mode is ImportMode.UPSERT):
        raise JobFailure("no_key", f"The file has no column {missing[0]!r}, which is a part of the key.")
    return [] if missing else list(dict.fromkeys(asked))


def index(name: str, key: Sequence[str]) -> None:
    execute(SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(table(name), Identifier(ROW)))
    if key:
        _index_key(name, key)


# ---- ways to merge


def _create(load: Load) -> Import:
    job = load.context.job
    key = load.key
    own = Dataset.objects.filter(owner_id=job.owner_id)
    dataset = Dataset.objects.create(
        owner_id=job.owner_id,
        name=_free_name(clean_name(load.params.dataset) or "Dataset", set(own.values_list("name", flat=True))),
        conversation_id=job.conversation_id,
        seq=job.seq,
        table=tables.data_name(job.id),
        columns=[],
        rev=0,
    )
    one = note(load, state=ImportState.DONE, dataset=dataset)
    _become(load, dataset, one, key)
    return one


def _replace(load: Load, dataset: Dataset) -> Import:
    key = load.key
    before = {"table": dataset.table, "columns": dataset.columns, "key": dataset.key, "rows": dataset.rows}
    _forget_formers(dataset)
    one = note(load, state=ImportState.DONE, dataset=dataset)
    one.former, one.before = dataset.table, before
    dataset.table = tables.data_name(one.id)
    _become(load, dataset, one, key)
    return one


def _append(load: Load, dataset: Dataset) -> Import:
    one = note(load, state=ImportState.DONE, dataset=dataset)
    with unique(dataset.key):
        one.inserted = execute(_insert(load, dataset), [one.number])
    return _grown(dataset, one)


def _upsert(load: Load, dataset: Dataset) -> Import:
    key = _upsert_key(load, dataset)
    _forget_formers(dataset)
    one = note(load, state=ImportState.DONE, dataset=dataset)
    one.former, one.before = tables.former_name(one.id), {}
    names = {"target": table(dataset.table), "staging": table(load.staging), "key": listed(key)}
    execute(
        SQL("CREATE TABLE {} AS SELECT * FROM {target} WHERE ({key}) IN (SELECT {key} FROM {staging})").format(
            table(one.former), **names
        )
    )
    others = [column.name for column in load.columns if column.name not in key]
    changes = [SQL("{0} = excluded.{0}").format(Identifier(name)) for name in [*others, IMPORT]]
    conflict = SQL(" ON CONFLICT ({}) DO UPDATE SET {}").format(listed(key), SQL(", ").join(changes))
    changed = execute(_insert(load, dataset, once=key) + conflict, [one.number])
    ((one.updated,),) = tables.fetch(SQL("SELECT count(*) FROM {}").format(table(one.former)))
    one.inserted = changed - one.updated
    return _grown(dataset, one)


def _become(load: Load, dataset: Dataset, one: Import, key: Sequence[str]) -> None:
    """The staging table is the data from now on. A default that is constant costs nothing, whatever the size."""
    name = table(load.staging)
    execute(
        SQL("ALTER TABLE {} ADD COLUMN {} bigint NOT NULL DEFAULT {}").format(
            name, Identifier(IMPORT), Literal(one.number)
        )
    )
    execute(SQL("ALTER TABLE {} ALTER COLUMN {} DROP DEFAULT").format(name, Identifier(IMPORT)))
    tables.rename(load.staging, dataset.table)
    dataset.columns, dataset.key = msgspec.to_builtins(load.columns), list(key)
    dataset.rows = one.inserted = load.finished.rows
    _store(dataset, one)


def _grown(dataset: Dataset, one: Import) -> Import:
    dataset.rows += one.inserted
    _store(dataset, one)
    return one


def _store(dataset: Dataset, one: Import) -> None:
    dataset.bytes = tables.size_of(dataset.table)
    one.save()
    dataset_changed(dataset)


def _insert(load: Load, dataset: Dataset, *, once: Sequence[str] = ()) -> Any:
    """`once`: of rows with the same values there only the last."""
    names = listed([one.name for one in load.columns])
    chosen, order = SQL("SELECT {}, %s::bigint FROM {}"), SQL(" ORDER BY {}").format(Identifier(ROW))
    rows = chosen.format(names, table(load.staging)) + order
    if once:
        inner = SQL("SELECT DISTINCT ON ({key}) * FROM {staging} ORDER BY {key}, {row} DESC").format(
            key=listed(once), staging=table(load.staging), row=Identifier(ROW)
        )
        rows = SQL("SELECT {}, %s::bigint FROM ({}) _once").format(names, inner) + order
    return SQL("INSERT INTO {} ({}, {}) {}").format(table(dataset.table), names, Identifier(IMPORT), rows)


def _upsert_key(load: Load, dataset: Dataset) -> list[str]:
    key = load.key
    if not key:
        raise JobFailure("no_key", "To update rows, a key is needed: say which columns make a row unique.")
    if dataset.key and dataset.key != key:
        raise JobFailure("key_differs", f"The dataset has another key: {', '.join(dataset.key)}.")
    empty = SQL(" OR ").join([SQL("{} IS NULL").format(Identifier(name)) for name in key])
    if tables.fetch(SQL("SELECT 1 FROM {} WHERE {} LIMIT 1").format(table(load.staging), empty)):
        raise JobFailure("no_key", "A row has no value in a column of the key.")
    if not dataset.key:
        with unique(key):
            _index_key(dataset.table, key)
        dataset.key = key
    return key


def _index_key(name: str, key: Sequence[str]) -> None:
    execute(SQL("CREATE UNIQUE INDEX ON {} ({})").format(table(name), listed(key)))


def _locked(load: Load) -> Dataset:
    """The dataset as it is now; what the rows were made for must still be so."""
    assert load.target is not None  # noqa: S101  for mypy: only `create` has none
    dataset = Dataset.objects.select_for_update().filter(pk=load.target.pk).first()
    if dataset is None:
        raise JobFailure("no_dataset", "The dataset was deleted meanwhile.")
    if load.params.mode is not ImportMode.REPLACE and columns_of(dataset) != columns_of(load.target):
        raise JobFailure("changed_meanwhile", "The dataset's columns changed meanwhile.", retry=True)
    return dataset


def _forget_formers(dataset: Dataset) -> None:
    """One step can be undone, not two: what an import before replaced goes."""
    kept = dataset.imports.exclude(former=None)
    tables.drop(*kept.values_list("former", flat=True))
    kept.update(former=None, before=None)


def _free_name(name: str, taken: set[str]) -> str:
    number, found = 2, name
    while found in taken:
        found = f"{name[:110]} ({number})"
        number += 1
    return found


def _source(load: Load) -> dict[str, Any]:
    """How to read its rejects, corrected."""
    return {
        "format": load.planned.format.value,
        "options": msgspec.to_builtins(load.planned.options),
        "columns": msgspec.to_builtins(load.params.columns),
    }


def _reject(one: Import, kept: KeptReject) -> Reject:
    return Reject(
        of=one,
        line=kept.line,
        column=kept.column[:200] if kept.column else None,
        reason=_clean(kept.reason)[:MAX_REASON],
        raw=_clean(kept.raw),
    )


def _clean(text: str) -> str:
    return text.replace("\x00", "\ufffd")


def _result(load: Load, name: str, one: Import) -> ImportResult:
    return ImportResult(
        dataset_id=one.dataset_id,
        name=name,
        rows=one.rows,
        rejects=one.rejects,
        inserted=one.inserted,
        updated=one.updated,
        import_id=one.id,
        dry_run=load.params.dry_run,
    )
