"""Pictures with known properties, made by the tests themselves: small and quick."""

import io
import struct
import zlib
from pathlib import Path
from random import Random
from typing import Any

import pyvips
from PIL import Image, ImageDraw, ImageFilter

ANCESTORS = Path(__file__).parent / "ancestor" / "test_image.jpg"
"""1920 × 1200, quality 75: the ancestor's own test picture, which its method makes 13 % larger."""
RED, GREEN, BLUE, YELLOW = (220, 30, 30), (30, 160, 60), (40, 60, 210), (240, 220, 40)
ORIENTATION, SOFTWARE, ARTIST, COPYRIGHT, GPS = 0x0112, 0x0131, 0x013B, 0x8298, 0x8825
P3 = pyvips.Image.profile_load("p3")
"""A color profile that is not sRGB."""


def corners(width: int = 120, height: int = 80) -> Image.Image:
    """Red, green, blue and yellow quarters, clockwise from the top left: each way of turning it shows."""
    image = Image.new("RGB", (width, height), RED)
    draw = ImageDraw.Draw(image)
    draw.rectangle((width // 2, 0, width, height // 2 - 1), fill=GREEN)
    draw.rectangle((width // 2, height // 2, width, height), fill=BLUE)
    draw.rectangle((0, height // 2, width // 2 - 1, height), fill=YELLOW)
    return image


def photograph(width: int = 320, height: int = 240) -> Image.Image:
    """Something of the weight of a photograph: soft shapes with a little noise, always the same."""
    noise = Image.frombytes("L", (width, height), Random(7).randbytes(width * height))
    shapes = corners(width, height).filter(ImageFilter.GaussianBlur(width / 12))
    return Image.blend(shapes, Image.merge("RGB", [noise] * 3), 0.1)


def encoded(image: Image.Image, format: str = "JPEG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def exif(*, orientation: int | None = None, gps: bool = False, **texts: str) -> bytes:
    """With Pillow's own writer, so that ours is not tested with itself. `texts`: software, artist, copyright."""
    data = Image.Exif()
    for name, text in texts.items():
        data[{"software": SOFTWARE, "artist": ARTIST, "copyright": COPYRIGHT}[name]] = text
    if orientation is not None:
        data[ORIENTATION] = orientation
    if gps:
        data.get_ifd(GPS).update({1: "N", 2: (48.0, 51.0, 24.0), 3: "E", 4: (2.0, 21.0, 3.0)})
    return data.tobytes()


def turned(orientation: int) -> bytes:
    """A file whose pixels lie so that its orientation tag makes `corners` of them."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    image = corners()
    if orientation in undo:
        image = image.transpose(undo[orientation])
    return encoded(image, quality=95, exif=exif(orientation=orientation))


def animation(format: str, frames: int = 3, size: tuple[int, int] = (64, 48)) -> bytes:
    images = [Image.new("RGB", size, color) for color in (RED, GREEN, BLUE, YELLOW)[:frames]]
    return encoded(images[0], format, save_all=True, append_images=images[1:], duration=70, loop=0)


def png_claiming(width: int, height: int, *, data: bytes = b"") -> bytes:
    """A PNG whose header tells any size, gray, one bit a pixel."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)), (b"IDAT", data), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def bomb(width: int = 7000, height: int = 7000) -> bytes:
    """A legal picture of one color that unpacks to thousands of pixels a byte."""
    rows = zlib.compress(bytes(height * (1 + (width + 7) // 8)), 9)
    return png_claiming(width, height, data=rows)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(document.cookie)</script>"
