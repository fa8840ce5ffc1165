"""`file.inspect`: any file gets a type; pictures a size, a thumbnail and a placeholder; bad ones a problem."""

import base64
import gzip
import io
import json
import zipfile

import pytest
from PIL import Image

from contracts.image import FileInspect, InspectResult
from jobs.kinds import file_inspect
from jobs.kinds.base import Picture, Stored
from jobs.tests.images.pictures import (
    HTML,
    P3,
    SVG,
    animation,
    bomb,
    corners,
    encoded,
    photograph,
    png_claiming,
    turned,
)


def office(folder: str) -> bytes:
    """As an office program packs it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name in ("[Content_Types].xml", "_rels/.rels", f"{folder}/main.xml"):
            file.writestr(name, "<x/>")
    return packed.getvalue()


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF"])
def test_a_picture_is_what_it_decodes_to(inspected, context, format):
    result = inspected(encoded(corners(1200, 800), format), "invoice.pdf")
    assert result.media_type == f"image/{format.lower()}"
    assert (result.width, result.height, result.frames, result.problem) == (1200, 800, 1, None)
    thumbnail = context.shown(result.thumbnail_sha256)
    assert (thumbnail.format, thumbnail.size) == ("WEBP", (480, 320))
    assert (context.storage / result.thumbnail_sha256).stat().st_size == result.thumbnail_size


@pytest.mark.parametrize("format", ["GIF", "WEBP"])
def test_of_an_animation_the_frames_are_counted_and_the_first_shown(inspected, context, format):
    result = inspected(animation(format))
    assert (result.width, result.height, result.frames) == (64, 48, 3)
    red, green, blue = context.shown(result.thumbnail_sha256).convert("RGB").getpixel((5, 5))
    assert red > 150 > max(green, blue)


def test_thumbnails_are_never_larger_than_the_picture(inspected, context):
    result = inspected(encoded(corners(30, 20), "PNG"))
    assert context.shown(result.thumbnail_sha256).size == (30, 20)


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"just some words\nand more of them", "text/plain"),
        ("Grüße, π".encode(), "text/plain"),
        (HTML, "text/plain"),
        (b"<html><table>a,b\n<td>c,d\n</table>", "text/plain"),
        (b"#!/bin/sh\necho hello\n", "text/plain"),
        (b"name,age\nAda,36\nGrace,85\n", "text/csv"),
        (b'name;note\nAda;"a; b"\n', "text/csv"),
        (b"a\tb\n1\t2\n", "text/csv"),
        (b'{"a": [1, 2]}', "application/json"),
        (b'\xef\xbb\xbf[{"a": 1}]', "application/json"),
        (b'{"a": oops}', "text/plain"),
        (b'{"a": 1, "b": 2}\n{"a": 3, "b": 4}\n', "application/x-ndjson"),
        (b'{"a": "' + b"x" * 40_000 + b'"}\n{"a": "' + b"x" * 40_000 + b'"}\n', "application/x-ndjson"),
        (b'{\n"a": 1\n}\n', "application/json"),
        (json.dumps([{"n": n} for n in range(120_000)]).encode(), "application/json"),
        (b"%PDF-1.7\n%abc", "application/pdf"),
        (b"PK\x03\x04" + bytes(40), "application/zip"),
        (office("xl"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (office("word"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (gzip.compress(b"x"), "application/gzip"),
        (b"PAR1" + bytes(40) + b"PAR1", "application/vnd.apache.parquet"),
        (bytes(4) + b"ftypisom" + bytes(40), "video/mp4"),
        (b"\x1aE\xdf\xa3" + bytes(40), "video/webm"),
        (b"ID3\x04" + bytes(40), "audio/mpeg"),
        (b"RIFF" + bytes(4) + b"WAVEfmt ", "audio/wav"),
        (b"OggS" + bytes(40), "audio/ogg"),
        (bytes(range(256)), "application/octet-stream"),
        (b"", "application/octet-stream"),
        (b"text\0with a zero", "application/octet-stream"),
        ("é".encode() * 40_000, "text/plain"),
        (b"a" + "é".encode() * 40_000, "text/plain"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_other_files_get_a_type_by_their_first_bytes(inspected, data, media_type):
    assert inspected(data, "picture.png") == InspectResult(media_type=media_type)


@pytest.mark.parametrize(
    ("data", "media_type", "problem"),
    [
        (SVG, "text/plain", "image_unsupported"),
        (encoded(corners(), "BMP"), "image/bmp", "image_unsupported"),
        (bytes(4) + b"ftypheic" + bytes(100), "image/heic", "image_unsupported"),
        (encoded(photograph())[:3000], "image/jpeg", "image_truncated"),
        (encoded(photograph(), "PNG")[:9000], "image/png", "image_truncated"),
        (encoded(photograph(), "WEBP")[:900], "image/webp", "image_truncated"),
        (png_claiming(100_000, 100_000), "image/png", "image_too_large"),
        (png_claiming(100, 100), "image/png", "image_truncated"),
        (bomb(), "image/png", "image_bomb"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_picture_that_cannot_be_used_has_a_problem_and_no_thumbnail(inspected, context, data, media_type, problem):
    result = inspected(data)
    assert (result.media_type, result.problem, result.thumbnail_sha256) == (media_type, problem, None)
    assert not list(context.folder.glob("*.webp"))


def test_a_polyglot_is_the_picture_that_it_decodes_to(inspected):
    assert inspected(encoded(corners(), comment=HTML) + HTML, "index.html").media_type == "image/jpeg"


def test_cmyk_and_turned_and_deep_pictures_get_thumbnails_that_show_them(inspected, context):
    deep = Image.new("I;16", (200, 100), 65_535)
    for data, wanted in (
        (encoded(corners().convert("CMYK")), (120, 80)),
        (turned(6), (120, 80)),
        (encoded(deep, "PNG"), (200, 100)),
        (encoded(corners(), icc_profile=P3), (120, 80)),
        (encoded(corners(), icc_profile=b"no profile at all"), (120, 80)),
        (encoded(corners().convert("CMYK"), "TIFF"), (120, 80)),
        (encoded(corners().convert("1"), "PNG"), (120, 80)),
    ):
        result = inspected(data)
        thumbnail = context.shown(result.thumbnail_sha256)
        assert (thumbnail.size, thumbnail.mode) == (wanted, "RGB")


# --- ThumbHash, by what its bits mean (https://evanw.github.io/thumbhash/) ---


def header_of(thumbhash: str) -> dict[str, float]:
    data = base64.b64decode(thumbhash)
    first, second = int.from_bytes(data[:3], "little"), int.from_bytes(data[3:5], "little")
    luminance, yellow, red = (first & 63) / 63, (first >> 6 & 63) / 31.5 - 1, (first >> 12 & 63) / 31.5 - 1
    blue = luminance - 2 / 3 * yellow
    greater = (3 * luminance - blue + red) / 2
    return {
        "color": [greater * 255, (greater - red) * 255, blue * 255],
        "alpha": first >> 23,
        "landscape": second >> 15,
        "shorter": second & 7,
        "bytes": len(data),
    }


@pytest.mark.parametrize("color", [(255, 0, 0), (10, 200, 90), (128, 128, 128), (255, 255, 255), (0, 0, 0)])
def test_a_thumbhash_has_the_average_color(inspected, color):
    found = header_of(inspected(encoded(Image.new("RGB", (90, 60), color), "PNG")).thumbhash)
    assert found["color"] == pytest.approx(color, abs=13)
    assert not found["alpha"]


@pytest.mark.parametrize(
    ("size", "landscape", "shorter"), [((300, 300), 0, 7), ((300, 150), 1, 4), ((150, 300), 0, 4), ((700, 100), 1, 1)]
)
def test_a_thumbhash_has_the_pictures_form(inspected, size, landscape, shorter):
    found = header_of(inspected(encoded(corners(*size), "PNG")).thumbhash)
    assert (found["landscape"], found["shorter"]) == (landscape, shorter)
    assert 10 <= found["bytes"] <= 25


def test_a_thumbhash_tells_transparency(inspected):
    image = Image.new("RGBA", (50, 50), (255, 0, 0, 255))
    image.paste((0, 0, 0, 0), (0, 0, 25, 50))
    found = header_of(inspected(encoded(image, "PNG")).thumbhash)
    assert found["alpha"]
    assert found["color"] == pytest.approx([255, 0, 0], abs=13)


def test_thumbhashes_of_mirrored_pictures_differ(inspected):
    image = corners()
    mirrored = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert inspected(encoded(image, "PNG")).thumbhash != inspected(encoded(mirrored, "PNG")).thumbhash


# --- the kind ---


def test_what_was_found_is_noted_with_the_file(monkeypatch, context):
    noted = []
    monkeypatch.setattr("jobs.files.services.file_inspected", lambda **found: noted.append(found))
    params = FileInspect(file_id=context.add(encoded(corners()), "photo.jpg"))
    result = file_inspect.file_inspect(params, context)
    file_inspect.accepted(params, result)
    thumbnail = Stored(sha256=result.thumbnail_sha256, size=result.thumbnail_size)
    picture = Picture(width=120, height=80, frames=1, thumbhash=result.thumbhash, thumbnail=thumbnail)
    assert noted == [{"file_id": params.file_id, "media_type": "image/jpeg", "picture": picture, "problem": None}]


def test_of_what_is_no_picture_only_the_type_is_noted(monkeypatch, context):
    noted = []
    monkeypatch.setattr("jobs.files.services.file_inspected", lambda **found: noted.append(found))
    params = FileInspect(file_id=context.add(b"words", "notes.txt"))
    file_inspect.accepted(params, file_inspect.file_inspect(params, context))
    assert noted == [{"file_id": params.file_id, "media_type": "text/plain", "picture": None, "problem": None}]
