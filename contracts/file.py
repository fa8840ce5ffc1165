"""Files and uploads: what the job service answers and tells of them (docs/files.md). Bytes never travel here.

An upload becomes a file when its last byte is there; the file keeps the upload's id.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from contracts.base import Cursor, Done, Event, PageSize, Request, Safety, event, operation
from contracts.errors import Conflict, LimitExceeded, NotFound, TooLarge, UploadConflict, UploadGone, UploadLocked

OWNER = "job"
MAX_NAME = 255
"""Characters of a file's name."""
MAX_FILES = 200
"""Files that are asked for at once."""
FileName = Annotated[str, Meta(max_length=1024)]
"""As a client gives it; it is normalised and cut to MAX_NAME."""
FileIds = Annotated[list[UUID], Meta(min_length=1, max_length=MAX_FILES)]
Bytes = Annotated[int, Meta(ge=0)]


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """`media_type` was decided by decoding; until `inspected` it is `application/octet-stream`.

    `width`, `height` (pixels as shown, orientation applied), `frames`, `thumbhash` (base64) and `thumbnail` (whether
    `/files/{id}/thumbnail` answers) are there for pictures. `problem`: a code that says why a picture cannot be used.
    `content_url`, `thumbnail_url`: signed links for `<img>`, good for about an hour. `rev` grows with every change.
    """

    id: UUID
    owner_id: UUID
    name: str
    size: int
    media_type: str
    sha256: str
    inspected: bool
    width: int | None
    height: int | None
    frames: int | None
    thumbhash: str | None
    thumbnail: bool
    problem: str | None
    job_id: UUID | None
    content_url: str
    thumbnail_url: str | None
    created_at: datetime
    expires_at: datetime | None
    rev: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FilePage:
    """Newest first; those asked for by id in the order asked, without the ones that are not the caller's to see."""

    files: list[File]
    next: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class FileIdList:
    file_ids: list[UUID]


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredFile:
    """For gateways: where the bytes are. `key`: name in the storage; `inline`: whether a browser may show it."""

    file_id: UUID
    key: str
    name: str
    size: int
    media_type: str
    sha256: str
    inline: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """`offset`: bytes that are safely stored. `file`: what it became, once `offset` reached `size`."""

    id: UUID
    owner_id: UUID
    name: str
    size: int
    offset: int
    metadata: str
    expires_at: datetime
    created: bool
    file: File | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrived:
    """Bytes in the spool, whole, synced, hashed on the way; under `id`, which becomes the file's."""

    id: UUID
    client_id: UUID
    name: FileName
    size: Bytes
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


@dataclass(frozen=True, kw_only=True, slots=True)
class UploadLease:
    """The right to write, until `seconds` from now unless it is renewed; `fence` proves it."""

    upload: Upload
    fence: int
    seconds: float


