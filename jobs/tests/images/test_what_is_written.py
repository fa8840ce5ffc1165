"""Formats, presets, metadata, names, progress."""

import pytest
import pyvips
from PIL import Image

from jobs.images import writing
from jobs.images.library import VipsError
from jobs.images.progress import told
from jobs.kinds.base import Cancelled, JobFailure
from jobs.tests.images.pictures import ARTIST, COPYRIGHT, GPS, SOFTWARE, animation, corners, encoded, exif, photograph

PHOTOGRAPH = encoded(photograph(480, 360), quality=97)
FLIP = {"op": "flip"}


@pytest.mark.parametrize("format", ["jpeg", "png", "webp", "avif"])
@pytest.mark.parametrize("preset", ["fast", "balanced", "smallest", "archive"])
def test_every_preset_of_every_format(processed, context, format, preset):
    if (format, preset) == ("jpeg", "archive"):
        pytest.skip("refused: test_what_is_asked_for")
    result = processed(encoded(photograph(160, 120), "TIFF"), format=format, preset=preset)
    image = context.opened()
    assert image.format.lower() == format
    assert (result.files[0].media_type, image.size) == (f"image/{format}", (160, 120))
    assert (result.files[0].quality is None) == (format == "png" or preset == "archive")
    if preset == "archive" and format != "avif":  # AVIF rounds once, between RGB and YCbCr
        assert image.convert("RGB").tobytes() == photograph(160, 120).tobytes()


def test_more_effort_gives_fewer_bytes(processed):
    fast, balanced, smallest = (processed(PHOTOGRAPH, preset=one).files[0] for one in ("fast", "balanced", "smallest"))
    assert fast.size > balanced.size > smallest.size


def test_smallest_may_choose_the_format_unless_one_is_asked_for(processed):
    drawing = encoded(corners(300, 300), quality=97)
    assert processed(drawing, preset="smallest").files[0].media_type == "image/webp"
    assert processed(drawing, preset="smallest", format="jpeg").files[0].media_type == "image/jpeg"


def test_a_jpeg_that_became_transparent_becomes_png(processed):
    step = {"op": "resize", "width": 90, "height": 90, "fit": "fit", "background": "#00000000"}
    assert processed(PHOTOGRAPH, step).files[0].media_type == "image/png"


def test_tiff_and_gif_become_what_can_be_written(processed):
    assert processed(encoded(photograph(), "TIFF")).files[0].media_type == "image/jpeg"
    assert processed(encoded(photograph(), "GIF"), FLIP).files[0].media_type == "image/png"


def test_a_format_that_cannot_hold_it_is_refused(processed):
    with pytest.raises(JobFailure) as refusal:
        processed(encoded(Image.new("L", (17_000, 4)), "PNG"), format="webp")
    assert refusal.value.code == "result_too_large"


def test_metadata_is_dropped(processed, context):
    data = encoded(photograph(), quality=97, exif=exif(gps=True, artist="Ada", copyright="© Ada"), comment=b"secret")
    processed(data)
    tags = context.opened().getexif()
    assert not tags.get_ifd(GPS)
    assert ARTIST not in tags
    assert COPYRIGHT not in tags
    assert tags[SOFTWARE] == "Warren balanced 80"
    assert b"secret" not in context.bytes_of()


@pytest.mark.parametrize("quality", [97, 40], ids=["written anew", "kept"])
def test_copyright_stays_on_request_and_strip_drops_it(processed, context, quality):
    data = encoded(photograph(), quality=quality, exif=exif(gps=True, artist="Ada L. (London)", copyright="Ada, 1843"))
    processed(data, keep_copyright=True)
    tags = context.opened(0).getexif()
    assert (tags[ARTIST], tags[COPYRIGHT]) == ("Ada L. (London)", "Ada, 1843")
    assert not tags.get_ifd(GPS)
    processed(data, {"op": "strip"}, keep_copyright=True)
    assert ARTIST not in context.opened(1).getexif()


@pytest.mark.parametrize("subsampling", ["4:2:0", "4:4:4"])
def test_color_that_the_source_lacks_is_not_stored_again(processed, context, subsampling):
    """libvips by itself halves the color's resolution below quality 90 only."""
    processed(encoded(photograph(), quality=99, subsampling=subsampling), FLIP, quality=92)
    halved = context.opened().layer[0][1:3] == (2, 2)
    assert halved == (subsampling == "4:2:0")


