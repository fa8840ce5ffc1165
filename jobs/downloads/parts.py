"""What of a file has arrived, in a folder that outlives the attempt (docs/downloads.md, "Going on").

`part` has the bytes, `state.json` says how many of them are on the disk for sure and which version of the file they
are of. A worker that is killed at any moment leaves a state that is true: bytes are synced before it claims them.
"""

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from config.failpoints import failpoint
from jobs.downloads.digest import Digest
from jobs.kinds.base import MIB, JobFailure

PIECE = 256 * 1024
"""Bytes that are written, and hashed, together."""
NOTE_BYTES = 32 * MIB
NOTE_SECONDS = 2.0
"""How often the state is written, whichever comes first: what a kill costs."""
STEP = MIB
"""Bytes by which an attempt must get further than all before it, to count as one that moved on."""
LOCK_SECONDS = 10.0


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """Of which file the bytes are. `final_url`: without query. `etag`: a strong one; `modified`: Last-Modified, where
    it may be relied on. `name`: what the server calls the file."""

    final_url: str
    etag: str | None = None
    modified: str | None = None
    total: int | None = None
    name: str | None = None

    @property
    def validator(self) -> str | None:
        """For If-Range; without one nothing can be gone on with."""
        return self.etag or self.modified


class State(msgspec.Struct, kw_only=True):
    """`spent`: seconds of all attempts. `furthest`: the most bytes that any of them had. `sha256`: it is whole."""

    url: str
    spent: float = 0.0
    version: Version | None = None
    offset: int = 0
    furthest: int = 0
    sha256: str | None = None


