"""Who may read a dataset: its owner, and who hears the conversation of the job that made it. Only the owner writes."""

from uuid import UUID

from contracts.errors import NotFound
from jobs.files.access import Ask, hearing
from jobs.models import Dataset, Import


def dataset_readable(*, actor: UUID, dataset_id: UUID, ask: Ask) -> Dataset:
    """Raises NotFound."""
    dataset = Dataset.objects.filter(pk=dataset_id).first()
    if dataset is None or not _may_read(actor, dataset, ask):
        raise NotFound
    return dataset


def dataset_own(*, actor: UUID, dataset_id: UUID) -> Dataset:
    """The actor's, locked, in the caller's transaction. Raises NotFound."""
    dataset = Dataset.objects.select_for_update().filter(pk=dataset_id, owner_id=actor).first()
    if dataset is None:
        raise NotFound
    return dataset


def import_readable(*, actor: UUID, import_id: UUID, ask: Ask) -> Import:
    """Who may read the dataset; of a dry run, and one that failed, who sees its job. Raises NotFound."""
    found = Import.objects.filter(id=import_id).select_related("dataset").first()
    if found is None or not _may_read(actor, found.dataset or found, ask):
        raise NotFound
    return found


def _may_read(actor: UUID, seen: Dataset | Import, ask: Ask) -> bool:
    if seen.owner_id == actor:
        return True
    if seen.conversation_id is None:
        return False
    return hearing(ask, actor).get(seen.conversation_id, seen.seq) < seen.seq
