"""A canvas of 600 × 400 pixels and flat pictures for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from phota_desktop.imaging import pixels  # noqa: F401 - the program is warm
from phota_desktop.ui.image_canvas import ImageCanvas
from phota_desktop.viewmodels.images import ImageLoader
from tests.ui.canvas.hands import show


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Flat pictures, told apart by their grey level; the first is larger than the others."""
    folder = tmp_path_factory.mktemp("photos")
    paths = []
    for n, level in enumerate((20, 60, 100, 140, 180, 220)):
        path = folder / f"{level}.jpg"
        Image.new("RGB", (1800, 1200) if n == 0 else (900, 600), (level,) * 3).save(path)
        paths.append(path)
    return paths


@pytest.fixture
def loader(qapp: QApplication) -> Iterator[ImageLoader]:
    loader = ImageLoader(threads=2)
    yield loader
    loader.close()


@pytest.fixture
def canvas(loader: ImageLoader, qtbot: QtBot) -> Iterator[ImageCanvas]:
    canvas = ImageCanvas(loader)
    qtbot.addWidget(canvas)
    canvas.resize(600, 400)
    with qtbot.waitExposed(canvas):
        canvas.show()
    canvas.activateWindow()
    canvas.setFocus()
    return canvas


@pytest.fixture
def pair(canvas: ImageCanvas, photos: list[Path], qtbot: QtBot) -> ImageCanvas:
    """Give the canvas with the dark large original (20) and the light small variant (220)."""
    show(canvas, qtbot, photos[0], photos[5])
    return canvas
