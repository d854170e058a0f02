"""Painting pictures in their panes: a pure function of a scene, in device pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QRegion, QTransform

from phota_desktop.ui import theme
from phota_desktop.viewmodels.image_cache import LoadedImage
from phota_desktop.viewmodels.viewport import Placement

PIXELS_FROM = 3.0
"""From this scale on each image pixel is a square of its own colour (design.md: 300 %)."""

_MOVING_SHARE = 0.6
"""Part of the pixels across that will do in movement: a level half too large costs double."""

_MARGIN = 4
"""Level pixels around the visible part, so that smoothing never meets the edge of a cut."""


@dataclass(frozen=True)
class PaneScene:
    """One picture in one pane.

    ``pane`` is where its placement counts from, ``clip`` the part of the canvas it may cover, both
    in device pixels of the canvas.
    """

    image: LoadedImage | None
    placement: Placement
    pane: QRect
    clip: QRect


@dataclass(frozen=True)
class Scene:
    """All that a frame shows, in device pixels."""

    panes: tuple[PaneScene, ...]
    surround: QColor
    moving: bool = False


def device_space(painter: QPainter) -> None:
    """Make the painter's unit one device pixel and its origin a whole one.

    At fractional display scales a widget begins between two device pixels; without this a picture
    at 100 % would be smeared over both.
    """
    device = painter.deviceTransform()
    whole = QTransform.fromTranslate(round(device.dx()), round(device.dy()))
    back, usable = device.inverted()
    if usable:
        painter.setTransform(whole * back, combine=True)


def paint(painter: QPainter, exposed: Sequence[QRect], scene: Scene) -> None:
    """Paint the exposed rectangles (device pixels of the canvas); the painter is in device space.

    Reads nothing but its arguments, so a test can paint onto any QImage.
    """
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    share = _MOVING_SHARE if scene.moving else 1.0
    for part in exposed:
        bare = QRegion(part)
        for pane in scene.panes:
            visible = part.intersected(pane.clip).intersected(pane.pane)
            if pane.image is None or visible.isEmpty():
                continue
            # First what surrounds the picture, since its edge may be blended with it.
            inside = visible.intersected(_covered(pane))
            painter.setClipRegion(QRegion(visible) - inside)
            painter.fillRect(visible, scene.surround)
            painter.setClipRect(visible)
            _draw(painter, pane.image, pane.placement, pane.pane.topLeft(), visible, share)
            bare -= visible
        painter.setClipRegion(bare)
        painter.fillRect(part, scene.surround)
        painter.setClipping(False)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)


def paint_halved(painter: QPainter, exposed: Sequence[QRect], scene: Scene, buffer: QImage) -> None:
    """Paint at half resolution through ``buffer`` (RGB32, at least half the canvas).

    For frames in movement on dense displays, where the eye cannot tell and the time is short.
    """
    half = Scene(tuple(_halved(pane) for pane in scene.panes), scene.surround)
    for part in exposed:
        small = QRect(
            QPoint(part.left() // 2, part.top() // 2),
            QPoint((part.right() + 1) // 2, (part.bottom() + 1) // 2),
        ).intersected(buffer.rect())
        inner = QPainter(buffer)
        paint(inner, [small], half)
        inner.end()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
        painter.setClipRect(part)
        large = QRect(small.topLeft() * 2, small.size() * 2)
        painter.drawImage(large, buffer, small)
        painter.setClipping(False)


def _covered(pane: PaneScene) -> QRect:
    """Return the device pixels that the picture surely covers all of."""
    placed = pane.placement
    left = pane.pane.left() + math.floor(placed.left + 0.5)
    top = pane.pane.top() + math.floor(placed.top + 0.5)
    return QRect(left, top, math.floor(placed.width) - 1, math.floor(placed.height) - 1)


def _halved(pane: PaneScene) -> PaneScene:
    placed = pane.placement
    smaller = Placement(
        placed.scale / 2, placed.left / 2, placed.top / 2, placed.width / 2, placed.height / 2
    )
    return PaneScene(pane.image, smaller, _half_rect(pane.pane), _half_rect(pane.clip))


def _half_rect(rect: QRect) -> QRect:
    left, top = rect.left() // 2, rect.top() // 2
    return QRect(left, top, -(-rect.width() // 2), -(-rect.height() // 2))


def _draw(
    painter: QPainter,
    image: LoadedImage,
    placed: Placement,
    origin: QPoint,
    visible: QRect,
    share: float,
) -> None:
    # Whole device pixels: edges stay crisp, and at 100 % the picture is copied, not resampled.
    left = origin.x() + math.floor(placed.left + 0.5)
    top = origin.y() + math.floor(placed.top + 0.5)
    level = image.level_for(placed.scale, share)
    across = placed.scale * image.full_width / level.width()
    down = placed.scale * image.full_height / level.height()
    if across == 1.0 and down == 1.0:
        covered = visible.intersected(QRect(QPoint(left, top), level.size()))
        painter.drawImage(covered.topLeft(), level, covered.translated(-left, -top))
        return
    sharp = image.complete and placed.scale >= PIXELS_FROM
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=not sharp)
    # Only the visible part, by whole level pixels: Qt's fixed-point steps drift over long ways.
    first_x, last_x = _cut(visible.left() - left, visible.right() + 1 - left, across, level.width())
    first_y, last_y = _cut(visible.top() - top, visible.bottom() + 1 - top, down, level.height())
    if last_x <= first_x or last_y <= first_y:
        return
    source = QRectF(first_x, first_y, last_x - first_x, last_y - first_y)
    target = QRectF(
        left + first_x * across,
        top + first_y * down,
        (last_x - first_x) * across,
        (last_y - first_y) * down,
    )
    painter.drawImage(target, level, source)


def _cut(start: int, end: int, scale: float, length: int) -> tuple[int, int]:
    first = max(math.floor(start / scale) - _MARGIN, 0)
    return first, min(math.ceil(end / scale) + _MARGIN, length)


SURROUNDS = {name: QColor(colour) for name, colour in theme.SURROUNDS.items()}
