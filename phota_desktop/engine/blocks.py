"""Shrinks the cosine coefficients of 8 × 8 blocks at many offsets and averages the results."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from phota_desktop.engine.colour import Floats, Pixels

SIDE = 8
_ROWS, _MARGIN = 256, 16
Shrink = Callable[[Floats], Floats]
"""Takes coefficients as (rows of blocks, 8, blocks in a row, 8), returns their new values."""

_OFFSETS = {
    2: ((0, 0), (4, 4)),
    4: ((0, 0), (4, 4), (2, 6), (6, 2)),
    8: tuple((down, (down * 3) % 8) for down in range(8)),
    16: tuple((down, (across + down // 2) % 8) for down in (0, 2, 4, 6) for across in (0, 2, 4, 6)),
}
"""Offsets of the block grid that cover each other evenly."""


def _cosines() -> Floats:
    frequency = np.arange(SIDE)[:, None]
    place = np.arange(SIDE)[None, :]
    matrix = np.cos(np.pi * (2 * place + 1) * frequency / (2 * SIDE)) * np.sqrt(2 / SIDE)
    matrix[0] /= np.sqrt(2)
    return np.asarray(matrix, np.float32)


COSINES = _cosines()
"""The orthonormal DCT-II: noise of standard deviation s keeps s in every coefficient."""


def coefficients(plane: Floats) -> Floats:
    """Return the coefficients of a plane whose sides are multiples of 8."""
    height, width = plane.shape
    rows = np.matmul(COSINES, plane.reshape(height // SIDE, SIDE, width))
    shaped = rows.reshape(height // SIDE, SIDE, width // SIDE, SIDE)
    return np.asarray(np.matmul(shaped, COSINES.T), np.float32)


def values(coefs: Floats) -> Floats:
    """Return the plane of ``coefs``."""
    down, _, across, _ = coefs.shape
    rows = np.matmul(coefs, COSINES).reshape(down, SIDE, across * SIDE)
    return np.asarray(np.matmul(COSINES.T, rows), np.float32).reshape(down * SIDE, across * SIDE)


def averaged(plane: Floats, shrink: Shrink, offsets: int) -> Floats:
    """Return the mean of ``plane`` (height × width) shrunk at 2, 4, 8 or 16 block offsets."""
    height, width = plane.shape
    below, right = -height % SIDE + SIDE, -width % SIDE + SIDE
    padded = np.pad(plane, ((SIDE, below), (SIDE, right)), mode="symmetric")
    total = np.zeros((height, width), np.float32)
    for down, across in _OFFSETS[offsets]:
        # A block begins at or before the first row and ends after the last.
        part = padded[down : down + height + below, across : across + width + right]
        new = values(shrink(coefficients(np.ascontiguousarray(part))))
        top, left = SIDE - down, SIDE - across
        total += new[top : top + height, left : left + width]
    total *= np.float32(1 / len(_OFFSETS[offsets]))
    return total


def passes(rgb: Pixels) -> int:
    """Return how many offsets are worth their time: large pictures are seen reduced."""
    million = rgb.shape[0] * rgb.shape[1] / 1e6
    return 16 if million < 1.5 else 8 if million < 4 else 4 if million < 9 else 2


def by_rows(rgb: Pixels, work: Callable[[Pixels], Pixels]) -> Pixels:
    """Apply ``work`` to some rows at a time, in two threads, so that floats stay few.

    Each part has rows of its neighbours around it; ``work`` must not look further than those.
    """
    height = rgb.shape[0]
    result = np.empty_like(rgb)

    def part(top: int) -> None:
        first, last = max(0, top - _MARGIN), min(height, top + _ROWS + _MARGIN)
        done = work(np.ascontiguousarray(rgb[first:last]))
        result[top : top + _ROWS] = done[top - first : top - first + _ROWS]

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(part, range(0, height, _ROWS)))
    return result
