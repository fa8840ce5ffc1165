"""Why a picture cannot be used: codes for machines, sentences for people (docs/images.md has the table)."""

from jobs.images.library import VipsError
from jobs.kinds.base import JobFailure

SENTENCES = {
    "not_an_image": "This file is not a picture.",
    "image_unsupported": "Pictures of this type cannot be read here. JPEG, PNG, WebP, AVIF, GIF and TIFF can.",
    "image_truncated": "The end of this picture is missing. Upload it again.",
    "image_damaged": "This picture is damaged and cannot be decoded.",
    "image_too_large": "This picture is too large.",
    "image_bomb": "This picture unpacks to far more than its size should hold. It is refused.",
    "image_too_many_frames": "This animation has too many frames for its size.",
    "result_too_large": "The result would be too large.",
    "result_not_written": "The result could not be written in this format.",
    "crop_outside": "The part to cut out lies outside of the picture.",
}
SIGNS = (
    ("image_too_large", ("out of memory", "unable to allocate", "malloc", "memory limit")),
    (
        "image_truncated",
        (
            "premature end",
            "unexpected end",
            "end of file",
            "truncated",
            "read error",
            "outside of file bounds",
            "unable to parse image",
            "bad seek",
        ),
    ),
    ("image_unsupported", ("unsupported", "not supported", "blocked")),
)
"""What libvips and its libraries write, in lower case, by what it means; the first that is found counts."""


def failure(code: str, sentence: str | None = None) -> JobFailure:
    return JobFailure(code, sentence or SENTENCES[code])


def meaning(error: VipsError, *, otherwise: str = "image_damaged") -> JobFailure:
    """What libvips' text comes to. The text itself names paths and is for the log alone."""
    text = str(error).lower()
    return failure(next((code for code, signs in SIGNS if any(sign in text for sign in signs)), otherwise))
