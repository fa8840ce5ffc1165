"""Metadata dropped from PNG, WebP, GIF and AVIF files without decoding them.

Each takes the whole file and returns it without, with `exif` (a TIFF block) put in; None where the picture's end is
missing or the file is not built as it should be. What follows the end is dropped.
"""

import struct
import zlib

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_DROPPED = {b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"}
WEBP_DROPPED = {b"EXIF", b"XMP "}
WEBP_EXIF, WEBP_XMP = 0x08, 0x04
"""Flags of the VP8X chunk (RFC 9649, section 2.7)."""
TIFF_MAGICS = (b"II*\0", b"MM\0*")
EMPTY_EXIF = b"MM\0*" + struct.pack(">IHI", 8, 0, 0)
GIF_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def png_cleaned(data: bytes, *, exif: bytes = b"") -> bytes | None:
    """PNG, third edition, section 5."""
    kept, position = [PNG_SIGNATURE], len(PNG_SIGNATURE)
    while position + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        end = position + 12 + length
        if kind not in PNG_DROPPED:
            kept.append(data[position:end])
        if kind == b"IHDR" and exif:
            kept.append(struct.pack(">I", len(exif)) + b"eXIf" + exif + struct.pack(">I", zlib.crc32(b"eXIf" + exif)))
        if kind == b"IEND":
            return b"".join(kept)
        position = end
    return None


def webp_cleaned(data: bytes, *, exif: bytes = b"") -> bytes | None:
    """RFC 9649, section 2. `exif` goes only into files that have room for metadata, which one with EXIF is."""
    end = 8 + int.from_bytes(data[4:8], "little")
    if len(data) < end - 1:  # the last byte may be padding that a writer left out
        return None
    kept, position, extended = [], 12, False
    while position + 8 <= end:
        kind, length = struct.unpack_from("<4sI", data, position)
        chunk = data[position : position + 8 + length + length % 2]
        if kind == b"VP8X":
            extended = True
            flags = chunk[8] & ~WEBP_XMP & ~WEBP_EXIF | (WEBP_EXIF if exif else 0)
            chunk = chunk[:8] + bytes([flags]) + chunk[9:]
        if kind not in WEBP_DROPPED:
            kept.append(chunk)
        position += len(chunk)
    if exif and extended:
        kept.append(b"EXIF" + struct.pack("<I", len(exif)) + exif + bytes(len(exif) % 2))
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def gif_cleaned(data: bytes, *, exif: bytes = b"") -> bytes | None:  # noqa: ARG001 (GIF has no place for it)
    """GIF89a, sections 18 to 27: comments and what applications added, except how often to repeat."""
    position = 13 + _color_table(data[10])
    kept = [data[:position]]
    while position < len(data):
        kind = data[position]
        if kind == 0x3B:
            return b"".join([*kept, b"\x3b"])
        start = position
        if kind == 0x21:
            label, position = data[position + 1], _blocks_end(data, position + 2)
            comment = label == 0xFE or (label == 0xFF and data[start + 3 : start + 14] not in GIF_LOOPS)
        elif kind == 0x2C and position + 10 < len(data):
            position = _blocks_end(data, position + 10 + _color_table(data[position + 9]) + 1)
            comment = False
        else:
            return None
        if not comment:
            kept.append(data[start:position])
    return None


def blanked(data: bytes, *blobs: bytes) -> bytes | None:
    """The same file with nothing said where these bytes were, for AVIF, whose parts are found by their offsets.

    None where one of them is not there in one piece.
    """
    for blob in blobs:
        if blob not in data:
            return None
        data = data.replace(blob, _blank(blob))
    return data


def _blank(blob: bytes) -> bytes:
    """As long: EXIF with an empty directory, or spaces for XMP."""
    at = min((found for magic in TIFF_MAGICS if (found := blob.find(magic, 0, 16)) >= 0), default=None)
    if at is None:
        return b" " * len(blob)
    return (blob[:at] + EMPTY_EXIF).ljust(len(blob), b"\0")[: len(blob)]


def _color_table(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks_end(data: bytes, position: int) -> int:
    """Behind the empty block that ends a row of data blocks."""
    while position < len(data) and data[position]:
        position += data[position] + 1
    return position + 1
