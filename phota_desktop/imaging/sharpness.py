"""How far a photograph's edges are spread out: blur told from edges, not from how much there is."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from phota_desktop.imaging.colour import Pixels
from phota_desktop.imaging.decoding import fitted, resized

LOOK_SIDE = 1024
"""Pixels of the long side at which a photo is looked at: the "1K" that training asks for."""
_FINE, _COARSE = 1.0, 2.0
"""Gaussian scales in pixels at which the gradient is taken; their ratio tells an edge's width."""
_TILES = 12
_DIRECTIONS = 4
_FEWEST_EDGES = 8
"""Edge pixels that a tile needs to have a say."""
_FEWEST_TILES = 5
_DECIDES = 3
"""The fourth sharpest: one tile can be chance, and a sharp subject may fill only a few."""
_STRONG = 0.25
"""Share of the photo's steepest gradients below which a gradient is no edge."""
_NOISE_GAIN = 1.2
"""Gradients of noise alone stay below this many of its standard deviations at the fine scale."""
_LEAST_GRADIENT = 1.0
_NOISE_MASK = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)


def blur(gray: Pixels) -> float | None:
    """Return the spread of a photo's sharpest edges; None when it has too few edges to tell.

    HxW uint8 in, reduced here; a Gaussian's sigma out, in pixels of a look at most 1024 long. It
    is that of the sharpest parts, so a sharp face before a soft background is sharp; and that in
    the direction where these are least sharp, since a shaken camera leaves edges along its way.

    At a step edge blurred by s, the gradient after a Gaussian of scale g is as 1/sqrt(s² + g²);
    two scales therefore tell s without knowing the contrast (after Zhuo and Sim, "Defocus map
    estimation from a single image", 2011). The median of a tile is its word; the fourth sharpest
    of 144 tiles decides.
    """
    height, width = gray.shape
    levels = resized(gray, fitted(width, height, LOOK_SIDE)).astype(np.float32)
    fine_x, fine_y = _gradient(levels, _FINE)
    steep = cv2.magnitude(fine_x, fine_y)
    coarse = cv2.magnitude(*_gradient(levels, _COARSE))
    strongest = float(np.percentile(steep[::2, ::2], 99.5))
    least = max(_STRONG * strongest, _LEAST_GRADIENT, _NOISE_GAIN * _noise(levels))
    ridge = cv2.dilate(steep, np.ones((3, 3), np.uint8)) * 0.9
    rows, columns = np.nonzero((steep > least) & (steep >= ridge))
    ratio = np.maximum(steep[rows, columns] / np.maximum(coarse[rows, columns], 1e-3), 1.0001)
    squares = ratio * ratio
    spread = np.sqrt(np.clip((_COARSE**2 - squares * _FINE**2) / (squares - 1), 0, 400))
    tile = (rows * _TILES // levels.shape[0]) * _TILES + columns * _TILES // levels.shape[1]
    turn = np.arctan2(fine_y[rows, columns], fine_x[rows, columns]) * (_DIRECTIONS / np.pi)
    direction = np.floor(turn + 0.5).astype(np.intp) % _DIRECTIONS
    whole = _sharpest(spread, tile)
    if whole is None:
        return None
    ways = (
        _sharpest(spread[direction == way], tile[direction == way]) for way in range(_DIRECTIONS)
    )
    return max([whole, *(way for way in ways if way is not None)])


def _gradient(levels: npt.NDArray[np.float32], scale: float) -> tuple[cv2.typing.MatLike, ...]:
    soft = cv2.GaussianBlur(levels, (0, 0), scale)
    return (
        cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8),
        cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8),
    )


def _noise(levels: npt.NDArray[np.float32]) -> float:
    """Estimate the noise's standard deviation; the mask is blind to slopes and to edges."""
    answer = cv2.filter2D(levels, cv2.CV_32F, _NOISE_MASK)
    return float(np.median(np.abs(answer[::2, ::2]))) / 0.6745 / 6


def _sharpest(spread: npt.NDArray[np.float32], tile: npt.NDArray[np.intp]) -> float | None:
    """Return the fourth least of the tiles' medians; None for too few tiles."""
    order = np.argsort(tile, kind="stable")
    ends = np.flatnonzero(np.diff(tile[order])) + 1
    medians = sorted(
        float(np.median(part))
        for part in np.split(spread[order], ends)
        if len(part) >= _FEWEST_EDGES
    )
    return medians[_DECIDES] if len(medians) >= _FEWEST_TILES else None
