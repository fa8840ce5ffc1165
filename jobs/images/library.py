"""libvips as strangers' pictures need it (docs/images.md). pyvips is imported here alone.

Importing this costs time and 30 MB: modules that other processes load too (kinds) import it inside functions.
"""

import logging
from typing import Any, TypeAlias

import pyvips

Image: TypeAlias = pyvips.Image
VipsError = pyvips.Error
LOADERS = {
    "jpegload": "jpeg",
    "pngload": "png",
    "webpload": "webp",
    "heifload": "avif",
    "nsgifload": "gif",
    "gifload": "gif",
    "tiffload": "tiff",
}
"""By the start of `vips-loader`: the format that the bytes have, whatever their name says."""


def set_up() -> None:
    """Only the loaders of LOADERS; a child process of a worker is one thread and decodes nothing twice."""
    pyvips.block_untrusted_set(True)
    pyvips.operation_block_set("VipsForeignLoad", True)
    for loader in ("Jpeg", "Png", "Webp", "Heif", "Nsgif", "Tiff"):
        pyvips.operation_block_set(f"VipsForeignLoad{loader}", False)
    logging.getLogger("pyvips").setLevel(logging.ERROR)  # it tells each step, and warns line by line of odd files
    pyvips.concurrency_set(1)
    pyvips.cache_set_max(0)


def field(image: Image, name: str, default: Any = None) -> Any:
    """A metadata field, or `default` where there is none."""
    return image.get(name) if image.get_typeof(name) else default


def set_text(image: Image, name: str, text: str) -> None:
    image.set_type(pyvips.GValue.gstr_type, name, text)


def set_whole(image: Image, name: str, number: int) -> None:
    image.set_type(pyvips.GValue.gint_type, name, number)


def set_wholes(image: Image, name: str, numbers: list[int]) -> None:
    image.set_type(pyvips.GValue.array_int_type, name, numbers)


def source(path: object) -> Any:
    """For loaders. A path given to them directly would be read for options in brackets."""
    return pyvips.Source.new_from_file(str(path))


set_up()
