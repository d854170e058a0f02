"""A fingerprint of what a photograph shows, which recompression and resizing hardly change."""

from __future__ import annotations

import cv2
import numpy as np

from phota_desktop.imaging.colour import Pixels

BITS = 255
_SIDE = 64
_KEPT = 16
_LEAST_CONTRAST = 2.0


def fingerprint(gray: Pixels) -> int | None:
    """Return 255 bits: the signs of a photo's 16×16 lowest frequencies, without the mean.

    HxW uint8 in. None for a picture of one level, whose signs would be chance.
    """
    small = cv2.resize(gray, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    if float(small.std()) < _LEAST_CONTRAST:
        return None
    lowest = cv2.dct(small)[:_KEPT, :_KEPT].ravel()[1:]
    signs = np.packbits(lowest > 0)
    return int.from_bytes(signs.tobytes(), "big")
