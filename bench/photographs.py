"""Photographs to measure with: real ones from a Debian package, brought to what a telephone's camera makes of them."""

from pathlib import Path

import pyvips

from bench.lab import FOLDER
from bench.model import NotMeasured
from supervisor import debian
from supervisor.cache import cache_folder
from supervisor.faults import SetupFault

PACKAGE = "mate-backgrounds"
SUBJECTS = ("Dune", "LadyBird", "RainDrops")
WIDTH, HEIGHT = 4000, 3000
SIZE = 3_100_000
QUALITY = 90
"""What cameras write with."""
NOISES = (0.5, 1.0, 1.8, 2.6, 3.4, 4.5, 6.0)


def photographs() -> list[Path]:
    """Three of 12 megapixels and about 3 MB, quality 90; made at first use."""
    folder = FOLDER / "photographs"
    folder.mkdir(exist_ok=True)
    made = [folder / f"{subject}.jpg" for subject in SUBJECTS]
    if not all(path.exists() for path in made):
        for path, source in zip(made, _sources(), strict=True):
            path.write_bytes(_as_taken(source))
    return made


def _sources() -> list[Path]:
    try:
        place = debian.unpack([PACKAGE], place=cache_folder() / "photographs", only=[PACKAGE])
    except SetupFault as fault:
        raise NotMeasured(f"there are no photographs here ({PACKAGE}): {fault}") from None
    return [next(place.rglob(f"{subject}.jpg")) for subject in SUBJECTS]


def _as_taken(source: Path) -> bytes:
    """In a sensor's size, sharpened as cameras do, with as much of its noise as gives the usual number of bytes."""
    image = pyvips.Image.thumbnail(str(source), WIDTH, height=HEIGHT, crop="centre", size="both").colourspace("srgb")
    sharp = image.sharpen(sigma=1.5).cast("float").copy_memory()
    coded = [_with_noise(sharp, sigma) for sigma in NOISES]
    return min(coded, key=lambda data: abs(len(data) - SIZE))


def _with_noise(image: pyvips.Image, sigma: float) -> bytes:
    """Brighter places have more of it: photons are counted."""
    noise = pyvips.Image.gaussnoise(image.width, image.height, sigma=sigma, mean=0, seed=1).gaussblur(0.5)
    strength = (image.bandmean() / 128 + 0.3) ** 0.5
    noisy = (image + noise * strength).cast("uchar").copy(interpretation="srgb")
    data: bytes = noisy.jpegsave_buffer(Q=QUALITY, subsample_mode="on", keep="none")
    return data
