import pytest
from PIL import Image, ImageStat

from jobs.kinds.base import JobFailure
from jobs.tests.images.pictures import BLUE, GREEN, RED, corners, encoded, photograph
from jobs.tests.images.test_what_pictures_look_like import close, shows_corners

PICTURE = encoded(corners(), "PNG")


@pytest.fixture
def done(processed, context):
    """The picture (120 × 80) after these operations, lossless."""

    def run(*operations: dict, data: bytes = PICTURE) -> Image.Image:
        processed(data, *operations, format="png", preset="fast")
        return context.opened(len(context.saved) - 1)

    return run


@pytest.mark.parametrize(
    ("operation", "size"),
    [
        ({"width": 60}, (60, 40)),
        ({"height": 20}, (30, 20)),
        ({"width": 60, "height": 60}, (60, 40)),
        ({"width": 60, "height": 60, "fit": "outside"}, (90, 60)),
        ({"width": 60, "height": 60, "fit": "fill"}, (60, 60)),
        ({"width": 60, "height": 60, "fit": "fit"}, (60, 60)),
        ({"width": 240}, (120, 80)),
        ({"width": 240, "enlarge": True}, (240, 160)),
        ({"width": 240, "height": 240, "fit": "fill"}, (80, 80)),
        ({"width": 240, "height": 200, "fit": "fit"}, (240, 200)),
        ({"width": 1, "height": 1}, (1, 1)),
    ],
)
def test_resize(done, operation, size):
    assert done({"op": "flip"}, {"op": "resize", **operation}).size == size


@pytest.mark.parametrize("format", ["JPEG", "WEBP", "PNG"])
@pytest.mark.parametrize("width", [13, 99, 333])
def test_decoding_a_smaller_picture_gives_the_same_size_and_look(done, format, width):
    image = done({"op": "resize", "width": width}, data=encoded(corners(800, 533), format, quality=90))
    assert image.size == (width, max(1, round(533 * width / 800)))
    assert shows_corners(image)


def test_fit_fills_up_with_the_background(done):
    image = done({"op": "resize", "width": 60, "height": 60, "fit": "fit", "background": "#0000ff"})
    assert image.getpixel((30, 3)) == (0, 0, 255)
    assert close(image.getpixel((5, 15)), RED)
    assert done({"op": "resize", "width": 60, "height": 60, "fit": "fit"}).getpixel((30, 3)) == (255, 255, 255)
    clear = done({"op": "resize", "width": 60, "height": 60, "fit": "fit", "background": "#00000000"})
    assert clear.getpixel((30, 3))[3] == 0


def test_fill_takes_the_middle(done):
    image = done({"op": "resize", "width": 40, "height": 80, "fit": "fill"})
    assert close(image.getpixel((5, 10)), RED)
    assert close(image.getpixel((35, 10)), GREEN)


def test_crop(done):
    image = done({"op": "crop", "left": 60, "top": 40, "width": 30, "height": 20})
    assert image.size == (30, 20)
    assert image.getpixel((0, 0)) == BLUE
    assert done({"op": "crop", "left": 100, "top": 70, "width": 300, "height": 300}).size == (20, 10)
    assert done({"op": "crop", "width": 60, "height": 40}).getpixel((0, 0)) == RED


def test_crop_by_attention_finds_what_stands_out(done):
    image = Image.new("RGB", (300, 100), (120, 120, 120))
    image.paste(photograph(40, 40).point(lambda value: 255 - value), (240, 30))
    part = done({"op": "crop", "width": 80, "height": 100, "attention": True}, data=encoded(image, "PNG"))
    assert part.size == (80, 100)
    assert max(ImageStat.Stat(part).stddev) > 5


def test_a_crop_outside_is_refused(done):
    with pytest.raises(JobFailure) as refusal:
        done({"op": "crop", "left": 120, "top": 0, "width": 3, "height": 3})
    assert refusal.value.code == "crop_outside"


def test_rotate_goes_clockwise(done):
    assert close(done({"op": "rotate"}).getpixel((70, 10)), RED)
    assert done({"op": "rotate", "angle": 90}).size == (80, 120)
    assert close(done({"op": "rotate", "angle": -90}).getpixel((10, 110)), RED)
    assert done({"op": "flip"}, {"op": "rotate", "angle": 360}).size == (120, 80)


