"""What changes datasets on somebody's wish, and telling of it (docs/datasets.md). Imports: `merging`."""

from uuid import UUID

from django.db import IntegrityError
from django.db.models.functions import Now
from django.db.transaction import atomic

from contracts import dataset as contract
from contracts.audience import Audience
from contracts.errors import Conflict, InvalidRequest
from eventlog.outbox import record
from jobs.datasets import tables
from jobs.datasets.access import dataset_own
from jobs.datasets.views import dataset_view
from jobs.models import Dataset, Import


def dataset_rename(*, actor: UUID, dataset_id: UUID, name: str) -> contract.Dataset:
    """Raises NotFound, Conflict, InvalidRequest."""
    clean = clean_name(name)
    if not clean:
        raise InvalidRequest("name: a dataset needs one.", field="name")
    try:
        with atomic():
            dataset = dataset_own(actor=actor, dataset_id=dataset_id)
            if dataset.name != clean:
                dataset.name = clean
                dataset_changed(dataset)
    except IntegrityError:
        raise Conflict("Another dataset of yours has this name.") from None
    return dataset_view(dataset)


def dataset_delete(*, actor: UUID, dataset_id: UUID) -> None:
    """Raises NotFound."""
    with atomic():
        dataset_remove(dataset_own(actor=actor, dataset_id=dataset_id))


def dataset_remove(dataset: Dataset) -> None:
    """Its tables and all that is known of it, in the caller's transaction; the row is locked."""
    formers = dataset.imports.exclude(former=None).values_list("former", flat=True)
    tables.drop(dataset.table, *formers)
    record(contract.DatasetDeleted(dataset_id=dataset.id, rev=dataset.rev + 1), audience=audience(dataset))
    Import.objects.filter(dataset=dataset).delete()
    Dataset.objects.filter(pk=dataset.pk).delete()


def dataset_changed(dataset: Dataset) -> None:
    """Store and tell a dataset that was changed, under its lock. Raises IntegrityError for a name that is taken."""
    dataset.rev += 1
    dataset.save()
    Dataset.objects.filter(pk=dataset.pk).update(changed_at=Now())
    dataset.refresh_from_db(fields=["changed_at", "created_at"])
    record(contract.DatasetChanged(dataset=dataset_view(dataset)), audience=audience(dataset))


def audience(dataset: Dataset) -> Audience:
    if dataset.conversation_id is None:
        return Audience(user_id=dataset.owner_id)
    return Audience(conversation_id=dataset.conversation_id, seq=dataset.seq, user_id=dataset.owner_id)


def clean_name(name: str) -> str:
    """Without what cannot be seen; cut to what a name may have."""
    return "".join(sign for sign in name if sign.isprintable()).strip()[:120]
