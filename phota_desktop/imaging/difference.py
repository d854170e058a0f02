"""What changed between an original and its variant: ΔE at each pixel, a heat map, and a share."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass

import cv2
import numpy as np

from phota_desktop.core.alignment import Alignment
from phota_desktop.imaging.colour import Pixels
from phota_desktop.imaging.decoding import fitted, resized
from phota_desktop.imaging.delta_e import Floats, delta_e, lab, three_channels
from phota_desktop.imaging.registration import centred
from phota_desktop.imaging.tone import toned

NO_DATA = -1.0
"""Stands in a map of ΔE where the other picture has no pixel."""
CHANGED = 3.0
"""ΔE of a part (not of a pixel) from which it counts as changed."""
HEAT_FULL = 32.0
"""ΔE that is brightest at gain 1."""
NO_DATA_GREY = 119
"""Grey of 18 %, the canvas's surround: no colour of the heat map is grey."""

_PARTS = 256
"""About how many parts there are along the long side."""
_LEAST_PART = 8
"""Pixels along a part's side at least: the square in which JPEG errs."""
_TILE_PIXELS = 64 * 1024
"""Pixels worked on at once: a few floats of each stay in a core's cache."""


@dataclass(frozen=True)
class Difference:
    """ΔE between two pictures, on the variant's pixels.

    ``delta`` is HxW float32, ``NO_DATA`` where the original has nothing. ``parts`` is the same of
    squares of some pixels, in which noise and compression have mostly averaged out, and
    ``parts_beyond_tone`` is that after the one tone change that explains most of the picture.
    """

    delta: Floats
    parts: Floats
    parts_beyond_tone: Floats

    @property
    def changed(self) -> float:
        """The share (0 to 1) of the frame that changed, tone and all."""
        return changed_share(self.parts)

    @property
    def changed_beyond_tone(self) -> float:
        """The share of the frame that a tone change of the whole picture does not explain."""
        return changed_share(self.parts_beyond_tone)

    @property
    def mean(self) -> float:
        """The mean ΔE of the parts."""
        known = self.parts[self.parts >= 0]
        return float(known.mean()) if known.size else 0.0

    def words(self) -> str:
        """Say it for reading: "changed 34 % of the frame; 12 % beyond tone"."""
        whole, beyond = (_percent(part) for part in (self.changed, self.changed_beyond_tone))
        if whole == "0":
            return "nothing changed that can be seen"
        if whole == beyond or self.changed - self.changed_beyond_tone < 0.02:
            return f"changed {whole} % of the frame"
        return f"changed {whole} % of the frame; {beyond} % beyond tone"


