"""Shows charts through every view of the real canvas and compares each pixel with arithmetic.

Run in a process of its own, since the display scale is fixed at start; prints a line for each
picture on the screen: its name, the largest error in levels, and the number of pixels compared.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from PySide6.QtCore import QEventLoop, QRect
from PySide6.QtGui import QImage, QRegion
from PySide6.QtWidgets import QApplication

from phota_desktop.ui.canvas_paint import PaneScene
from phota_desktop.ui.divider import Divider
from phota_desktop.ui.image_canvas import ImageCanvas
from phota_desktop.viewmodels.comparison import Shown, View
from phota_desktop.viewmodels.images import ImageLoader

Array = npt.NDArray[np.uint8]
WORDS = 44
"""Logical pixels at top and bottom where labels may lie."""
ZOOMS = (0, 33, 50, 100, 200, 800)
"""Percent; 0 is fit."""
LAYOUTS = {
    "single": (View.SINGLE, Divider()),
    "swipe": (View.SWIPE, Divider(0.4, 0)),
    "level": (View.SWIPE, Divider(0.6, 90)),
    "slanted": (View.SWIPE, Divider(0.45, 30)),
    "steep": (View.SWIPE, Divider(0.5, 250)),
    "side": (View.SIDE, Divider()),
    "survey": (View.SURVEY, Divider()),
    "difference": (View.DIFFERENCE, Divider()),
}
_STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How a picture is stored so that its orientation shows it upright."""


def noise(seed: int) -> Array:
    return np.random.default_rng(seed).integers(0, 256, (700, 900, 3), np.uint8)


def soft(turn: int) -> Array:
    """Make a slow gradient, on which averages over areas and values at points agree."""
    y, x = np.mgrid[0:700, 0:900]
    planes = [x * 255 / 899, y * 255 / 699, (x + y) * 255 / 1598]
    return np.dstack(planes[turn:] + planes[:turn]).round().astype(np.uint8)


def write(folder: Path) -> dict[str, Array]:
    charts: dict[str, Array] = {}
    for n in range(3):
        charts[str(folder / f"noise{n}.png")] = noise(n)
        charts[str(folder / f"soft{n}.png")] = soft(n)
    for path, pixels in charts.items():
        Image.fromarray(pixels).save(path)
    upright = Image.fromarray(noise(9))
    for n in range(1, 9):
        path = folder / f"turned{n}.tif"
        stored = upright.transpose(_STORED[n]) if n in _STORED else upright
        stored.save(path, tiffinfo={274: n})
        charts[str(path)] = noise(9)
    return charts


def seen(canvas: ImageCanvas) -> Array:
    """Return what the canvas shows, HxWx3 RGB in device pixels."""
    image = canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def wanted(pixels: Array, pane: PaneScene, at: tuple[Array, Array], smooth: bool) -> Array:
    """Return the colours at device pixels: of the nearest pixel, or between the nearest ones."""
    placed = pane.placement
    x = (at[1] + 0.5 - pane.pane.x() - np.floor(placed.left + 0.5)) / placed.scale
    y = (at[0] + 0.5 - pane.pane.y() - np.floor(placed.top + 0.5)) / placed.scale
    if not smooth:
        return pixels[np.floor(y).astype(int), np.floor(x).astype(int)]
    x, y = np.clip(x - 0.5, 0, 898.999), np.clip(y - 0.5, 0, 698.999)
    i, j = y.astype(int), x.astype(int)
    v, u = (y - i)[:, None], (x - j)[:, None]
    real = pixels.astype(float)
    above = real[i, j] * (1 - u) + real[i, j + 1] * u
    below = real[i + 1, j] * (1 - u) + real[i + 1, j + 1] * u
    return (above * (1 - v) + below * v).round().astype(np.uint8)


def places(canvas: ImageCanvas, pane: PaneScene, swipe: bool) -> tuple[Array, Array]:
    """Return rows and columns of the device pixels that show the picture and nothing else."""
    ratio = canvas.devicePixelRatioF()
    placed, words = pane.placement, round(WORDS * ratio)
    left = pane.pane.x() + int(np.floor(placed.left + 0.5))
    top = pane.pane.y() + int(np.floor(placed.top + 0.5))
    # The outermost pixels of a smooth picture may be cut; they are no part of the claim.
    inner = QRect(left + 2, top + 2, int(placed.width) - 4, int(placed.height) - 4)
    free = pane.pane.adjusted(0, words, 0, -words)
    mask = np.zeros((2000, 2000), bool)
    for rect in QRegion(pane.clip).intersected(inner.intersected(free)):  # type: ignore[attr-defined]
        mask[rect.top() : rect.bottom() + 1, rect.left() : rect.right() + 1] = True
    rows, columns = np.nonzero(mask)
    if swipe:  # not the line and its handle
        across, down = canvas.compare.divider.normal
        start, end = canvas.compare.divider.ends(canvas.size())
        middle = (start + end) / 2 * ratio
        away = np.abs((columns - middle.x()) * across + (rows - middle.y()) * down) > 12 * ratio
        rows, columns = rows[away], columns[away]
    return rows, columns


class Gallery:
    """The canvas and the charts by path."""

    def __init__(self, application: QApplication, folder: Path) -> None:
        self.charts = write(folder)
        self.application = application
        self.loader = ImageLoader(threads=1)
        self.canvas = ImageCanvas(self.loader)
        self.canvas.resize(421, 307)
        self.canvas.show()

    def settle(self) -> None:
        while not self.canvas.is_settled():
            self.application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    def compare(self, name: str, percent: int) -> None:
        canvas = self.canvas
        canvas.zoom_fit() if not percent else canvas.viewport.set_percent(percent, (90, 130))
        image = seen(canvas)
        for n, pane in enumerate(canvas.scene().panes):
            if pane.clip.isEmpty():
                continue
            at = places(canvas, pane, canvas.shown_view is View.SWIPE)
            smooth = pane.placement.scale not in {1.0, 8.0}
            want = wanted(self.charts[canvas.shown_paths[n]], pane, at, smooth).astype(int)
            error = int(np.abs(image[at] - want).max()) if len(at[0]) else -1
            sys.stdout.write(f"{name}/{percent}/{n} {error} {len(at[0])}\n")

    def views(self, kind: str, percents: tuple[int, ...]) -> None:
        one, two, three = (Shown(path) for path in self.charts if f"/{kind}" in path)
        wish = self.canvas.comparison
        wish.set_pair(one, two)
        wish.set_selection((one, two, three))
        for name, (view, divider) in LAYOUTS.items():
            wish.set_view(view)
            self.canvas.compare.set_divider(divider)
            self.settle()
            for percent in percents:
                self.compare(f"{kind}-{name}", percent)

    def orientations(self) -> None:
        self.canvas.set_view(View.SINGLE)
        for path in self.charts:
            if "/turned" in path:
                self.canvas.comparison.set_pair(Shown(path), None)
                self.settle()
                self.compare(Path(path).stem, 100)


def main() -> None:
    application = QApplication([])
    gallery = Gallery(application, Path(sys.argv[1]))
    gallery.views("noise", (100, 800))
    gallery.views("soft", ZOOMS)
    gallery.orientations()
    gallery.loader.close()


if __name__ == "__main__":
    main()
