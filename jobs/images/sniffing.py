"""What a file that is no picture seems to be, from its first bytes. A name or a header never counts."""

import csv
from pathlib import Path

import msgspec

OPAQUE = "application/octet-stream"
TEXT = "text/plain"
HEAD = 64 * 1024
JSON_WHOLE = 1024 * 1024
"""Bytes up to which a file is parsed to know whether it is JSON."""
ZIP = "application/zip"
MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypheix", "image/heic"),
    (4, b"ftypmif1", "image/heif"),
    (0, b"\xff\x0a", "image/jxl"),
    (0, b"\0\0\0\x0cJXL ", "image/jxl"),
    (0, b"\0\0\0\x0cjP  ", "image/jp2"),
    (0, b"8BPS", "image/vnd.adobe.photoshop"),
    (0, b"\0\0\x01\0", "image/x-icon"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", ZIP),
    (0, b"PK\x05\x06", ZIP),
    (0, b"PAR1", "application/vnd.apache.parquet"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\0", "application/x-xz"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (257, b"ustar", "application/x-tar"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (8, b"AVI ", "video/x-msvideo"),
    (8, b"WAVE", "audio/wav"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
)
"""Offset, bytes, media type; the first that fits counts."""
OFFICE = {
    b"xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
"""What a zip with `[Content_Types].xml` in it is by its folders (ECMA-376, part 2)."""
TEXT_CONTROLS = {"\t", "\n", "\r", "\f", "\x1b"}
DELIMITERS = ",;\t|"


def media_type(path: Path) -> str:
    """HTML, SVG and scripts are text: nothing here is a type that a browser runs."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    for offset, magic, name in MAGIC:
        if head.startswith(magic, offset):
            return _office_type(head) if name == ZIP else name
    if head.startswith(b"BM") and head[6:10] == bytes(4):
        return "image/bmp"
    text = _text(head)
    return OPAQUE if text is None else _text_type(path, text)


def _text(head: bytes) -> str | None:
    """As UTF-8 (the last character may be cut off), if it has the characters of text."""
    if not head:
        return None
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if len(head) < HEAD or error.start < HEAD - 3:
            return None
        text = head[: error.start].decode("utf-8-sig")
    plain = all(character >= " " or character in TEXT_CONTROLS for character in text)
    return text if plain else None


def _office_type(head: bytes) -> str:
    parts = head if b"[Content_Types].xml" in head else b""
    return next((name for folder, name in OFFICE.items() if folder in parts), ZIP)


def _text_type(path: Path, text: str) -> str:
    if text.lstrip().startswith("{") and _is_json_lines(text):
        return "application/x-ndjson"
    if text.lstrip().startswith(("{", "[")) and _is_json(path, text):
        return "application/json"
    return "text/csv" if _is_table(text) else TEXT


def _is_json(path: Path, text: str) -> bool:
    """Large files are known by their first line or by how they begin."""
    if path.stat().st_size > JSON_WHOLE:
        return text.lstrip()[1:].lstrip()[:1] in {'"', "{", "[", "]", "}"}
    try:
        msgspec.json.decode(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True


def _is_json_lines(text: str) -> bool:
    """An object on each of several lines."""
    lines = [line for line in text.splitlines()[:20] if line.strip()]
    try:
        return len(lines) > 1 and all(isinstance(msgspec.json.decode(line), dict) for line in _whole(lines, text))
    except (msgspec.DecodeError, UnicodeError):
        return False


def _whole(lines: list[str], text: str) -> list[str]:
    """Without the last one where it may be cut off."""
    return lines[:-1] if len(text.encode()) >= HEAD - 4 else lines


def _is_table(text: str) -> bool:
    """Some lines, all with the same number of columns, for one of the usual delimiters."""
    lines = text.splitlines()[:20]
    if len(text) == HEAD or len(lines) == 20:
        lines = lines[:-1]  # it may be cut off
    return len(lines) > 1 and not text.lstrip().startswith("<") and any(_columns(lines, mark) for mark in DELIMITERS)


def _columns(lines: list[str], delimiter: str) -> bool:
    try:
        widths = {len(row) for row in csv.reader(lines, delimiter=delimiter) if row}
    except csv.Error:
        return False
    return len(widths) == 1 and widths.pop() > 1
