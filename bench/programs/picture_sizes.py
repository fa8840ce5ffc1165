"""Bytes of a picture by the ancestor's method, and by Warren's at the same quality as seen (SSIMULACRA2).

`python -m bench.programs.picture_sizes peer|warren QUALITY PICTURE ...` in the peers' environment. `QUALITY` is the
ancestor's: Warren's own is searched until the score is the same, and its bytes are interpolated between two steps.
`... grown 0 PICTURE`: by how many per cent `image.process` makes a picture larger.
"""

import io
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import ssimulacra2
from PIL import Image

from contracts.image import Output, Preset
from jobs.images import writing
from jobs.images.loading import decoded, header
from jobs.images.marker import Credits
from jobs.images.policy import reason_afterwards, reason_to_keep
from jobs.images.writing import quality_for

SIDE = 900
"""Pixels of the square in the middle that is scored: a whole picture of 12 megapixels takes ten seconds."""
LOWEST, HIGHEST = 50, 97
Coded = tuple[float, float]
"""Bytes and score."""


def ancestors(picture: Path, quality: int) -> bytes:
    """As its `image_processor.py` calls Pillow."""
    buffer = io.BytesIO()
    with Image.open(picture) as image:
        image.convert("RGB").save(buffer, "JPEG", optimize=True, quality=quality)
    return buffer.getvalue()


def warrens(picture: Path, quality: int, folder: Path) -> bytes:
    """What `image.process` writes with the preset `balanced`."""
    target = folder / "warren.jpg"
    frames = [decoded(header(picture)).copy_memory()]
    options = {"format": "jpeg", "preset": Preset.BALANCED, "profile": "keep", "credits": Credits()}
    writing.write(frames, target, quality=quality, **options)
    return target.read_bytes()


def score(picture: Path, data: bytes, folder: Path) -> float:
    """How much alike they look: 100 is the same, 90 not to be told apart, 70 good."""
    paths = [folder / "before.png", folder / "after.png"]
    for path, source in zip(paths, (picture, io.BytesIO(data)), strict=True):
        with Image.open(source) as image:
            left, top = (image.width - SIDE) // 2, (image.height - SIDE) // 2
            image.convert("RGB").crop((left, top, left + SIDE, top + SIDE)).save(path, compress_level=1)
    found: float = ssimulacra2.compute_ssimulacra2(*map(str, paths))
    return found


def at_score(wanted: float, code: Callable[[int], Coded]) -> float:
    """Bytes at this score, between the two neighboring qualities that enclose it."""
    low, high = LOWEST, HIGHEST
    known = {low: code(low), high: code(high)}
    while high - low > 1:
        middle = (low + high) // 2
        known[middle] = code(middle)
        low, high = (middle, high) if known[middle][1] < wanted else (low, middle)
    (few, worse), (many, better) = known[low], known[high]
    return few + (many - few) * (wanted - worse) / (better - worse)


def sizes(who: str, quality: int, picture: Path, folder: Path) -> Coded:
    theirs = ancestors(picture, quality)
    wanted = score(picture, theirs, folder)
    if who == "peer":
        return len(theirs), wanted

    def code(own: int) -> Coded:
        data = warrens(picture, own, folder)
        return len(data), score(picture, data, folder)

    return at_score(wanted, code), wanted


def main(who: str, quality: int, pictures: list[Path]) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        found = [sizes(who, quality, picture, Path(folder)) for picture in pictures]
    count = len(found)
    return {
        f"kB at {quality}": sum(size for size, _ in found) / count / 1000,
        f"SSIMULACRA2 at {quality}": sum(one for _, one in found) / count,
    }


def grown(picture: Path) -> dict[str, float]:
    """Nothing where the original is kept. Without that policy, what is written counts."""
    found = header(picture)
    if reason_to_keep(Output(), found, decoded(found, sequential=True)):
        return {"grown %": 0.0}
    with tempfile.TemporaryDirectory() as folder:
        written = len(warrens(picture, quality_for(Output(), found.format) or 0, Path(folder)))
    return {"grown %": 0.0 if reason_afterwards(written, found.size) else (written / found.size - 1) * 100}


if __name__ == "__main__":
    if sys.argv[1] == "grown":
        print(json.dumps(grown(Path(sys.argv[3]))))
        sys.exit()
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), [Path(path) for path in sys.argv[3:]])))
