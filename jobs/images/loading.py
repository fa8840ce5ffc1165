"""Pictures from files of strangers: what they really are, limits before anything is decoded, then pixels."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jobs.images import sniffing
from jobs.images.failures import failure, meaning
from jobs.images.library import LOADERS, Image, VipsError, field, source

MEGAPIXEL = 1_000_000
MAX_PIXELS = 50 * MEGAPIXEL
MAX_ANIMATED_PIXELS = 100 * MEGAPIXEL
"""Of all frames together."""
MAX_SIDE = 65_500
MAX_PIXELS_PER_BYTE = 4000
"""A blank page has 130 pixels a byte in JPEG, up to 8,000 in PNG: one passes if it is no larger than BOMB_SIZE."""
BOMB_SIZE = 16 * MEGAPIXEL
MEDIA_TYPES = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "avif": "image/avif",
    "gif": "image/gif",
    "tiff": "image/tiff",
}
ANIMATED = {"gif", "webp"}
FAIL_ON = {"tiff": "error"}
"""From which fault on libvips refuses a file. TIFF takes missing strips for an error, not for a truncation."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """What a file says of itself. `stored`: pixels as they lie in the file; `width`, `height`: as shown.

    `deep`: more than 8 bits a channel.
    """

    path: Path
    format: str
    size: int
    stored: tuple[int, int]
    frames: int
    orientation: int
    deep: bool

    @property
    def width(self) -> int:
        return self.stored[1] if self.orientation > 4 else self.stored[0]

    @property
    def height(self) -> int:
        return self.stored[0] if self.orientation > 4 else self.stored[1]

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.format]

    @property
    def animated(self) -> bool:
        return self.frames > 1


def header(path: Path) -> Header:
    """Nothing is decoded yet. Raises JobFailure for what is no picture, and for those that break a limit."""
    found = read_header(path)
    check_limits(found)
    return found


def read_header(path: Path) -> Header:
    """As `header`, without the limits."""
    try:
        image = Image.new_from_source(source(path), "", access="sequential")
    except VipsError as error:
        log.info("libvips: %s", error)
        raise _unreadable(path, error) from None
    coding = LOADERS[image.get("vips-loader").removesuffix("_source")]
    return Header(
        path=path,
        format=coding,
        size=path.stat().st_size,
        stored=(image.width, image.height),
        frames=field(image, "n-pages", 1) if coding in ANIMATED else 1,
        orientation=field(image, "orientation", 1),
        deep=image.format not in {"uchar", "char"},
    )


def check_limits(picture: Header) -> None:
    """Raises JobFailure."""
    width, height = picture.stored
    pixels = width * height
    if pixels > MAX_PIXELS or max(width, height) > MAX_SIDE:
        megapixels = pixels / MEGAPIXEL
        raise failure(
            "image_too_large",
            f"This picture has {width} × {height} pixels, {megapixels:,.1f} megapixels. "
            f"At most {MAX_PIXELS // MEGAPIXEL} megapixels are accepted.",
        )
    pixels *= picture.frames
    if pixels > MAX_ANIMATED_PIXELS:
        raise failure(
            "image_too_many_frames",
            f"This animation has {picture.frames} frames of {width} × {height} pixels. "
            f"At most {MAX_ANIMATED_PIXELS // MEGAPIXEL} megapixels are accepted, all frames together.",
        )
    if pixels > BOMB_SIZE and pixels > picture.size * MAX_PIXELS_PER_BYTE:
        raise failure("image_bomb")


def decoded(picture: Header, *, shrink: int = 1, all_frames: bool = False, sequential: bool = False) -> Image:
    """The pixels, lazily: in the order of the file, which is upright only if `sequential` is false.

    `shrink` (1, 2, 4, 8) takes a smaller picture out of a JPEG or WebP file at a fraction of the cost. Frames come as
    one tall picture. Errors of the file appear when pixels are asked for (`errors_named`).
    """
    options: dict[str, object] = {"access": "sequential", "fail_on": FAIL_ON.get(picture.format, "truncated")}
    if shrink > 1 and picture.format == "jpeg":
        options["shrink"] = shrink
    if shrink > 1 and picture.format == "webp":
        options["scale"] = 1 / shrink
    if all_frames:
        options["n"] = -1
    image = Image.new_from_source(source(picture.path), "", **options)
    return image if sequential else upright(image)


def upright(image: Image) -> Image:
    """With its orientation applied. Turned pictures are read out of order, which needs them in memory."""
    return image if field(image, "orientation", 1) == 1 else image.copy_memory().autorot()


def can_shrink(picture: Header) -> bool:
    return picture.format in {"jpeg", "webp"} and not picture.animated


@contextmanager
def errors_named(otherwise: str = "image_damaged") -> Iterator[None]:
    """libvips' errors in this block become JobFailure; their text goes to the log alone.

    `otherwise`: the code of those that tell nothing else.
    """
    try:
        yield
    except VipsError as error:
        log.info("libvips: %s", error)
        raise meaning(error, otherwise=otherwise) from None
    except MemoryError:
        raise failure("image_too_large") from None


def _unreadable(path: Path, error: VipsError) -> Exception:
    """The bytes say whether this is a picture that we cannot read, a broken one, or none."""
    seems = sniffing.media_type(path)
    if seems.startswith("image/") and seems not in MEDIA_TYPES.values():
        return failure("image_unsupported")
    if "known format" not in str(error):
        return meaning(error)
    if seems in MEDIA_TYPES.values():
        return failure("image_truncated" if path.stat().st_size else "not_an_image")
    svg = seems == sniffing.TEXT and b"<svg" in path.read_bytes()[: sniffing.HEAD].lower()
    return failure("image_unsupported" if svg else "not_an_image")
