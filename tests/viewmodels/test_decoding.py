"""The first picture by Qt: its scale, and its place among the levels of the full picture."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QSize

from phota_desktop.viewmodels import decoding


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
