"""Measures the grain of a picture and takes it away."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from phota_desktop.engine import blocks
from phota_desktop.engine.colour import Floats, Pixels, as_pixels, smoothstep

# An orthonormal opponent space: noise that is alike in R, G and B is alike in each plane.
OPPONENT = np.array(
    [[1 / 3**0.5] * 3, [0.5**0.5, 0, -(0.5**0.5)], [1 / 6**0.5, -2 / 6**0.5, 1 / 6**0.5]],
    np.float32,
)
_KNOTS = np.array([0, 40, 80, 120, 160, 200, 255], np.float32)
_THRESHOLD = (2.5, 3.0, 3.0)
"""Standard deviations below which a coefficient counts as noise; colour can stand more."""
_MEASURED_SIDE = 1600


@dataclass(frozen=True)
class Grain:
    """Standard deviation of the noise in levels, by brightness (at 0, 40 … 255) and plane."""

    sigmas: NDArray[np.float32]
    """3 × 7: light, red against blue, green against magenta."""

    @property
    def typical(self) -> float:
        """The middle standard deviation of the light."""
        return float(np.median(self.sigmas[0]))

    def stronger(self, factor: float, least: float = 0.0) -> Grain:
        """Return grain of ``factor`` times this, at least ``least`` levels."""
        sigmas = np.maximum(self.sigmas * np.float32(factor), np.float32(least))
        return replace(self, sigmas=sigmas)


def opponent(rgb: Pixels) -> Floats:
    """Return light, red–blue and green–magenta planes (height × width × 3)."""
    return np.asarray(cv2.transform(rgb.astype(np.float32), OPPONENT), np.float32)


def from_opponent(planes: Floats) -> Floats:
    """Return RGB of 0 to 255, not rounded."""
    return np.asarray(cv2.transform(planes, np.ascontiguousarray(OPPONENT.T)), np.float32)


def measured(rgb: Pixels) -> Grain:
    """Measure the grain where the picture is calm.

    The quarter of the 16 × 16 blocks with the weakest diagonal detail is taken to hold noise
    alone (after the smoothest-blocks estimators of Olsen, 1993), per brightness. Textures make
    the result too high, so it is what the picture has at most.
    """
    height, width = rgb.shape[:2]
    # A part out of the middle is enough, at full size: averaging would hide the grain.
    top, left = max(0, height - _MEASURED_SIDE) // 2, max(0, width - _MEASURED_SIDE) // 2
    part = np.ascontiguousarray(rgb[top : top + _MEASURED_SIDE, left : left + _MEASURED_SIDE])
    down, across = (side // 16 * 16 for side in part.shape[:2])
    if not down or not across:
        return Grain(np.zeros((3, _KNOTS.size), np.float32))
    planes = opponent(part[:down, :across])
    diagonal = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32) / 6
    detail = np.asarray(cv2.filter2D(planes, -1, diagonal), np.float32)
    squares = _per_block(detail * detail)
    means = _per_block(planes)[..., 0] / np.float32(3**0.5)
    clipped = _per_block(
        ((part[:down, :across] < 2) | (part[:down, :across] > 253)).astype(np.float32)
    ).max(axis=-1)
    usable = clipped < 0.1
    if usable.sum() < 12:
        usable = clipped < 0.6
    sigmas = np.zeros((3, _KNOTS.size), np.float32)
    if usable.sum() < 4:
        return Grain(sigmas)
    for plane in range(3):
        sigmas[plane] = _by_level(means[usable], squares[..., plane][usable])
    return Grain(_trusted(sigmas, _alike(squares[..., 0][usable])))


def _alike(squares: Floats) -> float:
    """Return 0 to 1, whether the calmer blocks hold alike much detail, as grain makes them."""
    low, middle = np.percentile(squares, (10, 40))
    return smoothstep(0.45, 0.65, float(low / max(middle, 1e-3)))


def _trusted(sigmas: NDArray[np.float32], alike: float) -> NDArray[np.float32]:
    """Bound the grain of the light by that of the colours: detail without colour is texture.

    Unless it is everywhere ``alike``: then it is grain without colour.
    """
    colours = sigmas[1:].mean(axis=0)
    if colours.max() < 0.2:
        # A grey picture has no colours to compare with.
        sigmas[0] *= 0.7
    else:
        bound = np.minimum(sigmas[0], 1.15 * colours + 0.8)
        sigmas[0] = np.maximum(bound, alike * sigmas[0])
    return sigmas


def _per_block(planes: Floats) -> Floats:
    down, across = planes.shape[0] // 16, planes.shape[1] // 16
    squares = planes.reshape(down, 16, across, 16, -1)
    return np.asarray(squares.mean(axis=(1, 3)), np.float32)


def _by_level(means: Floats, squares: Floats) -> NDArray[np.float32]:
    """Fit the variance as a line over the level through the calmest blocks of each quarter."""
    order = np.argsort(means)
    groups = np.array_split(order, min(6, max(1, order.size // 24)))
    levels, variances, weights = [], [], []
    for group in groups:
        calm = np.sort(squares[group])[: max(1, group.size // 4)]
        levels.append(float(means[group].mean()))
        # The calmest quarter of pure noise lies below the mean by this much (simulated).
        variances.append(float(calm.mean()) * 1.13)
        weights.append(group.size)
    overall = float(np.average(variances, weights=weights))
    least = float(min(variances))
    fitted = np.interp(_KNOTS, levels, variances)
    # Textured levels overrate; trust the calmest level most.
    bounded = np.minimum(fitted, 2.2 * least + 0.25 * overall)
    return np.sqrt(bounded).astype(np.float32)


def removed(rgb: Pixels, grain: Grain) -> Pixels:
    """Return the picture (height × width × 3) without grain of that strength."""
    offsets = blocks.passes(rgb)

    def work(part: Pixels) -> Pixels:
        return as_pixels(from_opponent(_cleaned(opponent(part), grain, offsets)))

    return blocks.by_rows(rgb, work)


def _cleaned(planes: Floats, grain: Grain, offsets: int) -> Floats:
    light = np.ascontiguousarray(planes[..., 0])
    brightness = cv2.blur(light, (9, 9)) / np.float32(3**0.5)
    level = as_pixels(brightness)
    result = np.empty_like(planes)
    for plane in range(3):
        sigmas = grain.sigmas[plane] * np.float32(_THRESHOLD[plane])
        source = np.ascontiguousarray(planes[..., plane])
        if sigmas.max() < 0.8:
            result[..., plane] = source
            continue
        # Colours of larger pictures are cleaned at half size, where they hold half the noise;
        # the pyramid's wide kernel takes a bit more.
        small = plane > 0 and offsets < 16
        limits = np.interp(np.arange(256), _KNOTS, np.maximum(sigmas, 0.3))
        table = (limits * (0.4 if small else 1.0)).astype(np.float32)
        if small:
            half = np.asarray(cv2.pyrDown(source), np.float32)
            new = _shrunk(half, _looked_up(np.asarray(cv2.pyrDown(level)), table), offsets)
            new = np.asarray(cv2.pyrUp(new, dstsize=source.shape[::-1]), np.float32)
        else:
            new = _shrunk(source, _looked_up(level, table), offsets)
        result[..., plane] = new
    return result


def _looked_up(level: NDArray[np.generic], table: Floats) -> Floats:
    return np.asarray(cv2.LUT(np.asarray(level, np.uint8), table), np.float32)


def _shrunk(plane: Floats, limits: Floats, offsets: int) -> Floats:
    """Drop the coefficients below the limit that belongs to the brightness of each place.

    The plane is divided by its noise first, so that one limit holds everywhere.
    """

    def shrink(coefs: Floats) -> Floats:
        kept = np.abs(coefs) > 1.0
        kept[:, 0, :, 0] = True
        coefs *= kept
        return coefs

    return blocks.averaged(plane / limits, shrink, offsets) * limits
