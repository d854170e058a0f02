"""Colour profiles: telling sRGB by its numbers, converting everything else to it in strips."""

from __future__ import annotations

import struct
from functools import lru_cache
from io import BytesIO
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

Pixels = npt.NDArray[np.uint8]
Layout = Literal["BGR", "BGRA", "L", "CMYK"]

STRIP_ROWS = 256
"""Rows converted at once; bounds memory and how long the GIL is held (performance.md §1)."""

# Colorants of IEC 61966-2-1 adapted to D50, as in every sRGB profile (ICC.1, annex).
_SRGB_COLORANTS = {
    b"rXYZ": (0.43607, 0.22249, 0.01392),
    b"gXYZ": (0.38515, 0.71687, 0.09708),
    b"bXYZ": (0.14307, 0.06061, 0.71410),
}
_COLORANT_TOLERANCE = 0.004
_CURVE_TOLERANCE = 0.012
_SPACES: dict[bytes, tuple[Layout, ...]] = {
    b"RGB ": ("BGR", "BGRA"),
    b"GRAY": ("L",),
    b"CMYK": ("CMYK",),
}


@lru_cache(maxsize=32)
def is_srgb(icc: bytes) -> bool:
    """Tell whether a profile is sRGB by its colorants and tone curves, whatever its name says."""
    try:
        tags = _tags(icc)
        if icc[16:20] != b"RGB " or any(tag in tags for tag in (b"A2B0", b"A2B1")):
            return False
        for tag, expected in _SRGB_COLORANTS.items():
            found = struct.unpack(">3i", tags[tag][8:20])
            if any(
                abs(f / 65536 - e) > _COLORANT_TOLERANCE
                for f, e in zip(found, expected, strict=True)
            ):
                return False
        return all(_is_srgb_curve(tags[tag]) for tag in (b"rTRC", b"gTRC", b"bTRC"))
    except (KeyError, IndexError, ValueError, ArithmeticError, struct.error):
        return False


def to_srgb(pixels: Pixels, layout: Layout, icc: bytes) -> Pixels | None:
    """Convert to sRGB, relative colorimetric with black point compensation.

    BGR and BGRA arrays are converted in place and returned; L and CMYK give a new BGR array.
    None when the profile cannot be used with such pixels; they are then unchanged.
    """
    if layout not in _SPACES.get(icc[16:20], ()):
        return None
    if layout in ("BGR", "BGRA") and _by_tables(pixels, icc):
        return pixels
    try:
        transform = _transform(icc, layout)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    height, width = pixels.shape[:2]
    new = layout in ("L", "CMYK")
    out: Pixels = np.empty((height, width, 3), np.uint8) if new else pixels
    for top in range(0, height, STRIP_ROWS):
        rows = np.ascontiguousarray(pixels[top : top + STRIP_ROWS])
        source = rows if new else cv2.cvtColor(rows, _TO_RGB[layout])
        mode = layout if new else "RGB"
        strip = Image.frombuffer(mode, (width, len(rows)), source, "raw", mode, 0, 1)
        converted = np.asarray(transform.apply(strip))
        target = out[top : top + STRIP_ROWS]
        if layout == "BGRA":
            # Only the colours: alpha stays as it is.
            cv2.mixChannels([converted], [target], [0, 2, 1, 1, 2, 0])
        else:
            cv2.cvtColor(converted, cv2.COLOR_RGB2BGR, dst=target)
    return out


def _by_tables(pixels: Pixels, icc: bytes) -> bool:
    """Convert BGR or BGRA in place when the profile is three curves and a matrix; else False.

    The same sums as LittleCMS does, at 16 bits a colour, in a sixth of its time.
    """
    try:
        decoded, matrix, encoded = _tables(icc)
        has_alpha = pixels.shape[2] == 4
        for top in range(0, len(pixels), STRIP_ROWS):
            rows = pixels[top : top + STRIP_ROWS]
            # OpenCV's sums over four channels are thirty times slower than over three.
            colours = cv2.cvtColor(rows, cv2.COLOR_BGRA2BGR) if has_alpha else rows
            light = cv2.transform(cv2.LUT(colours, decoded), matrix)
            if has_alpha:
                done = cv2.LUT(light, encoded)
                cv2.mixChannels([done], [rows], [0, 0, 1, 1, 2, 2])
            else:
                cv2.LUT(light, encoded, dst=rows)
    except (KeyError, IndexError, ValueError, ArithmeticError, struct.error, cv2.error):
        return False  # not such a profile, or an OpenCV without 16-bit tables
    return True


