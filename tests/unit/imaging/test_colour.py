"""Colour conversion agrees with LittleCMS, profile by profile, and knows sRGB by its numbers."""

from __future__ import annotations

import struct
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageCms

from phota_desktop.imaging import apart, colour
from phota_desktop.imaging import icc as icc_profiles
from tests.unit.imaging import samples


def with_curve(icc: bytes, curve: bytes) -> bytes:
    """Give all three channels of a profile this tone curve."""
    rows = bytearray(icc + curve)
    for n in range(struct.unpack(">I", rows[128:132])[0]):
        at = 132 + 12 * n
        if rows[at : at + 4] in (b"rTRC", b"gTRC", b"bTRC"):
            rows[at + 4 : at + 12] = struct.pack(">2I", len(icc), len(curve))
    rows[:4] = len(rows).to_bytes(4, "big")
    return bytes(rows)


def para(kind: int, *numbers: float) -> bytes:
    values = (round(n * 65536) for n in numbers)
    return b"para\0\0\0\0" + struct.pack(f">HH{len(numbers)}i", kind, 0, *values)


def table(size: int) -> bytes:
    values = (round(65535 * (n / (size - 1)) ** 1.8) for n in range(size))
    return b"curv\0\0\0\0" + struct.pack(f">I{size}H", size, *values)


PROFILES = {
    "Display P3": samples.wide_profile(),
    "gamma 2.2": with_curve(samples.wide_profile(), b"curv\0\0\0\0\0\0\0\x01\x02\x33"),
    "gamma 1.8 as a table": with_curve(samples.wide_profile(), table(1024)),
    "parametric 0": with_curve(samples.wide_profile(), para(0, 2.0)),
    "parametric 3": with_curve(
        samples.wide_profile(), para(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    ),
}


def by_littlecms(rgb: np.ndarray, icc: bytes) -> np.ndarray:
    transform = ImageCms.buildTransform(
        ImageCms.ImageCmsProfile(BytesIO(icc)),
        ImageCms.createProfile("sRGB"),
        "RGB",
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    return np.asarray(transform.apply(Image.fromarray(rgb)))


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("channels", [3, 4])
def test_it_agrees_with_littlecms(name: str, channels: int) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (300, 200, channels), dtype=np.uint8)
    expected = by_littlecms(np.ascontiguousarray(pixels[..., 2::-1]), PROFILES[name])
    converted = colour.convert(pixels.copy(), "BGR" if channels == 3 else "BGRA", PROFILES[name])
    assert converted is not None
    apart = np.abs(converted[..., 2::-1].astype(int) - expected)
    # Near black a step of LittleCMS's own 14-bit sums is more than one of ours.
    assert apart.max() <= 3
    assert apart.mean() < 0.15
    assert channels == 3 or (converted[..., 3] == pixels[..., 3]).all()


def test_without_16_bit_tables_littlecms_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (300, 20, 4), dtype=np.uint8)
    usual = colour.convert(pixels.copy(), "BGRA", samples.wide_profile())
    monkeypatch.setattr(apart, "_is_here", True)
    monkeypatch.setattr(colour, "_tables", lambda *_: None)
    other = colour.convert(pixels.copy(), "BGRA", samples.wide_profile())
    assert usual is not None
    assert other is not None
    assert np.abs(usual.astype(int) - other).max() <= 3
    assert (usual[..., 3] == other[..., 3]).all()


def test_srgb_is_told_by_numbers_not_by_name() -> None:
    assert icc_profiles.is_srgb(samples.srgb_profile())
    assert not any(icc_profiles.is_srgb(icc) for icc in PROFILES.values())
    as_function = PROFILES["parametric 3"]
    curve = para(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    assert as_function.endswith(curve)
    assert icc_profiles.is_srgb(with_curve(samples.srgb_profile(), curve))
    assert not icc_profiles.is_srgb(b"")
    assert not icc_profiles.is_srgb(samples.srgb_profile()[:200])


@pytest.mark.parametrize("icc", [b"x", b"x" * 500, samples.wide_profile()[:300]])
def test_broken_profiles_change_nothing(icc: bytes) -> None:
    pixels = np.full((9, 9, 3), 7, np.uint8)
    before = pixels.copy()
    assert colour.convert(pixels, "BGR", icc) is None
    assert (pixels == before).all()
