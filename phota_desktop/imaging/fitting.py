"""One map through matched points: least squares that heed a point less the further off it is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]

FEWEST_POINTS = 10
"""Matched points that a map needs; five numbers are sought, some points are always chance."""
_REACH = 3.0
"""Pixels beyond which a point has no say at first."""
_ROUNDS = 12
_NUMBERS = 5


@dataclass(frozen=True)
class Fit:
    """A map through points, 2×3; lengths in pixels of the target.

    ``residual`` is the median distance of the points heeded, ``uncertainty`` the expected error
    over the whole source frame, root mean square.
    """

    matrix: Doubles
    residual: float
    uncertainty: float


def fitted_map(
    start: Doubles, source: Doubles, target: Doubles, size: tuple[int, int]
) -> Fit | None:
    """Fit turn, two scales and shift from ``source`` to ``target`` (N×2, pixels); None if too few.

    Gauss and Newton with Tukey's biweight, whose reach follows the median of what is near.
    ``start`` is 2×3; ``size`` is the width and height of the source.
    """
    if len(source) < FEWEST_POINTS:
        return None
    middle = np.array([side / 2 for side in size])
    away = source - middle
    angle = math.atan2(start[1, 0] - start[0, 1], start[0, 0] + start[1, 1])
    wide, high = (math.hypot(*start[:, n]) for n in (0, 1))
    # The shift is that of the middle, where it depends least on the turn and the scales.
    state = np.array([angle, wide, high, *(start[:, :2] @ middle + start[:, 2])])
    reach = _REACH
    for _ in range(_ROUNDS):
        off, slopes = _off(state, away, target)
        distance = np.hypot(off[0], off[1])
        near = distance[distance < reach]
        if len(near) < FEWEST_POINTS:
            return None
        # The median distance in a plane is 1.18 standard deviations of one direction.
        spread = max(float(np.median(near)) / 1.18, 0.014)
        reach = min(reach, 6.6 * spread + 0.05)
        weights = np.clip(1 - (distance / reach) ** 2, 0, None) ** 2
        rows = slopes.reshape(-1, _NUMBERS)
        both = np.concatenate([weights, weights])
        normal = rows.T @ (rows * both[:, None])
        try:
            step = np.linalg.solve(normal, rows.T @ (both * off.reshape(-1)))
        except np.linalg.LinAlgError:
            return None
        state = state + step
        if float(np.abs(step).max()) < 1e-7:
            break
    off, _ = _off(state, away, target)
    distance = np.hypot(off[0], off[1])
    variance = float(weights @ distance**2) / max(float(weights.sum()) - _NUMBERS / 2, 1.0) / 2
    try:
        covariance = np.linalg.inv(normal) * variance
    except np.linalg.LinAlgError:
        return None
    cos, sin = math.cos(state[0]), math.sin(state[0])
    linear = np.array([[state[1] * cos, -state[2] * sin], [state[1] * sin, state[2] * cos]])
    return Fit(
        np.column_stack([linear, state[3:] - linear @ middle]),
        float(np.median(distance[weights > 0])),
        _expected_error(covariance, state, size),
    )


def _off(state: Doubles, away: Doubles, target: Doubles) -> tuple[Doubles, Doubles]:
    """Return how far points are off (2×N), and by how much each number moves them (2×N×5)."""
    angle, wide, high, x, y = state
    cos, sin = math.cos(angle), math.sin(angle)
    u, v = away.T
    at = np.stack([wide * cos * u - high * sin * v + x, wide * sin * u + high * cos * v + y])
    slopes = np.zeros((2, len(away), _NUMBERS))
    slopes[0, :, 0], slopes[1, :, 0] = y - at[1], at[0] - x
    slopes[0, :, 1], slopes[1, :, 1] = cos * u, sin * u
    slopes[0, :, 2], slopes[1, :, 2] = -sin * v, cos * v
    slopes[0, :, 3], slopes[1, :, 4] = 1, 1
    return target.T - at, slopes


def _expected_error(covariance: Doubles, state: Doubles, size: tuple[int, int]) -> float:
    """Return the root mean square error over a grid of the frame that the fit's spread implies."""
    parts = np.linspace(-0.5, 0.5, 5)
    away = np.stack(np.meshgrid(parts, parts), -1).reshape(-1, 2) * np.array(size)
    _, slopes = _off(state, away, np.zeros_like(away))
    variance = np.einsum("knp,pq,knq->n", slopes, covariance, slopes)
    return math.sqrt(max(float(variance.mean()), 0.0))
