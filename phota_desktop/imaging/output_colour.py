"""Colours of exported files: from a picture's profile to another one, in one step, at its bits."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from phota_desktop.imaging import colour, icc_profiles
from phota_desktop.imaging import icc as profiles
from phota_desktop.imaging.display import DisplayTarget
from phota_desktop.imaging.raster import Raster, Samples, narrowed

NO_WAY_BACK = "Colours cannot be converted to that profile; they stayed as they were."
EIGHT_BITS = "The colour profile is made of tables; the colours were converted with 8 bits."
_STEPS = 65536
_SAME = 0.5
"""In ΔE*ab, along one of its axes."""

Floats32 = npt.NDArray[np.float32]


def converted(raster: Raster, target: bytes) -> Raster:
    """Return the picture in the colours of an RGB profile ``target``, relative colorimetric.

    Black point compensation is on; profiles of a matrix and curves have no other black. Bytes of
    colours are converted in place. 16 bits stay 16 where both profiles are a matrix and curves;
    LittleCMS through Pillow has 8 only, which is then told.
    """
    source = raster.icc
    if not is_other(source, target) and raster.pixels.ndim == 3:
        return Raster(raster.pixels, source or target, raster.notes)
    if raster.is_wide:
        wide = _wide(raster.pixels, source or icc_profiles.srgb(), target)
        if wide is not None:
            return Raster(wide, target, raster.notes)
        raster = Raster(narrowed(raster.pixels), source, (*raster.notes, EIGHT_BITS))
    pixels = raster.pixels
    layout: colour.Layout = "L"
    if pixels.ndim == 3:
        layout = "BGRA" if raster.has_alpha else "BGR"
    if not pixels.flags.writeable:
        pixels = pixels.copy()
    screen = DisplayTarget(target)
    done = colour.convert(pixels, layout, source, screen)
    notes = raster.notes
    if done is None:
        # The picture's own profile was tried when it was read, so it is the other one.
        return Raster(pixels, source, (*notes, NO_WAY_BACK))
    return Raster(done, target, notes)


@lru_cache(maxsize=32)
def is_other(source: bytes, target: bytes) -> bool:
    """Tell whether a picture looks different when one profile is taken for the other.

    Empty is sRGB. Profiles of a matrix and curves count as the same when no colour is half a ΔE
    apart, whatever their names and dates; others when their bytes are the same.
    """
    if source == target:
        return False
    own, other = (_shaper(icc or icc_profiles.srgb()) for icc in (source, target))
    if own is None or other is None:
        return True
    return float(np.abs(_lab(own) - _lab(other)).max()) > _SAME


def _lab(shaper: profiles.Shaper) -> profiles.Floats:
    """Return CIELAB (D50) of nine steps a channel, and of 256 greys."""
    light = shaper.light(256)
    steps = np.linspace(0, 255, 9).round().astype(int)
    mesh = np.stack(np.meshgrid(*[steps] * 3, indexing="ij"), -1).reshape(-1, 3)
    at = np.concatenate([mesh, np.repeat(np.arange(256)[:, None], 3, 1)])
    xyz = light[at, np.arange(3)] @ shaper.matrix.T / profiles.D50
    bent = np.where(xyz > 216 / 24389, np.cbrt(xyz), (xyz * 24389 / 27 + 16) / 116)
    x, y, z = bent[:, 0], bent[:, 1], bent[:, 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def _wide(pixels: Samples, source: bytes, target: bytes) -> Samples | None:
    """Convert 16 bits by curves and matrix, in strips of 32 bits; None where there are tables."""
    screen = _shaper(target)
    if screen is None:
        return None
    shape = pixels.shape
    if source[16:20] == b"GRAY":
        curve = profiles.gray_curve(source)
        if curve is None or pixels.ndim != 2:
            return None
        tone = profiles.curve(curve, np.linspace(0, 1, _STEPS)).astype(np.float32)
        light = np.stack([tone] * 3)
        matrix = np.eye(3, dtype=np.float32)
    else:
        own = _shaper(source)
        if own is None:
            return None
        light = np.ascontiguousarray(own.light(_STEPS).T, np.float32)
        matrix = _between(own, screen)
    encoded = _encoded(target)
    out = np.empty((*shape[:2], 4 if pixels.ndim == 3 and shape[2] == 4 else 3), np.uint16)
    for top in range(0, shape[0], 64):
        rows = pixels[top : top + 64]
        gray = rows.ndim == 2
        # Planes are in the order B G R, the numbers of profiles in R G B.
        planes = [light[2 - n].take(rows if gray else rows[..., n]) for n in range(3)]
        lit = np.stack(planes[::-1], -1) @ matrix.T
        at = np.sqrt(np.clip(lit, 0, 1, out=lit), out=lit)
        at *= _STEPS - 1
        at += 0.5
        index = at.astype(np.uint16)
        target_rows = out[top : top + 64]
        for n in range(3):
            target_rows[..., n] = encoded[2 - n].take(index[..., 2 - n])
        if out.shape[2] == 4:
            target_rows[..., 3] = rows[..., 3]
    return out


def _between(source: profiles.Shaper, target: profiles.Shaper) -> Floats32:
    matrix = np.linalg.solve(target.matrix, source.matrix)
    whites = matrix.sum(axis=1, keepdims=True)
    # The same light in all channels, so that greys get no tint by rounded numbers.
    if np.abs(whites - 1).max() < 5e-4:
        matrix = matrix / whites
    return np.asarray(matrix, np.float32)


@lru_cache(maxsize=4)
def _encoded(icc: bytes) -> npt.NDArray[np.uint16]:
    """Return 3x65536: what makes light, by its square root, which keeps the darkest steps apart."""
    shaper = _shaper(icc)
    if shaper is None:
        raise ValueError("a profile with tables")
    fine = np.linspace(0, 1, 4 * _STEPS)
    wanted = np.linspace(0, 1, _STEPS) ** 2
    rows = [np.interp(wanted, profiles.curve(tag, fine), fine) for tag in shaper.curves]
    return np.round(np.stack(rows) * 65535).astype(np.uint16)


def _shaper(icc: bytes) -> profiles.Shaper | None:
    try:
        return profiles.shaper(icc)
    except ValueError:
        return None


def gray_to_bgr(pixels: Samples) -> Samples:
    """Return gray as three equal channels."""
    return np.ascontiguousarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR))
