"""Histograms count every pixel once, and Lab is that of LittleCMS."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageCms

from phota_desktop.imaging.tones import lab_d50, tones


def test_every_pixel_is_counted_once_in_its_level() -> None:
    rng = np.random.default_rng(5)
    bgra = rng.integers(0, 256, (37, 53, 4), np.uint8)
    bgra[..., 3] = 255
    found = tones(bgra)
    assert found.total == 37 * 53
    for channel, counts in enumerate((found.blue, found.green, found.red)):
        assert counts == tuple(np.bincount(bgra[..., channel].ravel(), minlength=256))
    assert sum(found.luminance) == 37 * 53


def test_clipped_shares_are_told_by_channel() -> None:
    bgra = np.full((10, 10, 4), 128, np.uint8)
    bgra[0, :, 2] = 255
    bgra[:2, :, 0] = 0
    found = tones(bgra)
    assert found.clipped(bright=True) == (0.1, 0.0, 0.0)
    assert found.clipped(bright=False) == (0.0, 0.0, 0.2)


def test_transparent_pixels_are_left_out() -> None:
    bgra = np.zeros((4, 4, 4), np.uint8)
    bgra[0] = (10, 20, 30, 255)
    found = tones(bgra, has_alpha=True)
    assert found.total == 4
    assert (found.red[30], found.green[20], found.blue[10]) == (4, 4, 4)
    assert tones(np.zeros((2, 2, 4), np.uint8), has_alpha=True).clipped(bright=False) == (0, 0, 0)


@pytest.mark.parametrize(
    "colour",
    [
        (255, 0, 0),
        (0, 255, 0),
        (0, 0, 255),
        (12, 200, 99),
        (250, 240, 17),
        (128, 128, 128),
        (0, 0, 0),
    ],
)
def test_lab_is_that_of_littlecms(colour: tuple[int, int, int]) -> None:
    to_lab = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"),
        ImageCms.createProfile("LAB"),
        "RGB",
        "LAB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )
    pixel = to_lab.apply(Image.new("RGB", (1, 1), colour)).tobytes()
    bright = pixel[0] * 100 / 255
    a, b = (int.from_bytes(pixel[n : n + 1], signed=True) for n in (1, 2))
    assert lab_d50(*colour) == pytest.approx((bright, a, b), abs=0.75)
