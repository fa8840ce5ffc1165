"""Text as a picture, in a font that comes along: a caption looks the same on every machine.

Letters that DejaVu Sans Bold lacks come from the machine's fonts, where it has any.
"""

from html import escape
from pathlib import Path

from jobs.images.colors import rgba
from jobs.images.library import Image

FONT_FILE = Path(__file__).parent / "fonts" / "DejaVuSans-Bold.ttf"
FONT = "DejaVu Sans Bold"
PADDING = 0.35
"""Around the text in its box, of the letters' size."""


def lettering(text: str, *, pixels: int, widest: int, color: str, background: str | None) -> Image:
    """sRGB with alpha. `pixels`: the letters' size; longer lines than `widest` are broken."""
    mask = Image.text(
        escape(printable(text), quote=False),  # Pango reads markup
        font=f"{FONT} {pixels}",
        fontfile=str(FONT_FILE),
        width=max(widest, pixels),
        wrap="word-char",
        dpi=72,
    )
    letters = colored(mask, color)
    if background is None:
        return letters
    around = round(pixels * PADDING)
    box = Image.black(mask.width + 2 * around, mask.height + 2 * around) + 255
    box = colored(box.cast("uchar"), background)
    return box.composite2(letters, "over", x=around, y=around).cast("uchar").copy(interpretation="srgb")


def colored(mask: Image, color: str) -> Image:
    """One color, as opaque as the mask says."""
    red, green, blue, alpha = rgba(color)
    opacity = (mask * (alpha / 255)).cast("uchar")
    return mask.new_from_image([red, green, blue]).bandjoin(opacity).cast("uchar").copy(interpretation="srgb")


def printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable() or character == "\n")
