"""Decoding: the first picture by Qt, every kind of file, what is said of it, what it takes."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage

from phota_desktop.imaging.display import DisplayTarget
from phota_desktop.viewmodels import decoding
from phota_desktop.viewmodels.image_cache import LoadedImage, Stage
from tests.unit.imaging import raw_samples, samples

HEIC = Path(__file__).parents[1] / "unit" / "imaging" / "heic"
PANE = QSize(400, 300)
Formats = QImage.Format


@pytest.mark.parametrize(
    ("width", "height", "eighths"),
    [(6000, 4000, 3), (8208, 5472, 2), (4000, 3000, 4), (1600, 1000, 8), (20000, 12000, 1)],
)
def test_the_preview_is_the_smallest_that_fits_sharply(
    width: int, height: int, eighths: int
) -> None:
    header = decoding.Header("jpeg", width, height, turned=False)
    assert decoding.eighths_for(header, QSize(1920, 1200)) == eighths


def test_only_a_jpeg_is_decoded_smaller() -> None:
    header = decoding.Header("png", 6000, 4000, turned=False)
    assert decoding.eighths_for(header, QSize(1920, 1200)) == 8


@pytest.mark.parametrize("eighths", [2, 3, 4])
def test_the_full_picture_leaves_the_preview_on_the_screen(
    qapp: object, tmp_path: Path, eighths: int
) -> None:
    path = tmp_path / "photo.jpg"
    Image.linear_gradient("L").resize((1202, 801)).convert("RGB").save(path, quality=95)
    header = decoding.read_header(str(path))
    preview = decoding.decode_with_qt(str(path), header, eighths)
    assert preview.levels[0].width() == -(-1202 * eighths // 8)
    full = decoding.decode_full(str(path), preview)
    widths = [level.width() for level in full.levels]
    assert widths == sorted(set(widths), reverse=True)
    assert full.complete
    assert widths[0] == 1202
    scale = preview.levels[0].width() / 1202 * 0.97
    assert full.level_for(scale) is preview.level_for(scale)


def colour(image: LoadedImage, level: int = 0) -> tuple[int, int, int, int]:
    """Return red, green, blue and alpha of the pixel at a quarter of width and height."""
    shown = image.levels[level]
    found = QColor.fromRgba(shown.pixel(shown.width() // 4, shown.height() // 4))
    return found.red(), found.green(), found.blue(), found.alpha()


def premultiplied(image: QImage) -> np.ndarray:
    assert image.format() is Formats.Format_ARGB32_Premultiplied
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    return rows[:, : image.width()].astype(int)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_transparency_stays_in_every_level(qapp: object, tmp_path: Path, kind: str) -> None:
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (700, 900, 4), np.uint8)
    path = tmp_path / "clear"
    Image.fromarray(pixels, "RGBA").save(path, kind, lossless=True, exact=True)
    full = decoding.decode_full(str(path), None)
    assert full.has_alpha
    assert {level.format() for level in full.levels} == {Formats.Format_ARGB32_Premultiplied}
    alpha = pixels[..., 3:].astype(float)
    expected = np.rint(pixels[..., 2::-1] * alpha / 255)
    first = premultiplied(full.levels[0])
    assert np.abs(first[..., :3] - expected).max() <= 1
    assert (first[..., 3:] == alpha).all()
    # Half of what is premultiplied: nothing of a clear pixel's colour gets into its neighbours.
    second = premultiplied(full.levels[1])
    halved = expected[:, :, :].reshape(350, 2, 450, 2, 3).mean((1, 3))
    assert np.abs(second[..., :3] - halved).max() <= 1.5
    assert (second[..., :3].max(2) <= second[..., 3] + 1).all()
    header = decoding.read_header(str(path))
    if kind == "WEBP":
        assert not header.qt_format
        return
    by_qt = decoding.decode_with_qt(str(path), header, 8)
    assert np.abs(premultiplied(by_qt.levels[0]) - first).max() <= 1


def test_an_alpha_channel_that_hides_nothing_is_none(qapp: object, tmp_path: Path) -> None:
    path = tmp_path / "opaque.png"
    Image.new("RGBA", (40, 30), (10, 20, 30, 255)).save(path)
    full = decoding.decode_full(str(path), None)
    assert not full.has_alpha
    assert full.levels[0].format() is Formats.Format_RGB32
    assert colour(full) == (10, 20, 30, 255)


@pytest.mark.parametrize(
    ("mode", "kind", "value", "expected"),
    [
        ("I;16", "PNG", 40000, (156, 156, 156)),
        ("I;16", "TIFF", 40000, (156, 156, 156)),
        ("F", "TIFF", 0.5, (128, 128, 128)),
        ("L", "JPEG", 77, (77, 77, 77)),
        ("L", "PNG", 77, (77, 77, 77)),
        ("1", "PNG", 1, (255, 255, 255)),
        ("P", "GIF", 0, (0, 0, 0)),
        ("CMYK", "JPEG", (0, 255, 255, 0), (255, 0, 0)),
        ("CMYK", "TIFF", (0, 255, 255, 0), (255, 0, 0)),
        ("RGB", "BMP", (9, 99, 199), (9, 99, 199)),
    ],
)
def test_every_kind_of_pixel_is_shown(
    qapp: object, tmp_path: Path, mode: str, kind: str, value: object, expected: tuple[int, ...]
) -> None:
    path = tmp_path / "picture"
    options = {"quality": 100} if kind == "JPEG" else {}
    Image.new(mode, (600, 400), value).save(path, kind, **options)  # type: ignore[arg-type]
    full = decoding.decode_full(str(path), None)
    assert [level.width() for level in full.levels] == [600, 300, 150]
    assert (full.full_width, full.full_height) == (600, 400)
    assert bool(full.note) == (mode == "CMYK")  # it has no profile
    for level in range(3):
        shown = colour(full, level)
        assert max(abs(a - b) for a, b in zip(shown, expected, strict=False)) <= 2, shown


@pytest.mark.parametrize(
    ("kind", "noun"), [("GIF", "frames"), ("WEBP", "frames"), ("PNG", "frames"), ("TIFF", "pages")]
)
def test_the_first_of_many_frames_is_said_so(
    qapp: object, tmp_path: Path, kind: str, noun: str
) -> None:
    path = tmp_path / "moving"
    frames = [Image.new("RGB", (60, 40), (20 * n, 200, 90)) for n in range(1, 6)]
    frames[0].save(path, kind, save_all=True, append_images=frames[1:])
    full = decoding.decode_full(str(path), None)
    assert full.note == f"first of 5 {noun}"
    assert abs(colour(full)[0] - 20) <= 4


def jpeg(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=95)
    return stream.getvalue()


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_raw_is_shown_by_its_preview_and_then_developed(
    qapp: object, tmp_path: Path, orientation: int
) -> None:
    path = tmp_path / "camera.dng"
    small = Image.new("RGB", (480, 320), (20, 160, 40))
    path.write_bytes(
        raw_samples.dng(Image.new("RGB", (960, 640), (180, 60, 40)), orientation, jpeg(small))
    )
    size = (960, 640) if orientation == 1 else (640, 960)
    _, kept, stage, cost = decoding.do_step(str(path), Stage.NEW, None, PANE, None)
    assert isinstance(kept, tuple)
    look = kept[1]
    assert stage is Stage.PREVIEWED
    assert cost >= 960 * 640 * (14 + 4)
    assert look.note == "embedded preview"
    assert not look.complete
    assert (look.full_width, look.full_height) == size
    assert colour(look)[1] > 120
    outcome, done, _, _ = decoding.do_step(str(path), stage, kept, PANE, None)
    assert outcome == "ready"
    assert isinstance(done, tuple)
    full = done[1]
    assert (full.complete, full.note) == (True, "")
    assert (full.full_width, full.full_height) == size
    assert (full.levels[0].width(), full.levels[0].height()) == size
    # Nothing of the camera's own picture stays among the levels.
    assert all(colour(full, n)[0] > 120 for n in range(len(full.levels)))


def test_a_large_preview_of_a_raw_is_decoded_for_the_pane_only(
    qapp: object, tmp_path: Path
) -> None:
    path = tmp_path / "camera.dng"
    large = Image.new("RGB", (2400, 1600), (20, 160, 40))
    path.write_bytes(raw_samples.dng(Image.new("RGB", (2424, 1616), (180, 60, 40)), 1, jpeg(large)))
    look = decoding.decode_first_look(str(path), PANE)
    assert look is not None
    assert look.levels[0].width() == 600
    assert (look.full_width, look.full_height) == (2424, 1616)
    full = decoding.decode_full(str(path), look)
    assert full.levels[0].width() == 2424


@pytest.mark.parametrize("orientation", [1, 6])
def test_heic_is_shown_upright(qapp: object, orientation: int) -> None:
    path = HEIC / f"{orientation}.heic"
    outcome, kept, stage, cost = decoding.do_step(str(path), Stage.NEW, None, PANE, None)
    assert (outcome, kept, stage) == ("", None, Stage.MEASURED)
    assert cost > 96 * 64 * 4
    full = decoding.decode_full(str(path), None)
    size = (96, 64) if orientation == 1 else (64, 96)
    assert (full.full_width, full.full_height, full.note) == (*size, "")
    expected = (220, 30, 30) if orientation == 1 else (40, 60, 220)
    assert max(abs(a - b) for a, b in zip(colour(full), expected, strict=False)) < 24


def test_a_preview_in_qts_colours_leaves_no_level_in_the_full_picture(
    qapp: object, tmp_path: Path
) -> None:
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (1200, 800), (200, 90, 40)).save(path, quality=95)
    header = decoding.read_header(str(path))
    plain = decoding.decode_with_qt(str(path), header, 4, DisplayTarget())
    assert not plain.provisional
    wide = decoding.decode_with_qt(str(path), header, 4, DisplayTarget(_wide(), name="wide"))
    assert wide.provisional
    assert colour(wide) != colour(plain)
    full = decoding.decode_full(str(path), wide)
    assert wide.levels[0].cacheKey() not in {level.cacheKey() for level in full.levels}


def _wide() -> bytes:
    """Return an ICC profile with other primaries than sRGB's, as Qt writes it."""
    from PySide6.QtGui import QColorSpace

    return QColorSpace(QColorSpace.NamedColorSpace.AdobeRgb).iccProfile().data()


@pytest.mark.parametrize(("kind", "times"), [("JPEG", 4 / 3), ("PNG", 2)])
def test_the_cost_covers_the_levels(qapp: object, tmp_path: Path, kind: str, times: float) -> None:
    path = tmp_path / "photo"
    samples.photo(400).resize((1600, 1200)).save(path, kind)
    cost = decoding.full_cost(str(path), decoding.read_header(str(path)))
    assert cost >= decoding.decode_full(str(path), None).size_bytes
    assert cost <= 1600 * 1200 * 4 * times + path.stat().st_size
