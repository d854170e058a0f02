"""New sizes for exported pictures: Lanczos, reduced in linear light, in bands of rows.

Reducing averages light, so it is done on light: a fine pattern of black and white keeps its
brightness (188 of 255; on encoded bytes it becomes 128, 23 L* too dark). On a photograph of roofs
and twigs at a quarter of its sides, against the mean of light: 0.2 L* off on the average and 2 at
the 99th percentile, where encoded bytes are 1.6 and 6 off. Enlarging adds no light together, and
Lanczos' overshoot beside dark edges shows far more in linear light: it works on encoded values.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from phota_desktop.imaging import icc as profiles
from phota_desktop.imaging.raster import Raster, Samples

_THREADS = min(4, os.cpu_count() or 1)
_BAND_BYTES = 8_000_000
"""Of 32-bit samples of one channel that a band is made from."""
_SUPPORT = 3
"""Of Lanczos, in pixels of the smaller picture."""
_STEPS = 65536

Floats32 = npt.NDArray[np.float32]
_Tables = tuple[tuple[Floats32, Samples], ...]


def resized(
    raster: Raster, size: tuple[int, int], cancelled: Callable[[], bool] = lambda: False
) -> Raster:
    """Return the picture with another width and height, as many bits, in the same colours.

    Transparent pixels give no colour to their neighbours. Stops early, with the rows that are
    done, when ``cancelled`` says so.
    """
    pixels = raster.pixels
    height, width = pixels.shape[:2]
    if (width, height) == size:
        return raster
    reduces = size[0] * size[1] < width * height
    tables = _light(raster.icc if reduces else None, raster.is_wide)
    out = np.empty((size[1], size[0], *pixels.shape[2:]), pixels.dtype)
    scale = height / size[1]
    rows_in = max(1, _BAND_BYTES // (4 * width))
    rows_out = max(16, int(rows_in / scale))

    def work(top: int) -> None:
        if cancelled():
            return
        bottom = min(top + rows_out, size[1])
        reach = math.ceil(_SUPPORT * max(scale, 1)) + 1
        first = max(0, math.floor(top * scale) - reach)
        last = min(height, math.ceil(bottom * scale) + reach)
        box = (0, top * scale - first, width, min(bottom * scale - first, last - first))
        _band(pixels[first:last], out[top:bottom], box, tables)

    tops = range(0, size[1], rows_out)
    if len(tops) == 1 or _THREADS == 1:
        for top in tops:
            work(top)
    else:
        with ThreadPoolExecutor(_THREADS, "sizes") as threads:
            for _ in threads.map(work, tops):
                pass
    return Raster(out, raster.icc, raster.notes)


def _band(
    rows: Samples, out: Samples, box: tuple[float, float, float, float], tables: _Tables
) -> None:
    """Make the rows ``out`` from the part ``box`` of ``rows``."""
    size = (out.shape[1], out.shape[0])
    most = np.iinfo(out.dtype).max
    full = cover = None
    if rows.ndim == 3 and rows.shape[2] == 4:
        full = np.asarray(rows[..., 3], np.float32) / np.float32(most)
        cover = np.clip(_scaled(full, size, box), 0, 1)
        out[..., 3] = np.round(cover * most)
        cover = np.maximum(cover, 0.5 / most)
        rows = np.asarray(cv2.cvtColor(rows, cv2.COLOR_BGRA2BGR))
    planes = [rows] if rows.ndim == 2 else cv2.split(rows)
    done = []
    for plane, (light, encoded) in zip(planes, tables, strict=False):
        lit = np.asarray(cv2.LUT(plane, light), np.float32)
        if full is None or cover is None:
            steps = _steps(_scaled(lit, size, box))
        else:
            steps = _steps(_scaled(lit * full, size, box) / cover)
        done.append(np.asarray(cv2.LUT(steps, encoded)))
    if rows.ndim == 2:
        out[:] = done[0]
    else:
        out[..., :3] = cv2.merge(done)


def _scaled(
    plane: Floats32, size: tuple[int, int], box: tuple[float, float, float, float]
) -> Floats32:
    """Resize one channel; what is over four times as large is halved (and so on) by area first.

    That is within one byte of Lanczos alone, in half the time.
    """
    image = Image.fromarray(plane)
    return np.array(image.resize(size, Image.Resampling.LANCZOS, box, reducing_gap=2.0))


def _steps(light: Floats32) -> npt.NDArray[np.uint16]:
    """Return light as steps of its square root, which keeps the darkest apart."""
    np.clip(light, 0, 1, out=light)
    np.sqrt(light, out=light)
    light *= _STEPS - 1
    light += 0.5
    return light.astype(np.uint16)


@lru_cache(maxsize=8)
def _light(icc: bytes | None, wide: bool) -> _Tables:
    """Return tables to light and back, 1xN each, for B G R; None keeps the encoded values."""
    kind = np.uint16 if wide else np.uint8
    most = np.iinfo(kind).max
    both = zip(_curves(icc, _STEPS if wide else 256), _inverses(icc), strict=True)
    return tuple(
        (there.astype(np.float32)[None], np.round(back * most).astype(kind)[None])
        for there, back in both
    )


@lru_cache(maxsize=8)
def _curves(icc: bytes | None, levels: int) -> tuple[profiles.Floats, ...]:
    """Return the light of each level, for B G R; sRGB's where the profile has no plain curves."""
    at = np.linspace(0, 1, levels)
    if icc is None:
        return (at,) * 3
    if icc[16:20] == b"GRAY":
        tone = profiles.gray_curve(icc)
        if tone is not None:
            return (profiles.curve(tone, at),) * 3
    try:
        shaper = profiles.shaper(icc) if icc else None
    except ValueError:
        shaper = None
    if shaper is None:
        return (profiles.linear(at),) * 3
    return tuple(profiles.curve(tag, at) for tag in reversed(shaper.curves))


@lru_cache(maxsize=4)
def _inverses(icc: bytes | None) -> tuple[profiles.Floats, ...]:
    """Return what makes light, by its square root, which keeps the darkest steps apart."""
    fine, wanted = np.linspace(0, 1, 4 * _STEPS), np.linspace(0, 1, _STEPS) ** 2
    return tuple(np.interp(wanted, tone, fine) for tone in _curves(icc, 4 * _STEPS))
