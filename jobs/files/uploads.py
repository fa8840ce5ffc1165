"""Uploads: reserved, leased to one writer at a time, finished into files (docs/files.md, "Uploads").

Every step is one conditional UPDATE or one transaction, and may be repeated after a crash between any two.
"""

import fcntl
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.db.transaction import atomic
from django.utils import timezone

from config.failpoints import failpoint
from config.spool import part_of
from contracts import file as contract
from contracts.errors import Busy, LimitExceeded, NotFound, TooLarge, UploadConflict, UploadGone, UploadLocked
from jobs.files import storage, usage
from jobs.files.names import clean_name
from jobs.files.selectors import file_view, upload_view
from jobs.files.services import BytesGone, file_insert
from jobs.kinds.base import Stored
from jobs.models import File, Upload

log = logging.getLogger("jobs.files")
LEASE_SECONDS = 10.0
PUT_TRIES = 3


def upload_create(*, owner_id: UUID, client_id: UUID, name: str, size: int, metadata: str) -> contract.Upload:
    """Reserve room for an upload; a repeated `client_id` finds the first. Raises TooLarge, LimitExceeded."""
    try:
        if size > settings.MAX_FILE_BYTES:
            raise TooLarge(f"A file may have {settings.MAX_FILE_BYTES} bytes.", limit=settings.MAX_FILE_BYTES)
        with atomic():
            usage.reserve(owner_id, size=size)
            upload = Upload.objects.create(
                owner_id=owner_id,
                client_id=client_id,
                name=clean_name(name),
                size=size,
                metadata=metadata,
                expires_at=_expiry(),
            )
    except (IntegrityError, TooLarge, LimitExceeded):
        first = _first(owner_id, client_id)
        if first is None:
            raise
        return upload_view(first)
    return upload_view(upload, created=True)


def upload_get(*, owner_id: UUID, upload_id: UUID) -> contract.Upload:
    """Raises NotFound, UploadGone."""
    return upload_view(_own(owner_id, upload_id))


def upload_lock(*, owner_id: UUID, upload_id: UUID) -> contract.UploadLease:
    """Lease the upload to one writer. Raises NotFound, UploadGone, UploadLocked; UploadConflict when it is a file."""
    free = Q(leased_until=None) | Q(leased_until__lt=Now())
    taken = Upload.objects.filter(free, id=upload_id, owner_id=owner_id, file=None, expires_at__gt=Now()).update(
        fence=F("fence") + 1, leased_until=_lease()
    )
    upload = _own(owner_id, upload_id)
    if taken:
        return _lease_of(upload)
    if upload.file_id is not None:
        raise UploadConflict("This upload is complete.", offset=upload.offset)
    raise UploadLocked(retry_after_ms=1000)


def upload_advance(*, owner_id: UUID, upload_id: UUID, fence: int, offset: int, release: bool) -> contract.UploadLease:
    """Note that the bytes up to `offset` are on the disk. Raises NotFound, UploadGone; UploadConflict for a lease that
    somebody else has by now, or an offset that is no progress."""
    moved = Upload.objects.filter(
        id=upload_id, owner_id=owner_id, fence=fence, file=None, offset__lte=offset, size__gte=offset
    ).update(offset=offset, leased_until=None if release else _lease(), expires_at=_expiry())
    upload = _own(owner_id, upload_id)
    if not moved:
        raise UploadConflict(offset=upload.offset)
    return _lease_of(upload)


def upload_finish(*, owner_id: UUID, upload_id: UUID) -> contract.File:
    """Make a file of an upload whose bytes are all there, or find the one that was made.

    Raises NotFound, UploadGone (also when the bytes are lost), UploadConflict while bytes are missing, Busy while a
    writer that lost its lease still has the bytes open. Blocks: hashes them all.
    """
    upload = _own(owner_id, upload_id)
    if upload.file is None:
        if upload.offset < upload.size:
            raise UploadConflict("Bytes are missing.", offset=upload.offset)
        upload = _finish(upload)
    part_of(upload_id).unlink(missing_ok=True)
    assert upload.file is not None  # noqa: S101  for mypy; `_finish` made it
    return file_view(upload.file)


def upload_take(*, owner_id: UUID, upload_id: UUID, arrived: Sequence[contract.Arrived]) -> list[contract.File]:
    """Make files of what arrived in the place of a reserved upload, in one transaction; those of repeated `client_id`s
    are found.

    Raises NotFound, UploadGone when bytes are lost, UploadConflict for the key of an upload that is no file yet,
    LimitExceeded, Busy. Blocks.
    """
    try:
        made = _take(owner_id, upload_id, arrived)
    except (IntegrityError, NotFound, UploadGone):  # repeated, by its client or by the bus
        made = _taken(owner_id, arrived)
        if not made:
            raise
        with suppress(NotFound):  # it is the reservation that was not given back
            made |= _take(owner_id, upload_id, [one for one in arrived if one.client_id not in made])
    for one in arrived:
        part_of(one.id).unlink(missing_ok=True)
    return [file_view(made[one.client_id]) for one in arrived]


def upload_delete(*, owner_id: UUID, upload_id: UUID) -> None:
    """End an unfinished upload. Raises NotFound, also for what is a file by now; UploadLocked while it is written."""
    with atomic():
        upload = Upload.objects.select_for_update().filter(id=upload_id, owner_id=owner_id, file=None).first()
        if upload is None:
            raise NotFound
        if upload.leased_until is not None and upload.leased_until > timezone.now():
            raise UploadLocked(retry_after_ms=1000)
        upload_remove(upload)
    part_of(upload_id).unlink(missing_ok=True)


