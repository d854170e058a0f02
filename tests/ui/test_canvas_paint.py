"""Golden pixels: what the canvas paints, compared with arithmetic on the picture itself."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QPolygon

from phota_desktop.core.alignment import FrameMap
from phota_desktop.imaging.pixels import mips
from phota_desktop.ui.canvas_paint import PaneScene, Scene, device_space, paint, paint_halved
from phota_desktop.ui.divider import Divider
from phota_desktop.ui.panes import aligned_extent, outline, side_panes
from phota_desktop.viewmodels.image_cache import LoadedImage
from phota_desktop.viewmodels.viewport import Extent, Viewport

Array = npt.NDArray[np.uint8]

GREY = (118, 118, 118)


def chart(width: int, height: int, seed: int = 1) -> Array:
    """Make noise, so that a shift by a single pixel shows; BGRA."""
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)
    pixels[..., 3] = 255
    return pixels


def soft(width: int, height: int) -> Array:
    """Make a slow gradient, on which every good smoothing agrees."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [x * 255 // width, y * 255 // height, (x + y) * 255 // (width + height)]
    return np.dstack([*planes, np.full_like(x, 255)]).astype(np.uint8)


def loaded(pixels: Array) -> LoadedImage:
    levels = [pixels, *mips(pixels)]
    images = tuple(
        QImage(p.data, p.shape[1], p.shape[0], p.strides[0], QImage.Format.Format_RGB32)
        for p in levels
    )
    return LoadedImage(images, pixels.shape[1], pixels.shape[0], complete=True)