def test_small_pictures_bear_no_mark(processed, context):
    processed(encoded(corners(), quality=97), FLIP)
    assert not context.opened().getexif()


def test_several_renditions_come_from_one_decoding(processed, context):
    outputs = [
        {"width": 400, "name": "large"},
        {"width": 100, "height": 100, "format": "webp", "name": "small"},
        {"width": 200, "format": "avif", "preset": "fast"},
    ]
    result = processed(PHOTOGRAPH, {"op": "grayscale"}, outputs=outputs, name="a.b.jpeg")
    assert [file.name for file in result.files] == ["a.b-large.jpg", "a.b-small.webp", "a.b.avif"]
    assert [(file.width, file.height) for file in result.files] == [(400, 300), (100, 75), (200, 150)]
    assert [saved.picture.width for saved in context.saved] == [400, 100, 200]


def test_equal_names_get_numbers(processed):
    result = processed(PHOTOGRAPH, outputs=[{"width": 300}, {"width": 200}, {"width": 100}])
    assert [file.name for file in result.files] == ["picture.jpg", "picture-2.jpg", "picture-3.jpg"]


def test_thumbnails_come_with_every_result(processed, context):
    processed(encoded(photograph(1000, 500), quality=97))
    picture = context.saved[0].picture
    assert context.thumbnail().size == (480, 240)
    assert context.thumbnail().format == "WEBP"
    assert picture.thumbhash
    assert picture.thumbnail.size < context.saved[0].size


def test_the_same_bytes_and_parameters_give_the_same_file(processed, context):
    for _ in range(2):
        processed(PHOTOGRAPH, {"op": "resize", "width": 333}, {"op": "caption", "text": "again"})
    first, second = context.saved
    assert first.sha256 == second.sha256


def test_progress_rises(processed, context):
    processed(PHOTOGRAPH, {"op": "blur"}, outputs=[{}, {"format": "webp"}])
    assert context.percents == sorted(context.percents)
    assert {0, 30, 65, 100} <= set(context.percents)


@pytest.mark.parametrize("percent", [0, 15, 60])
def test_a_cancelled_job_ends_in_the_middle_of_it(processed, context, percent):
    context.cancel_at = percent
    with pytest.raises(Cancelled):
        processed(PHOTOGRAPH, {"op": "blur", "sigma": 3})
    assert not context.saved


def test_while_libvips_works_it_tells_and_can_be_stopped(context):
    """Some tenths of a second of work, of which libvips tells every now and then."""
    slow = pyvips.Image.gaussnoise(1600, 1600).gaussblur(25)
    with told(slow, context, low=20, high=70) as watched:
        watched.avg()
    assert len(set(context.percents)) > 2
    assert all(20 <= percent <= 70 for percent in context.percents)
    context.cancel_at = 30
    context.percents.clear()
    with pytest.raises(Cancelled), told(slow, context, low=20, high=70) as watched:
        watched.avg()
    assert context.percents[-1] < 70


def test_an_error_inside_libvips_names_no_path(processed, monkeypatch, caplog):
    def fail(*_: object, **__: object) -> None:
        raise VipsError("something", "/var/secret/path: out of memory --- size == 50MB")

    monkeypatch.setitem(writing.WRITERS, "jpeg", fail)
    with pytest.raises(JobFailure) as refusal:
        processed(PHOTOGRAPH, FLIP)
    assert refusal.value.code == "image_too_large"
    assert "secret" not in refusal.value.message


def test_frames_that_would_differ_are_refused(processed):
    images = [Image.new("RGB", (60, 60), "white") for _ in range(2)]
    images[0].paste((0, 0, 0), (10, 10, 20, 20))
    images[1].paste((0, 0, 0), (10, 10, 50, 50))
    data = encoded(images[0], "WEBP", save_all=True, append_images=images[1:], lossless=True)
    with pytest.raises(JobFailure) as refusal:
        processed(data, {"op": "trim"})
    assert refusal.value.code == "image_unsupported"


def test_an_animation_written_without_loss_has_the_same_frames(processed, context):
    processed(animation("GIF"), format="webp", preset="archive")
    image = context.opened()
    image.seek(2)
    assert image.convert("RGB").getpixel((3, 3)) == (40, 60, 210)
