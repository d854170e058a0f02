"""How a JPEG was saved: its quality by libjpeg's scale, and how much of its colours it keeps."""

from __future__ import annotations

import numpy as np

from phota_desktop.core.exporting import Subsampling
from phota_desktop.imaging import jpeg_segments

_DQT = 0xDB
_FRAMES = frozenset((0xC0, 0xC1, 0xC2))
# ITU-T T.81, table K.1; the order does not matter for its mean, but tables are in zigzag.
_LUMA = np.array(
    [
        *(16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40),
        *(26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51),
        *(56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87),
        *(95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99),
    ]
)


def quality_of(content: bytes) -> int | None:
    """Return the quality, 1 to 100, that the first table amounts to; None where there is none.

    Exact for what libjpeg wrote; for others the one whose steps are as coarse on the average.
    """
    table = next(jpeg_segments.payloads(content, _DQT, b""), b"")
    if len(table) < 65:
        return None
    wide = table[0] >> 4
    steps = np.frombuffer(table, ">u2" if wide else np.uint8, 64, 1)[: len(_LUMA)]
    scale = float(100 * steps.sum() / _LUMA.sum())
    quality = (200 - scale) / 2 if scale <= 100 else 5000 / scale
    return int(np.clip(round(quality), 1, 100))


def subsampling_of(content: bytes) -> Subsampling:
    """Return how a JPEG keeps its colours; what is neither full nor a half counts as a quarter."""
    for segment in jpeg_segments.walk_head(content):
        if segment.marker not in _FRAMES:
            continue
        # Three bytes each: identifier, factors across and down, table.
        factors = content[segment.body + 7 : segment.end : 3]
        if len(factors) < 3:
            return Subsampling.FULL
        across = (factors[0] >> 4) // max(1, min(one >> 4 for one in factors[1:3]))
        down = (factors[0] & 15) // max(1, min(one & 15 for one in factors[1:3]))
        if across * down <= 1:
            return Subsampling.FULL
        return Subsampling.HALF if across * down == 2 else Subsampling.QUARTER
    return Subsampling.FULL
