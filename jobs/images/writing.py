"""Pictures into files: which format, which quality, which options (docs/images.md has the table)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.image import Format, Output, Preset
from jobs.images.colors import bare, flattened, plain
from jobs.images.failures import failure
from jobs.images.library import Image, field, set_whole, set_wholes
from jobs.images.loading import MEDIA_TYPES, MEGAPIXEL, Header
from jobs.images.marker import WORTH, Credits, Marker, write_notes

QUALITIES: dict[Preset, dict[str, int]] = {
    Preset.FAST: {"jpeg": 80, "webp": 79, "avif": 63},
    Preset.BALANCED: {"jpeg": 80, "webp": 79, "avif": 63},
    Preset.SMALLEST: {"jpeg": 75, "webp": 74, "avif": 55},
    Preset.ARCHIVE: {},
}
"""Numbers of different encoders do not compare; those of a line look about alike."""
SIDES = {"jpeg": 65_500, "webp": 16_383, "avif": 16_384, "png": 1_000_000}
AVIF_PIXELS = 25 * MEGAPIXEL
"""Its coder takes 27 bytes for each: with more, it would break the job's limit of memory."""
LARGE = 8 * MEGAPIXEL
"""From here on the slowest settings are left out: at 50 megapixels they take minutes for a per cent."""
EXTENSIONS = {"jpeg": "jpg", "png": "png", "webp": "webp", "avif": "avif", "gif": "gif", "tiff": "tif"}
KEEP_EXIF, KEEP_ICC = 1, 8
"""libvips' flags for what is written besides pixels."""
MS_SSIM = 2
"""mozjpeg's quantisation table that needs the fewest bytes for its looks (SSIMULACRA2, row 12 of the benchmarks)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    path: Path
    format: str
    size: int
    quality: int | None

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.format]


def formats(output: Output, picture: Header, *, alpha: bool, palette: bool, size: tuple[int, int]) -> list[str]:
    """What to try; the smallest is taken. Raises JobFailure where the asked format cannot hold the picture."""
    pixels = size[0] * size[1]
    if output.format is Format.AVIF and pixels > AVIF_PIXELS:
        limit = f"At most {AVIF_PIXELS // MEGAPIXEL} megapixels can be written as AVIF."
        raise failure("result_too_large", f"{limit} This is {size[0]} × {size[1]}.")
    if output.format is not Format.SAME:
        return _fitting([output.format.value], size)
    own = picture.format if picture.format in SIDES else "png" if alpha or picture.format == "gif" else "jpeg"
    if output.preset is Preset.ARCHIVE:
        return _fitting(["png" if own == "jpeg" else own], size)
    if own == "jpeg" and alpha:
        own = "png"
    if output.preset is not Preset.SMALLEST:
        return _fitting([own], size)
    tried = ["webp"]
    if pixels <= AVIF_PIXELS and not palette and not picture.animated:
        tried.append("avif")
    if pixels <= LARGE or max(size) > SIDES["webp"]:
        tried.append(own)
    return _fitting(list(dict.fromkeys(tried)), size)


def quality_for(output: Output, format: str, *, cap: int | None = None) -> int | None:
    """`cap`: that of the source, which is not worth exceeding."""
    if output.preset is Preset.ARCHIVE or format not in QUALITIES[output.preset]:
        return None
    usual = QUALITIES[output.preset][format]
    return output.quality or min(usual, cap or usual)


def smallest(
    frames: Sequence[Image],
    folder: Path,
    *,
    output: Output,
    formats: Iterable[str],
    lossless: bool,
    credits: Credits,
    cap: int | None,
) -> Written:
    """Write each format that is to be tried into the folder; keep the smallest."""
    written = [
        write(
            frames,
            folder / f"{number}.{EXTENSIONS[coding]}",
            format=coding,
            preset=output.preset,
            quality=None if lossless and coding == "webp" else quality_for(output, coding, cap=cap),
            profile=output.profile,
            credits=credits,
        )
        for number, coding in enumerate(formats)
    ]
    best = min(written, key=lambda one: one.size)
    for other in written:
        if other is not best:
            other.path.unlink()
    return best


def write(
    frames: Sequence[Image],
    target: Path,
    *,
    format: str,
    preset: Preset,
    quality: int | None,
    profile: str,
    credits: Credits,
) -> Written:
    """`quality`: none for lossless. More than one frame only as WebP."""
    deep = format == "png" and preset is Preset.ARCHIVE
    image = joined([bare(plain(frame, profile=profile, deep=deep)) for frame in frames])
    if format == "jpeg":
        image = flattened(image)
    marker = Marker(preset=preset, quality=quality) if image.width * image.height > WORTH else None
    noted = write_notes(image, marker=marker, credits=credits)
    keep = KEEP_ICC | (KEEP_EXIF if noted else 0)
    WRITERS[format](image, target, preset, quality, keep)
    return Written(path=target, format=format, size=target.stat().st_size, quality=quality)


def joined(frames: Sequence[Image]) -> Image:
    """As one picture; frames keep the timing of the animation that the first one is of."""
    first = frames[0]
    if len(frames) == 1:
        return first
    if {(frame.width, frame.height, frame.bands) for frame in frames} != {(first.width, first.height, first.bands)}:
        raise failure("image_unsupported", "This cannot be done to an animation: its frames would differ in size.")
    strip = Image.arrayjoin(list(frames), across=1).copy()
    set_whole(strip, "page-height", first.height)
    set_whole(strip, "loop", field(first, "loop", 0))
    set_wholes(strip, "delay", field(first, "delay", [100] * len(frames)))
    return strip


def is_large(image: Image) -> bool:
    return bool(image.width * image.height > LARGE)


def _fitting(formats: list[str], size: tuple[int, int]) -> list[str]:
    fitting = [coding for coding in formats if max(size) <= SIDES[coding]]
    if not fitting:
        first = formats[0]
        raise failure(
            "result_too_large",
            f"{first.upper()} holds at most {SIDES[first]:,} pixels a side; this is {size[0]} × {size[1]}.",
        )
    return fitting


def _jpeg(image: Image, target: Path, preset: Preset, quality: int | None, keep: int) -> None:
    options: dict[str, Any] = {"optimize_coding": True, "quant_table": MS_SSIM}
    if preset is not Preset.FAST:
        options |= {"trellis_quant": True, "overshoot_deringing": True, "interlace": True}
    if preset is Preset.SMALLEST and not is_large(image):
        options["optimize_scans"] = True
    if field(image, "jpeg-chroma-subsample") == "4:2:0":
        options["subsample_mode"] = "on"  # libvips writes full color from 90 on; none can come back that is gone
    image.jpegsave(str(target), Q=quality, keep=keep, **options)


def _png(image: Image, target: Path, preset: Preset, _: int | None, keep: int) -> None:
    """Filters help photographs and hurt drawings: both are tried, where there is time."""
    if preset is Preset.FAST or is_large(image):
        image.pngsave(str(target), compression=3 if preset is Preset.FAST else 6, keep=keep)
        return
    other = target.with_suffix(".filtered")
    image.pngsave(str(target), compression=9, filter="none", keep=keep)
    image.pngsave(str(other), compression=9, filter="all", keep=keep)
    if other.stat().st_size < target.stat().st_size:
        other.replace(target)
    else:
        other.unlink()


def _webp(image: Image, target: Path, preset: Preset, quality: int | None, keep: int) -> None:
    effort = {Preset.FAST: 1, Preset.BALANCED: 4, Preset.SMALLEST: 5, Preset.ARCHIVE: 4}[preset]
    if is_large(image):
        effort = min(effort, 2)
    if quality is None:
        image.webpsave(str(target), lossless=True, effort=effort, keep=keep)
    else:
        image.webpsave(str(target), Q=quality, effort=effort, smart_subsample=effort > 2, keep=keep)


def _avif(image: Image, target: Path, preset: Preset, quality: int | None, keep: int) -> None:
    options: dict[str, Any] = {"lossless": True} if quality is None else {"Q": quality}
    effort = 0 if preset is Preset.FAST or is_large(image) else 2
    image.heifsave(str(target), compression="av1", bitdepth=8, effort=effort, keep=keep, **options)


WRITERS: dict[str, Callable[[Image, Path, Preset, int | None, int], None]] = {
    "jpeg": _jpeg,
    "png": _png,
    "webp": _webp,
    "avif": _avif,
}
