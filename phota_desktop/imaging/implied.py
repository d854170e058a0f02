"""Profiles for files that tell their colours otherwise: EXIF's R03, PNG's cICP, cHRM and gAMA."""

from __future__ import annotations

import struct
from dataclasses import replace
from functools import lru_cache
from typing import BinaryIO

import numpy as np

from phota_desktop.imaging import exif, png_chunks
from phota_desktop.imaging.chunks import payload
from phota_desktop.imaging.embedded import Embedded
from phota_desktop.imaging.formats import PhotoFormat
from phota_desktop.imaging.icc import D50, Floats

Chromaticities = tuple[tuple[float, float], tuple[float, float], tuple[float, float]]
"""x and y of red, green and blue."""

D65 = (0.3127, 0.3290)
SRGB: Chromaticities = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
ADOBE: Chromaticities = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
DISPLAY_P3: Chromaticities = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
BT_2020: Chromaticities = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))
ADOBE_GAMMA = 563 / 256
"""Adobe RGB (1998), 4.3.1.2."""

_PRIMARIES = {1: SRGB, 9: BT_2020, 12: DISPLAY_P3}
"""ITU-T H.273, table 2."""
# ITU-T H.273, table 3, as "para" of kind 3; the broadcast curves (1, 6, 14, 15) are one.
_SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_BROADCAST = (1 / 0.45, 1 / 1.0993, 0.0993 / 1.0993, 1 / 4.5, 0.0812)
_TRANSFERS: dict[int, tuple[float, ...]] = {
    **dict.fromkeys((1, 6, 14, 15), _BROADCAST),
    4: (2.2,),
    5: (2.8,),
    8: (1.0,),
    13: _SRGB_CURVE,
}
_GAMMA_OF_SRGB = 1 / 2.2
_CLOSE = 0.002
_INTEROPERABILITY, _INDEX = 0xA005, 0x0001
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)


def with_implied(embedded: Embedded, stream: BinaryIO, kind: PhotoFormat) -> Embedded:
    """Add the profile that a file without one means; its colours are sRGB if it says nothing.

    A cICP of HDR counts as absent.
    """
    if embedded.icc:
        return embedded
    try:
        made = _of_png(stream) if kind == PhotoFormat.PNG else None
        if made is None and embedded.exif and _is_adobe(embedded.exif):
            made = matrix_profile(ADOBE, D65, (ADOBE_GAMMA,))
    except (ValueError, ArithmeticError, struct.error, OSError):
        made = None
    return replace(embedded, implied=made) if made else embedded


def _is_adobe(block: bytes) -> bool:
    """Tell whether a camera says "R03", Adobe RGB by DCF 2.0."""
    found = exif.parse(block)
    at = found.number(found.photo, _INTEROPERABILITY)
    if not at:
        return False
    within = exif.directory(block, at, found.order)
    entry = within.get(_INDEX)
    return entry is not None and entry.raw.startswith(b"R03")


def _of_png(stream: BinaryIO) -> bytes | None:
    found: dict[bytes, bytes] = {}
    for chunk in png_chunks.walk(stream):
        if chunk.kind == b"IDAT":
            break
        if chunk.kind in (b"cICP", b"sRGB", b"cHRM", b"gAMA") and chunk.length <= 32:
            found[chunk.kind] = payload(stream, chunk)
    if len(coded := found.get(b"cICP", b"")) == 4:
        primaries, transfer = _PRIMARIES.get(coded[0]), _TRANSFERS.get(coded[1])
        if primaries and transfer and coded[2:] == b"\0\1":
            return matrix_profile(primaries, D65, transfer)
    if b"sRGB" in found or not (b"cHRM" in found or b"gAMA" in found):
        return None
    white, points = D65, SRGB
    curve: tuple[float, ...] = _SRGB_CURVE
    if b"cHRM" in found:
        values = [n / 100000 for n in struct.unpack(">8I", found[b"cHRM"])]
        white = (values[0], values[1])
        points = ((values[2], values[3]), (values[4], values[5]), (values[6], values[7]))
    apart = np.abs(np.array((white, *points)) - np.array((D65, *SRGB))).max()
    if b"gAMA" in found:
        gamma = struct.unpack(">I", found[b"gAMA"])[0] / 100000
        if not 0.1 <= gamma <= 10:
            return None
        # Nearly all who write 1/2.2 with these colours mean sRGB, whose curve gAMA cannot tell.
        if apart > _CLOSE or abs(gamma - _GAMMA_OF_SRGB) > _CLOSE:
            curve = (1 / gamma,)
    if curve is _SRGB_CURVE and apart <= _CLOSE:
        return None
    return matrix_profile(points, white, curve)


@lru_cache(maxsize=32)
def matrix_profile(
    points: Chromaticities, white: tuple[float, float], curve: tuple[float, ...]
) -> bytes:
    """Write a profile of a matrix and one tone curve (a gamma, or the five numbers of "para" 3).

    Raises ValueError for points that span no colours.
    """
    colorants = _colorants(points, white)
    kind = 0 if len(curve) == 1 else 3
    fixed = [round(number * 65536) for number in curve]
    tone = b"para\0\0\0\0" + struct.pack(f">HH{len(fixed)}i", kind, 0, *fixed)
    blocks = {
        b"wtpt": _xyz(np.array(D50)),
        b"rTRC": tone,
        **{name: _xyz(colorants[:, n]) for n, name in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))},
    }
    names = [*blocks, b"gTRC", b"bTRC"]
    body, at = b"", 132 + 12 * len(names)
    places: dict[bytes, tuple[int, int]] = {}
    for name, block in blocks.items():
        places[name] = (at + len(body), len(block))
        body += block
    places[b"gTRC"] = places[b"bTRC"] = places[b"rTRC"]
    table = b"".join(name + struct.pack(">2I", *places[name]) for name in names)
    head = struct.pack(">I4sI", at + len(body), b"\0\0\0\0", 0x04000000) + b"mntrRGB XYZ "
    head = head.ljust(36, b"\0") + b"acsp"
    head = head.ljust(68, b"\0") + struct.pack(">3i", *(round(v * 65536) for v in D50))
    return head.ljust(128, b"\0") + struct.pack(">I", len(names)) + table + body


def _xyz(values: Floats) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(float(v) * 65536) for v in values))


def _colorants(points: Chromaticities, white: tuple[float, float]) -> Floats:
    """X Y Z by R G B, adapted to D50 by Bradford's cones (ICC.1, annex E)."""
    if min(white[1], *(y for _, y in points)) <= 0.001:
        raise ValueError("colours without light")
    colours = np.array([(x / y, 1.0, (1 - x - y) / y) for x, y in points]).T
    light = np.array((white[0] / white[1], 1.0, (1 - white[0] - white[1]) / white[1]))
    scaled = colours * np.linalg.solve(colours, light)
    cones = (_BRADFORD @ np.array(D50)) / (_BRADFORD @ light)
    adapted = np.linalg.solve(_BRADFORD, cones[:, None] * (_BRADFORD @ scaled))
    if not np.isfinite(adapted).all() or np.abs(adapted).max() > 4:
        raise ValueError("colours that span nothing")
    return adapted
