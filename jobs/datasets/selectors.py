"""Reads of what is known about datasets. What somebody may not see is answered as what does not exist: NotFound."""

from uuid import UUID

from django.db.models import QuerySet

from contracts import dataset as contract
from contracts.dataset import DatasetRejects, ImportRejects
from contracts.errors import InvalidRequest, NotFound
from jobs.datasets import undo
from jobs.datasets.rows import csv_line
from jobs.datasets.views import dataset_view, import_view, reject_view
from jobs.files.access import Ask, hearing
from jobs.models import Dataset, Import, Reject

LAST_IMPORTS = 50
REJECTS_AT_ONCE = 500


def dataset_page(*, actor: UUID, request: contract.DatasetList, ask: Ask) -> contract.DatasetPage:
    """Raises NotFound for a conversation that the actor is not in, InvalidRequest for a bad cursor."""
    datasets = _listed(actor, request.conversation_id, ask)
    if request.q:
        datasets = datasets.filter(name__icontains=request.q.replace("\0", ""))
    if request.cursor is not None:
        datasets = datasets.filter(id__lt=_id(request.cursor))
    found = list(datasets.order_by("-id")[: request.limit + 1])
    following = found[request.limit - 1].id.hex if len(found) > request.limit else None
    return contract.DatasetPage(datasets=[dataset_view(one) for one in found[: request.limit]], next=following)


def dataset_details(dataset: Dataset) -> contract.DatasetDetails:
    imports = list(dataset.imports.order_by("-number")[:LAST_IMPORTS])
    views = [import_view(one, undoable=undo.undoable(one, imports)) for one in imports]
    return contract.DatasetDetails(dataset=dataset_view(dataset), imports=views)


def import_details(one: Import) -> contract.Import:
    later = list(one.dataset.imports.order_by("-number")[:LAST_IMPORTS]) if one.dataset else []
    return import_view(one, undoable=undo.undoable(one, later))


def reject_page(imports: "QuerySet[Import]", request: ImportRejects | DatasetRejects) -> contract.RejectPage:
    """Raises InvalidRequest for a bad cursor."""
    found = _rejects(imports, request.cursor, request.limit + 1)
    following = str(found[request.limit - 1].id) if len(found) > request.limit else None
    return contract.RejectPage(rejects=[reject_view(row) for row in found[: request.limit]], next=following)


def reject_text(one: Import, request: contract.ImportRead) -> contract.TextPiece:
    """Raises InvalidRequest for a bad cursor."""
    found = _rejects(Import.objects.filter(pk=one.pk), request.cursor, REJECTS_AT_ONCE)
    if request.form == "report":
        head = csv_line(["line", "column", "reason", "raw"])
        lines = [csv_line([row.line, row.column, row.reason, row.raw]) for row in found]
    else:
        head = f"{one.header}\n" if one.header else ""
        lines = [f"{row.raw}\n" for row in found]
    stem = one.file_name.rpartition(".")[0] or one.file_name
    return contract.TextPiece(
        text=("" if request.cursor else head) + "".join(lines),
        name=f"{stem}.rejects.csv",
        media_type="text/csv; charset=utf-8",
        next=str(found[-1].id) if len(found) == REJECTS_AT_ONCE else None,
    )


def _rejects(imports: "QuerySet[Import]", cursor: str | None, limit: int) -> list[Reject]:
    rows = Reject.objects.filter(of__in=imports)
    if cursor is not None:
        rows = rows.filter(id__gt=_number(cursor))
    return list(rows.order_by("id")[:limit])


def _listed(actor: UUID, conversation_id: UUID | None, ask: Ask) -> "QuerySet[Dataset]":
    if conversation_id is None:
        return Dataset.objects.filter(owner_id=actor)
    joined_seq = hearing(ask, actor).get(conversation_id)
    if joined_seq is None:
        raise NotFound
    return Dataset.objects.filter(conversation_id=conversation_id, seq__gt=joined_seq)


def _id(cursor: str) -> UUID:
    try:
        return UUID(cursor)
    except ValueError:
        raise _bad() from None


def _number(cursor: str) -> int:
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 18:
        raise _bad()
    return int(cursor)


def _bad() -> InvalidRequest:
    return InvalidRequest("cursor: take the one that came with the page before.", field="cursor")
