"""What the types of `image.process` cannot say is refused before a job is made."""

from uuid import uuid4

import msgspec
import pytest

from contracts.errors import InvalidRequest
from contracts.image import ImageProcess
from jobs.kinds import load_all

KIND = load_all()["image.process"]
FILE = str(uuid4())


def params(*operations: dict, **more: object) -> ImageProcess:
    return msgspec.convert({"file_id": FILE, "operations": list(operations), **more}, ImageProcess)


@pytest.mark.parametrize(
    ("operation", "field"),
    [
        ({"op": "resize"}, "width"),
        ({"op": "resize", "width": 10, "fit": "fill"}, "height"),
        ({"op": "resize", "height": 10, "fit": "fit"}, "width"),
        ({"op": "crop", "width": 10}, "height"),
        ({"op": "crop", "width": 10, "height": 10, "left": 3}, "top"),
        ({"op": "crop"}, "width"),
        ({"op": "caption"}, "text"),
        ({"op": "caption", "text": " \u200b\n"}, "text"),
        ({"op": "watermark"}, "file_id"),
    ],
)
def test_the_field_at_fault_is_named(operation, field):
    with pytest.raises(InvalidRequest) as refusal:
        KIND.validate(params({"op": "flip"}, operation))
    assert refusal.value.data == {"field": f"operations.1.{field}"}
    assert refusal.value.message.endswith(".")


def test_a_jpeg_is_no_archive():
    with pytest.raises(InvalidRequest) as refusal:
        KIND.validate(params(output={"preset": "archive", "format": "jpeg"}))
    assert refusal.value.data == {"field": "output.format"}
    with pytest.raises(InvalidRequest) as refusal:
        KIND.validate(params(outputs=[{}, {"preset": "archive", "format": "jpeg"}]))
    assert refusal.value.data == {"field": "outputs.1.format"}


def test_complete_requests_pass():
    KIND.validate(
        params(
            {"op": "resize", "width": 10},
            {"op": "crop", "width": 10, "height": 10},
            {"op": "crop", "width": 10, "height": 10, "left": 0, "top": 0},
            {"op": "caption", "text": "Hello"},
            {"op": "watermark", "file_id": str(uuid4())},
            {"op": "trim"},
            output={"preset": "archive", "format": "png"},
        )
    )


def test_watermarks_are_files_that_the_job_reads():
    mark = uuid4()
    wanted = params({"op": "watermark", "file_id": str(mark)}, {"op": "watermark", "file_id": str(mark)})
    assert KIND.files(wanted) == [wanted.file_id, mark]


def test_loading_the_kinds_loads_no_codecs():
    """The job service knows all kinds; only workers may pay for libvips."""
    import subprocess
    import sys

    code = "import sys; from jobs.kinds import load_all; load_all(); print('pyvips' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
