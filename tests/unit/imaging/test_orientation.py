"""All eight orientations of three formats stand right, to the pixel."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from phota_desktop.imaging import pixels, prepare, thumbnails
from phota_desktop.imaging.reading import probe
from tests.unit.imaging import samples
from tests.unit.imaging.conftest import Keep

MAKERS = {
    "jpg": samples.tagged_jpeg,
    "png": samples.tagged_png,
    "webp": samples.tagged_webp,
}


def upright(content: bytes) -> np.ndarray:
    with Image.open(BytesIO(content)) as image:
        return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_canvas_shows_it_upright(keep: Keep, kind: str, orientation: int) -> None:
    content = MAKERS[kind](samples.photo(203), orientation)
    path = keep(f"a.{kind}", content)
    expected = upright(content)
    assert probe(path).orientation == orientation
    raster = pixels.load_bgra(path)
    assert (raster.height, raster.width) == expected.shape[:2]
    assert (raster.full_height, raster.full_width) == expected.shape[:2]
    assert raster.pixels.flags.c_contiguous
    assert raster.pixels.dtype == np.uint8
    assert (raster.pixels[..., 3] == 255).all()
    shown = raster.pixels[..., 2::-1].astype(int)
    # Both decode with libjpeg-turbo; one step of rounding is left to the version.
    assert np.abs(shown - expected).max() <= (1 if kind == "jpg" else 0)


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("orientation", range(2, 9))
def test_what_is_sent_is_upright(keep: Keep, tmp_path: Path, kind: str, orientation: int) -> None:
    content = MAKERS[kind](samples.quarters(), orientation)
    ready = prepare.prepare(keep(f"a.{kind}", content), tmp_path / "out")
    expected = upright(content)
    with Image.open(ready.path) as image:
        assert image.getexif() == {}
        sent = np.asarray(image.convert("RGB"))
    assert sent.shape == expected.shape == (ready.height, ready.width, 3)
    assert np.abs(sent.astype(int) - expected).max() <= 12
    assert "turned upright" in ready.notes
    assert not ready.identical


@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_tiff_is_turned_once(keep: Keep, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = samples.saved(samples.photo(101), "TIFF", exif=exif)
    path = keep("a.tif", content)
    raster = pixels.load_bgra(path)
    with Image.open(path) as image:
        image.load()  # Pillow turns a TIFF while loading
        expected = np.asarray(image)
    assert (raster.full_width, raster.full_height) == (raster.width, raster.height)
    assert (raster.pixels[..., 2::-1] == expected).all()
    assert (probe(path).width, probe(path).height) == (raster.width, raster.height)


@pytest.mark.parametrize("orientation", [1, 6, 8])
@pytest.mark.parametrize("shrink", [2, 4, 8])
def test_shrunk_pictures_have_the_promised_size(keep: Keep, orientation: int, shrink: int) -> None:
    for kind, make in MAKERS.items():
        path = keep(f"a{orientation}{shrink}.{kind}", make(samples.photo(203), orientation))
        raster = pixels.load_bgra(path, shrink)  # type: ignore[arg-type]
        assert raster.width == -(-raster.full_width // shrink)
        assert raster.height == -(-raster.full_height // shrink)


@pytest.mark.parametrize("orientation", [1, 5, 6, 7])
def test_previews_and_thumbnails_are_upright(keep: Keep, tmp_path: Path, orientation: int) -> None:
    path = keep("a.jpg", samples.tagged_jpeg(samples.quarters(640, 480), orientation))
    expected = pixels.load_bgra(path)
    preview = pixels.embedded_preview(path)
    assert preview is not None
    assert (preview.full_width, preview.full_height) == (expected.width, expected.height)
    small = pixels.load_bgra(keep("small.jpg", thumbnails.make(path, 160)))
    for picture in (preview, small):
        assert max(picture.width, picture.height) == 160
        for y, x in ((0.2, 0.2), (0.2, 0.8), (0.8, 0.2), (0.8, 0.8)):
            a = picture.pixels[int(y * picture.height), int(x * picture.width)].astype(int)
            b = expected.pixels[int(y * expected.height), int(x * expected.width)].astype(int)
            assert np.abs(a - b).max() <= 14
