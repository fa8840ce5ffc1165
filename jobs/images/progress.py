"""How far libvips is, told to the job while it works; and its work ended when the job is cancelled."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jobs.images.library import Image, VipsError
from jobs.kinds.base import Context


@contextmanager
def told(image: Image, context: Context, *, low: float, high: float) -> Iterator[Image]:
    """The image to compute in this block; its progress counts from `low` to `high` percent of the job."""
    image = image.copy()
    reasons: list[BaseException] = []

    def heard(_: Any, progress: Any) -> None:
        try:
            context.progress(low + (high - low) * progress.percent / 100)
        except BaseException as reason:  # noqa: BLE001 (what leaves a function that C called is lost: it is raised below)
            reasons.append(reason)
            image.set_kill(True)

    image.set_progress(True)
    image.signal_connect("eval", heard)
    try:
        yield image
    except VipsError:
        if not reasons:
            raise
    finally:
        image.set_progress(False)
    if reasons:
        raise reasons[0]
