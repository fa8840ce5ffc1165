"""Color spaces, profiles, transparency: what a picture is brought to before it is worked on or written."""

from collections.abc import Callable, Sequence

from jobs.images.library import Image, VipsError, field

PROFILE = "icc-profile-data"
WHITE = "#ffffff"
KEPT_SPACES = {"srgb", "b-w", "rgb16", "grey16"}
METADATA = (
    "exif",
    "xmp",
    "iptc",
    "jpeg-comment",
    "jpeg-thumbnail",
    "png-",
    "photoshop",
    "orientation",
    "gif-comment",
    "heif",
    "webp-",
    "tiff",
)
"""Beginnings of the names of fields that libvips might write."""


def plain(image: Image, *, profile: str = "keep", deep: bool = False) -> Image:
    """Gray or RGB, with alpha where it had it, 8 bits a channel unless `deep`.

    `profile`: `keep` it, or convert to `srgb` and drop it. What is neither gray nor RGB (CMYK, Lab) becomes sRGB.
    """
    if profile == "srgb" or image.interpretation not in KEPT_SPACES:
        image = to_srgb(image)
    if image.format != "uchar" and not deep:
        image = image.colourspace("b-w" if image.bands < 3 else "srgb").cast("uchar")
    return image


def to_srgb(image: Image) -> Image:
    """Converted by its profile, which is dropped. Gray without a profile stays gray."""
    if image.interpretation == "cmyk" or field(image, PROFILE):
        image = _transformed(image)
    if image.interpretation not in KEPT_SPACES:
        image = image.colourspace("srgb")
    return without(image, PROFILE)


def gray(image: Image) -> Image:
    deep = image.format == "ushort"
    return to_srgb(image).colourspace("grey16" if deep else "b-w")


def colorful(image: Image) -> Image:
    """RGB, so that something colored may be put on it."""
    if image.bands > 2:
        return image
    return to_srgb(image).colourspace("rgb16" if image.format == "ushort" else "srgb")


def flattened(image: Image) -> Image:
    """Without alpha, on white."""
    return image.flatten(background=ink(WHITE, image)[:-1]) if image.hasalpha() else image


def with_alpha(image: Image) -> Image:
    return image if image.hasalpha() else image.addalpha()


def premultiplied(image: Image, change: Callable[[Image], Image]) -> Image:
    """For what mixes neighboring pixels: the color of transparent ones must not shine through."""
    if not image.hasalpha():
        return change(image)
    return change(image.premultiply()).unpremultiply().cast(image.format)


def ink(color: str, image: Image) -> list[float]:
    """A value for each band of the image, alpha included. `color`: `#rrggbb` or `#rrggbbaa`."""
    red, green, blue, alpha = rgba(color)
    bands = [red, green, blue] if image.bands > 2 else [0.2126 * red + 0.7152 * green + 0.0722 * blue]
    scale = 257 if image.format == "ushort" else 1
    return [value * scale for value in (*bands, *([alpha] if image.hasalpha() else []))]


def rgba(color: str) -> Sequence[int]:
    return bytes.fromhex(color.removeprefix("#").ljust(8, "f"))


def bare(image: Image) -> Image:
    """A picture that carries nothing but pixels, profile and timing into the file that is written."""
    dropped = [name for name in image.get_fields() if name.startswith(METADATA)]
    return without(image, *dropped)


def without(image: Image, *names: str) -> Image:
    image = image.copy()
    for name in names:
        if image.get_typeof(name):
            image.remove(name)
    return image


def _transformed(image: Image) -> Image:
    """A profile that does not fit the picture is as good as none."""
    depth = 16 if image.format == "ushort" else 8
    builtin = "cmyk" if image.interpretation == "cmyk" else "srgb"
    for embedded in (True, False):
        try:
            return image.icc_transform("srgb", embedded=embedded, input_profile=builtin, depth=depth).copy_memory()
        except VipsError:
            continue
    return image
