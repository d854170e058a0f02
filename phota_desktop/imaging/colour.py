"""Colours from a picture's profile to the screen's in one step, in strips, on several cores."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from io import BytesIO
from typing import Any, Literal

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

from phota_desktop.imaging import icc as profiles
from phota_desktop.imaging.display import SRGB, DisplayTarget, Intent

Pixels = npt.NDArray[np.uint8]
Layout = Literal["BGR", "BGRA", "L", "CMYK"]

STRIP_ROWS = 256
"""Rows converted at once; bounds memory and how long the GIL is held (performance.md §1)."""
_TABLE_ROWS = 16
"""Of wide pictures, so that the steps by tables find the pixels in the processor's own memory."""
_THREADS = min(4, os.cpu_count() or 1)

_SPACES: dict[bytes, tuple[Layout, ...]] = {
    b"RGB ": ("BGR", "BGRA", "L"),
    b"GRAY": ("L",),
    b"CMYK": ("CMYK",),
}
_INTENTS = {
    Intent.RELATIVE: ImageCms.Intent.RELATIVE_COLORIMETRIC,
    Intent.PERCEPTUAL: ImageCms.Intent.PERCEPTUAL,
}
_ROUNDED = 5e-4
"""What the numbers of a profile, rounded as they are, may put white beside white."""
_LEAST_CONTRAST = 40
"""Between a profile's white and black, of 255; a profile with less shows no picture."""
_ENDS: dict[str, tuple[int | tuple[int, ...], ...]] = {
    "RGB": ((0, 0, 0), (255, 255, 255)),
    "L": (0, 255),
    "CMYK": ((0, 0, 0, 255), (0, 0, 0, 0)),
}
"""Black and white, as Pillow has them."""
_FAILURES = (ImageCms.PyCMSError, OSError, ValueError, TypeError)


def is_needed(icc: bytes, target: DisplayTarget) -> bool:
    """Tell whether pixels with this profile (empty: sRGB) look otherwise than meant unconverted."""
    if target.is_srgb:
        return bool(icc) and not profiles.looks_as_srgb(icc)
    return icc != target.icc


def convert(
    pixels: npt.NDArray[Any],
    layout: Layout,
    icc: bytes,
    target: DisplayTarget = SRGB,
    *,
    opaque: bool = False,
) -> Pixels | None:
    """Convert to the target's colours by its intent, with black point compensation.

    ``icc`` empty means sRGB. BGR and BGRA arrays of bytes are converted in place and returned; L
    and CMYK, and any of 16 bits, give a new array of bytes: BGR, or BGRA from BGRA. ``opaque``
    says that all alpha of BGRA is full, which saves time. None when the profile cannot be used
    with such pixels; they are then unchanged.
    """
    if icc and (profiles.problem(icc) or layout not in _SPACES.get(icc[16:20], ())):
        return None
    try:
        if layout == "L":
            return _of_gray(pixels, icc, target)
        if layout != "CMYK":
            tables = _tables(icc, target, pixels.dtype.itemsize)
            if tables is not None:
                return _by_tables(pixels, tables, opaque=opaque)
        return _by_littlecms(_bytes_of(pixels), layout, _transform(icc, layout, target))
    except _FAILURES:
        return None


def _of_gray(pixels: npt.NDArray[Any], icc: bytes, target: DisplayTarget) -> Pixels | None:
    """Convert by one table, since there are only so many greys: HxWx3."""
    wide = pixels.dtype.itemsize == 2
    curve = profiles.gray_curve(icc) if icc else None
    screen = _shaper(target.icc)
    if curve is not None and screen is not None:
        light = profiles.curve(curve, np.linspace(0, 1, 65536 if wide else 256))
        encoded = _encoded(screen)
        at = np.round(light * 65535).astype(np.uint16)
        rows = encoded[:, at] if encoded.ndim == 3 else np.repeat(encoded[:, at, None], 3, 2)
    else:
        pixels = _bytes_of(pixels)
        ramp = np.arange(256, dtype=np.uint8)[None]
        if icc[16:20] == b"GRAY":
            done = _by_littlecms(ramp, "L", _transform(icc, "L", target))
        else:
            same = np.asarray(cv2.cvtColor(ramp, cv2.COLOR_GRAY2BGR), np.uint8)
            found = convert(same, "BGR", icc, target)
            if found is None:
                return None
            done = found
        rows = done
    # OpenCV wants as many channels as the table has.
    three = cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR)
    return np.asarray(cv2.LUT(three, np.ascontiguousarray(rows)), np.uint8)


_Tables = tuple[npt.NDArray[np.uint16], npt.NDArray[np.float32], Pixels]


def _by_tables(pixels: npt.NDArray[Any], tables: _Tables, *, opaque: bool) -> Pixels:
    """Convert BGR or BGRA by curves and a matrix; bytes in place.

    The same sums as LittleCMS does, at 16 bits a colour, in a tenth of its time.
    """
    light, matrix, encoded = tables
    has_alpha = pixels.shape[2] == 4
    wide = pixels.dtype.itemsize == 2
    out = np.empty(pixels.shape, np.uint8) if wide else pixels

    def work(top: int, bottom: int) -> None:
        for start in range(top, bottom, _TABLE_ROWS):
            rows = pixels[start : min(start + _TABLE_ROWS, bottom)]
            target = out[start : min(start + _TABLE_ROWS, bottom)]
            # OpenCV's sums over four channels are thirty times slower than over three.
            colours = cv2.cvtColor(rows, cv2.COLOR_BGRA2BGR) if has_alpha else rows
            done = cv2.LUT(cv2.transform(cv2.LUT(colours, light), matrix), encoded)
            if not has_alpha:
                target[:] = done
                continue
            if opaque:
                cv2.cvtColor(done, cv2.COLOR_BGR2BGRA, dst=target)
                continue
            if wide:
                target[..., 3] = cv2.convertScaleAbs(cv2.extractChannel(rows, 3), alpha=1 / 257)
            cv2.mixChannels([done], [target], [0, 0, 1, 1, 2, 2])

    _in_strips(len(pixels), work)
    return out


