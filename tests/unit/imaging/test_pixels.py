"""The canvas's rasters: colours, transparency, buffers, levels; and thumbnails on disk."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from phota_desktop.imaging import pixels, thumbnails
from phota_desktop.imaging.problems import BadImage, BadImageError
from tests.unit.imaging import samples
from tests.unit.imaging.conftest import Keep


def test_a_given_buffer_is_filled_when_it_fits(keep: Keep) -> None:
    path = keep("a.jpg", samples.saved(samples.photo(), "JPEG"))
    fresh = pixels.load_bgra(path)
    buffer = np.empty(fresh.pixels.nbytes + 100, np.uint8)
    reused = pixels.load_bgra(path, buffer=buffer)
    assert np.shares_memory(reused.pixels, buffer)
    assert (reused.pixels == fresh.pixels).all()
    small = np.empty(100, np.uint8)
    assert not np.shares_memory(pixels.load_bgra(path, buffer=small).pixels, small)


def test_transparency_is_shown_on_white(keep: Keep) -> None:
    image = samples.quarters().convert("RGBA")
    image.putalpha(0)
    raster = pixels.load_bgra(keep("a.png", samples.saved(image, "PNG")))
    assert (raster.pixels == 255).all()
    half = samples.quarters().convert("RGBA")
    half.putalpha(128)
    raster = pixels.load_bgra(keep("b.png", samples.saved(half, "PNG")))
    white = Image.new("RGBA", half.size, "white")
    expected = np.asarray(Image.alpha_composite(white, half).convert("RGB")).astype(int)
    assert np.abs(raster.pixels[..., 2::-1] - expected).max() <= 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_wide_colours_are_shown_as_srgb(keep: Keep, kind: str) -> None:
    content = samples.saved(samples.quarters(), kind, icc_profile=samples.wide_profile())
    raster = pixels.load_bgra(keep("a", content))
    # A red of Display P3 lies further out than sRGB's.
    assert raster.pixels[4, 4, 2] > 225
    assert raster.pixels[4, 4, 3] == 255


@pytest.mark.parametrize("mode", ["L", "CMYK", "P", "1", "I;16"])
def test_every_layout_becomes_bgra(keep: Keep, mode: str) -> None:
    image = samples.photo(90)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    else:
        image = image.convert(mode)
    kind = "JPEG" if mode in ("L", "CMYK") else "PNG"
    raster = pixels.load_bgra(
        keep("a", samples.saved(image, kind, **({"quality": 95} if kind == "JPEG" else {})))
    )
    gray = samples.photo(90).convert("L") if mode in ("I;16", "L") else image
    expected = np.asarray(gray.convert("RGB")).astype(int)
    assert raster.pixels.shape == (*expected.shape[:2], 4)
    assert np.abs(raster.pixels[..., 2::-1] - expected).mean() < 2


@given(width=st.integers(1, 1500), height=st.integers(1, 700))
@settings(max_examples=25, deadline=None)
def test_levels_halve(width: int, height: int) -> None:
    bgra = np.full((height, width, 4), 77, np.uint8)
    levels = pixels.mips(bgra)
    for level in levels:
        width, height = max(1, width // 2), max(1, height // 2)
        assert level.shape == (height, width, 4)
        assert level.flags.c_contiguous
        assert (level == 77).all()
    assert max(width, height) <= 256 or not levels


def test_stale_previews_are_not_shown(keep: Keep) -> None:
    data = samples.tagged_jpeg(samples.quarters(640, 480))
    square = samples.tagged_jpeg(samples.quarters(480, 480))
    from phota_desktop.imaging import jpeg_segments

    block = next(jpeg_segments.payloads(square, 0xE1, jpeg_segments.EXIF_ID))
    stale = jpeg_segments.replace(
        data, [(0xE1, jpeg_segments.EXIF_ID)], [(0xE1, jpeg_segments.EXIF_ID + block)]
    )
    assert pixels.embedded_preview(keep("a.jpg", data)) is not None
    assert pixels.embedded_preview(keep("b.jpg", stale)) is None
    assert pixels.embedded_preview(keep("c.png", samples.saved(samples.photo(50), "PNG"))) is None


def test_thumbnails_are_made_once_and_anew_after_a_change(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(samples.saved(samples.photo(400), "PNG"))
    cache = tmp_path / "cache"
    first = thumbnails.make(path, 100, cache)
    made = first.stat().st_mtime_ns
    assert thumbnails.make(path, 100, cache) == first
    assert first.stat().st_mtime_ns == made
    with Image.open(first) as image:
        assert (image.format, max(image.size)) == ("JPEG", 100)
    assert thumbnails.make(path, 50, cache) != first
    path.write_bytes(samples.saved(samples.quarters(), "PNG"))
    os.utime(path, ns=(1, 1))
    assert thumbnails.make(path, 100, cache) != first
    assert not list(cache.rglob("*.part"))


def test_small_pictures_are_not_enlarged(keep: Keep, tmp_path: Path) -> None:
    path = keep("a.png", samples.saved(samples.quarters(40, 30), "PNG"))
    with Image.open(thumbnails.make(path, 100, tmp_path / "cache")) as image:
        assert image.size == (40, 30)


def test_broken_pictures_have_neither(keep: Keep, tmp_path: Path) -> None:
    content = samples.saved(samples.photo(), "JPEG")
    path = keep("a.jpg", content[: len(content) // 2])
    for act in (lambda: pixels.load_bgra(path), lambda: thumbnails.make(path, 64, tmp_path / "c")):
        with pytest.raises(BadImageError) as caught:
            act()
        assert caught.value.reason == BadImage.TRUNCATED
