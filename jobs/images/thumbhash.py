"""ThumbHash: a picture in some 25 bytes, to show while it loads (Evan Wallace, https://evanw.github.io/thumbhash/)."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi

LONGEST = 32
"""Pixels of the longer side that are plenty: only the seven lowest frequencies are kept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    """`factors`: from 0 to 1 around a half, in units of `scale`."""

    average: float
    factors: Sequence[float]
    scale: float


def thumbhash(*, width: int, height: int, rgba: bytes) -> str:
    """Base64 of the hash of 8-bit pixels; best of a picture made small (LONGEST) before."""
    luminance, yellow, red, alpha = _planes(rgba)
    transparent = min(alpha) < 1
    most = 5 if transparent else 7
    longest = max(width, height)
    across, down = max(1, _rounded(most * width / longest)), max(1, _rounded(most * height / longest))
    channels = [
        _transformed(luminance, width, max(3, across), max(3, down)),
        _transformed(yellow, width, 3, 3),
        _transformed(red, width, 3, 3),
    ]
    head = _head(channels, landscape=width > height, shorter=down if width > height else across, alpha=transparent)
    if transparent:
        channels.append(_transformed(alpha, width, 5, 5))
        head += bytes([_rounded(15 * channels[3].average) | _rounded(15 * channels[3].scale) << 4])
    return base64.b64encode(head + _packed([factor for channel in channels for factor in channel.factors])).decode()


def _planes(rgba: bytes) -> tuple[list[float], list[float], list[float], list[float]]:
    """Luminance, yellow-blue, red-green and alpha; what is transparent takes the picture's average color."""
    pixels = [
        (rgba[at] / 255, rgba[at + 1] / 255, rgba[at + 2] / 255, rgba[at + 3] / 255) for at in range(0, len(rgba), 4)
    ]
    weight = sum(pixel[3] for pixel in pixels)
    average = [sum(pixel[band] * pixel[3] for pixel in pixels) / weight if weight else 0.0 for band in range(3)]
    shown = [
        [average[band] * (1 - pixel[3]) + pixel[3] * pixel[band] for band in range(3)] for pixel in pixels
    ]  # fmt: skip
    luminance = [(red + green + blue) / 3 for red, green, blue in shown]
    yellow = [(red + green) / 2 - blue for red, green, blue in shown]
    return luminance, yellow, [red - green for red, green, _ in shown], [pixel[3] for pixel in pixels]


def _transformed(plane: Sequence[float], width: int, across: int, down: int) -> Channel:
    """Discrete cosine transform, the triangle of low frequencies only; rows first, then columns."""
    height = len(plane) // width
    rows = [plane[at : at + width] for at in range(0, len(plane), width)]
    waves = [[cos(pi / width * cx * (x + 0.5)) for x in range(width)] for cx in range(across)]
    sums = [[sum(map(float.__mul__, row, wave)) for row in rows] for wave in waves]
    factors = []
    for cy in range(down):
        wave = [cos(pi / height * cy * (y + 0.5)) for y in range(height)]
        count = -(-across * (down - cy) // down)
        factors += [sum(map(float.__mul__, sums[cx], wave)) / (width * height) for cx in range(count)]
    average, *rest = factors
    scale = max(map(abs, rest), default=0.0)
    return Channel(average=average, factors=[0.5 + 0.5 / scale * one if scale else 0 for one in rest], scale=scale)


def _head(channels: Sequence[Channel], *, landscape: bool, shorter: int, alpha: bool) -> bytes:
    luminance, yellow, red = channels
    first = (
        _rounded(63 * luminance.average)
        | _rounded(31.5 + 31.5 * yellow.average) << 6
        | _rounded(31.5 + 31.5 * red.average) << 12
        | _rounded(31 * luminance.scale) << 18
        | alpha << 23
    )
    second = shorter | _rounded(63 * yellow.scale) << 3 | _rounded(63 * red.scale) << 9 | landscape << 15
    return first.to_bytes(3, "little") + second.to_bytes(2, "little")


def _packed(factors: Sequence[float]) -> bytes:
    """Four bits each, the lower half of a byte first."""
    fours = [_rounded(15 * factor) for factor in factors]
    if len(fours) % 2:
        fours.append(0)
    return bytes(low | high << 4 for low, high in zip(fours[::2], fours[1::2], strict=True))


def _rounded(number: float) -> int:
    return int(number + 0.5)
