"""The job kind `image.process`: what may be done to a picture, and what it tells of it (docs/images.md)."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from contracts.base import job_kind

Pixels = Annotated[int, Meta(ge=1, le=20_000)]
Fraction = Annotated[float, Meta(ge=0, le=1)]
Factor = Annotated[float, Meta(ge=0, le=4)]
Color = Annotated[str, Meta(pattern="^#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$")]
"""`#rrggbb` or `#rrggbbaa`."""


class Position(StrEnum):
    """Nine places on a picture."""

    TOP_LEFT = "top-left"
    TOP = "top"
    TOP_RIGHT = "top-right"
    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"
    BOTTOM_LEFT = "bottom-left"
    BOTTOM = "bottom"
    BOTTOM_RIGHT = "bottom-right"


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One step; they are done in the order given. `op` says which of the fields count:

    - `resize`: `width`, `height` (one may be missing) and `fit`: `inside` (whole, no larger than the box), `outside`
      (covers the box), `fill` (covers it, the rest cut off), `fit` (exactly the box, padded with `background`);
      `enlarge` allows more pixels than there are.
    - `crop`: `width`, `height`, and either `left`, `top` or `attention: true` (the most interesting part).
    - `rotate`: `angle` clockwise in degrees; corners are filled with `background`.
    - `flip`: `direction`. `grayscale`. `trim`: cuts off a border of one color. `strip`: drops metadata.
    - `blur`, `sharpen`: `sigma` in pixels. `adjust`: `brightness`, `contrast`, `saturation` (1 changes nothing).
    - `caption`: `text`, `position`, `size` (of the picture's height), `color`, `background`.
    - `watermark`: `file_id` of a picture, `position`, `size` (of the picture's width), `opacity`.
    """

    op: Literal[
        "resize", "crop", "rotate", "flip", "grayscale", "trim", "strip",
        "blur", "sharpen", "adjust", "caption", "watermark",
    ]  # fmt: skip
    width: Pixels | None = None
    height: Pixels | None = None
    fit: Literal["inside", "outside", "fill", "fit"] = "inside"
    enlarge: bool = False
    left: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    top: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    attention: bool = False
    angle: Annotated[float, Meta(ge=-360, le=360)] = 90
    direction: Literal["horizontal", "vertical"] = "horizontal"
    sigma: Annotated[float, Meta(gt=0, le=50)] = 1.0
    brightness: Factor = 1.0
    contrast: Factor = 1.0
    saturation: Factor = 1.0
    text: Annotated[str, Meta(max_length=200)] = ""
    position: Position = Position.BOTTOM_RIGHT
    size: Annotated[float, Meta(gt=0, le=1)] = 0.05
    color: Color = "#ffffff"
    background: Color | None = None
    opacity: Fraction = 1.0
    file_id: UUID | None = None


class Preset(StrEnum):
    """`fast`: libvips' own coding. `balanced`: mozjpeg's trellis and progressive scans. `smallest`: AVIF or WebP where
    allowed, more effort. `archive`: lossless."""

    FAST = "fast"
    BALANCED = "balanced"
    SMALLEST = "smallest"
    ARCHIVE = "archive"


class Format(StrEnum):
    """`same`: the source's own where it can be written, else JPEG, or PNG where there is transparency."""

    SAME = "same"
    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    AVIF = "avif"


@dataclass(frozen=True, kw_only=True, slots=True)
class Output:
    """`quality`: 1 to 100, the preset's own without it. `name`: suffix of this rendition's file name.

    `width`, `height`: the rendition fits into this box, after the operations. `keep_copyright`: keeps author and
    copyright of the metadata; everything else, GPS included, is dropped. `profile`: `keep` the color profile, or
    convert to `srgb`.
    """

    preset: Preset = Preset.BALANCED
    format: Format = Format.SAME
    quality: Annotated[int, Meta(ge=1, le=100)] | None = None
    width: Pixels | None = None
    height: Pixels | None = None
    name: Annotated[str, Meta(max_length=40)] = ""
    keep_copyright: bool = False
    profile: Literal["keep", "srgb"] = "keep"


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageFile:
    """A file of the result. `quality`: that it was written with, where the format has one."""

    id: UUID
    name: str
    size: int
    media_type: str
    width: int
    height: int
    quality: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageResult:
    """`files`: the renditions, in the order of the outputs. `source`: what it was made from.

    `kept`: a sentence that says why the original was left as it is; then `files` names the original.
    """

    files: list[ImageFile]
    source: ImageFile
    kept: str | None = None


@job_kind("image.process", result=ImageResult)
@dataclass(frozen=True, kw_only=True, slots=True)
class ImageProcess:
    """Several `outputs` come from one decoding; without any, `output` alone counts."""

    file_id: UUID
    operations: Annotated[list[Operation], Meta(max_length=32)] = field(default_factory=list)
    output: Output = Output()
    outputs: Annotated[list[Output], Meta(max_length=8)] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class InspectResult:
    """What decoding told of a file; of a picture also a thumbnail was made."""

    media_type: str
    width: int | None = None
    height: int | None = None
    frames: int | None = None
    thumbhash: str | None = None
    thumbnail_sha256: str | None = None
    thumbnail_size: int | None = None
    problem: str | None = None


@job_kind("file.inspect", result=InspectResult)
@dataclass(frozen=True, kw_only=True, slots=True)
class FileInspect:
    """Internal: made with every file, by the service itself."""

    file_id: UUID
