import subprocess
import sys

import pytest

from jobs.images import loading
from jobs.kinds.base import JobFailure
from jobs.tests.images.pictures import HTML, SVG, animation, bomb, corners, encoded, photograph, png_claiming

TIFF = encoded(corners(), "TIFF")
PNG = encoded(photograph(), "PNG")


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_an_image"),
        (b"hello, I am text", "not_an_image"),
        (HTML, "not_an_image"),
        (b"%PDF-1.7 " + bytes(100), "not_an_image"),
        (SVG, "image_unsupported"),
        (b'<?xml version="1.0"?>' + SVG, "image_unsupported"),
        (encoded(corners(), "BMP"), "image_unsupported"),
        (encoded(corners(), "ICO"), "image_unsupported"),
        (bytes(4) + b"ftypheic" + bytes(100), "image_unsupported"),
        (png_claiming(100_000, 100_000), "image_too_large"),
        (png_claiming(70_000, 1), "image_too_large"),
        (png_claiming(7072, 7072), "image_too_large"),
        (bomb(), "image_bomb"),
        (half(encoded(photograph())), "image_truncated"),
        (half(PNG), "image_truncated"),
        (half(encoded(photograph(), "WEBP")), "image_truncated"),
        (half(encoded(corners(), "GIF")), "image_truncated"),
        (half(encoded(corners(), "AVIF")), "image_truncated"),
        (half(TIFF), "image_truncated"),
        (encoded(corners())[:200], "image_truncated"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_code_and_a_sentence_say_why_a_picture_is_refused(processed, context, data, code):
    with pytest.raises(JobFailure) as refusal:
        processed(data, {"op": "grayscale"}, name="photo.jpg")
    assert refusal.value.code == code
    assert not refusal.value.retry
    assert str(context.storage) not in refusal.value.message
    assert refusal.value.message.endswith(".")
    assert not context.saved


def test_an_animation_is_limited_by_all_of_its_frames(processed, monkeypatch):
    monkeypatch.setattr(loading, "MAX_ANIMATED_PIXELS", 3 * 64 * 48 - 1)
    with pytest.raises(JobFailure) as refusal:
        processed(animation("GIF"))
    assert refusal.value.code == "image_too_many_frames"


def test_a_truncated_picture_is_not_kept_either(processed):
    with pytest.raises(JobFailure) as refusal:
        processed(encoded(photograph(), quality=50)[:-2])
    assert refusal.value.code == "image_truncated"


def test_a_damaged_png_is_refused(processed):
    damaged = bytearray(PNG)
    damaged[len(damaged) // 2 : len(damaged) // 2 + 40] = bytes(40)
    with pytest.raises(JobFailure) as refusal:
        processed(bytes(damaged), {"op": "grayscale"})
    assert refusal.value.code in {"image_damaged", "image_truncated"}


def test_a_bomb_costs_no_memory(context, tmp_path):
    """In a process of its own: what it held at most is the whole process' figure."""
    file = tmp_path / "bomb.png"
    file.write_bytes(bomb(12_000, 12_000))
    code = (
        "import resource, sys; from pathlib import Path; from jobs.images.loading import header\n"
        "from jobs.kinds.base import JobFailure\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: header(Path(sys.argv[1]))\n"
        "except JobFailure as refusal: print(refusal.code)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    run = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True)
    refused, grown_kib = run.stdout.split()
    assert refused == "image_too_large"
    assert int(grown_kib) < 20_000


def test_the_largest_that_is_allowed_passes(processed, context):
    result = processed(
        encoded(corners(10_000, 5_000), quality=70), {"op": "resize", "width": 400}, preset="fast", name="huge.jpg"
    )
    assert (result.source.width, result.source.height) == (10_000, 5_000)
    assert context.opened().size == (400, 200)
