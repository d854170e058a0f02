"""Judges from a picture's own whites how far its light and its white balance are off."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from phota_desktop.engine.colour import LEVELS, Floats, Pixels, reduced, smoothstep

_SIDE = 384
"""Pixels a side of the copy that is judged: grain is averaged away in it."""
_BRIGHTEST = 0.006
"""Share of the picture that is taken for its white."""
_FULL, _NONE = 196.0, 214.0
"""Brightest level at or below which a picture counts as under-exposed, above which it does not.

Nine of ten photographs reach 240; light taken away by 0.8 stops leaves at most 197.
"""
_TARGET = 0.90
"""Linear light that the brightest tones are lifted to: a little less than white."""
_MOST_STOPS = 3.2
_KNEE = 0.85


@dataclass(frozen=True)
class Judgement:
    """``stops`` of light missing, and the gains in linear light that make white white."""

    stops: float
    gains: tuple[float, float, float]

    @property
    def curves(self) -> Floats:
        """Return linear light out, 256 × 3, of the sRGB levels in."""
        scale = np.asarray(self.gains, np.float32) * np.float32(2.0**self.stops)
        light = LEVELS[:, None] * scale[None, :]
        # What is clipped is white, whatever the gain: below 1 the curve bends up to its end.
        near = np.clip((LEVELS[:, None] - _KNEE) / (1 - _KNEE), 0, 1) ** 2
        missing = np.maximum(1 - scale, 0)
        return np.asarray(light + near * missing[None, :], np.float32)


@dataclass(frozen=True)
class _White:
    """The logarithms of red and blue against green of the brightest greys, and their spread."""

    red: float
    blue: float
    spread: float

    @property
    def size(self) -> float:
        return math.hypot(self.red, self.blue)


def judged(rgb: Pixels, marred: float = 0.0) -> Judgement:
    """Judge a picture whose noise has been taken away; height × width × 3.

    ``marred``, 0 to 1, tells how far strong compression has smeared the colours.
    """
    small = np.asarray(cv2.medianBlur(reduced(rgb, _SIDE), 3), np.uint8)
    colours = small.reshape(-1, 3)
    plateau = _plateau(colours)
    gains = _gains(colours, plateau, marred)
    return Judgement(_stops(colours, gains, plateau), gains)


def _plateau(colours: Pixels) -> float:
    """Return 0 to 1, how clearly the tones end in a plateau, as whites do that were clipped.

    A picture that fades out towards its brightest point may just be one of dim things.
    """
    light = LEVELS[colours.max(axis=1)]
    return smoothstep(0.005, 0.018, float((light > 0.95 * np.percentile(light, 99.93)).mean()))


def _stops(colours: Pixels, gains: tuple[float, float, float], plateau: float) -> float:
    brightest = float(np.percentile(colours.max(axis=1), 99.93))
    if brightest < 8:
        return 0.0
    doubt = 12 * (1 - plateau)
    share = 1 - smoothstep(_FULL - doubt, _NONE - doubt, brightest)
    light = LEVELS[colours] * np.asarray(gains, np.float32)
    top = float(np.percentile(light.max(axis=1), 99.93))
    missing = math.log2(_TARGET / max(top, 1e-4))
    return max(0.0, min(_MOST_STOPS, missing)) * share


def _gains(colours: Pixels, plateau: float, marred: float) -> tuple[float, float, float]:
    ends = _ceilings(colours)
    white = _white(colours)
    sure = 0.0
    red = blue = 0.0
    if white is not None:
        # A lamp colours all whites alike; a coloured thing that happens to be the brightest
        # spreads more.
        sure = (1 - smoothstep(0.03, 0.075, white.spread)) * _likely(white.red, white.blue)
        share = sure * _belief(ends, max(plateau, _neutral(colours, white)))
        share *= 0.1 + 0.9 * _visible(white.red, white.blue, marred)
        share *= 1 - 0.35 * marred
        red, blue = -white.red * share, -white.blue * share
    # Without a white to go by, the brightest of each channel is a weaker sign.
    rest = 0.45 * (1 - marred) * (1 - sure) * _likely(*ends) * _visible(*ends, marred)
    gains = np.exp([red - rest * ends[0], 0.0, blue - rest * ends[1]])
    # Lamps leave green alone; other errors leave the mean. The brightness goes between.
    gains /= (gains[1] ** 4 * gains[0] * gains[2]) ** (1 / 6)
    return float(gains[0]), float(gains[1]), float(gains[2])


def _white(colours: Pixels) -> _White | None:
    """Find the brightest greys below clipping, under whatever light they stand.

    The pixels with the largest smallest channel, each channel divided by the white found so
    far; a few rounds settle it. Clipped pixels tell nothing of the light's colour.
    """
    top = int(colours.max())
    whole = colours[colours.max(axis=1) < min(250, top)]
    wanted = max(24, int(colours.shape[0] * _BRIGHTEST))
    if whole.shape[0] < 4 * wanted:
        return None
    light = LEVELS[whole]
    red = blue = 0.0
    ratios: NDArray[np.float64] = np.zeros((1, 2))
    for _ in range(5):
        least = (light * np.exp(np.array([-red, 0, -blue], np.float32))).min(axis=1)
        chosen = np.log(np.maximum(light[np.argpartition(least, -wanted)[-wanted:]], 1e-4))
        ratios = (chosen[:, [0, 2]] - chosen[:, [1]]).astype(np.float64)
        red, blue = (float(part) for part in np.median(ratios, axis=0))
    spread = float(np.median(np.abs(ratios - [red, blue]), axis=0).max())
    return _White(red, blue, spread)


def _ceilings(colours: Pixels) -> tuple[float, float]:
    """Return the logarithms of the brightest red and blue against the brightest green."""
    brightest = np.log(np.maximum(np.percentile(LEVELS[colours], 99.95, axis=0), 1e-4))
    return float(brightest[0] - brightest[1]), float(brightest[2] - brightest[1])


def _likely(red: float, blue: float) -> float:
    """Return 0 to 1, how likely a lamp is so far off; what glows in a scene is mostly warm."""
    warm = _warm(red, blue)
    return 1 - smoothstep(0.5 - 0.15 * warm, 0.75 - 0.2 * warm, math.hypot(red, blue))


def _neutral(colours: Pixels, white: _White) -> float:
    """Return 0 to 1, whether a good part of the picture would be grey under that white."""
    light = LEVELS[colours] * np.exp(np.array([-white.red, 0, -white.blue], np.float32))
    shown = np.log(np.maximum(light[light[:, 1] > 0.01], 1e-4))
    if shown.shape[0] < 0.05 * colours.shape[0]:
        return 0.0
    off = np.hypot(shown[:, 0] - shown[:, 1], shown[:, 2] - shown[:, 1])
    return smoothstep(0.08, 0.25, float((off < 0.08).mean()))


def _warm(red: float, blue: float) -> float:
    return smoothstep(-0.1, 0.1, red - blue)


def _visible(red: float, blue: float, marred: float) -> float:
    """Return 0 to 1, whether an error of that size is more than a finding may be off by."""
    off = 0.03 * _warm(red, blue) + 0.06 * marred
    return smoothstep(0.04 + off, 0.12 + 2 * off, math.hypot(red, blue))


def _belief(ends: tuple[float, float], evidence: float) -> float:
    """Return which share of the finding to act on."""
    # All three channels ending alike speak for a white that is right.
    level = 1 - smoothstep(0.02, 0.08, math.hypot(*ends))
    return (0.4 + 0.5 * evidence) * (1 - 0.15 * level)
