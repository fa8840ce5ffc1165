"""The kind `file.inspect`, made by the service with every file (docs/images.md)."""

from collections.abc import Sequence
from uuid import UUID

from contracts.image import FileInspect, InspectResult
from contracts.job import Lane
from jobs.kinds.base import MIB, Context, Picture, Stored, kind


def files(params: FileInspect) -> Sequence[UUID]:
    return [params.file_id]


def accepted(params: FileInspect, result: InspectResult) -> None:
    """In the transaction that stores the result."""
    from jobs.files.services import file_inspected  # it enqueues jobs of this kind itself

    file_inspected(
        file_id=params.file_id, media_type=result.media_type, picture=picture_of(result), problem=result.problem
    )


def given_up(params: FileInspect, code: str) -> None:
    """A file that costs whoever looks into it his life is a file that cannot be used; nobody waits for more."""
    from jobs.files.services import file_inspected

    file_inspected(file_id=params.file_id, media_type="application/octet-stream", picture=None, problem=code)


def picture_of(result: InspectResult) -> Picture | None:
    if result.width is None or result.height is None:
        return None
    thumbnail = None
    if result.thumbnail_sha256 is not None and result.thumbnail_size is not None:
        thumbnail = Stored(sha256=result.thumbnail_sha256, size=result.thumbnail_size)
    return Picture(
        width=result.width,
        height=result.height,
        frames=result.frames or 1,
        thumbhash=result.thumbhash,
        thumbnail=thumbnail,
    )


@kind(
    FileInspect,
    queue="image",
    files=files,
    accepted=accepted,
    given_up=given_up,
    lane=Lane.EXPRESS,
    time_limit=20,
    memory=1024 * MIB,
    max_attempts=3,
    internal=True,
)
def file_inspect(params: FileInspect, context: Context) -> InspectResult:
    from jobs.images.inspecting import inspect  # libvips, which only workers load

    return inspect(context.input(params.file_id), context)