def difference(
    original: Pixels,
    variant: Pixels,
    alignment: Alignment | None = None,
    *,
    max_side: int | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Difference:
    """Compare each pixel of the variant with the original laid under it.

    Both are upright sRGB, HxWx3 BGR or HxWx4 BGRA (alpha is not heeded), any mip levels: an
    original of more pixels is reduced first. With ``max_side`` the variant is reduced too, for a
    first look. Without alignment, or an unsure one, frame lies on frame. Raises
    ``CancelledError`` when ``is_cancelled`` says so between two tiles.
    """
    height, width = variant.shape[:2]
    least = _LEAST_PART
    if max_side is not None and max(height, width) > max_side:
        least = max(2, round(least * max_side / max(height, width)))
        variant = resized(variant, fitted(width, height, max_side))
        height, width = variant.shape[:2]
    laid, inside = _laid(original, (width, height), alignment)
    laid, variant = three_channels(laid), three_channels(variant)
    delta = np.empty((height, width), np.float32)
    rows = max(1, _TILE_PIXELS // width)
    for top in range(0, height, rows):
        if is_cancelled():
            raise CancelledError
        tile = slice(top, top + rows)
        delta[tile] = delta_e(lab(laid[tile]), lab(variant[tile]))
    side = max(least, round(max(height, width) / _PARTS))
    one, two, known = _even(_parts(laid, side)), _even(_parts(variant, side)), None
    parts = delta_e(one, two)
    if inside is not None:
        delta[inside == 0] = NO_DATA
        # A part counts when its neighbours, with which it was evened, have data too.
        known = cv2.erode(_parts(inside, side), np.ones((3, 3), np.uint8)) == 255
    without_tone = toned(one, two, known)
    beyond = delta_e(without_tone, two)
    if known is not None:
        parts[~known], beyond[~known] = NO_DATA, NO_DATA
    return Difference(delta, parts, beyond)


def changed_share(delta: Floats, threshold: float = CHANGED) -> float:
    """Return the share (0 to 1) of what has data that differs by at least ``threshold``."""
    known = int(np.count_nonzero(delta >= 0))
    return int(np.count_nonzero(delta >= threshold)) / known if known else 0.0


def heat(delta: Floats, gain: float = 1.0) -> Pixels:
    """Return ΔE as colours, HxWx4 BGRA with alpha 255: black for none, over purple and orange.

    Lightness alone tells more from less, so that it can be read by people who confuse colours,
    and in print. ΔE of ``HEAT_FULL`` / ``gain`` and more is brightest; no data is grey.
    """
    ramp = _ramp().view(np.uint32).ravel()
    grey = int.from_bytes(bytes((NO_DATA_GREY,) * 3 + (255,)), "little")
    colours = np.empty(delta.shape, np.uint32)
    rows = max(1, _TILE_PIXELS // delta.shape[1])
    for top in range(0, len(delta), rows):
        tile = delta[top : top + rows]
        scaled = cv2.convertScaleAbs(tile, alpha=255.0 / HEAT_FULL * max(gain, 0.0))
        found = ramp.take(np.asarray(scaled))
        np.putmask(found, tile < 0, grey)
        colours[top : top + rows] = found
    return colours.view(np.uint8).reshape(*delta.shape, 4)


def _laid(
    original: Pixels, size: tuple[int, int], alignment: Alignment | None
) -> tuple[Pixels, Pixels | None]:
    """Return the original on the variant's pixels, and where it has any (None: everywhere)."""
    if alignment is None or not alignment.is_sure or alignment.is_in_place:
        return resized(original, size), None
    frames = alignment.frames
    height, width = original.shape[:2]
    # A warp looks at four pixels only, however many it steps over. Up to two are good: more of the
    # original's sharpness comes through than from pixels that are as large as the variant's.
    shrink = math.sqrt(abs(frames.area) * size[0] * size[1] / (width * height))
    if shrink < 0.5:
        original = resized(
            original, (max(1, round(width * shrink)), max(1, round(height * shrink)))
        )
        height, width = original.shape[:2]
    laid = cv2.warpAffine(
        original,
        centred(frames, (width, height), size),
        size,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    inside = np.zeros((size[1], size[0]), np.uint8)
    corners = [frames.at(corner) for corner in ((0, 0), (1, 0), (1, 1), (0, 1))]
    edge = [[round((u * size[0] - 0.5) * 16), round((v * size[1] - 0.5) * 16)] for u, v in corners]
    cv2.fillConvexPoly(inside, np.array(edge, np.int32), (255,), shift=4)
    return np.asarray(laid, np.uint8), inside


def _parts(pixels: Pixels, side: int) -> Pixels:
    """Reduce to the means of squares; what is left over on the right and below is not heeded."""
    height, width = pixels.shape[:2]
    size = (max(1, width // side), max(1, height // side))
    whole = pixels[: size[1] * side, : size[0] * side]
    return np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), np.uint8)


def _even(parts: Pixels) -> Floats:
    """Return the parts' CIELAB, each with its neighbours: JPEG's colours err over 16 pixels."""
    return np.asarray(cv2.blur(lab(parts), (3, 3)), np.float32)


def _ramp() -> Pixels:
    """Return the 256 colours of the heat map, 256x4 BGRA."""
    levels = np.arange(256, dtype=np.uint8).reshape(-1, 1)
    colours = cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO)
    ramp = np.ascontiguousarray(cv2.cvtColor(colours, cv2.COLOR_BGR2BGRA).reshape(256, 4))
    ramp[0, :3] = 0  # it begins with a hint of blue, and what did not change is black
    return np.asarray(ramp, np.uint8)


def _percent(share: float) -> str:
    percent = share * 100
    return f"{percent:.0f}" if percent >= 1 or percent < 0.05 else f"{percent:.1f}"
