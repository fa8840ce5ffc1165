"""The original as a result: as it is, or without its metadata where it has any that should not travel on."""

from pathlib import Path

from jobs.images import chunks, exif, jpeg
from jobs.images.failures import failure
from jobs.images.library import Image, field
from jobs.images.loading import Header
from jobs.images.marker import Credits, read_marker

GPS = "exif-ifd3-GPS"
PRIVATE = ("xmp-data", "iptc-data")
CHUNKED = {"png": chunks.png_cleaned, "webp": chunks.webp_cleaned, "gif": chunks.gif_cleaned}


def has_gps(image: Image) -> bool:
    return any(name.startswith(GPS) for name in image.get_fields())


def is_clean(image: Image) -> bool:
    """Whether its metadata is Warren's own."""
    return read_marker(image) is not None and not has_gps(image) and not any(map(image.get_typeof, PRIVATE))


def cleaned(picture: Header, image: Image, target: Path, *, credits: Credits) -> bool:
    """Write the same picture without metadata; false where there is none to drop, or it cannot be dropped so.

    Never larger than the original. Raises JobFailure where the end of the picture is missing.
    """
    least = exif.minimal(
        orientation=picture.orientation if picture.format != "avif" else 1,
        artist=credits.artist,
        copyright=credits.copyright,
    )
    pieces = _pieces(picture, image, least)
    if pieces is None:
        return False
    with target.open("wb") as file:
        file.writelines(pieces)
    return target.stat().st_size < picture.size or (picture.format == "avif" and bool(_private(image)))


def droppable(picture: Header, image: Image) -> bool:
    """Whether `cleaned` is able to drop what there is. TIFF and some AVIF files have to be written anew."""
    if picture.format == "avif":
        return chunks.blanked(picture.path.read_bytes(), *_private(image)) is not None
    return picture.format != "tiff" or not (has_gps(image) or any(map(image.get_typeof, PRIVATE)))


def _pieces(picture: Header, image: Image, least: bytes) -> list[bytes] | None:
    if picture.format == "jpeg":
        with picture.path.open("rb") as file:
            found = jpeg.cleaned(file, exif=least)
        return _whole(found)
    if picture.format == "avif":
        blank = chunks.blanked(picture.path.read_bytes(), *_private(image))
        return [blank] if blank else None
    if picture.format not in CHUNKED:
        return None
    data = CHUNKED[picture.format](picture.path.read_bytes(), exif=least)
    if data is None and picture.format == "gif":  # many lack their end and are shown all the same
        return None
    return _whole([data] if data else None)


def _whole(pieces: list[bytes] | None) -> list[bytes]:
    if pieces is None:
        raise failure("image_truncated")
    return pieces


def _private(image: Image) -> list[bytes]:
    return [blob for name in ("exif-data", *PRIVATE) if (blob := field(image, name, b""))]
