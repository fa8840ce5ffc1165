"""What each user holds, and how much that may be. Conditional UPDATEs: two at once cannot share the last byte."""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Greatest

from contracts.errors import LimitExceeded
from jobs.models import File, Usage


def reserve(owner_id: UUID, *, size: int) -> None:
    """Count an upload of that size, or raise LimitExceeded. In the caller's transaction."""
    free = Usage.objects.filter(
        owner_id=owner_id,
        bytes__lte=settings.QUOTA_BYTES - size,
        files__lt=settings.QUOTA_FILES,
        uploads__lt=settings.MAX_UPLOADS,
    )
    more = {"bytes": F("bytes") + size, "files": F("files") + 1, "uploads": F("uploads") + 1}
    if free.update(**more):
        return
    _ensure(owner_id)  # his first, most likely
    if not free.update(**more):
        raise _refusal(Usage.objects.get(owner_id=owner_id), size)


def count(owner_id: UUID, *, size: int) -> None:
    """Count a file that is there already: the result of a job. Never refused."""
    _ensure(owner_id)
    Usage.objects.filter(owner_id=owner_id).update(bytes=F("bytes") + size, files=F("files") + 1)


def check_quota(file_id: UUID) -> None:
    """In the transaction that counted a file. Raises LimitExceeded where its owner has more than he may by now."""
    usage = Usage.objects.get(owner_id=File.objects.get(pk=file_id).owner_id)
    if usage.bytes > settings.QUOTA_BYTES or usage.files > settings.QUOTA_FILES:
        raise _refusal(usage, 0)


def finish(owner_id: UUID) -> None:
    """An upload has become a file: what was reserved for it stays."""
    Usage.objects.filter(owner_id=owner_id).update(uploads=Greatest(F("uploads") - 1, 0))


def settle(owner_id: UUID, *, reserved: int, sizes: Sequence[int]) -> None:
    """An upload has become files, which are no larger than what was `reserved`. Raises LimitExceeded: too many."""
    files = F("files") - 1 + len(sizes)
    taken = Usage.objects.filter(owner_id=owner_id, files__lte=settings.QUOTA_FILES + 1 - len(sizes)).update(
        bytes=Greatest(F("bytes") - reserved + sum(sizes), 0), files=files, uploads=Greatest(F("uploads") - 1, 0)
    )
    if not taken:
        raise _refusal(Usage.objects.get(owner_id=owner_id), sum(sizes))


def give_back(owner_id: UUID, *, size: int, upload: bool = False) -> None:
    """A file is gone, or an `upload` that never became one."""
    Usage.objects.filter(owner_id=owner_id).update(
        bytes=Greatest(F("bytes") - size, 0),
        files=Greatest(F("files") - 1, 0),
        uploads=Greatest(F("uploads") - int(upload), 0),
    )


def _ensure(owner_id: UUID) -> None:
    Usage.objects.bulk_create([Usage(owner_id=owner_id)], ignore_conflicts=True)


def _refusal(usage: Usage, size: int) -> LimitExceeded:
    if usage.uploads >= settings.MAX_UPLOADS:
        return LimitExceeded("You have too many unfinished uploads. Finish or end some.", limit=settings.MAX_UPLOADS)
    if usage.files >= settings.QUOTA_FILES:
        return LimitExceeded("You have as many files as you may. Delete some.", limit=settings.QUOTA_FILES)
    left = max(0, settings.QUOTA_BYTES - usage.bytes)
    sentence = f"Your files may have {settings.QUOTA_BYTES} bytes together; {left} are left. Delete some."
    return LimitExceeded(sentence, limit=settings.QUOTA_BYTES, left=left, size=size)
