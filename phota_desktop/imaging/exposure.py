"""Whether a photograph has light: its bright levels, and how much of it is burnt out."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from phota_desktop.imaging.colour import Pixels

_SIDE = 512
_BURNT = 254
_WHITE = 250


@dataclass(frozen=True)
class Exposure:
    """Levels 0 to 255 below which 50, 90 and 98 % of the pixels lie; ``burnt`` is a share 0 to 1.

    Burnt is what lost a colour to white. A white that reaches the photo's border counts as a wall
    or the sky and is left out of the share: such a photo can still be right.
    """

    median: float
    light: float
    brightest: float
    burnt: float


def exposure(bgr: Pixels) -> Exposure:
    """Measure a photo (HxWx3 uint8, B G R)."""
    height, width = bgr.shape[:2]
    scale = min(1.0, _SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    # Nearest keeps levels as they are; an average would dim small burnt spots.
    small = cv2.resize(bgr, size, interpolation=cv2.INTER_NEAREST)
    gray = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    median, light, brightest = np.percentile(gray, (50, 90, 98))
    burnt = small.max(axis=2) >= _BURNT
    background = _reaching_border((small.min(axis=2) >= _WHITE).astype(np.uint8))
    rest = int((~background).sum())
    share = float((burnt & ~background).sum()) / rest if rest >= gray.size * 0.05 else 1.0
    return Exposure(float(median), float(light), float(brightest), share)


def _reaching_border(white: Pixels) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    _, labels = cv2.connectedComponents(white, connectivity=4)
    border = np.unique(np.concatenate((labels[0], labels[-1], labels[:, 0], labels[:, -1])))
    return np.isin(labels, border[border > 0])
