"""What changes files (docs/files.md). All but `file_delete` run in the caller's transaction."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.db.transaction import atomic
from django.utils import timezone

from contracts import file as contract
from contracts.audience import Audience
from contracts.errors import Conflict, NotFound
from contracts.ids import uuid7
from contracts.image import FileInspect
from contracts.job import Lane
from eventlog.outbox import record, record_many
from jobs.engine.inserting import job_insert
from jobs.files import storage, usage
from jobs.files.names import clean_name
from jobs.files.selectors import OPAQUE, live
from jobs.kinds.base import Picture, Stored
from jobs.models import Blob, File, FileShare, Job, Upload


class BytesGone(Exception):
    """The bytes were swept away between `storage.put` and the row that refers to them: put them once more."""


def file_create(
    *,
    owner_id: UUID,
    stored: Stored,
    name: str,
    file_id: UUID | None = None,
    job_id: UUID | None = None,
    media_type: str | None = None,
    picture: Picture | None = None,
) -> File:
    """Name stored bytes, and count them as the owner's, which is never refused. Raises BytesGone.

    Without `media_type` a job is enqueued that finds out what it is.
    """
    usage.count(owner_id, size=stored.size)
    return file_insert(
        owner_id=owner_id,
        stored=stored,
        name=name,
        file_id=file_id,
        job_id=job_id,
        media_type=media_type,
        picture=picture,
    )


def file_insert(
    *,
    owner_id: UUID,
    stored: Stored,
    name: str,
    file_id: UUID | None = None,
    job_id: UUID | None = None,
    media_type: str | None = None,
    picture: Picture | None = None,
) -> File:
    """As `file_create`, for bytes that count as the owner's already."""
    thumbnail = picture.thumbnail if picture else None
    blobs = blobs_use([stored, *([thumbnail] if thumbnail else [])])
    file = File(
        id=file_id or uuid7(),
        owner_id=owner_id,
        blob=blobs[stored.sha256],
        name=clean_name(name),
        job_id=job_id,
        media_type=media_type or OPAQUE,
        inspected=media_type is not None,
        expires_at=timezone.now() + timedelta(days=settings.FILE_DAYS),
        **_picture_fields(picture),
    )
    file.save(force_insert=True)
    if media_type is None:
        job_insert(
            kind="file.inspect",
            params=FileInspect(file_id=file.id),
            owner_id=owner_id,
            subject=file.name,
            file_ids=[file.id],
            lane=Lane.EXPRESS,
        )
    return file


def file_inspected(*, file_id: UUID, media_type: str, picture: Picture | None, problem: str | None) -> None:
    """Note what decoding told of a file, and tell it. Of a file that is gone: nothing. Raises BytesGone."""
    file = live().select_for_update(of=("self",)).filter(pk=file_id).first()
    if file is None:
        return
    if picture and picture.thumbnail:
        blobs_use([picture.thumbnail])
    for name, value in _picture_fields(picture).items():
        setattr(file, name, value)
    file.media_type, file.problem, file.inspected = media_type, problem, True
    file.rev += 1
    file.save()
    event = contract.FileInspected(
        file_id=file.id,
        media_type=media_type,
        width=file.width,
        height=file.height,
        frames=file.frames,
        thumbhash=file.thumbhash,
        thumbnail=file.thumbnail_id is not None,
        problem=problem,
        rev=file.rev,
    )
    record_many([(event, audience) for audience in _audiences(file)])


def files_share(*, file_ids: Iterable[UUID], conversation_id: UUID, seq: int) -> None:
    """Members of the conversation who joined before `seq` may read these files from now on. May be repeated."""
    shares = [FileShare(file_id=file_id, conversation_id=conversation_id, seq=seq) for file_id in file_ids]
    FileShare.objects.bulk_create(shares, ignore_conflicts=True)


def files_hold(*, owner_id: UUID, file_ids: Sequence[UUID]) -> None:
    """Keep the owner's files for a day at least. Raises NotFound with `file_ids` of those that are not his."""
    own = live().filter(id__in=set(file_ids), owner_id=owner_id)
    own.filter(expires_at__lt=timezone.now() + timedelta(days=1)).update(
        expires_at=timezone.now() + timedelta(days=1), rev=F("rev") + 1
    )
    there = set(own.values_list("id", flat=True))
    missing = [str(file_id) for file_id in file_ids if file_id not in there]
    if missing:
        raise NotFound("Some of these files are not there, or not yours to send.", file_ids=missing)


def file_delete(*, owner_id: UUID, file_id: UUID) -> None:
    """Delete the owner's file. Raises NotFound, Conflict while a job needs it."""
    with atomic():
        file = live().select_for_update(of=("self",)).filter(pk=file_id, owner_id=owner_id).first()
        if file is None:
            raise NotFound
        if Job.objects.filter(finished_at=None, hidden=False, file_ids__contains=[str(file_id)]).exists():
            raise Conflict("A job works with this file. Cancel the job first, or wait for it.")
        file_remove(file)


def file_remove(file: File) -> None:
    """Delete a file whose row the caller has locked; its bytes go an hour after the last file that has them."""
    file.deleted_at = timezone.now()
    file.rev += 1
    file.save(update_fields=["deleted_at", "rev"])
    usage.give_back(file.owner_id, size=file.blob.size)
    Upload.objects.filter(file=file).delete()
    blobs_leave([sha256 for sha256 in (file.blob_id, file.thumbnail_id) if sha256])
    record(contract.FileDeleted(file_id=file.id, rev=file.rev), audience=Audience(user_id=file.owner_id))


def blobs_use(wanted: Iterable[Stored]) -> dict[str, Blob]:
    """Rows for bytes that something is about to refer to, locked until the transaction ends. Raises BytesGone.

    The sweep deletes bytes while it holds the same lock: what is there under it stays.
    """
    rows = [Blob(sha256=one.sha256, size=one.size) for one in sorted(wanted, key=lambda one: one.sha256)]
    Blob.objects.bulk_create(rows, update_conflicts=True, unique_fields=["sha256"], update_fields=["unused_since"])
    gone = [blob.sha256 for blob in rows if not storage.exists(blob.sha256)]
    if gone:
        raise BytesGone(", ".join(gone))
    return {blob.sha256: blob for blob in rows}


def blobs_leave(sha256s: Iterable[str]) -> None:
    """Note which of these bytes nothing refers to any more. Only a hint: the sweep looks again, under a lock."""
    users = File.objects.filter(Q(blob=OuterRef("pk")) | Q(thumbnail=OuterRef("pk")), deleted_at=None)
    Blob.objects.filter(~Exists(users), sha256__in=set(sha256s)).update(unused_since=Now())


def _picture_fields(picture: Picture | None) -> dict[str, object]:
    if picture is None:
        return {}
    return {
        "width": picture.width,
        "height": picture.height,
        "frames": picture.frames,
        "thumbhash": picture.thumbhash,
        "thumbnail_id": picture.thumbnail.sha256 if picture.thumbnail else None,
    }


def _audiences(file: File) -> list[Audience]:
    """Its owner, and whoever sees the job that made it."""
    shares = list(file.shares.values_list("conversation_id", "seq"))
    if not shares:
        return [Audience(user_id=file.owner_id)]
    return [
        Audience(conversation_id=conversation_id, seq=seq, user_id=file.owner_id) for conversation_id, seq in shares
    ]
