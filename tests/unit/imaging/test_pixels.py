"""The canvas's rasters: colours, transparency, buffers, levels, and thumbnails."""

from __future__ import annotations

import os
from io import BytesIO
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


def test_thumbnails_are_named_by_the_state_of_their_file(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(samples.saved(samples.photo(400), "PNG"))
    first = thumbnails.path_key(path, 100)
    assert thumbnails.path_key(path, 100) == first
    assert thumbnails.path_key(path, 50) != first
    with Image.open(BytesIO(thumbnails.make(path, 100))) as image:
        assert (image.format, max(image.size)) == ("JPEG", 100)
    path.write_bytes(samples.saved(samples.quarters(), "PNG"))
    os.utime(path, ns=(1, 1))
    assert thumbnails.path_key(path, 100) != first
    path.unlink()
    with pytest.raises(BadImageError):
        thumbnails.path_key(path, 100)


def test_a_thumbnail_gives_its_pixels_at_any_smaller_size(keep: Keep) -> None:
    path = keep("a.png", samples.saved(samples.quarters(640, 480), "PNG"))
    jpeg = thumbnails.make(path, 320)
    for side, size in ((320, (240, 320)), (161, (121, 161)), (1000, (240, 320))):
        small = thumbnails.pixels_of(jpeg, side)
        assert small.shape == (*size, 4)
        whole = pixels.load_bgra(path).pixels
        for y, x in ((0.2, 0.2), (0.2, 0.8), (0.8, 0.2), (0.8, 0.8)):
            a = small[int(y * size[0]), int(x * size[1])].astype(int)
            assert np.abs(a - whole[int(y * 480), int(x * 640)].astype(int)).max() <= 14
    with pytest.raises(ValueError):
        thumbnails.pixels_of(jpeg[:90], 100)


def test_small_pictures_are_not_enlarged(keep: Keep) -> None:
    path = keep("a.png", samples.saved(samples.quarters(40, 30), "PNG"))
    with Image.open(BytesIO(thumbnails.make(path, 100))) as image:
        assert image.size == (40, 30)


def test_broken_pictures_have_neither(keep: Keep) -> None:
    content = samples.saved(samples.photo(), "JPEG")
    path = keep("a.jpg", content[: len(content) // 2])
    for act in (lambda: pixels.load_bgra(path), lambda: thumbnails.make(path, 64)):
        with pytest.raises(BadImageError) as caught:
            act()
        assert caught.value.reason == BadImage.TRUNCATED
