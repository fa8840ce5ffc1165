"""Codecs alone: a photograph from a file into a file, again and again.

`python -m bench.programs.picture_codec vips|pillow PROCESSES SECONDS PICTURE ...`: libvips as the preset `fast` calls
it, or Pillow as the ancestor does. Prints the median of one and the rate of all.
"""

import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path
from statistics import median

Code = Callable[[Path, Path], None]


def with_vips(picture: Path, target: Path) -> None:
    import pyvips

    pyvips.concurrency_set(1)
    image = pyvips.Image.new_from_file(str(picture), access="sequential")
    image.jpegsave(str(target), Q=80, optimize_coding=True, quant_table=2, keep="icc")


def with_pillow(picture: Path, target: Path) -> None:
    from PIL import Image

    with Image.open(picture) as image:
        image.convert("RGB").save(target, "JPEG", optimize=True, quality=85)


CODES: dict[str, Code] = {"vips": with_vips, "pillow": with_pillow}


def work(name: str, seconds: float, pictures: Sequence[Path]) -> list[float]:
    """Seconds that each took, after a first one that does not count."""
    code = CODES[name]
    taken = []
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "coded.jpg"
        code(pictures[0], target)
        until = time.perf_counter() + seconds
        for picture in cycle(pictures):
            began = time.perf_counter()
            code(picture, target)
            taken.append(time.perf_counter() - began)
            if time.perf_counter() > until:
                return taken
    return taken


def run(name: str, processes: int, seconds: float, pictures: Sequence[Path]) -> dict[str, float]:
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        each = pool.starmap(work, [(name, seconds, pictures)] * processes)
    rate = sum(len(taken) / sum(taken) for taken in each)
    return {"p50 ms": median(one for taken in each for one in taken) * 1000, "images/s": rate}


if __name__ == "__main__":
    codec, count, duration, *paths = sys.argv[1:]
    print(json.dumps(run(codec, int(count), float(duration), [Path(path) for path in paths])))
