"""ICC profiles as bytes: their tags, tone curves and names, and telling sRGB by its numbers."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MAX_BYTES = 16_000_000
"""Largest profile that is heeded; printers' tables have some 2 MB."""
D50 = (0.9642, 1.0, 0.8249)
"""White of the connection space, X Y Z (ICC.1, 7.2.16)."""

# Colorants of IEC 61966-2-1 adapted to D50, as in every sRGB profile (ICC.1, annex).
SRGB_COLORANTS = np.array(
    [[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]]
)
"""X Y Z by R G B."""
_COLORANT_TOLERANCE = 0.004
_CURVE_TOLERANCE = 0.012
_CLOSE_COLORANT = 0.0008
_CLOSE_LIGHTNESS = 0.35
"""In L*; with the colorants' tolerance less than half a ΔE."""
_WHITE_TOLERANCE = 0.3
_DARKEST_BLACK = 1e-4
_FINE = 65536

_DEVICES = (b"scnr", b"mntr", b"prtr", b"spac")
_TABLES = tuple(f"{way}{n}".encode() for way in ("A2B", "B2A", "D2B", "B2D") for n in range(4))
_TRC = (b"rTRC", b"gTRC", b"bTRC")
_XYZ = (b"rXYZ", b"gXYZ", b"bXYZ")
_PROBLEMS = (KeyError, IndexError, ValueError, TypeError, ArithmeticError, struct.error)


@dataclass(frozen=True)
class Shaper:
    """A profile that is three tone curves and a matrix: ``matrix`` is light R G B to X Y Z."""

    curves: tuple[bytes, bytes, bytes]
    matrix: Floats

    def light(self, levels: int) -> Floats:
        """Return the light of ``levels`` even steps of R G B from 0 to 1: levels x 3, 0..1."""
        at = np.linspace(0, 1, levels)
        return np.stack([curve(tag, at) for tag in self.curves], axis=1)

    def steps(self, levels: int) -> Floats:
        """Return what makes ``levels`` even steps of light, the inverse of the curves."""
        fine, wanted = np.linspace(0, 1, _FINE), np.linspace(0, 1, levels)
        return np.stack([np.interp(wanted, curve(tag, fine), fine) for tag in self.curves], axis=1)


def problem(icc: bytes) -> str:
    """Tell in words why a profile cannot be used; empty when its frame is sound."""
    if not icc or len(icc) < 132 or icc[36:40] != b"acsp":
        return "it is no ICC profile"
    if len(icc) > MAX_BYTES:
        return "it is larger than 16 MB"
    if int.from_bytes(icc[:4], "big") > len(icc):
        return "it ends too early"
    if icc[12:16] not in _DEVICES or icc[20:24] not in (b"XYZ ", b"Lab "):
        return "it does not describe a device's colours"
    if icc[16:20] not in (b"RGB ", b"GRAY", b"CMYK"):
        return "it is for neither RGB, grey nor CMYK"
    try:
        tags(icc)
    except _PROBLEMS:
        return "it is damaged"
    return ""


@lru_cache(maxsize=16)
def shaper(icc: bytes) -> Shaper | None:
    """Return the curves and matrix that are all of an RGB profile; None where it has tables.

    None as well for what only LittleCMS does right: a black that is not black, curves that fall.
    Raises ValueError for colours that cannot be: white that is far from white.
    """
    if icc[16:20] != b"RGB " or icc[20:24] != b"XYZ ":
        return None
    try:
        found = tags(icc)
        if any(tag in found for tag in _TABLES):
            return None
        matrix = np.array([struct.unpack(">3i", found[tag][8:20]) for tag in _XYZ]).T / 65536
        curves = (found[b"rTRC"], found[b"gTRC"], found[b"bTRC"])
        made = Shaper(curves, matrix)
        light = made.light(_FINE)
    except _PROBLEMS:
        return None
    if np.abs(matrix.sum(axis=1) - D50).max() > _WHITE_TOLERANCE:
        raise ValueError("white is far from white")
    if (
        light[0].max() > _DARKEST_BLACK
        or light[-1].min() < 0.5
        or (np.diff(light, axis=0) < 0).any()
    ):
        return None
    return made


@lru_cache(maxsize=16)
def gray_curve(icc: bytes) -> bytes | None:
    """Return the tone curve that is all of a grey profile; None where only LittleCMS will do."""
    if icc[16:20] != b"GRAY":
        return None
    try:
        found = tags(icc)
        light = curve(found[b"kTRC"], np.linspace(0, 1, 256))
    except _PROBLEMS:
        return None
    plain = not any(tag in found for tag in _TABLES)
    return found[b"kTRC"] if plain and light[0] <= _DARKEST_BLACK and light[-1] > 0.5 else None


