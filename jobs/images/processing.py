"""`image.process`: one decoding, the steps, then a file for each output, or the original kept (docs/images.md)."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path, PurePath

from contracts.image import Format, ImageFile, ImageProcess, ImageResult, Operation, Output, Preset
from jobs.images import jpeg, keeping, thumbnails
from jobs.images.colors import plain
from jobs.images.library import Image, field
from jobs.images.loading import Header, can_shrink, decoded, errors_named, header
from jobs.images.marker import Credits, read_credits
from jobs.images.operations import Size, apply, resize, resized_size
from jobs.images.policy import box_of, is_untouched, reason_afterwards, reason_to_keep, steps_of
from jobs.images.progress import told
from jobs.images.writing import EXTENSIONS, Written, formats, smallest
from jobs.kinds.base import Context, Input, Picture, Saved

DECODED = 30.0
"""Percent of the job when the picture is decoded."""
WORTH_CAPPING = 0.75
"""Part of the source's pixels from which the source's quality limits that of a result."""


def process(params: ImageProcess, context: Context) -> ImageResult:
    """Raises JobFailure, Cancelled."""
    with errors_named():
        return Processing(params, context).result()


class Processing:
    """One job. What several outputs need is computed once, when the first one asks."""

    def __init__(self, params: ImageProcess, context: Context) -> None:
        self.context = context
        self.input: Input = context.input(params.file_id)
        self.picture: Header = header(self.input.path)
        self.outputs: Sequence[Output] = params.outputs or [params.output]
        self.steps = steps_of(params.operations, self.picture)
        self.stripped = any(operation.op == "strip" for operation in params.operations)
        self.raw = decoded(self.picture, sequential=True)
        self.kept: list[str] = []
        self.names: set[str] = set()

    def result(self) -> ImageResult:
        files = [self.rendition(number) for number in range(len(self.outputs))]
        return ImageResult(files=files, source=self.original(), kept=" ".join(dict.fromkeys(self.kept)) or None)

    def rendition(self, number: int) -> ImageFile:
        output = self.outputs[number]
        untouched = not self.steps and is_untouched(output, self.picture, self.raw)
        passed = self.picture.format == "gif" and self.picture.animated and output.format is Format.SAME
        reason = reason_to_keep(output, self.picture, self.raw) if untouched or passed else None
        if reason and keeping.droppable(self.picture, self.raw):
            return self.keep(output, reason)
        written, frames = self.written(number)
        reason = reason_afterwards(written.size, self.picture.size) if untouched else None
        if reason and keeping.droppable(self.picture, self.raw):
            written.path.unlink()
            return self.keep(output, reason)
        return self.save(written, frames, output)

    # --- the original ---

    def keep(self, output: Output, reason: str) -> ImageFile:
        """The original, or a copy without its metadata."""
        target = self.context.folder / "kept"
        clean = keeping.is_clean(self.raw)
        if clean or not keeping.cleaned(self.picture, self.raw, target, credits=self.credits(output)):
            self.kept.append(f"Kept the original: {reason}.")
            return self.original()
        gone = "Its GPS position and other metadata were" if keeping.has_gps(self.raw) else "Its metadata was"
        self.kept.append(f"Kept the original: {reason}. {gone} removed.")
        return self.save_copy(target, output)

    def save_copy(self, path: Path, output: Output) -> ImageFile:
        small = thumbnails.decoded_small(self.picture)
        size = (self.picture.width, self.picture.height)
        picture = self.pictured(small, size, frames=self.picture.frames)
        saved = self.context.save(
            path, name=self.name(output, self.picture.format), media_type=self.picture.media_type, picture=picture
        )
        return image_file(saved, size)

    def original(self) -> ImageFile:
        return ImageFile(
            id=self.input.id,
            name=self.input.name,
            size=self.input.size,
            media_type=self.picture.media_type,
            width=self.picture.width,
            height=self.picture.height,
            quality=self.source_quality,
        )

    @cached_property
    def source_quality(self) -> int | None:
        return jpeg.quality(self.picture.path) if self.picture.format == "jpeg" else None

    # --- a new file ---

    def written(self, number: int) -> tuple[Written, list[Image]]:
        output = self.outputs[number]
        frames = self.frames_for(output)
        first = frames[0]
        size = (first.width, first.height)
        palette = bool(field(self.raw, "palette", 0)) and not self.steps
        tried = formats(output, self.picture, alpha=first.hasalpha(), palette=palette, size=size)
        low, high = (DECODED + (100 - DECODED) * at / len(self.outputs) for at in (number, number + 1))
        self.context.progress(low, note=f"writing {number + 1} of {len(self.outputs)}")
        folder = self.context.folder / str(number)
        folder.mkdir(exist_ok=True)
        with errors_named("result_not_written"), told(first, self.context, low=low, high=high) as watched:
            written = smallest(
                [watched, *frames[1:]],
                folder,
                output=output,
                formats=tried,
                lossless=palette or output.preset is Preset.ARCHIVE,
                credits=self.credits(output),
                cap=self.cap(size),
            )
        self.context.progress(high)
        return written, frames

    def frames_for(self, output: Output) -> list[Image]:
        """One, unless the result is an animation."""
        box = box_of(output)
        animates = output.format is Format.WEBP or (output.format is Format.SAME and self.picture.format == "webp")
        frames = self.frames if animates else self.frames[:1]
        if box is None:
            return frames
        true = None if self.steps else (self.picture.width, self.picture.height)
        return [resize(frame, box, size=true) for frame in frames]

    @cached_property
    def frames(self) -> list[Image]:
        """Upright and with all steps done, in memory."""
        self.context.progress(0, note="reading")
        animated = self.picture.animated and any(
            output.format is Format.WEBP or self.picture.format == "webp" for output in self.outputs
        )
        image = decoded(self.picture, shrink=self.shrink, all_frames=animated, sequential=True)
        with told(image, self.context, low=0, high=DECODED) as watched:
            image = watched.copy_memory()
        frames = split(image) if animated else [image.autorot()]
        if self.steps:
            self.context.progress(DECODED, note="editing")
        done = [self.edited(plain(frame, deep=self.deep)) for frame in frames]
        return [frame.copy_memory() for frame in done] if self.steps else done

    def edited(self, image: Image) -> Image:
        for number, step in enumerate(self.steps):
            self.context.check()
            if step.op == "resize" and number == 0:
                image = resize(image, step, size=(self.picture.width, self.picture.height))
            else:
                image = apply(image, step, mark=self.mark(step))
        return image

    def mark(self, step: Operation) -> Image | None:
        if step.op != "watermark" or step.file_id is None:
            return None
        found = header(self.context.input(step.file_id).path)
        return plain(decoded(found).copy_memory(), profile="srgb")

    @cached_property
    def shrink(self) -> int:
        """How much smaller it may be decoded: still twice as large as it will be, so that Lanczos has the last say."""
        if not can_shrink(self.picture):
            return 1
        size = (self.picture.width, self.picture.height)
        boxes = [self.steps[0]] if self.steps else [box for output in self.outputs if (box := box_of(output))]
        if any(box.op != "resize" for box in boxes) or (not self.steps and len(boxes) < len(self.outputs)):
            return 1
        ratio = min(size[0] / resized_size(box, size)[0] for box in boxes)
        return next((factor for factor in (8, 4, 2) if ratio >= 2 * factor), 1)

    @cached_property
    def deep(self) -> bool:
        """Sixteen bits are worth their room only where nothing may be lost."""
        return self.picture.deep and any(output.preset is Preset.ARCHIVE for output in self.outputs)

    def cap(self, size: Size) -> int | None:
        """The source's quality, for results of nearly its size."""
        large = size[0] * size[1] >= WORTH_CAPPING * self.picture.width * self.picture.height
        return self.source_quality if large else None

    def save(self, written: Written, frames: Sequence[Image], output: Output) -> ImageFile:
        size = (frames[0].width, frames[0].height)
        count = len(frames) if written.format == "webp" else 1
        picture = self.pictured(frames[0], size, frames=count)
        name = self.name(output, written.format)
        saved = self.context.save(written.path, name=name, media_type=written.media_type, picture=picture)
        return image_file(saved, size, quality=written.quality)

    # --- both ---

    def pictured(self, image: Image, size: Size, *, frames: int) -> Picture:
        target = self.context.folder / "thumbnail.webp"
        thumbhash = thumbnails.thumbnail(image, target)
        thumbnail = self.context.store(target)
        return Picture(width=size[0], height=size[1], frames=frames, thumbhash=thumbhash, thumbnail=thumbnail)

    def credits(self, output: Output) -> Credits:
        return read_credits(self.raw) if output.keep_copyright and not self.stripped else Credits()

    def name(self, output: Output, format: str) -> str:
        """The source's, with the rendition's suffix and the ending of what it really is; each only once."""
        stem = PurePath(self.input.name).stem or "picture"
        base = f"{stem}-{output.name}" if output.name else stem
        names = (f"{base}{mark}.{EXTENSIONS[format]}" for mark in ("", *(f"-{number}" for number in range(2, 20))))
        name = next(one for one in names if one not in self.names)
        self.names.add(name)
        return name


def split(strip: Image) -> list[Image]:
    """The frames of an animation."""
    height = field(strip, "page-height", strip.height)
    return [strip.crop(0, top, strip.width, height) for top in range(0, strip.height, height)]


def image_file(saved: Saved, size: Size, *, quality: int | None = None) -> ImageFile:
    return ImageFile(
        id=saved.id,
        name=saved.name,
        size=saved.size,
        media_type=saved.media_type,
        width=size[0],
        height=size[1],
        quality=quality,
    )
