"""Gives a picture the colours and tones of a reference."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from phota_desktop.engine import adjust
from phota_desktop.engine.colour import Floats, Pixels, in_lab, lab, reduced

_LOOKS = ((0.8, 0.8), (1.0, 1.0), (0.25, 1.0), (0.8, 0.35))
"""For each variant, how much of the reference's tones and of its colours comes over."""
_STATISTICS_SIDE = 400
_POINTS = np.array([0.5, 2, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 98, 99.5])
"""Percentiles of lightness that are matched."""
_SLOPES = (0.4, 1.9)
"""Flattest and steepest part of the tone curve: flatter loses detail, steeper shows noise."""
_FILLERS = frozenset({
    "match", "copy", "transfer", "reference", "second", "first", "other", "mood", "palette",
    "colours", "colors", "colour", "color", "from", "tones", "light", "lighting", "grading",
    "grade", "atmosphere", "feel", "feeling", "take", "same", "similar", "remix", "restyle",
    "one", "reference's", "content", "structure", "composition", "preserve",
})  # fmt: skip


def remix(
    rgb: NDArray[np.uint8], reference: NDArray[np.uint8], prompt: str, variant: int
) -> NDArray[np.uint8]:
    """Return ``rgb`` (height × width × 3) with the tones and colours of ``reference``.

    Variants 0 to 3: balanced, full, colours alone, tones alone. Adjustments named in ``prompt``
    are done afterwards; raises ``adjust.UnknownEdit`` for other wishes.
    """
    wishes = adjust.parse(prompt, _FILLERS)
    tone_share, colour_share = _LOOKS[variant % len(_LOOKS)]
    source, target = _statistics(rgb), _statistics(reference)
    curve = _tone_curve(source[:, 0], target[:, 0], tone_share)
    turn, own, theirs = _colour_map(source[:, 1:], target[:, 1:])

    def change(values: Floats) -> Floats:
        lightness, colours = values[..., 0], values[..., 1:]
        moved = (colours - own) @ turn.T + theirs
        # White and black carry no colour, whatever the reference shows.
        inked = np.clip((100 - lightness) / 12, 0, 1) * np.clip(lightness / 8, 0, 1)
        shift = (moved - colours) * (colour_share * inked[..., None])
        values[..., 1:] = colours + shift
        values[..., 0] = np.interp(lightness, curve[0], curve[1])
        return values

    return adjust.apply(in_lab(rgb, change), wishes)


def _statistics(rgb: Pixels) -> Floats:
    # Grain would pass for colour, so it is averaged away.
    small = cv2.GaussianBlur(reduced(rgb, _STATISTICS_SIDE), (0, 0), 1.0)
    return lab(np.asarray(small, np.uint8)).reshape(-1, 3)


def _tone_curve(source: Floats, target: Floats, share: float) -> tuple[Floats, Floats]:
    """Return a monotone curve of lightness through matched percentiles, its slopes limited."""
    own, theirs = np.percentile(source, _POINTS), np.percentile(target, _POINTS)
    wanted = own + share * (theirs - own)
    x = np.linspace(0, 100, 101)
    raw = np.interp(x, [0.0, *_distinct(own), 100.0], [0.0, *wanted, 100.0])
    slopes = np.clip(np.diff(raw), *_SLOPES)
    smooth = np.convolve(np.pad(slopes, 8, mode="edge"), np.ones(17) / 17, mode="valid")
    curve = np.concatenate([[0.0], np.cumsum(smooth)])
    # Limited slopes lose the level; the median puts it back, the ends are scaled in.
    middle = float(np.median(source))
    curve += np.interp(middle, x, raw) - np.interp(middle, x, curve)
    low, high = curve[0], curve[-1]
    if high > 100:
        curve = np.where(curve > 50, 50 + (curve - 50) * 50 / (high - 50), curve)
    if low < 0:
        curve = np.where(curve < 50, 50 + (curve - 50) * 50 / (50 - low), curve)
    return x.astype(np.float32), curve.astype(np.float32)


def _distinct(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Make ``values`` strictly rising inside 0 to 100, for interpolation."""
    steps = np.arange(1, values.size + 1) * 1e-3
    return np.asarray(np.clip(np.maximum.accumulate(values), 0, 99.9) + steps, np.float64)


def _colour_map(source: Floats, target: Floats) -> tuple[Floats, Floats, Floats]:
    """Return matrix, own mean and their mean of the gentlest map between the colour clouds.

    The optimal transport between two Gaussians, Σs^-½ (Σs^½ Σt Σs^½)^½ Σs^-½ (Pitié and
    Kokaram, 2007), its gains limited so that a dull picture does not turn to blotches.
    """
    own, theirs = source.mean(axis=0), target.mean(axis=0)
    floor = np.eye(2) * 9.0
    spread, wanted = np.cov(source.T) + floor, np.cov(target.T) + floor
    root = _root(spread)
    inverse = np.linalg.inv(root)
    matrix = inverse @ _root(root @ wanted @ root) @ inverse
    gains, axes = np.linalg.eigh((matrix + matrix.T) / 2)
    limited = axes @ np.diag(np.clip(gains, 0.45, 1.8)) @ axes.T
    # A mean far away (a sunset on a meadow) comes over in part: hues stay believable.
    way = theirs - own
    length = math.hypot(float(way[0]), float(way[1]))
    way = way * (min(length, 30.0) / length if length > 0 else 0.0)
    return limited.astype(np.float32), own, (own + way).astype(np.float32)


def _root(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    values, axes = np.linalg.eigh(matrix)
    root = axes @ np.diag(np.sqrt(np.maximum(values, 0))) @ axes.T
    return np.asarray(root, np.float64)