def _by_littlecms(pixels: Pixels, layout: Layout, transform: ImageCms.ImageCmsTransform) -> Pixels:
    height, width = pixels.shape[:2]
    new = layout in ("L", "CMYK")
    out: Pixels = np.empty((height, width, 3), np.uint8) if new else pixels
    mode = layout if new else "RGB"

    def work(top: int, bottom: int) -> None:
        rows = np.ascontiguousarray(pixels[top:bottom])
        source = rows if new else cv2.cvtColor(rows, _TO_RGB[layout])
        strip = Image.frombuffer(mode, (width, len(rows)), source, "raw", mode, 0, 1)
        converted = np.asarray(transform.apply(strip))
        target = out[top:bottom]
        if layout == "BGRA":
            # Only the colours: alpha stays as it is.
            cv2.mixChannels([converted], [target], [0, 2, 1, 1, 2, 0])
        else:
            target[:] = cv2.cvtColor(converted, cv2.COLOR_RGB2BGR)

    _in_strips(height, work)
    return out


def _in_strips(height: int, work: Callable[[int, int], None]) -> None:
    """Do the work for all rows, strip by strip, on several cores where there are many strips."""
    tops = range(0, height, STRIP_ROWS)
    bottoms = [min(top + STRIP_ROWS, height) for top in tops]
    if len(tops) < 3 or _THREADS == 1:
        for top, bottom in zip(tops, bottoms, strict=True):
            work(top, bottom)
        return
    with ThreadPoolExecutor(_THREADS, "colours") as threads:
        for _ in threads.map(work, tops, bottoms):
            pass


@lru_cache(maxsize=8)
def _tables(icc: bytes, target: DisplayTarget, size: int) -> _Tables | None:
    """Tables from 8 or 16 bits to 16 bits of light and back, the matrix between, in B G R order.

    None when one of the profiles is more than curves and a matrix. ``size`` is 1 or 2 bytes.
    """
    source, screen = _shaper(icc), _shaper(target.icc)
    if source is None or screen is None:
        return None
    light = source.light(256 if size == 1 else 65536)[None, :, ::-1]
    try:
        matrix = np.linalg.solve(screen.matrix, source.matrix)[::-1, ::-1]
    except np.linalg.LinAlgError:
        return None
    whites = matrix.sum(axis=1, keepdims=True)
    if np.abs(whites - 1).max() < _ROUNDED:
        # The same light in all channels, so that a grey between two bytes gets no tint.
        matrix = matrix / whites
    if (light == light[..., :1]).all():
        light = light[..., 0]  # one table serves all channels, in half the time
    bits = np.ascontiguousarray(np.round(light * 65535), np.uint16)
    return bits, np.ascontiguousarray(matrix, np.float32), _encoded(screen)


def _encoded(screen: profiles.Shaper | _Srgb) -> Pixels:
    """Return the table from 16 bits of light to bytes: 1x65536, or x3 in B G R order."""
    steps = np.round(screen.steps(65536) * 255).astype(np.uint8)
    if (steps == steps[:, :1]).all():
        return np.ascontiguousarray(steps[None, :, 0])  # one table serves all channels
    return np.ascontiguousarray(steps[None, :, ::-1])


class _Srgb:
    """sRGB by its formulas, as :class:`profiles.Shaper` has it for a profile."""

    matrix = profiles.SRGB_COLORANTS

    def light(self, levels: int) -> profiles.Floats:
        return np.repeat(profiles.linear(np.linspace(0, 1, levels))[:, None], 3, 1)

    def steps(self, levels: int) -> profiles.Floats:
        return np.repeat(profiles.encoded(np.linspace(0, 1, levels))[:, None], 3, 1)


def _shaper(icc: bytes) -> profiles.Shaper | _Srgb | None:
    return profiles.shaper(icc) if icc else _Srgb()


_TO_RGB = {"BGR": cv2.COLOR_BGR2RGB, "BGRA": cv2.COLOR_BGRA2RGB}


@lru_cache(maxsize=8)
def _transform(icc: bytes, layout: Layout, target: DisplayTarget) -> ImageCms.ImageCmsTransform:
    """Let LittleCMS join the two profiles. Raises ValueError where black is as light as white."""
    mode = layout if layout in ("L", "CMYK") else "RGB"
    transform = ImageCms.buildTransform(
        _opened(icc),
        _opened(target.icc),
        mode,
        "RGB",
        renderingIntent=_INTENTS[target.intent],
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    dark, light = (
        np.asarray(transform.apply(Image.new(mode, (1, 1), end))).mean() for end in _ENDS[mode]
    )
    if light - dark < _LEAST_CONTRAST:
        raise ValueError("white is as dark as black")
    return transform


def _opened(icc: bytes) -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(BytesIO(icc) if icc else ImageCms.createProfile("sRGB"))


def _bytes_of(pixels: npt.NDArray[Any]) -> Pixels:
    """Round 16 bits to 8; bytes are returned as they are."""
    if pixels.dtype == np.uint8:
        return pixels
    return np.asarray(cv2.convertScaleAbs(pixels, alpha=1 / 257), np.uint8)
