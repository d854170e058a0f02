"""How the tones of a picture are spread, and one pixel's colour in CIELAB."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Counts = tuple[int, ...]
"""Pixels of each of the 256 levels."""

# IEC 61966-2-1 linear R G B to X Y Z under D50 (Bradford), as ICC profiles connect colours.
_TO_D50 = (
    (0.4360747, 0.3850649, 0.1430804),
    (0.2225045, 0.7168786, 0.0606169),
    (0.0139322, 0.0971045, 0.7141733),
)
_D50 = (0.96422, 1.0, 0.82521)


@dataclass(frozen=True)
class Tones:
    """How many pixels have which level, by channel; ``total`` pixels were counted.

    ``luminance`` is luma (Rec. 601) of the encoded values, as cameras show it.
    """

    red: Counts
    green: Counts
    blue: Counts
    luminance: Counts
    total: int

    def clipped(self, *, bright: bool) -> tuple[float, float, float]:
        """Return which share of the pixels is at the end of red, green and blue."""
        at = 255 if bright else 0
        return tuple(  # type: ignore[return-value]  # three channels, three shares
            counts[at] / self.total if self.total else 0.0
            for counts in (self.red, self.green, self.blue)
        )


def tones(bgra: npt.NDArray[np.uint8], *, has_alpha: bool = False) -> Tones:
    """Count the levels of an HxWx4 picture of bytes; transparent pixels are left out."""
    bgra = np.ascontiguousarray(bgra)
    mask = (bgra[..., 3] == 255).astype(np.uint8) if has_alpha else None
    blue, green, red = (_counts(bgra, channel, mask) for channel in range(3))
    grey = np.asarray(cv2.cvtColor(bgra, cv2.COLOR_BGRA2GRAY), np.uint8)
    luminance = _counts(grey, 0, mask)
    return Tones(red, green, blue, luminance, sum(luminance))


def lab_d50(red: int, green: int, blue: int) -> tuple[float, float, float]:
    """Return CIELAB under D50 of an sRGB colour in bytes, as image editors show it."""
    light = [_linear(value / 255) for value in (red, green, blue)]
    bent = [
        _bent(sum(weight * part for weight, part in zip(row, light, strict=True)) / white)
        for row, white in zip(_TO_D50, _D50, strict=True)
    ]
    x, y, z = bent
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _counts(
    picture: npt.NDArray[np.uint8], channel: int, mask: npt.NDArray[np.uint8] | None
) -> Counts:
    counted = cv2.calcHist([picture], [channel], mask, [256], [0, 256])
    return tuple(int(count) for count in counted.ravel())


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _bent(value: float) -> float:
    """CIE 15:2004, 8.2.1."""
    return value ** (1 / 3) if value > (6 / 29) ** 3 else value / (3 * (6 / 29) ** 2) + 4 / 29
