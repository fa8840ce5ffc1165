"""The spool file of an upload while somebody writes to it. All of it blocks: call it in a thread."""

import fcntl
import hashlib
import os
from pathlib import Path
from uuid import UUID

from config.spool import part_of
from contracts.errors import UploadGone, UploadLocked


class Part:
    """Open for writing at `offset`; what lay behind it is gone. Raises UploadGone where bytes before it are missing,
    UploadLocked while the job service makes a file of it."""

    def __init__(self, upload_id: UUID, offset: int) -> None:
        path = part_of(upload_id)
        self._fresh = not path.exists()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o640)
        try:
            self._begin(offset)
        except BaseException:
            self.close()
            raise

    def write(self, piece: bytes) -> None:
        _write_all(self._file, piece)

    def sync(self) -> None:
        """On return what was written is on the disk."""
        os.fdatasync(self._file)
        if self._fresh:
            _sync_folder(self._path.parent)
            _sync_folder(self._path.parent.parent)
            self._fresh = False

    def cut(self, offset: int) -> None:
        """Drop what lies behind `offset`."""
        os.ftruncate(self._file, offset)

    def close(self) -> None:
        os.close(self._file)

    def _begin(self, offset: int) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UploadLocked(retry_after_ms=1000) from None
        if os.fstat(self._file).st_size < offset:
            raise UploadGone
        self.cut(offset)
        os.lseek(self._file, offset, os.SEEK_SET)


class NewPart:
    """The spool file of a form's file: written once, from its beginning to its end, and hashed on the way.

    Nobody is told of it before it is in the storage, so its name need not outlive a crash.
    """

    def __init__(self, upload_id: UUID) -> None:
        path = part_of(upload_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
        self._hash = hashlib.sha256()

    def write(self, piece: bytes) -> None:
        _write_all(self._file, piece)
        self._hash.update(piece)

    def finish(self) -> str:
        """Its SHA-256. On return all is on the disk."""
        os.fdatasync(self._file)
        return self._hash.hexdigest()

    def close(self) -> None:
        os.close(self._file)


def _write_all(file: int, piece: bytes) -> None:
    view = memoryview(piece)
    while view:
        view = view[os.write(file, view) :]


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
