"""What goes when its time has passed (docs/files.md, "How long"). The scheduler calls `sweep` every minute."""

import logging
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from django.db.transaction import atomic
from django.utils import timezone

from config.spool import part_of
from contracts.message import MessageFilesPosted
from jobs.files import storage
from jobs.files.access import Ask
from jobs.files.selectors import live
from jobs.files.services import file_remove
from jobs.files.uploads import upload_remove
from jobs.models import Blob, File, Upload

log = logging.getLogger("jobs.files")
AT_ONCE = 200
"""Rows of each sort that one sweep looks at."""
UNUSED_FOR = timedelta(hours=1)
ORPHAN_AFTER = 24 * 3600.0
"""Seconds after which bytes without a row are nobody's: far longer than from storing them to their row."""


def sweep(ask: Ask) -> None:
    """Remove what has expired, a part at a time. `ask`: puts a question to another service. Several may run at once."""
    _uploads()
    _files(ask)
    _blobs()
    _orphans()
    _lost_parts()


def _uploads() -> None:
    """Unfinished ones with what was reserved for them; finished ones are only names by now."""
    Upload.objects.filter(expires_at__lt=Now(), file__isnull=False).delete()
    for upload_id in Upload.objects.filter(expires_at__lt=Now(), file=None).values_list("id", flat=True)[:AT_ONCE]:
        with atomic():
            upload = (
                Upload.objects.select_for_update(skip_locked=True)
                .filter(id=upload_id, expires_at__lt=Now(), file=None)
                .first()
            )
            if upload is None:
                continue
            upload_remove(upload)
        part_of(upload_id).unlink(missing_ok=True)
        log.info("upload expired", extra={"upload_id": str(upload_id)})


def _files(ask: Ask) -> None:
    """Those that were never posted; one that was is kept from now on."""
    due = list(live().filter(expires_at__lt=Now()).order_by("expires_at").values_list("id", flat=True)[:AT_ONCE])
    if not due:
        return
    posted = set(ask(MessageFilesPosted(file_ids=due)).file_ids)
    live().filter(id__in=posted).update(expires_at=None)
    for file_id in due:
        if file_id not in posted:
            _expire(file_id)


def _expire(file_id: UUID) -> None:
    with atomic():
        row = live().select_for_update(of=("self",), skip_locked=True).filter(id=file_id, expires_at__lt=Now()).first()
        if row is not None:
            file_remove(row)
            log.info("file expired", extra={"file_id": str(file_id)})


def _blobs() -> None:
    due = Blob.objects.filter(unused_since__lt=timezone.now() - UNUSED_FOR).values_list("sha256", flat=True)
    for sha256 in due[:AT_ONCE]:
        with atomic():
            blob = (
                Blob.objects.select_for_update(skip_locked=True)
                .filter(sha256=sha256, unused_since__isnull=False)
                .first()
            )
            if blob is not None:
                _drop_unless_used(blob)


def _drop_unless_used(blob: Blob) -> None:
    """The caller has locked the row: who wants to use it waits, and finds it gone."""
    users = File.objects.filter(Q(blob=blob) | Q(thumbnail=blob))
    if users.filter(deleted_at=None).exists():
        Blob.objects.filter(pk=blob.pk).update(unused_since=None)
        return
    users.delete()
    storage.delete(blob.sha256)
    blob.delete()


def _orphans() -> None:
    """Bytes that were stored by somebody who was killed before he wrote the row."""
    old = list(storage.stored_before(time.time() - ORPHAN_AFTER, folder=_folder_in_turn()))
    for start in range(0, len(old), AT_ONCE):
        some = old[start : start + AT_ONCE]
        known = set(Blob.objects.filter(sha256__in=some).values_list("sha256", flat=True))
        for sha256 in set(some) - known:
            _drop_orphan(sha256)


def _drop_orphan(sha256: str) -> None:
    """Under a row of its own, which whoever stores the same bytes just now has to wait for."""
    with atomic():
        blob, made = Blob.objects.get_or_create(sha256=sha256, defaults={"size": 0, "unused_since": Now()})
        if made:
            storage.delete(sha256)
            blob.delete()
            log.info("bytes without a row", extra={"sha256": sha256})


def _lost_parts() -> None:
    """Spool files whose uploads are gone: of a multipart request that broke off, or of a sweep that did."""
    moment = time.time() - ORPHAN_AFTER
    folder: Path = settings.SPOOL / _folder_in_turn()
    old = {path for path in folder.glob("*") if path.stat().st_mtime < moment}
    for path in old:
        if not Upload.objects.filter(id=UUID(path.name), file=None).exists():
            path.unlink(missing_ok=True)


def _folder_in_turn() -> str:
    """One of the 256 folders each minute: all are seen in about four hours, whatever they hold."""
    return f"{int(time.time() / 60) % 256:02x}"
