"""`file.inspect`: what a file really is; of a picture also its size, a thumbnail and a placeholder."""

from contracts.image import InspectResult
from jobs.images import sniffing, thumbnails
from jobs.images.loading import Header, check_limits, errors_named, read_header
from jobs.kinds.base import Context, Input, JobFailure


def inspect(file: Input, context: Context) -> InspectResult:
    """A bad picture is a result too: `problem` says what is wrong with it."""
    try:
        with errors_named():
            picture = read_header(file.path)
    except JobFailure as failure:
        seems = sniffing.media_type(file.path)
        is_picture = seems.startswith("image/") or failure.code != "not_an_image"
        return InspectResult(media_type=seems, problem=failure.code if is_picture else None)
    try:
        with errors_named():
            check_limits(picture)
            return _pictured(picture, context)
    except JobFailure as failure:
        return InspectResult(
            media_type=picture.media_type,
            width=picture.width,
            height=picture.height,
            frames=picture.frames,
            problem=failure.code,
        )


def _pictured(picture: Header, context: Context) -> InspectResult:
    target = context.folder / "thumbnail.webp"
    thumbhash = thumbnails.thumbnail(thumbnails.decoded_small(picture), target)
    thumbnail = context.store(target)
    return InspectResult(
        media_type=picture.media_type,
        width=picture.width,
        height=picture.height,
        frames=picture.frames,
        thumbhash=thumbhash,
        thumbnail_sha256=thumbnail.sha256,
        thumbnail_size=thumbnail.size,
    )