def upload_remove(upload: Upload) -> None:
    """Forget an unfinished upload whose row the caller has locked, and what was reserved for it."""
    usage.give_back(upload.owner_id, size=upload.size, upload=True)
    upload.delete()


def _first(owner_id: UUID, client_id: UUID) -> Upload | None:
    return _rows().filter(owner_id=owner_id, client_id=client_id).first()


def _own(owner_id: UUID, upload_id: UUID) -> Upload:
    upload = _rows().filter(id=upload_id, owner_id=owner_id).first()
    if upload is None:
        raise NotFound
    if upload.expires_at <= timezone.now():
        raise UploadGone
    return upload


def _rows() -> QuerySet[Upload]:
    return Upload.objects.select_related("file__blob")


def _finish(upload: Upload) -> Upload:
    for _ in range(PUT_TRIES):
        stored = _put(upload)
        failpoint("upload.stored")
        try:
            return _make_file(upload, stored)
        except BytesGone:  # swept in this moment: nobody had referred to them for an hour
            continue
    raise Busy


def _take(owner_id: UUID, upload_id: UUID, arrived: Sequence[contract.Arrived]) -> dict[UUID, File]:
    """By client id."""
    for _ in range(PUT_TRIES):
        stored = [_put_arrived(one) for one in arrived]
        failpoint("upload.stored")
        try:
            made = _make_files(owner_id, upload_id, list(zip(arrived, stored, strict=True)))
        except BytesGone:
            continue
        failpoint("upload.finished")
        return made
    raise Busy


def _put_arrived(one: contract.Arrived) -> Stored:
    try:
        stored = storage.put(part_of(one.id), sha256=one.sha256, keep=True)
    except FileNotFoundError:
        raise UploadGone from None
    if stored.size != one.size:
        log.error("a file has the wrong length", extra={"upload_id": str(one.id), "size": stored.size})
        raise UploadGone
    return stored


def _make_files(
    owner_id: UUID, upload_id: UUID, arrived: Sequence[tuple[contract.Arrived, Stored]]
) -> dict[UUID, File]:
    with atomic():
        reserved = Upload.objects.select_for_update().filter(pk=upload_id, owner_id=owner_id, file=None).first()
        if reserved is None:
            raise NotFound
        usage.settle(owner_id, reserved=reserved.size, sizes=[one.size for one, _ in arrived])
        made = {one.client_id: _make_arrived(reserved, one, stored) for one, stored in arrived}
        if all(one.id != reserved.id for one, _ in arrived):
            reserved.delete()
    return made


def _make_arrived(reserved: Upload, one: contract.Arrived, stored: Stored) -> File:
    """The file, and its upload, by which a repeat finds it; the first one's is the reserved one."""
    file = file_insert(owner_id=reserved.owner_id, stored=stored, name=one.name, file_id=one.id)
    upload = Upload(
        id=one.id,
        owner_id=reserved.owner_id,
        client_id=one.client_id,
        name=file.name,
        size=one.size,
        offset=one.size,
        created_at=reserved.created_at,
        expires_at=reserved.expires_at,
        file=file,
    )
    if one.id == reserved.id:
        upload.save(force_update=True)
    else:
        upload.save(force_insert=True)
    return file


def _taken(owner_id: UUID, arrived: Sequence[contract.Arrived]) -> dict[UUID, File]:
    """What was made of the same before, by client id."""
    made: dict[UUID, File] = {}
    for upload in _rows().filter(owner_id=owner_id, client_id__in=[one.client_id for one in arrived]):
        if upload.file is None:
            raise UploadConflict("The key was used before, for an upload that is not complete.", offset=upload.offset)
        made[upload.client_id] = upload.file
    return made


def _put(upload: Upload) -> Stored:
    """The spool file stays until the row is written: a crash in between costs only the hashing."""
    part = part_of(upload.id)
    if upload.size == 0:  # nobody ever had anything to write
        part.parent.mkdir(parents=True, exist_ok=True)
        part.touch()
    try:
        with _nobody_writes(part):
            stored = storage.put(part, keep=True)
    except FileNotFoundError:
        log.error("the bytes of an upload are lost", extra={"upload_id": str(upload.id), "path": str(part)})
        raise UploadGone from None
    if stored.size != upload.size:
        log.error("an upload has the wrong length", extra={"upload_id": str(upload.id), "size": stored.size})
        raise UploadGone
    return stored


@contextmanager
def _nobody_writes(part: Path) -> Iterator[None]:
    """Writers hold a shared lock: one that was stopped for longer than its lease could go on where it was."""
    with part.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy from None
        yield


def _make_file(upload: Upload, stored: Stored) -> Upload:
    with atomic():
        row = Upload.objects.select_for_update().filter(pk=upload.id).first()
        if row is None:
            raise NotFound
        if row.file_id is None:
            row.file = file_insert(owner_id=row.owner_id, stored=stored, name=row.name, file_id=row.id)
            row.leased_until = None
            row.save(update_fields=["file", "leased_until"])
            usage.finish(row.owner_id)
    failpoint("upload.finished")
    return _own(upload.owner_id, upload.id)


def _lease_of(upload: Upload) -> contract.UploadLease:
    return contract.UploadLease(upload=upload_view(upload), fence=upload.fence, seconds=LEASE_SECONDS)


def _lease() -> object:
    """By the database's clock, which all who lease look at."""
    return Now() + timedelta(seconds=LEASE_SECONDS)


def _expiry() -> datetime:
    return timezone.now() + timedelta(hours=settings.UPLOAD_HOURS)
