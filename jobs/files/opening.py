"""Where the bytes of a file are, for a gateway that is about to send them (docs/files.md, "Reading")."""

from uuid import UUID

from contracts.errors import NotFound
from contracts.file import FileOpen, StoredFile
from jobs.files import links
from jobs.files.access import Ask, file_readable
from jobs.files.selectors import OPAQUE, live
from jobs.files.storage import key_of
from jobs.models import Blob, File

SHOWN = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"})
"""Types that a browser may show on its own: pixels and nothing that runs. Decided by decoding them."""
ACTIVE = frozenset({
    "image/svg+xml", "text/html", "application/xhtml+xml", "text/xml", "application/xml", "text/javascript",
    "application/javascript",
})  # fmt: skip
"""Types that a browser runs: they are not told."""
THUMBNAIL_TYPE = "image/webp"


def file_open(request: FileOpen, *, actor: UUID | None, ask: Ask) -> StoredFile:
    """By the request's signature if it has one, else by what the actor may read. Raises NotFound."""
    file = _file(request, actor, ask)
    if not request.thumbnail:
        inline = file.inspected and file.media_type in SHOWN
        media_type = OPAQUE if file.media_type in ACTIVE else file.media_type
        return _stored(file, file.blob, name=file.name, media_type=media_type, inline=inline)
    if file.thumbnail is None:
        raise NotFound
    return _stored(file, file.thumbnail, name=f"{file.name}.webp", media_type=THUMBNAIL_TYPE, inline=True)


def _file(request: FileOpen, actor: UUID | None, ask: Ask) -> File:
    if request.signature is None or request.expires is None:
        if actor is None:
            raise NotFound
        return file_readable(actor=actor, file_id=request.file_id, ask=ask)
    good = links.is_good(
        request.file_id, thumbnail=request.thumbnail, expires=request.expires, signature=request.signature
    )
    file = live().select_related("blob", "thumbnail").filter(pk=request.file_id).first() if good else None
    if file is None:
        raise NotFound
    return file


def _stored(file: File, blob: Blob, *, name: str, media_type: str, inline: bool) -> StoredFile:
    return StoredFile(
        file_id=file.id,
        key=key_of(blob.sha256),
        name=name,
        size=blob.size,
        media_type=media_type,
        sha256=blob.sha256,
        inline=inline,
    )
