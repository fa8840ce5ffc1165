"""When the original is better left as it is, and the sentence that says why (docs/images.md)."""

from collections.abc import Sequence

from contracts.image import Format, Operation, Output, Preset
from jobs.images import jpeg
from jobs.images.colors import PROFILE
from jobs.images.library import Image, field
from jobs.images.loading import Header
from jobs.images.marker import read_marker
from jobs.images.operations import changes_nothing, resized_size
from jobs.images.writing import quality_for

TOLERANCE = 3
"""Quality above the target that is not worth another generation."""
BITS_PER_PIXEL = {"jpeg": 1.0, "webp": 0.7, "avif": 0.5}
"""Below which there is little to gain. Of a JPEG only where its tables do not tell its quality."""
SAVING = 0.05
"""Part of the source's size that must be saved."""


def steps_of(operations: Sequence[Operation], picture: Header) -> list[Operation]:
    """Without those at the beginning that change nothing."""
    steps: list[Operation] = []
    for operation in operations:
        if steps or not changes_nothing(operation, (picture.width, picture.height)):
            steps.append(operation)
    return steps


def box_of(output: Output) -> Operation | None:
    """What a rendition's own size asks for."""
    if output.width is None and output.height is None:
        return None
    return Operation(op="resize", width=output.width, height=output.height)


def is_untouched(output: Output, picture: Header, image: Image) -> bool:
    """Whether the rendition of a picture without steps shows the same pixels in the same format."""
    box = box_of(output)
    size = (picture.width, picture.height)
    return (
        output.format.value in {Format.SAME, picture.format}
        and (box is None or resized_size(box, size) == size)
        and not (output.profile == "srgb" and has_other_profile(image))
    )


def has_other_profile(image: Image) -> bool:
    """One that does not call itself sRGB; ICC files hold their description in ASCII or in UTF-16."""
    profile: bytes = field(image, PROFILE, b"")
    return bool(profile) and b"sRGB" not in profile and "sRGB".encode("utf-16-be") not in profile


def reason_to_keep(output: Output, picture: Header, image: Image) -> str | None:
    """Before anything is decoded. `image`: only its metadata is read."""
    if picture.format == "gif" and picture.animated:
        return "animated GIFs are passed through unchanged"
    if output.preset is Preset.ARCHIVE and picture.format in BITS_PER_PIXEL:
        return "it was coded with loss, and coding it anew without loss would make it larger"
    target = quality_for(output, picture.format)
    marker = read_marker(image)
    if marker and marker.covers(output.preset, target):
        return "Warren made it" + (f" with quality {marker.quality}" if marker.quality else "")
    return _good_enough(output, picture, target)


def reason_afterwards(written: int, source: int) -> str | None:
    if written <= source * (1 - SAVING):
        return None
    if written > source:
        return f"a new file would be {max(1, round((written / source - 1) * 100))} % larger"
    return f"a new file would be only {round((1 - written / source) * 100)} % smaller"


def _good_enough(output: Output, picture: Header, target: int | None) -> str | None:
    if target is None:
        return None
    quality = jpeg.quality(picture.path) if picture.format == "jpeg" else None
    if quality is not None:
        enough = quality <= target + TOLERANCE
        return f"its quality is {quality}, the target {target}" if enough else None
    bits = picture.size * 8 / (picture.width * picture.height * picture.frames)
    if output.quality is None and bits < BITS_PER_PIXEL.get(picture.format, 0):
        return f"it has only {bits:.1f} bits per pixel"
    return None
