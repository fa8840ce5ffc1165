"""Pictures for the screenshots: hills before an evening sky, drawn, so that nobody's photographs are needed."""

import math
import random
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIZE = (2400, 1600)
SKIES = [
    ((250, 214, 165), (94, 120, 170)),
    ((255, 196, 140), (120, 80, 130)),
    ((200, 225, 240), (70, 130, 190)),
    ((245, 230, 200), (150, 170, 190)),
]
"""Color at the horizon, and overhead."""
WAVES = [(4, 0.6), (11, 0.3), (29, 0.08), (83, 0.03)]
"""Of a ridge: how many, how high."""
RIDGES = 5


def landscape(path: Path, *, number: int) -> Path:
    """The same picture for the same number; grainy as a photograph, so that a smaller copy is worth having."""
    chance = random.Random(number)
    horizon, overhead = SKIES[number % len(SKIES)]
    image = _sun(_sky(horizon, overhead), chance)
    draw = ImageDraw.Draw(image)
    for ridge in range(RIDGES):
        draw.polygon(_ridge(ridge, chance), fill=_green(ridge, horizon, overhead))
    grain = Image.effect_noise(SIZE, 18).convert("RGB")
    Image.blend(image, grain, 0.06).save(path, quality=96)
    return path


def _sky(horizon: tuple[int, ...], overhead: tuple[int, ...]) -> Image.Image:
    column = Image.new("RGB", (1, SIZE[1]))
    for y in range(SIZE[1]):
        part = min(1.0, y / (SIZE[1] * 0.7))
        column.putpixel((0, y), tuple(round(a + (b - a) * part) for a, b in zip(overhead, horizon, strict=True)))
    return column.resize(SIZE)


def _sun(sky: Image.Image, chance: random.Random) -> Image.Image:
    x, y, radius = chance.uniform(0.2, 0.8) * SIZE[0], chance.uniform(0.25, 0.45) * SIZE[1], SIZE[1] * 0.06
    glow = Image.new("RGB", SIZE)
    ImageDraw.Draw(glow).ellipse(_around(x, y, 3 * radius), fill=(70, 50, 30))
    image = ImageChops.add(sky, glow.filter(ImageFilter.GaussianBlur(radius)))
    ImageDraw.Draw(image).ellipse(_around(x, y, radius), fill=(255, 244, 220))
    return image


def _around(x: float, y: float, radius: float) -> tuple[float, float, float, float]:
    return (x - radius, y - radius, x + radius, y + radius)


def _ridge(number: int, chance: random.Random) -> list[tuple[float, float]]:
    width, height = SIZE
    base, rise = height * (0.5 + 0.1 * number), height * (0.12 - 0.015 * number)
    phases = [chance.uniform(0, 7) for _ in WAVES]

    def line(x: int) -> float:
        return sum(math.sin(x / width * n + phase) * high for (n, high), phase in zip(WAVES, phases, strict=True))

    return [*((x, base - rise * line(x)) for x in range(0, width + 8, 8)), (width, height), (0, height)]


def _green(ridge: int, horizon: tuple[int, ...], overhead: tuple[int, ...]) -> tuple[int, int, int]:
    """Farther ridges take more of the sky's color."""
    far = 1 - ridge / RIDGES
    return (
        round(30 + 90 * far * horizon[0] / 255),
        round(60 + 80 * far),
        round(70 + 90 * far * overhead[2] / 255),
    )
