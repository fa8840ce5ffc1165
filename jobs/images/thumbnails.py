"""The small picture and the placeholder that every picture has."""

from pathlib import Path

from jobs.images.colors import bare, plain, with_alpha
from jobs.images.library import Image
from jobs.images.loading import Header, can_shrink, decoded, upright
from jobs.images.operations import scaled
from jobs.images.thumbhash import LONGEST, thumbhash

SIDE = 480
QUALITY = 75
EFFORT = 2


def within(size: tuple[int, int], side: int) -> tuple[int, int]:
    """The size that fits into a square, never larger than it is."""
    scale = min(1.0, side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def decoded_small(picture: Header) -> Image:
    """The first frame, as small as decoding can make it while the thumbnail is still made smaller."""
    ratio = max(picture.stored) / SIDE
    shrink = next((factor for factor in (8, 4, 2) if ratio >= 2 * factor), 1) if can_shrink(picture) else 1
    image = decoded(picture, shrink=shrink, sequential=True)
    return upright(scaled(image, within((image.width, image.height), SIDE)).copy_memory())


def thumbnail(image: Image, target: Path) -> str:
    """Write the thumbnail of an upright picture as WebP; returns its ThumbHash."""
    small = scaled(image, within((image.width, image.height), SIDE))
    small = bare(plain(small, profile="srgb")).copy_memory()
    small.webpsave(str(target), Q=QUALITY, effort=EFFORT, keep="none")
    return placeholder(small)


def placeholder(image: Image) -> str:
    tiny = scaled(image, within((image.width, image.height), LONGEST))
    tiny = with_alpha(tiny.colourspace("srgb")).cast("uchar")
    return thumbhash(width=tiny.width, height=tiny.height, rgba=bytes(tiny.write_to_memory()))
