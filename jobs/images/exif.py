"""The least EXIF there can be: what must not get lost when the rest of a file's metadata is dropped.

Layout: TIFF 6.0, big-endian, one directory. Tags: Exif 2.32 (CIPA DC-008).
"""

import struct

ORIENTATION, ARTIST, COPYRIGHT = 0x0112, 0x013B, 0x8298
SHORT, ASCII = 3, 2
INLINE = 4
"""Bytes of a value that stand in the entry itself."""


def minimal(*, orientation: int = 1, artist: str = "", copyright: str = "") -> bytes:
    """A TIFF block without the `Exif\\0\\0` that JPEG puts before it; empty where there is nothing to say."""
    entries = [(ORIENTATION, SHORT, 1, struct.pack(">HH", orientation, 0))] if orientation != 1 else []
    entries += [_ascii(tag, text) for tag, text in ((ARTIST, artist), (COPYRIGHT, copyright)) if text]
    return _directory(entries) if entries else b""


def _ascii(tag: int, text: str) -> tuple[int, int, int, bytes]:
    value = text.encode() + b"\0"
    return tag, ASCII, len(value), value


def _directory(entries: list[tuple[int, int, int, bytes]]) -> bytes:
    head = b"MM\0*" + struct.pack(">IH", 8, len(entries))
    behind = len(head) + 12 * len(entries) + 4
    table, values = b"", b""
    for tag, kind, count, value in entries:
        place = value.ljust(INLINE, b"\0") if len(value) <= INLINE else struct.pack(">I", behind + len(values))
        table += struct.pack(">HHI", tag, kind, count) + place
        values += value if len(value) > INLINE else b""
    return head + table + bytes(4) + values