@operation("file.get", owner=OWNER, safety=Safety.READ_ONLY, slow=True, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class FileGet(Request[File]):
    """The caller's own file, or one that was posted, or made by a job, in a conversation that he hears."""

    file_id: UUID


@operation("file.list", owner=OWNER, safety=Safety.READ_ONLY, slow=True, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class FileList(Request[FilePage]):
    """The caller's own files, those with these `ids`, or those that a conversation brought him.

    `conversation_id`: posted there, or of its jobs, latest first; a page may have fewer than there are behind it.
    """

    ids: Annotated[list[UUID], Meta(max_length=MAX_FILES)] | None = None
    conversation_id: UUID | None = None
    cursor: Cursor | None = None
    limit: PageSize = 50


@operation("file.delete", owner=OWNER, safety=Safety.KEYED, slow=True, errors=(NotFound, Conflict))
@dataclass(frozen=True, kw_only=True, slots=True)
class FileDelete(Request[Done]):
    """The owner's alone. Conflict while an unfinished job needs it. Where it was posted, it is gone afterwards."""

    file_id: UUID


@operation(
    "file.check",
    owner=OWNER,
    safety=Safety.KEYED,
    slow=True,
    deadline_ms=4000,
    errors=(NotFound,),
    callers=("messageservice",),
)
@dataclass(frozen=True, kw_only=True, slots=True)
class FileCheck(Request[Done]):
    """Before a message is sent: the files are the actor's own. Keeps them from expiring for a day.

    Waits for their inspection, 2 s at most, so that those who get the message see pictures.

    NotFound has `file_ids`: those that are not.
    """

    file_ids: FileIds


@operation("file.open", owner=OWNER, safety=Safety.READ_ONLY, slow=True, errors=(NotFound,))
@dataclass(frozen=True, kw_only=True, slots=True)
class FileOpen(Request[StoredFile]):
    """For gateways only. Allowed by the actor, or by the `signature` of a link, good until `expires` (Unix time)."""

    file_id: UUID
    thumbnail: bool = False
    expires: int | None = None
    signature: Annotated[str, Meta(max_length=128)] | None = None


@operation("upload.create", owner=OWNER, safety=Safety.KEYED, errors=(LimitExceeded, TooLarge))
@dataclass(frozen=True, kw_only=True, slots=True)
class UploadCreate(Request[Upload]):
    """For gateways only. Reserves the bytes in the actor's quota. A repeated `client_id` answers with the first.

    `metadata`: the tus header as it came, to be given back.
    """

    client_id: UUID
    name: FileName
    size: Bytes
    metadata: Annotated[str, Meta(max_length=4096)] = ""


@operation("upload.get", owner=OWNER, safety=Safety.READ_ONLY, errors=(NotFound, UploadGone))
@dataclass(frozen=True, kw_only=True, slots=True)
class UploadGet(Request[Upload]):
    """For gateways only."""

    upload_id: UUID


@operation("upload.lock", owner=OWNER, safety=Safety.ONCE, errors=(NotFound, UploadGone, UploadLocked, UploadConflict))
@dataclass(frozen=True, kw_only=True, slots=True)
class UploadLock(Request[UploadLease]):
    """For gateways only: the sole right to write. UploadLocked while another has it, UploadConflict when complete."""

    upload_id: UUID


@operation("upload.advance", owner=OWNER, safety=Safety.KEYED, errors=(NotFound, UploadGone, UploadConflict))
@dataclass(frozen=True, kw_only=True, slots=True)
class UploadAdvance(Request[UploadLease]):
    """For gateways only: the bytes up to `offset` are on the disk. Renews the lease; UploadConflict when it is lost."""

    upload_id: UUID
    fence: int
    offset: Bytes
    release: bool = False


@operation(
    "upload.finish",
    owner=OWNER,
    safety=Safety.KEYED,
    slow=True,
    deadline_ms=120_000,
    errors=(NotFound, UploadGone, UploadConflict),
)
@dataclass(frozen=True, kw_only=True, slots=True)
class UploadFinish(Request[File]):
    """For gateways only: all bytes are there. Hashes, moves them to the storage, makes the file; may be repeated."""

    upload_id: UUID


@operation(
    "upload.take",
    owner=OWNER,
    safety=Safety.KEYED,
    slow=True,
    deadline_ms=20_000,
    errors=(NotFound, UploadGone, UploadConflict, LimitExceeded),
)
@dataclass(frozen=True, kw_only=True, slots=True)
class UploadTake(Request[FilePage]):
    """For gateways only: `arrived` takes the place of an upload that was reserved for it. Moves all to the storage,
    makes files, which keep their order; may be repeated. A repeated `client_id` answers with the first file.
    """

    upload_id: UUID
    arrived: Annotated[list[Arrived], Meta(min_length=1, max_length=MAX_FILES)]


@operation("upload.delete", owner=OWNER, safety=Safety.KEYED, errors=(NotFound, UploadLocked))
@dataclass(frozen=True, kw_only=True, slots=True)
class UploadDelete(Request[Done]):
    """For gateways only."""

    upload_id: UUID


@event("file.inspected", owner=OWNER)
@dataclass(frozen=True, kw_only=True, slots=True)
class FileInspected(Event):
    """For its owner, and for the conversation of the job that made it: what decoding told (or `problem`)."""

    file_id: UUID
    media_type: str
    width: int | None
    height: int | None
    frames: int | None
    thumbhash: str | None
    thumbnail: bool
    problem: str | None
    rev: int


@event("file.deleted", owner=OWNER)
@dataclass(frozen=True, kw_only=True, slots=True)
class FileDeleted(Event):
    """For its owner."""

    file_id: UUID
    rev: int
