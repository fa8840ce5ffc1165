"""The steps of `image.process`, each a picture in and a picture out (docs/images.md)."""

from collections.abc import Callable
from typing import Final

from contracts.image import Operation, Position
from jobs.images.captions import lettering
from jobs.images.colors import colorful, gray, ink, premultiplied, rgba, with_alpha
from jobs.images.failures import failure
from jobs.images.library import Image
from jobs.images.loading import MAX_PIXELS, MAX_SIDE, MEGAPIXEL

MARGIN = 0.02
"""Between a stamp and the picture's border, of the picture's shorter side."""
MAX_SHARPEN: Final = 10.0
"""Sigma that libvips' sharpening takes."""
MIDDLE = 127.5
LUMINANCE = (0.2126, 0.7152, 0.0722)
Size = tuple[int, int]


def apply(image: Image, operation: Operation, *, mark: Image | None = None) -> Image:
    """`mark`: the picture of a watermark. Raises JobFailure."""
    if operation.op == "watermark":
        return watermark(image, operation, mark)
    return checked(STEPS[operation.op](image, operation))


def changes_nothing(operation: Operation, size: Size) -> bool:
    """Whether a picture of this size is the same afterwards."""
    if operation.op == "resize":
        return resized_size(operation, size) == size and final_size(operation, size) == size
    if operation.op == "rotate":
        return operation.angle % 360 == 0
    if operation.op == "adjust":
        return operation.brightness == operation.contrast == operation.saturation == 1
    return operation.op == "strip"


def checked(image: Image) -> Image:
    """Raises JobFailure where a step gave more than we would read."""
    pixels = image.width * image.height
    if pixels > MAX_PIXELS or max(image.width, image.height) > MAX_SIDE:
        raise failure(
            "result_too_large",
            f"The result would have {image.width} × {image.height} pixels. "
            f"At most {MAX_PIXELS // MEGAPIXEL} megapixels can be made.",
        )
    return image


# --- size ---


def resized_size(operation: Operation, size: Size) -> Size:
    """What the picture is scaled to, before `fill` cuts it and `fit` adds to it."""
    width, height = size
    scales = [
        wanted / there for wanted, there in ((operation.width, width), (operation.height, height)) if wanted is not None
    ]
    scale = max(scales) if operation.fit in {"outside", "fill"} else min(scales)
    if not operation.enlarge:
        scale = min(scale, 1.0)
    return max(1, round(width * scale)), max(1, round(height * scale))


def final_size(operation: Operation, size: Size) -> Size:
    """With what `fill` cuts off and `fit` adds. Where `fill` may not enlarge, its box shrinks and keeps its form."""
    width, height = resized_size(operation, size)
    if operation.fit == "fit":
        return operation.width or width, operation.height or height
    if operation.fit != "fill" or operation.width is None or operation.height is None:
        return width, height
    scale = min(1.0, width / operation.width, height / operation.height)
    return max(1, round(operation.width * scale)), max(1, round(operation.height * scale))


def scaled(image: Image, size: Size) -> Image:
    """To exactly this size, by Lanczos."""
    if size == (image.width, image.height):
        return image
    width, height = size
    return premultiplied(image, lambda one: one.resize(width / one.width, vscale=height / one.height))


