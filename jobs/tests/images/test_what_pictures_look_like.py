"""Orientation, color, transparency, depth: what must come out as it went in."""

import io

import pytest
from PIL import Image, ImageCms

from jobs.tests.images.pictures import BLUE, GREEN, P3, RED, YELLOW, animation, corners, encoded, photograph, turned

RESIZE = {"op": "resize", "width": 60}


def close(color, other, by: int = 14) -> bool:
    return all(abs(one - two) <= by for one, two in zip(color[:3], other[:3], strict=True))


def shows_corners(image: Image.Image) -> bool:
    image = image.convert("RGB")
    width, height = image.size
    places = [(0.2, 0.2, RED), (0.8, 0.2, GREEN), (0.8, 0.8, BLUE), (0.2, 0.8, YELLOW)]
    return all(close(image.getpixel((int(width * x), int(height * y))), color) for x, y, color in places)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    "operations", [[], [RESIZE], [{"op": "resize", "width": 30}]], ids=["as is", "half", "quarter"]
)
def test_every_orientation_comes_out_upright(processed, context, orientation, operations):
    result = processed(turned(orientation), *operations, quality=60, preset="fast")
    image = context.opened()
    assert image.size == (result.files[0].width, result.files[0].height)
    assert image.size[0] > image.size[1]
    assert 0x0112 not in image.getexif()
    assert shows_corners(image)
    assert shows_corners(context.thumbnail())


def test_an_upright_picture_is_what_inspection_tells(inspected):
    assert (inspected(turned(6)).width, inspected(turned(6)).height) == (120, 80)


def test_cmyk_becomes_rgb_of_the_same_colors(processed, context):
    processed(encoded(corners().convert("CMYK"), quality=95), RESIZE)
    image = context.opened()
    assert image.mode == "RGB"
    red, green, blue = image.getpixel((10, 10))
    assert red > 150
    assert max(green, blue) < 100


def test_sixteen_bits_stay_in_an_archive_and_become_eight_elsewhere(processed, context):
    deep = Image.new("I;16", (300, 300))
    deep.putdata([(x * 217) % 65_536 for x in range(90_000)])
    data = encoded(deep, "PNG")
    processed(data, {"op": "flip"}, format="png", preset="archive")
    processed(data, {"op": "flip"}, format="png", preset="fast")
    kept, reduced = context.opened(0), context.opened(1)
    assert kept.mode.startswith("I")
    assert [kept.getpixel((299 - x, 0)) for x in range(5)] == [0, 217, 434, 651, 868]
    assert reduced.mode == "L"
    assert abs(reduced.getpixel((299 - 290, 0)) - 290 * 217 // 256) <= 1


def test_a_palette_with_transparency_keeps_its_look(processed, context):
    image = corners().quantize(8)
    data = encoded(image, "PNG", transparency=image.getpixel((10, 10)))
    processed(data, RESIZE)
    result = context.opened().convert("RGBA")
    assert result.getpixel((5, 5))[3] == 0
    assert close(result.getpixel((50, 5)), GREEN)


def test_transparency_stays_where_the_format_can(processed, context):
    image = corners().convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    for number, coding in enumerate(("png", "webp", "avif")):
        processed(encoded(image, "PNG"), RESIZE, format=coding)
        alpha = context.opened(number).getchannel("A")
        assert alpha.getpixel((30, 2)) < 30 < 220 < alpha.getpixel((30, 37))


def test_transparency_becomes_white_in_jpeg(processed, context):
    processed(encoded(Image.new("RGBA", (60, 60), (255, 0, 0, 0)), "PNG"), format="jpeg")
    assert close(context.opened().getpixel((30, 30)), (255, 255, 255))


def test_what_shrinks_next_to_transparency_takes_no_color_from_it(processed, context):
    image = Image.new("RGBA", (64, 64), (0, 255, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 33, 64))
    processed(encoded(image, "PNG"), {"op": "resize", "width": 8}, format="png")
    shown = [pixel for pixel in context.opened().get_flattened_data() if pixel[3] > 20]
    assert shown
    assert max(pixel[1] for pixel in shown) < 30


def test_the_color_profile_stays(processed, context):
    processed(encoded(photograph(), quality=95, icc_profile=P3), RESIZE)
    assert context.opened().info["icc_profile"] == P3


def test_or_is_converted_to_srgb(processed, context):
    processed(encoded(corners(), quality=95, icc_profile=P3), profile="srgb")
    image = context.opened()
    assert "icc_profile" not in image.info
    wide = ImageCms.ImageCmsProfile(io.BytesIO(P3))
    expected = ImageCms.profileToProfile(corners(), wide, ImageCms.createProfile("sRGB")).getpixel((100, 10))
    assert close(image.getpixel((100, 10)), expected)
    assert not close(expected, GREEN, by=3)


def test_thumbnails_are_srgb_whatever_the_profile(processed, context):
    processed(encoded(corners(), quality=95, icc_profile=P3), {"op": "flip"})
    assert "icc_profile" not in context.thumbnail().info


def test_gray_stays_gray(processed, context):
    processed(encoded(photograph().convert("L"), quality=95), RESIZE)
    assert context.opened().mode == "L"


def test_an_animated_gif_is_passed_through(processed, context):
    data = animation("GIF")
    result = processed(data, {"op": "resize", "width": 10}, name="cat.gif")
    assert result.files == [result.source]
    assert result.kept == "Kept the original: animated GIFs are passed through unchanged."
    assert not context.saved


def test_asked_for_as_webp_all_of_its_frames_are_changed(processed, context):
    result = processed(animation("GIF"), {"op": "resize", "width": 32}, format="webp", name="cat.gif")
    image = context.opened()
    assert (image.size, image.n_frames, image.info["duration"]) == ((32, 24), 3, 70)
    image.seek(1)
    assert close(image.convert("RGB").getpixel((10, 10)), GREEN)
    assert context.saved[0].picture.frames == 3
    assert result.files[0].name == "cat.webp"


def test_an_animated_webp_stays_one(processed, context):
    processed(animation("WEBP"), {"op": "flip"}, {"op": "resize", "width": 20}, name="cat.webp")
    image = context.opened()
    assert (image.n_frames, image.size) == (3, (20, 15))


def test_formats_without_frames_take_the_first(processed, context):
    processed(animation("GIF"), format="jpeg")
    assert close(context.opened().getpixel((20, 20)), RED)


def test_a_name_that_lies_changes_nothing(processed, context):
    result = processed(encoded(photograph(), "PNG"), RESIZE, name="holiday.jpg")
    assert result.source.media_type == "image/png"
    assert (context.saved[0].media_type, context.saved[0].name) == ("image/png", "holiday.png")
    assert context.opened().format == "PNG"
