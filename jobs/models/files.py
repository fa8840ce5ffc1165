"""Files are names for blobs; a blob's bytes are in the storage, under its hash (docs/files.md)."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from contracts.file import MAX_NAME
from contracts.ids import uuid7


class Blob(models.Model):
    """Bytes in the storage. Deleted, bytes and row, some time after nothing refers to it any more (`unused_since`)."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    size = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(db_default=Now())
    unused_since = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["unused_since"], name="blob_unused", condition=Q(unused_since__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.sha256


class File(models.Model):
    """What people see. `media_type` and what follows it come from decoding, by the job `file.inspect`.

    `expires_at`: none once it was posted; `job_id`: of the job that made it; a deleted file keeps its row, for `rev`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner_id = models.UUIDField()
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="files")
    name = models.CharField(max_length=MAX_NAME)
    media_type = models.CharField(max_length=100, default="application/octet-stream")
    inspected = models.BooleanField(default=False)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    frames = models.PositiveIntegerField(null=True)
    thumbhash = models.CharField(max_length=64, null=True)
    thumbnail = models.ForeignKey(Blob, models.PROTECT, related_name="thumbnail_of", null=True)
    problem = models.CharField(max_length=64, null=True)
    job_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    rev = models.PositiveBigIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["owner_id", "-id"], name="file_of_owner", condition=Q(deleted_at=None)),
            models.Index(fields=["expires_at"], name="file_expires", condition=Q(deleted_at=None)),
            models.Index(fields=["job_id"], name="file_of_job", condition=Q(job_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name


class FileShare(models.Model):
    """Members of a conversation who joined before `seq` may read the file: it belongs to a job that they see."""

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(File, models.CASCADE, related_name="shares", db_index=False)
    conversation_id = models.UUIDField()
    seq = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "conversation_id"], name="file_share_once")]
        indexes = [models.Index(fields=["conversation_id", "-seq", "-file"], name="file_share_of_conversation")]

    def __str__(self) -> str:
        return f"{self.file_id} in {self.conversation_id}"


class Upload(models.Model):
    """A file on its way. Its bytes are in WARREN_SPOOL; those up to `offset` are safe.

    `fence` grows with each lease; whoever holds an older one writes no more. `file`: what it became.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner_id = models.UUIDField()
    client_id = models.UUIDField()
    name = models.CharField(max_length=MAX_NAME)
    size = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    metadata = models.TextField(default="", blank=True)
    fence = models.PositiveBigIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    file = models.ForeignKey(File, models.SET_NULL, null=True, db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner_id", "client_id"], name="upload_created_once"),
            models.CheckConstraint(condition=Q(offset__lte=models.F("size")), name="upload_offset_within_size"),
        ]
        indexes = [models.Index(fields=["expires_at"], name="upload_expires")]

    def __str__(self) -> str:
        return f"{self.name} ({self.offset} of {self.size})"


class Usage(models.Model):
    """What a user holds, uploads under way included: reserved by a conditional UPDATE, so that quotas hold."""

    owner_id = models.UUIDField(primary_key=True)
    bytes = models.PositiveBigIntegerField(default=0)
    files = models.PositiveIntegerField(default=0)
    uploads = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.bytes} bytes of {self.owner_id}"
