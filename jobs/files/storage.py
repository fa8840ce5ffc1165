"""Bytes by their SHA-256, in the storage that WARREN_STORAGE_URL names (docs/files.md, "Storage"). No database here.

The same bytes are stored once. Whether anybody refers to them is the tables' business.
"""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import cast
from uuid import uuid4

from django.conf import DEFAULT_STORAGE_ALIAS
from django.core.files.storage import FileSystemStorage, default_storage, storages

from config.storages import S3Storage
from jobs.kinds.base import Stored

SHA256_DIGITS = 64


def key_of(sha256: str) -> str:
    """Name in the storage. Two levels of folders: a million files are 15 in each."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def put(path: Path, *, sha256: str | None = None, keep: bool = False) -> Stored:
    """Store a file's bytes and remove it (unless `keep`); on return they are on the disk. May be repeated.

    `sha256`: of somebody who has read them already. Nobody may write to the file from now on: in a local folder it
    may be the stored one. Blocks.
    """
    with path.open("rb") as file:
        os.fsync(file.fileno())
        sha256 = sha256 or hashlib.file_digest(file, "sha256").hexdigest()
        size = os.fstat(file.fileno()).st_size
    bucket = _bucket()
    if bucket is None:
        _into_folder(path, Path(default_storage.path(key_of(sha256))))
    elif not bucket.exists(key_of(sha256)):
        bucket.upload(path, key_of(sha256))
    if not keep:
        path.unlink(missing_ok=True)
    return Stored(sha256=sha256, size=size)


def local_path(sha256: str) -> Path | None:
    """Where the bytes are in a local folder (there or not); none where the storage is elsewhere. Not to be written."""
    return None if _bucket() else Path(default_storage.path(key_of(sha256)))


def fetch(sha256: str, target: Path) -> None:
    """A copy of the bytes. Raises FileNotFoundError. Blocks."""
    bucket = _bucket()
    if bucket is None:
        shutil.copyfile(default_storage.path(key_of(sha256)), target)
    else:
        bucket.download(key_of(sha256), target)


def exists(sha256: str) -> bool:
    return default_storage.exists(key_of(sha256))


def delete(sha256: str) -> None:
    """What is not there is no error."""
    default_storage.delete(key_of(sha256))


def stored_before(moment: float, *, folder: str) -> Iterator[str]:
    """Hashes that begin with `folder` (two digits) of what a local storage has held since before `moment` (Unix time);
    nothing where the storage is elsewhere.

    What killed writers left of their copies goes on the way.
    """
    if _bucket():
        return
    for path in Path(cast("FileSystemStorage", storages[DEFAULT_STORAGE_ALIAS]).location).glob(f"{folder}/??/*"):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < moment:
                if len(path.name) == SHA256_DIGITS:
                    yield path.name
                else:
                    path.unlink()


def _bucket() -> S3Storage | None:
    storage = storages[DEFAULT_STORAGE_ALIAS]
    return storage if isinstance(storage, S3Storage) else None


def _into_folder(path: Path, target: Path) -> None:
    """A second name for the same bytes, or a copy where file systems differ; there whole or not at all."""
    fresh = not target.parent.exists()
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, target)
    except FileExistsError:
        pass
    except OSError:
        _copy(path, target)
    os.utime(target)  # young again: no sweep of what nobody refers to takes it from under its new owner
    for folder in (target.parent, *target.parents[1:3]) if fresh else (target.parent,):
        _sync(folder)


def _copy(path: Path, target: Path) -> None:
    half = target.with_name(f"{target.name}.{uuid4().hex}")
    try:
        with path.open("rb") as source, half.open("xb") as copy:
            shutil.copyfileobj(source, copy, 1024 * 1024)
            copy.flush()
            os.fsync(copy.fileno())
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
