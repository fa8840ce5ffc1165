"""The kind `image.process` (docs/images.md)."""

from contracts.image import ImageProcess, ImageResult
from jobs.images.checking import check, files_of
from jobs.kinds.base import MIB, Context, kind


@kind(
    ImageProcess,
    queue="image",
    files=files_of,
    validate=check,
    time_limit=60,
    memory=1024 * MIB,
    max_attempts=3,
    reuse=True,
)
def image_process(params: ImageProcess, context: Context) -> ImageResult:
    """The same bytes and parameters always give the same files."""
    from jobs.images.processing import process  # libvips, which only workers load

    return process(params, context)
