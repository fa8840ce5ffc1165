"""What a JPEG file says without being decoded: its quality, and its metadata to be dropped without loss.

Markers: ITU-T T.81, annex B.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

SOI, EOI, SOS, DQT, COM = 0xD8, 0xD9, 0xDA, 0xDB, 0xFE
APP0, APP1, APP2, APP14, APP15 = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF
ANNEX_K = (
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51,
    61, 60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77,
    113, 121, 112, 100, 120, 92, 101, 103, 99,
)  # fmt: skip
"""Luminance at quality 50 in zigzag order: T.81 table K.1, used by libjpeg and nearly everything."""
ROBIDOUX = (
    16, 16, 16, 16, 17, 16, 18, 20, 20, 18, 25, 27, 24, 27, 25, 37, 34, 31, 31, 34, 37, 56, 40, 43, 40, 43, 40, 56,
    85, 53, 62, 53, 53, 62, 53, 85, 75, 91, 74, 69, 74, 91, 75, 135, 106, 94, 94, 106, 135, 156, 131, 124, 131, 156,
    189, 169, 169, 189, 238, 226, 238, 311, 311, 418,
)  # fmt: skip
"""The same of mozjpeg's table 3 (Nicolas Robidoux, for ImageMagick), mozjpeg's own choice."""
MS_SSIM = (
    12, 17, 18, 19, 20, 20, 21, 20, 20, 26, 31, 26, 21, 26, 30, 34, 28, 26, 26, 33, 40, 46, 35, 36, 30, 33, 51, 56,
    63, 61, 58, 46, 40, 46, 66, 68, 90, 76, 62, 46, 87, 69, 55, 55, 86, 96, 81, 86, 90, 96, 102, 100, 100, 66, 73,
    111, 121, 113, 102, 120, 91, 101, 105, 103,
)  # fmt: skip
"""Of its table 2 (tuned for MS-SSIM), which Warren writes with."""
ALIKE = 0.12
"""Root of the mean squared difference, as part of the table's own, up to which a table is taken as a scaled one."""
MARKER_IN_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """`start`, `end`: where it lies in the file, its marker included; `payload` without marker and length."""

    marker: int
    start: int
    end: int
    payload: bytes


def quality(path: Path) -> int | None:
    """1 to 100 on libjpeg's scale, from the luminance table; none where the table resembles no scaled one."""
    with path.open("rb") as file:
        tables = (segment.payload for segment in head(file) if segment.marker == DQT)
        table = next((found for payload in tables if (found := _luminance(payload))), None)
    return quality_of(table) if table else None


def quality_of(table: Sequence[int]) -> int | None:
    """Least squares against the known tables: the scale that fits best, and whether it fits well."""
    if max(table) == 1:
        return 100
    fits = [_fit(table, base) for base in (ANNEX_K, ROBIDOUX, MS_SSIM)]
    scale, misfit = min(fits, key=lambda fit: fit[1])
    if misfit > ALIKE:
        return None
    percent = scale * 100
    return max(1, min(100, round(100 - percent / 2 if percent <= 100 else 5000 / percent)))


def head(file: BinaryIO) -> Iterator[Segment]:
    """The segments before the first scan, that scan's header included."""
    position = 2
    while True:
        file.seek(position)
        start = file.read(4)
        if len(start) < 4 or start[0] != 0xFF:
            return
        length = int.from_bytes(start[2:], "big")
        if start[1] == 0xFF:  # a filler byte
            position += 1
            continue
        segment = Segment(
            marker=start[1], start=position, end=position + 2 + length, payload=file.read(max(0, length - 2))
        )
        yield segment
        if segment.marker == SOS:
            return
        position = segment.end


def cleaned(file: BinaryIO, *, exif: bytes = b"") -> list[bytes] | None:
    """The file without metadata, in pieces: color profile and what decoding needs stay, and `exif` is put in.

    None where the end of the picture is missing. What follows the end is dropped.
    """
    pieces = [b"\xff\xd8"]
    if exif:
        pieces.append(_segment(APP1, b"Exif\0\0" + exif))
    last = None
    for last in head(file):
        if _stays(last):
            pieces.append(b"\xff" + bytes([last.marker]) + (len(last.payload) + 2).to_bytes(2, "big") + last.payload)
    if last is None or last.marker != SOS:
        return None
    file.seek(last.end)
    scans = file.read()
    end = _end_of_picture(scans)
    return None if end is None else [*pieces, scans[:end]]


def _fit(table: Sequence[int], base: Sequence[int]) -> tuple[float, float]:
    """The scale, and the misfit relative to the table. Values at 255 were cut off and say nothing."""
    pairs = [(value, norm) for value, norm in zip(table, base, strict=True) if value < 255]
    if not pairs:
        return 1.0, 1.0
    scale = sum(value * norm for value, norm in pairs) / sum(norm * norm for _, norm in pairs)
    wrong = sum((value - max(1, scale * norm)) ** 2 for value, norm in pairs)
    # Rounding to whole steps is no misfit: at quality 98 all of a table's values are 1 to 4.
    return scale, max(0.0, wrong - len(pairs) / 4) ** 0.5 / sum(value * value for value, _ in pairs) ** 0.5


def _luminance(payload: bytes) -> Sequence[int] | None:
    """Table 0 of a DQT segment, which may hold several of 8 or 16 bits."""
    position = 0
    while position < len(payload):
        wide, number = payload[position] >> 4, payload[position] & 15
        size = 128 if wide else 64
        table = payload[position + 1 : position + 1 + size]
        if len(table) < size:
            return None
        if number == 0:
            return [int.from_bytes(table[at : at + 2], "big") for at in range(0, 128, 2)] if wide else table
        position += 1 + size
    return None


def _stays(segment: Segment) -> bool:
    if segment.marker == COM:
        return False
    if not APP0 <= segment.marker <= APP15:
        return True
    profile = segment.marker == APP2 and segment.payload.startswith(b"ICC_PROFILE\0")
    return profile or segment.marker == APP14 or (segment.marker == APP0 and segment.payload.startswith(b"JFIF\0"))


def _segment(marker: int, payload: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(payload) + 2).to_bytes(2, "big") + payload


def _end_of_picture(scans: bytes) -> int | None:
    """Behind the EOI marker. Tables between scans are stepped over: their bytes may look like one."""
    position = 0
    while found := MARKER_IN_SCAN.search(scans, position):
        marker, at = scans[found.start() + 1], found.start()
        if marker == EOI:
            return at + 2
        position = at + 2 + int.from_bytes(scans[at + 2 : at + 4], "big")
    return None
