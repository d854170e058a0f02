"""Improves a photograph by what its own pixels show to be wrong, and offers four looks of it."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from phota_desktop.engine import adjust, artefacts, balance, noise
from phota_desktop.engine.adjust import Adjustment
from phota_desktop.engine.colour import Pixels, encoded, smoothstep, through
from phota_desktop.engine.vocabulary import Kind

LOOKS: tuple[tuple[Adjustment, ...], ...] = (
    (),
    (Adjustment(Kind.EXPOSURE, 0.9),),
    (Adjustment(Kind.WARMTH, 1.0), Adjustment(Kind.VIBRANCE, 0.3)),
    (Adjustment(Kind.CONTRAST, 0.9), Adjustment(Kind.VIBRANCE, 0.7)),
)
"""Natural, brighter, warmer, punchier: what is done on top of the repair."""


def enhance(rgb: NDArray[np.uint8], looks: int = 1, prompt: str = "") -> list[NDArray[np.uint8]]:
    """Return 1 to 4 versions of ``rgb`` (height × width × 3): natural, brighter, warmer, punchier.

    ``prompt`` may name adjustments of the edit vocabulary, which every look gets on top.
    Raises ``adjust.UnknownEdit`` for anything else in it.
    """
    wishes = adjust.parse(prompt)
    natural = repaired(rgb)
    return [adjust.apply(natural, (*look, *wishes)) for look in LOOKS[:looks]]


def repaired(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the natural version: marks and grain first, since light makes both more visible."""
    compression = artefacts.measured(rgb)
    done = artefacts.removed(rgb, compression)
    grain = noise.measured(done)
    done = _without(done, grain)
    judgement = balance.judged(done, smoothstep(0.8, 2.0, compression.scale))
    if judgement.stops > 0 or judgement.gains != (1.0, 1.0, 1.0):
        done = through(done, encoded(judgement.curves))
    if compression.scale <= 0 and float(grain.sigmas.max()) < 3.0:
        done = _crisp(done)
    return done


def _without(rgb: Pixels, grain: noise.Grain) -> Pixels:
    # Below a level and a half grain is texture, or cannot be seen.
    share = smoothstep(1.2, 3.0, float(grain.sigmas[1:].mean()))
    share = max(share, smoothstep(3.0, 5.0, grain.typical))
    if share <= 0:
        return rgb
    return noise.removed(rgb, replace(grain, sigmas=grain.sigmas * np.float32(share)))


def _crisp(rgb: Pixels) -> Pixels:
    """Sharpen a soft picture a little; one with sharp edges comes back as it is."""
    part = rgb[: 1 << 11, : 1 << 11]
    grey = cv2.cvtColor(np.ascontiguousarray(part), cv2.COLOR_RGB2GRAY).astype(np.float32)
    fine = float(np.percentile(np.abs(cv2.Laplacian(grey, cv2.CV_32F)), 99))
    coarse = cv2.GaussianBlur(grey, (0, 0), 2.0)
    contrast = float(np.percentile(np.abs(grey - coarse), 99))
    if contrast < 1:
        return rgb
    softness = 1 - smoothstep(1.2, 2.4, fine / contrast)
    if softness <= 0:
        return rgb
    return adjust.apply(rgb, [Adjustment(Kind.SHARPEN, 0.8 * softness)])