@lru_cache(maxsize=32)
def is_srgb(icc: bytes) -> bool:
    """Tell whether a profile is meant as sRGB, by its numbers, whatever its name says.

    Some simplified curves count as well: such a file may be sent as it is.
    """
    return _is_near(icc, _COLORANT_TOLERANCE, lightness=False)


@lru_cache(maxsize=32)
def looks_as_srgb(icc: bytes) -> bool:
    """Tell whether no colour of the profile is half a ΔE from what it is in sRGB."""
    return _is_near(icc, _CLOSE_COLORANT, lightness=True)


def _is_near(icc: bytes, colorants: float, *, lightness: bool) -> bool:
    try:
        found = tags(icc)
        if icc[16:20] != b"RGB " or any(tag in found for tag in _TABLES):
            return False
        matrix = np.array([struct.unpack(">3i", found[tag][8:20]) for tag in _XYZ]).T / 65536
        if np.abs(matrix - SRGB_COLORANTS).max() > colorants:
            return False
        at = np.linspace(0, 1, 65 if lightness else 17)
        expected = linear(at)
        for tag in _TRC:
            light = curve(found[tag], at)
            if lightness:
                if np.abs(_lightness(light) - _lightness(expected)).max() > _CLOSE_LIGHTNESS:
                    return False
            elif np.abs(light - expected).max() > _CURVE_TOLERANCE:
                return False
    except _PROBLEMS:
        return False
    return True


def _lightness(light: Floats) -> Floats:
    return np.where(light > 216 / 24389, 116 * np.cbrt(light) - 16, light * 24389 / 27)


def linear(value: Floats) -> Floats:
    """IEC 61966-2-1, encoded to linear light, both 0..1."""
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def encoded(light: Floats) -> Floats:
    """IEC 61966-2-1, linear light to encoded, both 0..1."""
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def tags(icc: bytes) -> dict[bytes, bytes]:
    """Return the tags of a profile, at most 100; raise struct.error where its list is broken."""
    count = int.from_bytes(icc[128:132], "big")
    found = {}
    for n in range(min(count, 100)):
        name, offset, length = struct.unpack(">4sII", icc[132 + 12 * n : 144 + 12 * n])
        found[name] = icc[offset : offset + length]
    return found


def curve(tag: bytes, at: Floats) -> Floats:
    """Evaluate a tone curve tag ("curv" or "para", ICC.1 10.6 and 10.18) at values of 0..1.

    Raises ValueError or struct.error for what is no such curve.
    """
    if tag[:4] == b"curv":
        count = int.from_bytes(tag[8:12], "big")
        if count == 0:
            return at
        if count == 1:
            return np.asarray(at ** (int.from_bytes(tag[12:14], "big") / 256), np.float64)
        table = np.frombuffer(tag, ">u2", count, 12) / 65535
        return np.interp(at * (count - 1), np.arange(count), table)
    if tag[:4] != b"para":
        raise ValueError("unknown tone curve")
    kind = int.from_bytes(tag[8:10], "big")
    amounts = (1, 3, 4, 5, 7)[kind]
    numbers = [n / 65536 for n in struct.unpack(f">{amounts}i", tag[12 : 12 + 4 * amounts])]
    g, a, b, c, d, e, f = numbers + [0.0] * (7 - amounts)
    with np.errstate(all="ignore"):
        if kind == 0:
            light: npt.NDArray[Any] = at**g
        else:
            base = a * at + b
            power = np.maximum(base, 0) ** g
            if kind in (1, 2):
                light = np.where(base >= 0, power + c, c)
            else:
                light = np.where(at >= d, power + e, c * at + f)
    if not np.isfinite(light).all():
        raise ValueError("a tone curve without bounds")
    return np.asarray(np.clip(light, 0, 1), np.float64)


def name_of(icc: bytes) -> str:
    """Return the profile's own name (ICC.1, 9.2.41), at most 80 characters; empty if unreadable."""
    try:
        tag = tags(icc)[b"desc"]
        if tag[:4] == b"desc":
            length = int.from_bytes(tag[8:12], "big")
            text = tag[12 : 12 + length].decode("latin-1")
        else:
            length, offset = struct.unpack(">II", tag[20:28])
            text = tag[offset : offset + length].decode("utf-16-be", "replace")
    except _PROBLEMS:
        return ""
    return "".join(c for c in text if c.isprintable()).strip()[:80]