class Part:
    """One download's bytes; `opened` makes sure that nobody else writes to them."""

    def __init__(self, folder: Path, url: str) -> None:
        self.path = folder / "part"
        self._file = folder / "state.json"
        self.state = self._load(url)
        self._spent_before, self._began = self.state.spent, time.monotonic()
        self._handle: BinaryIO | None = None
        self._digest: Digest | None = None
        self._buffer = bytearray()
        self._notes: _Notes | None = None

    @classmethod
    @contextmanager
    def opened(cls, folder: Path, *, url: str) -> "Iterator[Part]":
        """What is there of this URL. At the end everything that arrived is on the disk, and noted.

        Raises JobFailure while another process has it: one that lost its job and is about to be killed.
        """
        with (folder / "lock").open("w") as lock:
            _lock(lock.fileno())
            part = cls(folder, url)
            try:
                yield part
            finally:
                part.close()

    @property
    def version(self) -> Version | None:
        return self.state.version

    @property
    def offset(self) -> int:
        """Bytes that have arrived."""
        return self.state.offset + len(self._buffer)

    @property
    def total(self) -> int | None:
        return self.version.total if self.version else None

    @property
    def spent(self) -> float:
        """Seconds at work, of this attempt and those before it."""
        return self._spent_before + time.monotonic() - self._began

    @property
    def moved_on(self) -> bool:
        """Whether the next attempt will begin a good piece further than any before it did."""
        kept = self.version is not None and self.version.validator is not None
        return kept and self.offset >= self.state.furthest + STEP

    def start_over(self, version: Version | None = None) -> None:
        """Forget the bytes, if there are any. The old file may be stored by now: it is left alone for a new one."""
        self._stop()
        self.state.version, self.state.offset, self.state.sha256 = version, 0, None
        self._save()  # before the first new byte: an old state must not claim it
        self.path.unlink(missing_ok=True)
        if version is not None:
            self._start()

    def go_on(self, version: Version, *, check: Callable[[], None]) -> None:
        """Take more bytes of the same version behind those that are there, which are hashed first."""
        self.state.version = version
        self._start()
        assert self._digest is not None  # noqa: S101  for mypy
        with self.path.open("rb") as file:
            while piece := file.read(PIECE):
                check()
                self._digest.feed(piece)

    def write(self, data: bytes) -> bool:
        """Whether a piece was full."""
        self._buffer += data
        if len(self._buffer) < PIECE:
            return False
        self._flush()
        return True

    def finish(self) -> str:
        """All bytes are here: make sure of it; returns their SHA-256."""
        self._flush()
        assert self._digest is not None  # noqa: S101  for mypy
        digest, self._digest = self._digest, None
        self._stop()
        self.state.sha256 = digest.finish()
        self._sync()
        failpoint("download.whole")
        return self.state.sha256

    def close(self) -> None:
        """Note what is there."""
        if self._handle is not None:
            try:
                self._flush()
            finally:
                self._stop()
            self.state.furthest = max(self.state.furthest, self.state.offset)
            self._sync()

    def drop(self) -> None:
        """The bytes are of no more use."""
        self.start_over()

    def _load(self, url: str) -> State:
        try:
            state = msgspec.json.decode(self._file.read_bytes(), type=State)
        except (FileNotFoundError, msgspec.DecodeError):
            state = None
        if state is None or state.url != url:
            self.path.unlink(missing_ok=True)
            return State(url=url)
        if not self.path.exists() or self.path.stat().st_size < state.offset:
            state.version, state.offset, state.sha256 = None, 0, None
        return state

    def _start(self) -> None:
        """Behind the bytes that are there for sure."""
        self._handle = self.path.open("r+b" if self.state.offset else "wb", buffering=0)
        self._handle.truncate(self.state.offset)
        self._handle.seek(self.state.offset)
        self._digest = Digest()
        if self.version is not None and self.version.validator is not None:
            self._notes = _Notes(self._sync)

    def _stop(self) -> None:
        if self._notes is not None:
            self._notes.stop()
        if self._digest is not None:
            self._digest.finish()
        if self._handle is not None:
            self._handle.close()
        self._handle = self._digest = self._notes = None
        self._buffer = bytearray()

    def _flush(self) -> None:
        if not self._buffer:
            return
        assert self._handle is not None and self._digest is not None  # noqa: S101, PT018  for mypy
        piece, self._buffer = self._buffer, bytearray()
        left = memoryview(piece)
        while left:
            left = left[self._handle.write(left) :]
        self._digest.feed(piece)
        self.state.offset += len(piece)
        if self._notes is not None:
            self._notes.wrote(len(piece))

    def _sync(self) -> None:
        """The state as it is now, true even if the machine loses its power. From any thread."""
        offset = self.state.offset
        if self.path.exists():
            with self.path.open("rb") as file:
                os.fdatasync(file.fileno())
        self._save(offset)

    def _save(self, offset: int | None = None) -> None:
        known = self.state.offset if offset is None else offset
        data = msgspec.json.encode(msgspec.structs.replace(self.state, offset=known, spent=self.spent))
        new = self._file.with_suffix(".new")
        with new.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._file)
        failpoint("download.noted")


class _Notes:
    """Writes the state every now and then, beside the transfer."""

    def __init__(self, note: Callable[[], None]) -> None:
        self._note = note
        self._news = threading.Condition()
        self._bytes = 0
        self._over = False
        self._thread = threading.Thread(target=self._work, name="notes", daemon=True)
        self._thread.start()

    def wrote(self, count: int) -> None:
        with self._news:
            self._bytes += count
            if self._bytes >= NOTE_BYTES:
                self._news.notify()

    def stop(self) -> None:
        with self._news:
            self._over = True
            self._news.notify()
        self._thread.join()

    def _work(self) -> None:
        while not self._over:
            with self._news:
                self._news.wait_for(lambda: self._over or self._bytes >= NOTE_BYTES, NOTE_SECONDS)
                due, self._bytes = self._bytes > 0 and not self._over, 0
            if due:
                with suppress(OSError):  # a full disk stops the transfer itself
                    self._note()


def _lock(handle: int) -> None:
    until = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise JobFailure("still_running", "An earlier attempt has not ended yet.", retry=True) from None
            time.sleep(0.1)
        else:
            return
