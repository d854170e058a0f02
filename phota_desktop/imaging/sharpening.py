"""Sharpening for output: an unsharp mask of lightness, after resizing, with bounded halos."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from phota_desktop.core.exporting import Sharpening
from phota_desktop.imaging.raster import Raster, Samples

_ROWS = 256
_OVERLAP = 8
"""Rows beyond a strip that the widest blur looks at."""
_BGR_TO_LUMA = np.array([[0.0722, 0.7152, 0.2126]], np.float32)
"""ITU-R BT.709; of encoded values, where equal steps look about equal."""


@dataclass(frozen=True)
class _Mask:
    """``radius`` is the blur's sigma in pixels; ``noise`` and ``halo`` are parts of full range.

    Differences below ``noise`` are left alone, none grows by more than ``halo``.
    """

    radius: float
    amount: float
    noise: float = 0.006
    halo: float = 0.12


_MASKS = {
    Sharpening.LOW: _Mask(0.6, 0.5),
    Sharpening.MEDIUM: _Mask(0.7, 0.9),
    Sharpening.HIGH: _Mask(0.8, 1.4, halo=0.18),
}


def sharpened(raster: Raster, strength: Sharpening) -> Raster:
    """Return the picture sharpened for a screen or print; hues and alpha stay as they are."""
    mask = _MASKS.get(strength)
    if mask is None:
        return raster
    pixels = raster.pixels
    out = np.empty_like(pixels)
    height = len(pixels)
    for top in range(0, height, _ROWS):
        bottom = min(top + _ROWS, height)
        first, last = max(0, top - _OVERLAP), min(height, bottom + _OVERLAP)
        _strip(pixels[first:last], out[top:bottom], top - first, mask)
    return Raster(out, raster.icc, raster.notes)


def _strip(rows: Samples, out: Samples, skipped: int, mask: _Mask) -> None:
    most = float(np.iinfo(out.dtype).max)
    inner = slice(skipped, skipped + len(out))
    if rows.ndim == 2:
        plane = rows.astype(np.float32)
        out[:] = _rounded(plane[inner] + _gain(plane, mask, most)[inner], most)
        return
    colours = rows[..., :3].astype(np.float32)
    gain = _gain(np.asarray(cv2.transform(colours, _BGR_TO_LUMA), np.float32), mask, most)
    # The same step in all channels keeps their differences, which are the hue.
    out[..., :3] = _rounded(colours[inner] + gain[inner][..., None], most)
    if rows.shape[2] == 4:
        out[..., 3] = rows[inner][..., 3]


def _gain(plane: npt.NDArray[np.float32], mask: _Mask, most: float) -> npt.NDArray[np.float32]:
    blurred = cv2.GaussianBlur(plane, (0, 0), mask.radius, borderType=cv2.BORDER_REFLECT_101)
    detail = plane - blurred
    quiet = mask.noise * most
    # Begins softly above the noise, so that no contour appears where it starts.
    kept = np.sign(detail) * np.maximum(np.abs(detail) - quiet, 0)
    return np.asarray(np.clip(kept * mask.amount, -mask.halo * most, mask.halo * most), np.float32)


def _rounded(values: npt.NDArray[np.float32], most: float) -> npt.NDArray[np.float32]:
    return np.asarray(np.round(np.clip(values, 0, most)), np.float32)