@lru_cache(maxsize=8)
def _tables(
    icc: bytes,
) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.float32], npt.NDArray[np.uint8]]:
    """Tables from 8 bits to 16 bits of light and back, and the matrix between, in B G R order."""
    tags = _tags(icc)
    if any(tag in tags for tag in (b"A2B0", b"A2B1", b"A2B2")):
        raise ValueError("not a matrix profile")
    light = np.empty((1, 256, 3), np.uint16)
    for n, tag in enumerate((b"bTRC", b"gTRC", b"rTRC")):
        curve = [_curve(tags[tag], value / 255) for value in range(256)]
        light[0, :, n] = np.clip(np.round(np.array(curve) * 65535), 0, 65535)
    order = (b"bXYZ", b"gXYZ", b"rXYZ")
    source = np.array([struct.unpack(">3i", tags[tag][8:20]) for tag in order]).T / 65536
    target = np.array([_SRGB_COLORANTS[tag] for tag in order]).T
    matrix = np.linalg.solve(target, source).astype(np.float32)
    value = np.arange(65536) / 65535
    # IEC 61966-2-1, linear light to encoded.
    curved = np.where(value <= 0.0031308, 12.92 * value, 1.055 * value ** (1 / 2.4) - 0.055)
    # One table serves all channels.
    encoded = np.round(curved * 255).astype(np.uint8).reshape(1, 65536)
    return light, matrix, encoded


_TO_RGB = {"BGR": cv2.COLOR_BGR2RGB, "BGRA": cv2.COLOR_BGRA2RGB}


@lru_cache(maxsize=8)
def _transform(icc: bytes, layout: Layout) -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(
        ImageCms.ImageCmsProfile(BytesIO(icc)),
        ImageCms.createProfile("sRGB"),
        layout if layout in ("L", "CMYK") else "RGB",
        "RGB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )


def _tags(icc: bytes) -> dict[bytes, bytes]:
    count = int.from_bytes(icc[128:132], "big")
    tags = {}
    for n in range(min(count, 100)):
        name, offset, length = struct.unpack(">4sII", icc[132 + 12 * n : 144 + 12 * n])
        tags[name] = icc[offset : offset + length]
    return tags


def _is_srgb_curve(tag: bytes) -> bool:
    return all(
        abs(_curve(tag, n / 16) - _srgb_to_linear(n / 16)) <= _CURVE_TOLERANCE for n in range(17)
    )


def _srgb_to_linear(value: float) -> float:
    """IEC 61966-2-1, encoded to linear light."""
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _curve(tag: bytes, value: float) -> float:
    """Evaluate a tone curve tag ("curv" or "para", ICC.1 10.6 and 10.18) at 0..1."""
    if tag[:4] == b"curv":
        count = int.from_bytes(tag[8:12], "big")
        if count == 0:
            return value
        if count == 1:
            return float(value ** (int.from_bytes(tag[12:14], "big") / 256))
        at = value * (count - 1)
        low = min(int(at), count - 2)
        first, second = struct.unpack(">2H", tag[12 + 2 * low : 16 + 2 * low])
        return float((first + (second - first) * (at - low)) / 65535)
    if tag[:4] != b"para":
        raise ValueError("unknown tone curve")
    kind = int.from_bytes(tag[8:10], "big")
    amounts = (1, 3, 4, 5, 7)[kind]
    numbers = [n / 65536 for n in struct.unpack(f">{amounts}i", tag[12 : 12 + 4 * amounts])]
    g, a, b, c, d, e, f = numbers + [0.0] * (7 - amounts)
    if kind == 0:
        return float(value**g)
    if kind in (1, 2):
        linear = a * value + b
        return float(linear**g + c) if linear >= 0 else c
    return float((a * value + b) ** g + e) if value >= d else c * value + f
