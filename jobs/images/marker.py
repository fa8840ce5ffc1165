"""What Warren writes into its pictures, to know them again; and whose they are, where that shall stay.

All of it is EXIF: the one kind of metadata that every format here can carry.
"""

import re
from dataclasses import dataclass

from contracts.image import Preset
from jobs.images.library import Image, field, set_text

SOFTWARE, ARTIST, COPYRIGHT = "exif-ifd0-Software", "exif-ifd0-Artist", "exif-ifd0-Copyright"
WORTH = 20_000
"""Bytes from which a picture is marked: the mark takes some 200."""
PATTERN = re.compile(r"^Warren (fast|balanced|smallest|archive)(?: (\d{1,3}))?\b")
TAIL = re.compile(r", ASCII, (\d+) components, \d+ bytes\)$")
EFFORTS = [Preset.FAST, Preset.BALANCED, Preset.SMALLEST]


@dataclass(frozen=True, kw_only=True, slots=True)
class Credits:
    artist: str = ""
    copyright: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Marker:
    """`quality`: none where there was no loss."""

    preset: Preset
    quality: int | None

    def covers(self, preset: Preset, quality: int | None) -> bool:
        """Whether writing it again so would be to no purpose."""
        if Preset.ARCHIVE in {self.preset, preset}:
            return self.preset is preset
        enough = EFFORTS.index(self.preset) >= EFFORTS.index(preset)
        return enough and (self.quality is None or quality is None or self.quality <= quality)


def read_marker(image: Image) -> Marker | None:
    found = PATTERN.match(text_of(image, SOFTWARE))
    if found is None:
        return None
    return Marker(preset=Preset(found[1]), quality=int(found[2]) if found[2] else None)


def read_credits(image: Image) -> Credits:
    return Credits(artist=text_of(image, ARTIST), copyright=text_of(image, COPYRIGHT))


def write_notes(image: Image, *, marker: Marker | None, credits: Credits) -> bool:
    """Put into the image what `keep="exif"` will write; returns whether there is anything."""
    software = f"Warren {marker.preset} {marker.quality or ''}".rstrip() if marker else ""
    notes = {SOFTWARE: software, ARTIST: credits.artist, COPYRIGHT: credits.copyright}
    for name, text in notes.items():
        if text:
            set_text(image, name, f"{text} (as libvips shows it)")  # it drops what is in the last parentheses
    return any(notes.values())


def text_of(image: Image, name: str) -> str:
    """A field's text without what libvips puts behind it: `value (value, ASCII, 6 components, 6 bytes)`."""
    shown = str(field(image, name, ""))
    tail = TAIL.search(shown)
    return shown.encode()[: int(tail[1]) - 1].decode(errors="ignore").strip() if tail else ""
