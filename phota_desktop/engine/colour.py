"""Colour arithmetic shared by the pixel modules: light, Lab and 256-entry curves."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""Height × width × 3, sRGB."""
Floats = NDArray[np.float32]

LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""Share of each channel in the luminance of linear sRGB light (IEC 61966-2-1)."""
_BAND = 128
"""Rows worked on at a time where floats are needed: 24 MP as floats would be 300 MB."""


def light(values: NDArray[np.generic]) -> Floats:
    """Return linear light, 0 to 1, of sRGB values of 0 to 255 (IEC 61966-2-1)."""
    encoded = np.asarray(values, np.float32) / np.float32(255)
    lower = encoded / np.float32(12.92)
    upper = ((np.maximum(encoded, 0) + np.float32(0.055)) / np.float32(1.055)) ** np.float32(2.4)
    return np.where(encoded <= 0.04045, lower, upper).astype(np.float32)


def encoded(values: NDArray[np.generic]) -> Floats:
    """Return sRGB values of 0 to 255, not rounded, of linear light; light is clipped to 0 to 1."""
    linear = np.clip(np.asarray(values, np.float32), 0, 1)
    upper = np.float32(1.055) * linear ** np.float32(1 / 2.4) - np.float32(0.055)
    result = np.where(linear <= 0.0031308, linear * np.float32(12.92), upper)
    return np.asarray(result * np.float32(255), np.float32)


LEVELS = light(np.arange(256))
"""Linear light of each of the 256 sRGB values."""


def as_pixels(values: NDArray[np.floating]) -> Pixels:
    """Return ``values`` of 0 to 255 rounded and clipped to bytes."""
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def through(rgb: Pixels, curves: NDArray[np.generic]) -> Pixels:
    """Send each channel through its column of ``curves`` (256 × 3) or all through one (256)."""
    table = as_pixels(np.asarray(curves, np.float32))
    if table.ndim == 1:
        return np.asarray(cv2.LUT(rgb, table), np.uint8)
    return np.asarray(cv2.LUT(rgb, np.ascontiguousarray(table).reshape(1, 256, 3)), np.uint8)


def lab(rgb: Pixels) -> Floats:
    """Return CIE L*a*b* of D65, L of 0 to 100."""
    return np.asarray(cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)


def from_lab(values: Floats) -> Pixels:
    """Return the sRGB picture of L*a*b* values; colours outside sRGB are clipped."""
    return as_pixels(np.asarray(cv2.cvtColor(values, cv2.COLOR_LAB2RGB), np.float32) * 255)


def in_lab(rgb: Pixels, change: Callable[[Floats], Floats]) -> Pixels:
    """Apply ``change`` to the L*a*b* values, some rows at a time; it must work pixel by pixel."""
    result = np.empty_like(rgb)

    def band(top: int) -> None:
        rows = np.ascontiguousarray(rgb[top : top + _BAND])
        result[top : top + _BAND] = from_lab(change(lab(rows)))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(band, range(0, rgb.shape[0], _BAND)))
    return result


def reduced(rgb: Pixels, longest: int) -> Pixels:
    """Return the picture with at most ``longest`` pixels a side, averaged; never enlarged."""
    height, width = rgb.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return rgb
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def smoothstep(low: float, high: float, value: float) -> float:
    """Return 0 below ``low``, 1 above ``high`` and an S-shaped way between."""
    share = min(1.0, max(0.0, (value - low) / (high - low)))
    return share * share * (3 - 2 * share)
