"""Files and uploads as contracts show them."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from contracts import file as contract
from contracts.errors import InvalidRequest
from jobs import models
from jobs.files.links import link

OPAQUE = "application/octet-stream"


def live() -> QuerySet[models.File]:
    """Files that were not deleted."""
    return models.File.objects.filter(deleted_at=None)


def file_view(file: models.File) -> contract.File:
    return contract.File(
        id=file.id,
        owner_id=file.owner_id,
        name=file.name,
        size=file.blob.size,
        media_type=file.media_type,
        sha256=file.blob_id,
        inspected=file.inspected,
        width=file.width,
        height=file.height,
        frames=file.frames,
        thumbhash=file.thumbhash,
        thumbnail=file.thumbnail_id is not None,
        problem=file.problem,
        job_id=file.job_id,
        content_url=link(file.id),
        thumbnail_url=None if file.thumbnail_id is None else link(file.id, thumbnail=True),
        created_at=file.created_at,
        expires_at=file.expires_at,
        rev=file.rev,
    )


def file_page(*, owner_id: UUID, cursor: str | None, limit: int) -> contract.FilePage:
    """The owner's files, newest first. Raises InvalidRequest on a bad cursor."""
    rows = live().filter(owner_id=owner_id).select_related("blob").order_by("-id")
    if cursor is not None:
        rows = rows.filter(id__lt=_position(cursor))
    found = list(rows[: limit + 1])
    following = found[limit - 1].id.hex if len(found) > limit else None
    return contract.FilePage(files=[file_view(file) for file in found[:limit]], next=following)


def any_uninspected(file_ids: Sequence[UUID]) -> bool:
    return live().filter(id__in=file_ids, inspected=False).exists()


def upload_view(upload: models.Upload, *, created: bool = False) -> contract.Upload:
    file = upload.file
    return contract.Upload(
        id=upload.id,
        owner_id=upload.owner_id,
        name=upload.name,
        size=upload.size,
        offset=upload.offset,
        metadata=upload.metadata,
        expires_at=upload.expires_at,
        created=created,
        file=None if file is None else file_view(file),
    )


def _position(cursor: str) -> UUID:
    try:
        return UUID(cursor)
    except ValueError:
        raise InvalidRequest("cursor: not one of ours.", field="cursor") from None