def test_rotate_by_any_angle_fills_the_corners(done):
    image = done({"op": "rotate", "angle": 30, "background": "#ff00ff"})
    assert image.size[0] > 120
    assert image.getpixel((0, 0)) == (255, 0, 255)
    assert close(image.getpixel((image.size[0] // 2, 12)), RED) or close(image.getpixel((50, 12)), RED)
    assert done({"op": "rotate", "angle": 30}).getpixel((0, 0)) == (255, 255, 255)
    assert done({"op": "rotate", "angle": 30, "background": "#ff00ff00"}).getpixel((0, 0))[3] == 0


def test_flip(done):
    assert done({"op": "flip"}).getpixel((5, 5)) == GREEN
    assert close(done({"op": "flip", "direction": "vertical"}).getpixel((115, 5)), BLUE)


def test_grayscale(done):
    image = done({"op": "grayscale"})
    assert image.mode == "L"
    assert image.getpixel((5, 5)) < image.getpixel((5, 75))


def test_trim_cuts_the_border_off(done):
    image = Image.new("RGB", (200, 150), "white")
    image.paste(corners(), (30, 50))
    assert done({"op": "trim"}, data=encoded(image, "PNG")).size == (120, 80)
    plain = encoded(Image.new("RGB", (50, 50), "white"), "PNG")
    assert done({"op": "trim"}, {"op": "flip"}, data=plain).size == (50, 50)


def test_blur_and_sharpen_are_opposites(done):
    def edge(image: Image.Image) -> int:
        return image.getpixel((63, 20))[1] - image.getpixel((56, 20))[1]

    soft = encoded(done({"op": "blur", "sigma": 4}), "PNG")
    blurred, sharpened = (
        edge(done({"op": "flip"}, {"op": "flip"}, data=soft)),
        edge(done({"op": "sharpen", "sigma": 5}, data=soft)),
    )
    assert blurred < edge(corners())
    assert sharpened > blurred


def test_adjust(done):
    def mean(**factors: float) -> list[float]:
        return ImageStat.Stat(done({"op": "adjust", **factors}, {"op": "flip"})).mean

    before = ImageStat.Stat(corners()).mean
    assert sum(mean(brightness=0.5)) == pytest.approx(sum(before) / 2, rel=0.03)
    assert mean(contrast=0.0) == [pytest.approx(127.5, abs=1)] * 3
    red, green, blue = mean(saturation=0.0)
    assert red == green == blue
    vivid = done({"op": "adjust", "saturation": 1.5}).getpixel((5, 5))
    assert vivid[0] - vivid[1] > RED[0] - RED[1]


def test_adjust_leaves_transparency_alone(done):
    image = corners().convert("RGBA")
    image.putalpha(100)
    assert done({"op": "adjust", "brightness": 0.2}, data=encoded(image, "PNG")).getpixel((5, 5))[3] == 100


def test_a_caption_is_written_where_it_was_asked_for(done):
    plain = Image.new("RGB", (400, 300), (10, 10, 10))
    written = {"op": "caption", "text": "Hällo <b>&", "size": 0.1, "color": "#ffff00"}
    image = done({**written, "position": "top-left"}, data=encoded(plain, "PNG"))
    left, top, right, bottom = image.convert("L").point(lambda value: 255 * (value > 60)).getbbox()
    assert left < 40
    assert top < 40
    assert 60 < right < 390
    assert bottom < 150
    assert max(image.crop((left, top, right, bottom)).get_flattened_data()) == (255, 255, 0)
    low = done({**written, "position": "bottom"}, data=encoded(plain, "PNG")).convert("L").getbbox()
    assert low is not None
    boxed = done({**written, "position": "center", "background": "#ff0000"}, data=encoded(plain, "PNG"))
    assert (255, 0, 0) in set(boxed.get_flattened_data())


def test_a_long_caption_is_broken_and_stays_inside(done):
    plain = Image.new("RGB", (200, 200), (10, 10, 10))
    image = done({"op": "caption", "text": "word " * 30, "size": 0.08}, data=encoded(plain, "PNG"))
    assert image.size == (200, 200)
    assert image.convert("L").point(lambda value: 255 * (value > 60)).getbbox() is not None


def test_a_colored_caption_on_a_gray_picture_is_colored(done):
    gray = encoded(Image.new("L", (200, 100), 20), "PNG")
    image = done({"op": "caption", "text": "Hi", "size": 0.5, "color": "#ff0000"}, data=gray)
    assert max(red - green for red, green, _ in image.get_flattened_data()) > 200


def test_a_watermark_lies_in_its_corner(done, context):
    logo = context.add(encoded(Image.new("RGBA", (50, 50), (255, 0, 255, 255)), "PNG"))
    marked = {"op": "watermark", "file_id": str(logo), "size": 0.25, "position": "bottom-right"}
    image = done(marked)
    assert close(image.getpixel((105, 65)), (255, 0, 255))
    assert close(image.getpixel((5, 5)), RED)
    faint = done({**marked, "opacity": 0.5}).getpixel((105, 65))
    assert close(faint, tuple((one + other) // 2 for one, other in zip(BLUE, (255, 0, 255), strict=True)))


def test_steps_are_done_in_the_order_given(done):
    cropped_first = done({"op": "crop", "width": 60, "height": 60, "left": 0, "top": 0}, {"op": "resize", "width": 30})
    resized_first = done({"op": "resize", "width": 30}, {"op": "crop", "width": 60, "height": 60, "left": 0, "top": 0})
    assert (cropped_first.size, resized_first.size) == ((30, 30), (30, 20))


def test_steps_keep_sixteen_bits(processed, context):
    deep = Image.new("I;16", (60, 40), 40_000)
    steps = [{"op": "blur"}, {"op": "adjust", "brightness": 0.5}, {"op": "caption", "text": "x"}, {"op": "sharpen"}]
    processed(encoded(deep, "PNG"), *steps, format="png", preset="archive")
    assert context.bytes_of()[24] == 16  # IHDR's bit depth
    assert context.saved[0].picture.thumbhash


def test_a_result_that_is_too_large_is_refused_before_it_is_made(done):
    with pytest.raises(JobFailure) as refusal:
        done({"op": "resize", "width": 20_000, "height": 20_000, "fit": "fit"})
    assert refusal.value.code == "result_too_large"
    with pytest.raises(JobFailure) as refusal:
        done({"op": "resize", "width": 20_000, "enlarge": True})
    assert refusal.value.code == "result_too_large"
