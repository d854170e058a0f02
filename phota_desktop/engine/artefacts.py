"""Recognises the marks of strong JPEG compression and smooths them away."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from phota_desktop.engine import blocks
from phota_desktop.engine.colour import Floats, Pixels, as_pixels

# The example tables of ITU-T T.81 Annex K, which most programs scale; rows are the frequency
# down, columns the frequency across.
LUMA_TABLE = np.array([
    [16, 11, 10, 16, 24, 40, 51, 61], [12, 12, 14, 19, 26, 58, 60, 55],
    [14, 13, 16, 24, 40, 57, 69, 56], [14, 17, 22, 29, 51, 87, 80, 62],
    [18, 22, 37, 56, 68, 109, 103, 77], [24, 35, 55, 64, 81, 104, 113, 92],
    [49, 64, 78, 87, 103, 121, 120, 101], [72, 92, 95, 98, 112, 100, 103, 99],
], np.float32)  # fmt: skip
CHROMA_TABLE = np.full((8, 8), 99, np.float32)
CHROMA_TABLE[:4, :4] = [[17, 18, 24, 47], [18, 21, 26, 66], [24, 26, 56, 99], [47, 66, 99, 99]]
_TESTED = ((0, 1), (1, 0), (1, 1), (0, 2), (2, 0), (1, 2), (2, 1), (0, 3), (3, 0))
"""Frequencies that hold enough detail in every photo to show their step."""
_MOST_BLOCKS = 6000
_SHARE = 0.42
"""Part of a step below which a coefficient of a shifted block counts as a compression mark."""


@dataclass(frozen=True)
class Compression:
    """``scale`` is the factor on the Annex K tables, 0 when the picture shows no marks."""

    scale: float

    @property
    def quality(self) -> int:
        """The quality that the libjpeg formula gives such tables, 100 without marks."""
        if self.scale <= 0:
            return 100
        percent = self.scale * 100
        return round(5000 / percent if percent > 100 else (200 - percent) / 2)


def measured(rgb: Pixels) -> Compression:
    """Find the quantisation steps that the 8 × 8 blocks of the light show.

    The steps show while the picture's blocks lie where the file's lay; a picture that was
    resized, cropped off the grid or changed in tone since is taken to be unmarked.
    """
    down, across = (side // 8 * 8 for side in rgb.shape[:2])
    if min(down, across) < 64:
        return Compression(0.0)
    rows = max(8, min(down, _MOST_BLOCKS * 64 // across // 8 * 8))
    top = (down - rows) // 16 * 8
    light = _light(np.ascontiguousarray(rgb[top : top + rows, :across]))
    coefs = blocks.coefficients(np.ascontiguousarray(light))
    scales = [
        step / LUMA_TABLE[u, v]
        for u, v in _TESTED
        if (step := _step(coefs[:, u, :, v].ravel())) is not None
    ]
    if len(scales) < 4:
        return Compression(0.0)
    middle = float(np.median(scales))
    agreeing = [one for one in scales if abs(np.log(one / middle)) < 0.25]
    return Compression(middle if len(agreeing) >= 0.6 * len(scales) else 0.0)


def _light(rgb: Pixels) -> Floats:
    weights = np.array([[0.299, 0.587, 0.114]], np.float32)
    return np.asarray(cv2.transform(rgb.astype(np.float32), weights), np.float32) - 128


def _step(values: NDArray[np.float32]) -> int | None:
    """Return the largest step whose multiples the coefficients keep to, None below 4."""
    size = np.abs(values)
    for step in range(100, 3, -1):
        held = size[size > 0.6 * step]
        if held.size < 30:
            continue
        # The rounding of the pixels blurs the multiples by a third of a level.
        if float(np.cos(held * np.float32(2 * np.pi / step)).mean()) > 0.75:
            return step
    return None


def removed(rgb: Pixels, compression: Compression) -> Pixels:
    """Return the picture with blocks, ringing and colour bleeding smoothed.

    Shifted blocks are cleared of what the quantisation cannot have kept (the idea of
    re-applying JPEG at every offset is Nosratinia's, 2001, with thresholds instead of rounding).
    """
    if compression.scale <= 0:
        return rgb
    offsets = blocks.passes(rgb)
    return blocks.by_rows(rgb, lambda part: _smoothed(part, compression.scale, offsets))


def _smoothed(rgb: Pixels, scale: float, offsets: int) -> Pixels:
    ycc = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb), np.uint8)
    light = ycc[..., 0].astype(np.float32)
    clean = blocks.averaged(light, _clearing(LUMA_TABLE * np.float32(scale)), offsets)
    ycc[..., 0] = as_pixels(clean)
    height, width = light.shape
    size = ((width + 1) // 2, (height + 1) // 2)
    clearing = _clearing(CHROMA_TABLE * np.float32(scale))
    for plane in (1, 2):
        full = ycc[..., plane].astype(np.float32)
        half = np.asarray(cv2.resize(full, size, interpolation=cv2.INTER_AREA), np.float32)
        calm = blocks.averaged(half, clearing, offsets)
        ycc[..., plane] = as_pixels(_guided(calm, clean))
    return np.asarray(cv2.cvtColor(ycc, cv2.COLOR_YCrCb2RGB), np.uint8)


def _clearing(steps: Floats) -> blocks.Shrink:
    limits = np.minimum(steps, 255) * np.float32(_SHARE)
    limits[0, 0] = 0
    shaped = limits[None, :, None, :]

    def shrink(coefs: Floats) -> Floats:
        coefs *= np.abs(coefs) >= shaped
        return coefs

    return shrink


def _guided(half: Floats, light: Floats) -> Floats:
    """Bring colours to full size along the edges of the light (He, Sun and Tang, 2013)."""
    height, width = light.shape
    across, down = half.shape[1], half.shape[0]
    small = np.asarray(cv2.resize(light, (across, down), interpolation=cv2.INTER_AREA))
    mean_light, mean = _box(small), _box(half)
    variance = _box(small * small) - mean_light * mean_light
    together = _box(small * half) - mean_light * mean
    slope = together / (variance + np.float32(60))
    offset = mean - slope * mean_light
    size = (width, height)
    slope = np.asarray(cv2.resize(_box(slope), size), np.float32)
    offset = np.asarray(cv2.resize(_box(offset), size), np.float32)
    return np.asarray(slope * light + offset, np.float32)


def _box(plane: NDArray[np.generic]) -> Floats:
    return np.asarray(cv2.blur(np.asarray(plane, np.float32), (5, 5)), np.float32)