def colours(image: QImage) -> Array:
    """Return RGB32 as HxWx3, blue first."""
    rows = np.frombuffer(image.constBits(), np.uint8)
    return rows.reshape(image.height(), image.bytesPerLine() // 4, 4)[:, : image.width(), :3].copy()


def pane_of(
    image: LoadedImage, viewport: Viewport, pane: QRect, clip: QPolygon | None
) -> PaneScene:
    extent = Extent(image.full_width, image.full_height, pane.width(), pane.height())
    return PaneScene(image, viewport.place(extent), pane, clip or outline(pane))


def painted(scene: Scene, size: QSize, ratio: float = 1.0, exposed: Sequence[QRect] = ()) -> Array:
    target = QImage(size, QImage.Format.Format_RGB32)
    target.fill(QColor(255, 0, 255))
    target.setDevicePixelRatio(ratio)
    painter = QPainter(target)
    device_space(painter)
    paint(painter, exposed or [QRect(0, 0, size.width(), size.height())], scene)
    painter.end()
    return colours(target)


def one(pixels: Array, size: QSize, percent: float, at: tuple[float, float] | None = None) -> Scene:
    image, viewport = loaded(pixels), Viewport()
    whole = QRect(0, 0, size.width(), size.height())
    extent = Extent(image.full_width, image.full_height, size.width(), size.height())
    viewport.set_panes([extent])
    viewport.set_percent(percent, at)
    return Scene((pane_of(image, viewport, whole, None),), QColor(*GREY))


def expected_nearest(pixels: Array, scene: Scene, size: QSize) -> Array:
    placed = scene.panes[0].placement
    left, top = np.floor(placed.left + 0.5), np.floor(placed.top + 0.5)
    x = np.floor((np.arange(size.width()) + 0.5 - left) / placed.scale).astype(int)
    y = np.floor((np.arange(size.height()) + 0.5 - top) / placed.scale).astype(int)
    inside = (y >= 0)[:, None] & (y < pixels.shape[0])[:, None] & (x >= 0) & (x < pixels.shape[1])
    picked = pixels[np.clip(y, 0, pixels.shape[0] - 1)][:, np.clip(x, 0, pixels.shape[1] - 1), :3]
    return np.where(inside[..., None], picked, np.uint8(118))


SIZE = QSize(317, 211)


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
@pytest.mark.parametrize("shape", [(900, 700), (120, 90), (900, 90)])
def test_hundred_percent_is_pixel_exact(ratio: float, shape: tuple[int, int]) -> None:
    pixels = chart(*shape)
    scene = one(pixels, SIZE, 100, (31, 200))
    assert np.array_equal(painted(scene, SIZE, ratio), expected_nearest(pixels, scene, SIZE))


@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize("percent", [300, 400, 800])
@pytest.mark.parametrize("at", [(0, 0), (316, 17), (100, 210)])
def test_from_300_percent_each_pixel_is_a_square(
    ratio: float, percent: int, at: tuple[int, int]
) -> None:
    pixels = chart(900, 700)
    scene = one(pixels, SIZE, percent, at)
    assert np.array_equal(painted(scene, SIZE, ratio), expected_nearest(pixels, scene, SIZE))


@pytest.mark.parametrize("percent", [9, 20, 33, 50, 66, 90, 150, 200])
def test_smooth_scales_stay_near_an_exact_resampling(percent: int) -> None:
    pixels = soft(1600, 1200)
    scene = one(pixels, SIZE, percent)
    got = painted(scene, SIZE).astype(int)
    placed = scene.panes[0].placement
    matrix = np.array(
        [
            [placed.scale, 0, np.floor(placed.left + 0.5)],
            [0, placed.scale, np.floor(placed.top + 0.5)],
        ]
    )
    # Both ends of a pixel count: centres lie at +0.5 on either side.
    matrix[:, 2] += 0.5 * placed.scale - 0.5
    want = cv2.warpAffine(
        pixels[..., :3],
        matrix,
        (SIZE.width(), SIZE.height()),
        flags=cv2.INTER_LINEAR,
        borderValue=GREY,
    ).astype(int)
    inner = np.s_[3:-3, 3:-3]
    if placed.width < SIZE.width():
        inset_x, inset_y = int(placed.left) + 4, int(placed.top) + 4
        inner = np.s_[inset_y:-inset_y, inset_x:-inset_x]
    assert np.abs(got[inner] - want[inner]).max() <= 2


def test_a_fine_pattern_turns_grey_and_not_into_moire() -> None:
    pixels = np.zeros((2048, 2048, 4), np.uint8)
    pixels[::2, ::2, :3] = 255
    pixels[1::2, 1::2, :3] = 255
    pixels[..., 3] = 255
    got = painted(one(pixels, QSize(400, 400), 19), QSize(400, 400))[20:-20, 20:-20].astype(int)
    assert np.abs(got - 127).max() <= 2


@pytest.mark.parametrize("percent", [19, 37, 100, 160, 400])
def test_strips_join_without_a_seam(percent: int) -> None:
    pixels = soft(1600, 1200)
    scene = one(pixels, SIZE, percent)
    strips = [QRect(x, 0, 29, SIZE.height()) for x in range(0, SIZE.width(), 29)]
    whole = painted(scene, SIZE).astype(int)
    pieces = painted(scene, SIZE, exposed=strips).astype(int)
    assert np.abs(whole - pieces).max() <= 1


@pytest.mark.parametrize("vertical", [True, False])
def test_swipe_shows_the_original_before_the_line_and_the_variant_after(vertical: bool) -> None:
    original, variant = chart(900, 600, 1), chart(900, 600, 2)
    viewport = Viewport()
    whole = QRect(0, 0, SIZE.width(), SIZE.height())
    viewport.set_panes([Extent(900, 600, SIZE.width(), SIZE.height())])
    viewport.set_percent(100)
    before, after = Divider(0.3, 0 if vertical else 90).parts(SIZE)
    scene = Scene(
        (
            pane_of(loaded(original), viewport, whole, before),
            pane_of(loaded(variant), viewport, whole, after),
        ),
        QColor(*GREY),
    )
    got = painted(scene, SIZE)
    first = expected_nearest(original, scene, SIZE)
    second = expected_nearest(variant, scene, SIZE)
    at = round(0.3 * (SIZE.width() if vertical else SIZE.height()))
    want = second.copy()
    if vertical:
        want[:, :at] = first[:, :at]
    else:
        want[:at] = first[:at]
    assert np.array_equal(got, want)


def test_side_by_side_shows_the_same_part_of_both() -> None:
    pixels = soft(1600, 1200)
    smaller = cv2.resize(pixels, (800, 600), interpolation=cv2.INTER_AREA)
    size = QSize(402, 200)
    panes = side_panes(size, 2, 2)
    assert [pane.width() for pane in panes] == [200, 200]
    viewport = Viewport()
    viewport.set_panes([Extent(1600, 1200, 200, 200), Extent(800, 600, 200, 200)], leader=1)
    viewport.set_percent(70, (20, 180), Extent(800, 600, 200, 200))
    scene = Scene(
        tuple(
            pane_of(loaded(part), viewport, pane, None)
            for part, pane in zip((pixels, np.ascontiguousarray(smaller)), panes, strict=True)
        ),
        QColor(*GREY),
    )
    got = painted(scene, size).astype(int)
    assert np.abs(got[:, :200] - got[:, 202:]).max() <= 2
    assert (got[:, 200:202] == 118).all()


def clear_chart(width: int, height: int) -> Array:
    """Make noise with soft alpha, premultiplied; BGRA."""
    pixels = chart(width, height)
    alpha = (np.mgrid[0:height, 0:width][1] * 255 // (width - 1)).astype(np.uint8)
    pixels[..., 3] = alpha
    pixels[..., :3] = pixels[..., :3].astype(int) * alpha[..., None] // 255
    return pixels


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
def test_transparent_pictures_lie_on_squares_that_stay_on_the_screen(ratio: float) -> None:
    pixels = clear_chart(200, 150)
    image = QImage(pixels.data, 200, 150, 800, QImage.Format.Format_ARGB32_Premultiplied)
    whole = QRect(0, 0, SIZE.width(), SIZE.height())
    extent = Extent(200, 150, SIZE.width(), SIZE.height())
    viewport = Viewport()
    viewport.set_panes([extent])
    viewport.set_percent(100)
    shown = LoadedImage((image,), 200, 150, complete=True)
    pane = PaneScene(shown, viewport.place(extent), whole, outline(whole))
    scene = Scene((pane,), QColor(*GREY), checks=(QColor(40, 40, 40), QColor(60, 60, 60)))
    got = painted(scene, SIZE, ratio).astype(int)
    left, top = (int(np.floor(at + 0.5)) for at in (pane.placement.left, pane.placement.top))
    y, x = np.mgrid[0 : SIZE.height(), 0 : SIZE.width()]
    under = np.where((x // 8 + y // 8) % 2, 40, 60)[top : top + 150, left : left + 200, None]
    want = pixels[..., :3] + under * (255 - pixels[..., 3:].astype(int)) / 255
    assert np.abs(got[top : top + 150, left : left + 200] - want).max() <= 1
    outside = np.ones(got.shape[:2], bool)
    outside[top : top + 150, left : left + 200] = False
    assert (got[outside] == 118).all()


@pytest.mark.parametrize("percent", [33, 70, 100, 180])
@pytest.mark.parametrize(
    "frames",
    [
        FrameMap.similar(4 / 3, shift=(0.01, -0.02)),
        FrameMap.similar(4 / 3, 1.03, 1.0, (0.004, 0.003)),
        FrameMap.similar(4 / 3, 0.97, -1.0, (-0.01, 0.0)),
    ],
)
def test_an_aligned_picture_lies_where_its_map_says(percent: int, frames: FrameMap) -> None:
    """The chart is a function of the place in the reference, seen through the map's inverse."""
    width, height = 1600, 1200
    back = frames.inverse().in_pixels((width, height), (1, 1))
    y, x = np.mgrid[0:height, 0:width] + 0.5
    u = back[0] * x + back[1] * y + back[2]
    v = back[3] * x + back[4] * y + back[5]
    planes = [u * 200 + 20, v * 200 + 20, (u + v) * 100 + 20, np.full_like(u, 255)]
    pixels = np.dstack(planes).clip(0, 255).round().astype(np.uint8)
    whole = QRect(0, 0, SIZE.width(), SIZE.height())
    extent = aligned_extent((width, height), (width, height), frames, whole, (0.0, 0.0))
    viewport = Viewport()
    viewport.set_panes([extent])
    viewport.set_percent(percent)
    placed = viewport.place(extent)
    assert placed.scale == percent / 100
    pane = PaneScene(loaded(pixels), placed, whole, outline(whole), frames)
    got = painted(Scene((pane,), QColor(*GREY)), SIZE).astype(int)
    y, x = np.mgrid[0 : SIZE.height(), 0 : SIZE.width()] + 0.5
    u = (x - np.floor(placed.left + 0.5)) / placed.width
    v = (y - np.floor(placed.top + 0.5)) / placed.height
    want = np.dstack([u * 200 + 20, v * 200 + 20, (u + v) * 100 + 20])
    # Two levels: rounding of the chart, of its mips and of the smoothing.
    assert np.abs(got - want).max() <= 2


def test_half_resolution_is_the_same_picture() -> None:
    pixels, size = soft(3000, 2000), QSize(640, 480)
    scene = one(pixels, size, 50)
    target = QImage(size, QImage.Format.Format_RGB32)
    buffer = QImage(size / 2, QImage.Format.Format_RGB32)
    painter = QPainter(target)
    paint_halved(painter, [QRect(0, 0, 640, 480)], scene, buffer)
    painter.end()
    assert np.abs(colours(target).astype(int) - painted(scene, size)).max() <= 2


_WIDGET = """
import sys
import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QVBoxLayout, QWidget
from phota_desktop.ui.image_canvas import ImageCanvas
from phota_desktop.viewmodels.images import ImageLoader
from pathlib import Path
app = QApplication([])
ratio = app.primaryScreen().devicePixelRatio()
loader = ImageLoader(threads=1)
outer = QWidget()
canvas = ImageCanvas(loader, outer)
outer.resize(301, 207)
canvas.setGeometry(37, 11, 251, 183)  # begins between two device pixels
outer.show()
def ready(path, image):
    canvas.zoom_to(100)
    grabbed = outer.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(grabbed.constBits(), np.uint8)
    shown = rows.reshape(grabbed.height(), -1, 4)[:, :grabbed.width(), :3]
    full = image.levels[0]
    rows = np.frombuffer(full.constBits(), np.uint8)
    source = rows.reshape(full.height(), -1, 4)[:, :full.width(), :3]
    # A patch from the middle of the canvas must be found in the picture, unchanged.
    y, x = round((11 + 91) * ratio), round((37 + 125) * ratio)
    patch = shown[y:y + 40, x:x + 40]
    corner = patch[0, 0]
    found = [
        (j, i)
        for j, i in zip(*np.where((source == corner).all(axis=2)))
        if np.array_equal(source[j:j + 40, i:i + 40], patch)
    ]
    sys.stdout.write(f"{ratio} {len(found)} {canvas.labels()[0]}")
    app.quit()
loader.ready.connect(ready)
canvas.show_pair(Path(sys.argv[1]), None)
app.exec()
loader.close()
"""


@pytest.mark.parametrize("factor", ["1", "1.25", "1.5", "2"])
def test_the_widget_is_pixel_exact_at_every_display_scale(
    factor: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("chart") / "chart.png"
    cv2.imwrite(str(path), chart(1200, 900)[..., :3])
    done = subprocess.run(
        [sys.executable, "-c", _WIDGET, str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": factor},
    )
    assert done.stdout == f"{float(factor)} 1 Original · 1200 × 900 · 100 %"
