"""A file as the readers of formats take it: unpacked, and as UTF-8 where it is text. Every output has a limit."""

import codecs
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from backports import zstd

from contracts.dataset import DataFormat, ReadOptions
from jobs.datasets.asked import Unreadable

PIECE = 1024 * 1024
FREE_BYTES = 64 * PIECE
"""What may be unpacked from however little."""
MAX_RATIO = 300
"""Of unpacked to packed bytes beyond that: tables have less than a tenth of it."""
MAX_WORKBOOK = 1024 * PIECE
_CONTROLS = bytes([*range(8), *range(14, 27), *range(28, 32)])
PREVIEW_BYTES = 4 * PIECE
"""A preview reads so much of a text."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Unpacked:
    """`share`: of the whole file that `path` has, about."""

    path: Path
    format: DataFormat
    compression: str | None
    encoding: str | None
    members: list[str]
    member: str | None
    share: float


def unpack(
    path: Path, *, folder: Path, format: DataFormat | None, options: ReadOptions, limit: int, whole: bool
) -> Unpacked:
    """Raises Unreadable. Not `whole`: the beginning of a text will do."""
    head = _head(path)
    if not head:
        raise Unreadable("empty", "The file is empty.")
    packing, members, member = _packing(path, head, options)
    cut = None if whole else PREVIEW_BYTES
    share = 1.0
    if packing is not None:
        plain, share = _unpack(path, folder / "unpacked", packing=packing, member=member, limit=limit, cut=cut)
        head = _head(plain)
    else:
        plain = path
    found = format or _format(head)
    encoding = None
    if found in (DataFormat.CSV, DataFormat.JSON):
        encoding = options.encoding or _encoding(plain, whole=whole)
        if cut is not None and plain.stat().st_size > cut:
            share *= cut / plain.stat().st_size
            plain = _cut(plain, folder / "beginning", cut)
        plain = _as_utf8(plain, folder / "text", encoding)
    return Unpacked(
        path=plain,
        format=found,
        compression=packing,
        encoding=encoding,
        members=members,
        member=member,
        share=share,
    )


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4096)


def _packing(path: Path, head: bytes, options: ReadOptions) -> tuple[str | None, list[str], str | None]:
    if head.startswith(b"\x1f\x8b"):
        return "gzip", [], None
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        return "zstd", [], None
    if not head.startswith(b"PK\x03\x04"):
        return None, [], None
    with _zip(path) as archive:
        names = [one.filename for one in archive.infolist() if not one.is_dir() and _wanted(one.filename)]
        if "xl/workbook.xml" in names:
            return None, [], None
        return "zip", names, _chosen(archive, names, options)


def _wanted(name: str) -> bool:
    """Not what other programs leave in archives."""
    return not name.startswith("__MACOSX/") and not name.rpartition("/")[2].startswith(".")


def _chosen(archive: zipfile.ZipFile, names: list[str], options: ReadOptions) -> str:
    if options.member is not None and options.member not in names:
        raise Unreadable("no_member", f"The archive has no file named {options.member!r}.")
    if not names:
        raise Unreadable("empty", "The archive has no file in it.")
    return options.member or max(names, key=lambda name: archive.getinfo(name).file_size)


def _zip(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise Unreadable("broken_archive", f"The archive cannot be read: {error}.") from error


def _unpack(
    path: Path, target: Path, *, packing: str, member: str | None, limit: int, cut: int | None
) -> tuple[Path, float]:
    """The unpacked file, and which share of the whole it is."""
    packed = path.stat().st_size
    written = 0
    with path.open("rb") as file, target.open("wb") as out:
        try:
            for piece in _pieces(file, packing, member):
                written += len(piece)
                if written > limit or written > max(FREE_BYTES, MAX_RATIO * packed):
                    raise Unreadable("too_large", "Unpacked, this file is larger than is allowed.")
                out.write(piece)
                if cut is not None and written >= cut:
                    return target, min(1.0, file.tell() / packed)
        except (OSError, EOFError, zlib.error, zstd.ZstdError, zipfile.BadZipFile, RuntimeError) as error:
            raise Unreadable("broken_archive", f"The file cannot be unpacked: {error}.") from error
    return target, 1.0


def _pieces(file: BinaryIO, packing: str, member: str | None) -> Iterator[bytes]:
    with ExitStack() as opened:
        if packing == "zip":
            source: Any = opened.enter_context(opened.enter_context(zipfile.ZipFile(file)).open(member or ""))
        else:
            kind: Any = gzip.GzipFile if packing == "gzip" else zstd.ZstdFile
            source = opened.enter_context(kind(file, mode="rb") if packing == "zstd" else kind(fileobj=file))
        while piece := source.read(PIECE):
            yield piece


def _format(head: bytes) -> DataFormat:
    if head.startswith(b"PAR1"):
        return DataFormat.PARQUET
    if head.startswith(b"PK\x03\x04"):
        return DataFormat.XLSX
    text = head.decode(
        "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig", errors="ignore"
    ).lstrip()
    if text.startswith("{") or (text.startswith("[") and text[1:].lstrip()[:1] in ("{", "]")):
        return DataFormat.JSON
    if not head.startswith((b"\xff\xfe", b"\xfe\xff")) and not _looks_utf16(head) and _looks_binary(head):
        raise Unreadable("unknown_format", "This is none of CSV, JSON, Parquet and XLSX.")
    return DataFormat.CSV


def _encoding(path: Path, *, whole: bool) -> str:
    """By its mark, or by the first piece that has anything but ASCII."""
    with path.open("rb") as file:
        piece = file.read(PIECE)
        for mark, encoding in _BOMS:
            if piece.startswith(mark):
                return encoding
        if _looks_utf16(piece):
            return "utf-16"
        while piece.isascii() and whole and (following := file.read(PIECE)):
            piece = following
    try:
        codecs.getincrementaldecoder("utf-8")().decode(piece.lstrip(bytes(range(0x80, 0xC0))))
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"


def _looks_binary(head: bytes) -> bool:
    """More than a few bytes that no text has."""
    strange = len(head) - len(head.translate(None, _CONTROLS))
    return strange > max(2, len(head) // 20)


def _looks_utf16(piece: bytes) -> bool:
    """Every other byte of the beginning is zero."""
    some = piece[:512]
    return len(some) >= 4 and (some[1::2].count(0) > len(some) // 3) != (some[::2].count(0) > len(some) // 3)


def _cut(path: Path, target: Path, length: int) -> Path:
    """The beginning, up to the end of a line."""
    with path.open("rb") as file:
        data = file.read(length)
    end = data.rfind(b"\n") + 1
    target.write_bytes(data[: end or len(data)])
    return target


def _as_utf8(path: Path, target: Path, encoding: str) -> Path:
    """The same file where it is that already. PostgreSQL has no NUL: it becomes U+FFFD."""
    if encoding == "utf-8" and not _marked_or_nul(path):
        return path
    name = {"utf-8": "utf-8-sig", "latin-1": "latin-1"}.get(encoding, encoding)
    if encoding == "utf-16" and not _head(path).startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        name = "utf-16-le" if _head(path)[1:2] == b"\x00" else "utf-16-be"
    decoder = codecs.getincrementaldecoder(name)(errors="replace" if encoding != "utf-8" else "surrogateescape")
    with path.open("rb") as file, target.open("w", encoding="utf-8", errors="surrogateescape", newline="") as out:
        while piece := file.read(PIECE):
            out.write(decoder.decode(piece).replace("\x00", "\ufffd"))
        out.write(decoder.decode(b"", final=True))
    return target


def _marked_or_nul(path: Path) -> bool:
    with path.open("rb") as file:
        if file.read(3) == codecs.BOM_UTF8:
            return True
        while piece := file.read(PIECE):
            if b"\x00" in piece:
                return True
    return False


def workbook_size_checked(path: Path) -> None:
    """Raises Unreadable for a workbook that would unpack to too much."""
    with _zip(path) as archive:
        total = sum(one.file_size for one in archive.infolist())
    if total > MAX_WORKBOOK or total > max(FREE_BYTES, MAX_RATIO * path.stat().st_size):
        raise Unreadable("too_large", "Unpacked, this workbook is larger than is allowed.")


def text_of(path: Path) -> io.TextIOWrapper:
    """The lines of a UTF-8 text, as they are."""
    return path.open("r", encoding="utf-8", errors="surrogateescape", newline="")
