"""Small ICC profiles of our own for sRGB, Display P3 and Adobe RGB (1998), for exported files.

Version 2.4 with a matrix and tone curves, which the oldest readers take as well. The numbers are
those of IEC 61966-2-1, SMPTE EG 432-1 with sRGB's curve and white, and Adobe RGB (1998).
"""

from __future__ import annotations

import struct
from functools import cache

import numpy as np

from phota_desktop.imaging.icc import D50, Floats, linear, shaper
from phota_desktop.imaging.implied import (
    ADOBE,
    ADOBE_GAMMA,
    D65,
    DISPLAY_P3,
    SRGB,
    Chromaticities,
    matrix_profile,
)

SRGB_NAME = "sRGB"
P3_NAME = "Compatible with Display P3"
ADOBE_NAME = "Compatible with Adobe RGB (1998)"
_CURVE_POINTS = 1024
"""As usual for sRGB; between them readers draw straight lines, 0.01 of a byte off at most."""
_VERSION = 0x02400000
_MADE = (2026, 11, 21, 0, 0, 0)
_LICENCE = "No copyright, use freely"


@cache
def srgb() -> bytes:
    """Return the profile of sRGB."""
    return _profile(SRGB_NAME, SRGB, _srgb_curve())


@cache
def display_p3() -> bytes:
    """Return a profile of the colours of Display P3."""
    return _profile(P3_NAME, DISPLAY_P3, _srgb_curve())


@cache
def adobe_rgb() -> bytes:
    """Return a profile of the colours of Adobe RGB (1998)."""
    return _profile(ADOBE_NAME, ADOBE, _curve(np.array([round(ADOBE_GAMMA * 256)])))


def _profile(name: str, points: Chromaticities, tone: bytes) -> bytes:
    """Write a monitor's profile of a matrix and one curve (ICC.1:2001-04, 6.3.1.2)."""
    exact = shaper(matrix_profile(points, D65, (1.0,)))
    if exact is None:
        raise ValueError("a profile that is no matrix")
    columns = np.round(exact.matrix * 65536)
    # White is D50 to the last digit, or greys would get a tint.
    columns[:, 2] = np.round(np.array(D50) * 65536) - columns[:, 0] - columns[:, 1]
    x, y = D65
    white = np.array((x / y, 1.0, (1 - x - y) / y))
    blocks = {
        b"desc": _description(name),
        b"cprt": b"text\0\0\0\0" + _LICENCE.encode("ascii") + b"\0",
        b"wtpt": _xyz(np.round(white * 65536)),
        **{tag: _xyz(columns[:, n]) for n, tag in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))},
        b"rTRC": tone,
    }
    names = [*blocks, b"gTRC", b"bTRC"]
    body, start = b"", 132 + 12 * len(names)
    places: dict[bytes, tuple[int, int]] = {}
    for tag, block in blocks.items():
        places[tag] = (start + len(body), len(block))
        body += block + bytes(-len(block) % 4)
    places[b"gTRC"] = places[b"bTRC"] = places[b"rTRC"]
    table = b"".join(tag + struct.pack(">2I", *places[tag]) for tag in names)
    head = struct.pack(">I4sI", start + len(body), b"\0\0\0\0", _VERSION) + b"mntrRGB XYZ "
    head += struct.pack(">6H", *_MADE) + b"acsp"
    head = head.ljust(64, b"\0") + struct.pack(">I", 1)  # relative colorimetric
    head += struct.pack(">3i", *(round(value * 65536) for value in D50))
    return head.ljust(128, b"\0") + struct.pack(">I", len(names)) + table + body


def _description(name: str) -> bytes:
    """Write a "desc" tag: ASCII, neither Unicode nor script code."""
    text = name.encode("ascii") + b"\0"
    return b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(8 + 3 + 67)


def _xyz(fixed: Floats) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(int(value) for value in fixed))


def _srgb_curve() -> bytes:
    return _curve(np.round(linear(np.linspace(0, 1, _CURVE_POINTS)) * 65535))


def _curve(values: Floats) -> bytes:
    """Write a "curv" tag; a single value is a gamma in 1/256."""
    return b"curv\0\0\0\0" + struct.pack(f">I{len(values)}H", len(values), *values.astype(int))
