"""Bytes from a client into the spool, under a lease (docs/files.md, "Writing").

An offset is told to the job service only when the bytes before it are on the disk. Writing ends before the lease can:
by this process's own clock, counted from before the lease was asked for.
"""

import logging
import time
from uuid import UUID

from apigateway.errors import TooSlow
from apigateway.files.asked import Asked
from apigateway.files.body import Body, Disconnected
from apigateway.files.checksum import Checksum
from apigateway.files.part import Part
from apigateway.files.threads import Behind, in_thread
from contracts.errors import ChecksumMismatch, TooLarge, Unavailable, UploadConflict, WarrenError
from contracts.file import Upload, UploadAdvance, UploadFinish, UploadLease, UploadLock

log = logging.getLogger("apigateway.files")
SAVE_EVERY = 2.0
"""Seconds between two advances: what a killed gateway costs its client."""
MARGIN = 2.0
"""Seconds before the end of a lease after which nothing is written under it."""


class Writer:
    """One request's bytes. Without a checksum every byte that arrived counts, with one all of them or none."""

    def __init__(self, asked: Asked, part: Part, lease: UploadLease, asked_at: float) -> None:
        self._asked = asked
        self._part = part
        self._fence = lease.fence
        self.upload = lease.upload
        self._good_until = asked_at + lease.seconds - MARGIN
        self._saved_at = time.monotonic()
        self._behind = Behind()
        self._begun = self.saved = self.offset = lease.upload.offset

    async def take(self, body: Body, checksum: Checksum | None) -> None:
        """Raises Disconnected, TooSlow, TooLarge, ChecksumMismatch, UploadConflict, Unavailable when we stop; what
        counts is kept all the same."""
        try:
            try:
                await self._write_all(body, checksum)
            finally:
                await self._written()
        except (TooLarge, ChecksumMismatch):
            await in_thread(self._part.cut, self.saved)
            await self._save(self.saved, release=True)
            raise
        except (Disconnected, TooSlow, Unavailable):
            await self._save(self.saved if checksum else self.offset, release=True)
            raise
        await self._save(self.offset, release=True)

    async def _write_all(self, body: Body, checksum: Checksum | None) -> None:
        async for piece in body.pieces():
            if self._begun + len(piece) > self.upload.size:
                raise TooLarge("That is more than the upload was said to have.", limit=self.upload.size)
            await self._write(piece, checksum)
            if time.monotonic() - self._saved_at > SAVE_EVERY:
                await self._try_to_save(self.saved if checksum else self.offset)
            if self._asked.gateway.draining and not body.complete:
                raise Unavailable
        await self._written()
        if checksum and not checksum.fits():
            raise ChecksumMismatch

    async def _write(self, piece: bytes, checksum: Checksum | None) -> None:
        """Begin to write it; the one before is written then."""
        await self._written()
        if time.monotonic() > self._good_until:
            raise UploadConflict("The right to write was lost.", offset=self.saved)
        self._begun += len(piece)
        await self._behind.begin(self._put, piece, checksum)

    def _put(self, piece: bytes, checksum: Checksum | None) -> None:
        self._part.write(piece)
        if checksum:
            checksum.add(piece)

    async def _written(self) -> None:
        """Everything that was begun is written, and `offset` behind it."""
        await self._behind.done()
        self.offset = self._begun

    async def _try_to_save(self, offset: int) -> None:
        """While the job service is away, writing goes on for as long as the lease is good."""
        try:
            await self._save(offset)
        except UploadConflict:
            raise
        except WarrenError as error:
            self._saved_at = time.monotonic()
            log.warning("an upload could not be advanced", extra={"code": error.code})

    async def _save(self, offset: int, *, release: bool = False) -> None:
        await in_thread(self._part.sync)
        asked_at = time.monotonic()
        request = UploadAdvance(upload_id=self.upload.id, fence=self._fence, offset=offset, release=release)
        lease = await self._asked.ask(request)
        self.upload = lease.upload
        self._good_until = asked_at + lease.seconds - MARGIN
        self._saved_at, self.saved = time.monotonic(), offset


async def write(asked: Asked, upload_id: UUID, *, offset: int, body: Body, checksum: Checksum | None) -> Upload:
    """Take a request's body at `offset`; the upload as it is then.

    Raises NotFound, UploadGone, UploadLocked, UploadConflict, and as `take`.
    """
    asked_at = time.monotonic()
    lease = await asked.ask(UploadLock(upload_id=upload_id))
    if lease.upload.offset != offset:
        await _release(asked, lease)
        raise UploadConflict(offset=lease.upload.offset)
    try:
        part = await in_thread(Part, upload_id, offset)
    except (WarrenError, OSError):
        await _release(asked, lease)
        raise
    writer = Writer(asked, part, lease, asked_at)
    try:
        await writer.take(body, checksum)
    finally:
        await in_thread(part.close)
    return writer.upload


async def finish(asked: Asked, upload_id: UUID) -> None:
    """Make a file of an upload whose bytes are all there; may be repeated."""
    await asked.ask(UploadFinish(upload_id=upload_id))


async def _release(asked: Asked, lease: UploadLease) -> None:
    """As good as letting it expire, and sooner."""
    try:
        await asked.ask(
            UploadAdvance(upload_id=lease.upload.id, fence=lease.fence, offset=lease.upload.offset, release=True)
        )
    except WarrenError as error:
        log.info("a lease was not released", extra={"code": error.code})