def resize(image: Image, operation: Operation, *, size: Size | None = None) -> Image:
    """`size`: the picture's true one, where it was shrunk while it was decoded."""
    true = size or (image.width, image.height)
    final = final_size(operation, true)
    if final[0] * final[1] > MAX_PIXELS:
        raise failure("result_too_large")
    image = scaled(image, resized_size(operation, true))
    if operation.fit == "fit":
        return padded(image, final, operation.background)
    if operation.fit == "fill" and operation.attention:
        return image.smartcrop(*final, interesting="attention")
    if operation.fit == "fill":
        return image.crop((image.width - final[0]) // 2, (image.height - final[1]) // 2, *final)
    return image


def padded(image: Image, size: Size, background: str | None) -> Image:
    image, color = on_background(image, background)
    return image.gravity("centre", *size, extend="background", background=color)


def crop(image: Image, operation: Operation) -> Image:
    """A part that goes over the border is cut there."""
    width, height = operation.width or image.width, operation.height or image.height
    if operation.attention:
        return image.smartcrop(min(width, image.width), min(height, image.height), interesting="attention")
    left = max(0, (image.width - width) // 2) if operation.left is None else operation.left
    top = max(0, (image.height - height) // 2) if operation.top is None else operation.top
    if left >= image.width or top >= image.height:
        raise failure(
            "crop_outside", f"The part to cut out begins outside of the {image.width} × {image.height} pixels."
        )
    return image.crop(left, top, min(width, image.width - left), min(height, image.height - top))


def trim(image: Image, _: Operation) -> Image:
    """The border has the color of the first pixel, more or less. A picture of one color stays."""
    first = image.getpoint(0, 0)[: image.bands - image.hasalpha()]
    left, top, width, height = image.find_trim(background=first, threshold=12, line_art=True)
    return image.crop(left, top, width, height) if width and height else image


# --- direction ---


def rotate(image: Image, operation: Operation) -> Image:
    angle = operation.angle % 360
    if angle % 90 == 0:
        return image.rot(f"d{int(angle)}")
    image, color = on_background(image, operation.background)
    alpha = color[-1] / (65535 if image.format == "ushort" else 255) if image.hasalpha() else 1.0
    corners = [value * alpha for value in color[:-1]] + color[-1:] if image.hasalpha() else color
    return premultiplied(image, lambda one: one.rotate(angle, background=corners))


def flip(image: Image, operation: Operation) -> Image:
    return image.flip(operation.direction)


def on_background(image: Image, background: str | None) -> tuple[Image, list[float]]:
    """The picture, able to show that color, and the color. By default white, or transparent where there is alpha."""
    color = background or ("#ffffff00" if image.hasalpha() else "#ffffff")
    red, green, blue, alpha = rgba(color)
    if not red == green == blue:
        image = colorful(image)
    if alpha < 255:
        image = with_alpha(image)
    return image, ink(color, image)


# --- tone ---


def grayscale(image: Image, _: Operation) -> Image:
    return gray(image)


def blur(image: Image, operation: Operation) -> Image:
    return premultiplied(image, lambda one: one.gaussblur(operation.sigma))


def sharpen(image: Image, operation: Operation) -> Image:
    sharp = image.sharpen(sigma=min(operation.sigma, MAX_SHARPEN))
    return sharp.cast(image.format)


def adjust(image: Image, operation: Operation) -> Image:
    """Brightness first, then contrast around the middle, then saturation around each pixel's luminance."""
    colors = image[: image.bands - 1] if image.hasalpha() else image
    middle = MIDDLE * (257 if image.format == "ushort" else 1)
    contrast = operation.contrast
    changed = colors.linear(operation.brightness * contrast, middle * (1 - contrast))
    if colors.bands == 3 and operation.saturation != 1:
        changed = changed.recomb(_saturation(operation.saturation))
    changed = changed.cast(image.format).copy(interpretation=image.interpretation)
    return changed.bandjoin(image[image.bands - 1]) if image.hasalpha() else changed


def _saturation(factor: float) -> list[list[float]]:
    return [
        [(1 - factor) * weight + (factor if row == column else 0) for column, weight in enumerate(LUMINANCE)]
        for row in range(3)
    ]


# --- stamps ---


def caption(image: Image, operation: Operation) -> Image:
    letters = lettering(
        operation.text,
        pixels=max(6, round(operation.size * image.height)),
        widest=round(image.width * (1 - 4 * MARGIN)),
        color=operation.color,
        background=operation.background,
    )
    return stamped(image, letters, operation.position)


def watermark(image: Image, operation: Operation, mark: Image) -> Image:
    """`mark`: sRGB, 8 bits. It is made smaller where it would be higher than the picture."""
    scale = min(operation.size * image.width / mark.width, image.height / mark.height)
    mark = scaled(with_alpha(colorful(mark)), (max(1, round(mark.width * scale)), max(1, round(mark.height * scale))))
    if operation.opacity < 1:
        mark = (mark * [1, 1, 1, operation.opacity]).cast("uchar").copy(interpretation="srgb")
    return stamped(image, mark, operation.position)


def stamped(image: Image, stamp: Image, position: Position) -> Image:
    """Only the pixels beneath are mixed; the rest stays as it is. `stamp`: sRGB with alpha, 8 bits."""
    image = colorful(image)
    left, top = place(position, (image.width, image.height), (stamp.width, stamp.height))
    stamp = stamp.crop(0, 0, min(stamp.width, image.width - left), min(stamp.height, image.height - top))
    beneath = image.crop(left, top, stamp.width, stamp.height)
    space = image.interpretation
    if space == "rgb16":
        stamp = stamp.colourspace("rgb16")
    mixed = beneath.composite2(stamp, "over", compositing_space=space)
    if not image.hasalpha():
        mixed = mixed[:3]
    return image.insert(mixed.cast(image.format).copy(interpretation=space), left, top)


def place(position: Position, picture: Size, stamp: Size) -> Size:
    """Left and top, never outside of the picture."""
    margin = round(MARGIN * min(picture))
    row, _, column = position.value.partition("-")
    return (
        _along({"left": 0, "right": 2}.get(column or row, 1), picture[0], stamp[0], margin),
        _along({"top": 0, "bottom": 2}.get(row, 1), picture[1], stamp[1], margin),
    )


def _along(third: int, room: int, length: int, margin: int) -> int:
    free = room - length
    return max(0, min((margin, free // 2, free - margin)[third], max(0, free)))


STEPS: dict[str, Callable[[Image, Operation], Image]] = {
    "resize": resize,
    "crop": crop,
    "trim": trim,
    "rotate": rotate,
    "flip": flip,
    "grayscale": grayscale,
    "blur": blur,
    "sharpen": sharpen,
    "adjust": adjust,
    "caption": caption,
    "strip": lambda image, _: image,
}
