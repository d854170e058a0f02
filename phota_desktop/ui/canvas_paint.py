"""Painting pictures in their panes: a pure function of a scene, in device pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QPoint, QRect, QRectF, QSize
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPolygon, QRegion, QTransform

from phota_desktop.core.alignment import FrameMap
from phota_desktop.ui import theme
from phota_desktop.viewmodels.image_cache import LoadedImage
from phota_desktop.viewmodels.viewport import Placement

PIXELS_FROM = 3.0
"""From this scale on each image pixel is a square of its own colour (design.md: 300 %)."""

_MOVING_SHARE = 0.6
"""Part of the pixels across that will do in movement: a level half too large costs double."""

_MARGIN = 4
"""Level pixels around the visible part, so that smoothing never meets the edge of a cut."""


CHECK = 8
"""Device pixels along a square of what is seen through a transparent picture."""


_SOURCE = QPainter.CompositionMode.CompositionMode_Source
_OVER = QPainter.CompositionMode.CompositionMode_SourceOver

_MOST_RECTS = 60


@dataclass(frozen=True)
class PaneScene:
    """One picture in one pane.

    ``pane`` is where its placement counts from, ``clip`` the part of the canvas it may cover, both
    in device pixels of the canvas. ``frames`` maps fractions of what is placed to fractions of the
    picture, where that is laid over another one.
    """

    image: LoadedImage | None
    placement: Placement
    pane: QRect
    clip: QPolygon
    frames: FrameMap | None = None


@dataclass(frozen=True)
class Scene:
    """All that a frame shows, in device pixels; ``checks`` lie under transparent pictures."""

    panes: tuple[PaneScene, ...]
    surround: QColor
    moving: bool = False
    checks: tuple[QColor, QColor] = (QColor(90, 90, 90), QColor(120, 120, 120))
    check: int = CHECK


def exposed_rects(region: QRegion, ratio: float) -> list[QRect]:
    """Return the device pixels of an exposed region, in few rectangles."""
    return [_device_rect(rect, ratio) for rect in _rects(region)]


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
    painter.setCompositionMode(_SOURCE)
    for part in exposed:
        bare = QRegion(part)
        for pane in scene.panes:
            visible = QRegion(pane.clip).intersected(part.intersected(pane.pane))
            if pane.image is None or visible.isEmpty():
                continue
            _paint_pane(painter, pane, pane.image, visible, scene)
            bare -= visible
        _fill(painter, bare, QBrush(scene.surround))
    # Not between two parts: Qt 6.11 lets the next clip that is no rectangle leak after this.
    painter.setClipping(False)
    painter.setCompositionMode(_OVER)


def paint_halved(painter: QPainter, exposed: Sequence[QRect], scene: Scene, buffer: QImage) -> None:
    """Paint at half resolution through ``buffer`` (RGB32, at least half the canvas).

    For frames in movement on dense displays, where the eye cannot tell and the time is short.
    """
    panes = tuple(_halved(pane) for pane in scene.panes)
    half = replace(scene, panes=panes, moving=False, check=scene.check // 2)
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


def _paint_pane(
    painter: QPainter, pane: PaneScene, image: LoadedImage, visible: QRegion, scene: Scene
) -> None:
    level = image.level_for(pane.placement.scale, _MOVING_SHARE if scene.moving else 1.0)
    clear = level.hasAlphaChannel()
    # First what surrounds the picture, since its edge may be blended with it.
    around = visible if clear or pane.frames else visible - _covered(pane)
    _fill(painter, around, QBrush(scene.surround))
    if clear:
        _fill(painter, visible.intersected(_outline(pane, level)), _checks(scene))
        painter.setCompositionMode(_OVER)
    painter.setClipRegion(visible)
    if pane.frames is None:
        _draw(painter, image, level, pane, visible.boundingRect())
    else:
        _draw_laid(painter, image, level, pane, visible.boundingRect())
    if clear:
        painter.setCompositionMode(_SOURCE)


def _fill(painter: QPainter, region: QRegion, brush: QBrush) -> None:
    # An empty region would be no clip at all where a widget's own clip is no rectangle.
    if not region.isEmpty():
        painter.setClipRegion(region)
        painter.fillRect(region.boundingRect(), brush)


def _corner(pane: PaneScene) -> QPoint:
    # Whole device pixels: edges stay crisp, and at 100 % the picture is copied, not resampled.
    return pane.pane.topLeft() + QPoint(
        math.floor(pane.placement.left + 0.5), math.floor(pane.placement.top + 0.5)
    )


def _covered(pane: PaneScene) -> QRect:
    """Return the device pixels that the picture surely covers all of."""
    placed = pane.placement
    size = QSize(math.floor(placed.width) - 1, math.floor(placed.height) - 1)
    return QRect(_corner(pane), size)


def _outline(pane: PaneScene, level: QImage) -> QRegion:
    """Return the device pixels whose middle the picture covers."""
    placed = pane.placement
    if pane.frames is not None:
        return QRegion(_laid(pane, pane.frames, level).map(QPolygon(level.rect())))
    size = QSize(math.floor(placed.width + 0.5), math.floor(placed.height + 0.5))
    return QRegion(QRect(_corner(pane), size))


def _checks(scene: Scene) -> QBrush:
    """Return squares that stay where they are on the screen."""
    side = scene.check
    tile = QImage(2 * side, 2 * side, QImage.Format.Format_RGB32)
    tile.fill(scene.checks[0])
    painter = QPainter(tile)
    painter.fillRect(0, 0, side, side, scene.checks[1])
    painter.fillRect(side, side, side, side, scene.checks[1])
    painter.end()
    return QBrush(tile)


def _halved(pane: PaneScene) -> PaneScene:
    placed = pane.placement
    smaller = Placement(
        placed.scale / 2, placed.left / 2, placed.top / 2, placed.width / 2, placed.height / 2
    )
    # Parts that meet still do, since both have the same points.
    clip = QPolygon([QPoint(-(-at.x() // 2), -(-at.y() // 2)) for at in pane.clip.toList()])
    return replace(pane, placement=smaller, pane=_half_rect(pane.pane), clip=clip)


def _half_rect(rect: QRect) -> QRect:
    left, top = rect.left() // 2, rect.top() // 2
    return QRect(left, top, -(-rect.width() // 2), -(-rect.height() // 2))


def _draw(
    painter: QPainter, image: LoadedImage, level: QImage, pane: PaneScene, visible: QRect
) -> None:
    placed, corner = pane.placement, _corner(pane)
    left, top = corner.x(), corner.y()
    across = placed.scale * image.full_width / level.width()
    down = placed.scale * image.full_height / level.height()
    if across == 1.0 and down == 1.0:
        covered = visible.intersected(QRect(corner, level.size()))
        painter.drawImage(covered.topLeft(), level, covered.translated(-corner))
        return
    _set_smooth(painter, image, placed.scale)
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


def _laid(pane: PaneScene, frames: FrameMap, level: QImage) -> QTransform:
    """Return the way from pixels of a level to device pixels of the canvas."""
    placed, corner = pane.placement, _corner(pane)
    size = (level.width(), level.height())
    back = frames.inverse()
    # Fractions of the placed frame are lengths on the screen: its size is no whole number.
    xx, xy, x, yx, yy, y = back.in_pixels(size, (1, 1))
    wide, high = placed.width, placed.height
    return QTransform(
        xx * wide, yx * high, xy * wide, yy * high, x * wide + corner.x(), y * high + corner.y()
    )


def _draw_laid(
    painter: QPainter, image: LoadedImage, level: QImage, pane: PaneScene, visible: QRect
) -> None:
    """Draw a picture so that it lies over another one: shifted, scaled and turned a little."""
    if pane.frames is None:
        return
    way = _laid(pane, pane.frames, level)
    back, usable = way.inverted()
    if not usable:
        return
    seen = back.mapRect(QRectF(visible.adjusted(-1, -1, 1, 1)))
    part = seen.adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN).toAlignedRect()
    part = part.intersected(level.rect())
    if part.isEmpty():
        return
    _set_smooth(painter, image, pane.placement.scale)
    painter.save()
    painter.setTransform(way, combine=True)
    painter.drawImage(part, level, part)
    painter.restore()


def _set_smooth(painter: QPainter, image: LoadedImage, scale: float) -> None:
    sharp = image.complete and scale >= PIXELS_FROM
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=not sharp)


def _cut(start: int, end: int, scale: float, length: int) -> tuple[int, int]:
    first = max(math.floor(start / scale) - _MARGIN, 0)
    return first, min(math.ceil(end / scale) + _MARGIN, length)


SURROUNDS = {name: QColor(colour) for name, colour in theme.SURROUNDS.items()}


def _rects(region: QRegion) -> list[QRect]:
    """Return the rectangles of a region, or the whole where they are many.

    Copies: what PySide iterates over are places in the region, gone when that goes.
    """
    if region.rectCount() > _MOST_RECTS:
        return [region.boundingRect()]
    return [QRect(rect) for rect in region]  # type: ignore[attr-defined]


def _device_rect(rect: QRect, ratio: float) -> QRect:
    """Return the device pixels that a logical rectangle touches, with one to spare for rounding."""
    left, top = math.floor(rect.x() * ratio) - 1, math.floor(rect.y() * ratio) - 1
    right = math.ceil((rect.x() + rect.width()) * ratio) + 1
    bottom = math.ceil((rect.y() + rect.height()) * ratio) + 1
    return QRect(left, top, right - left, bottom - top)
