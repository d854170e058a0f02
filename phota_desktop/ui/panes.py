"""Where each picture of a view lies: one pane for each, or several over one another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QPolygon

from phota_desktop.core.alignment import Alignment, FrameMap, Size
from phota_desktop.ui.divider import Divider
from phota_desktop.viewmodels.comparison import Shown, View
from phota_desktop.viewmodels.image_cache import LoadedImage
from phota_desktop.viewmodels.viewport import Extent, Point


@dataclass(frozen=True)
class Pane:
    """A picture in its pane, in device pixels of the canvas.

    ``rect`` is where its placement counts from, ``clip`` what it may cover of the canvas, and
    ``size`` its own pixels. ``frames`` maps fractions of the shared frame to fractions of the
    picture where it is laid over another; without, both are the same.
    """

    shown: Shown
    rect: QRect
    clip: QPolygon
    extent: Extent
    size: Size
    frames: FrameMap | None = None

    def holds(self, spot: QPointF) -> bool:
        """Tell whether a point of the canvas (device pixels) shows this picture."""
        whole = QPoint(math.floor(spot.x()), math.floor(spot.y()))
        inside = self.clip.containsPoint(whole, Qt.FillRule.OddEvenFill)
        return inside and self.rect.contains(whole)

    def own(self, fraction: Point) -> Point:
        """Return where a fraction of the shared frame is in the picture itself."""
        return self.frames.at(fraction) if self.frames is not None else fraction


def outline(rect: QRect) -> QPolygon:
    """Return a rectangle as a clip."""
    return QPolygon(rect)


def rects_for(view: View, size: QSize, count: int, gap: int) -> tuple[QRect, ...]:
    """Return the pane of each picture: side by side, or all on the whole canvas."""
    if view in {View.SIDE, View.SURVEY}:
        return side_panes(size, count, gap)
    return (QRect(QPoint(0, 0), size),) * count


def clips_for(view: View, rects: Sequence[QRect], divider: Divider) -> tuple[QPolygon, ...]:
    """Return what each picture may cover of the canvas."""
    if view is View.SWIPE and len(rects) == 2:
        return divider.parts(rects[0].size())
    if view is View.DIFFERENCE:
        return (*(QPolygon() for _ in rects[1:]), *(outline(rect) for rect in rects[-1:]))
    return tuple(outline(rect) for rect in rects)


def extent_of(size: Size, rect: QRect, offset: Point) -> Extent:
    """Return a picture in its pane."""
    return Extent(*size, rect.width(), rect.height(), offset)


def aligned_extent(size: Size, base: Size, frames: FrameMap, rect: QRect, offset: Point) -> Extent:
    """Return the frame of the picture below, in pixels of the one that is laid over it.

    So its scale is the true one of the picture, and its place that of the one below.
    """
    larger = math.sqrt(abs(frames.area) * size[0] * size[1] / (base[0] * base[1]))
    return Extent(base[0] * larger, base[1] * larger, rect.width(), rect.height(), offset)


def frames_of(alignment: Alignment | None) -> FrameMap | None:
    """Return the map to draw through; none where nothing is to be moved or nothing is sure."""
    if alignment is None or not alignment.is_sure or alignment.is_in_place:
        return None
    return alignment.frames


def full_size(image: LoadedImage | None) -> Size:
    """Return a picture's own pixels, none where there is no picture."""
    return (image.full_width, image.full_height) if image is not None else (0, 0)


def side_panes(size: QSize, count: int, gap: int) -> tuple[QRect, ...]:
    """Lay out panes of equal size, in the unit of ``size``: two in a row, more in a grid.

    Two stand one above the other where the canvas is taller than wide.
    """
    columns = _columns(size, count)
    rows = -(-count // columns)
    width = max((size.width() - gap * (columns - 1)) // columns, 1)
    height = max((size.height() - gap * (rows - 1)) // rows, 1)
    return tuple(
        QRect(n % columns * (width + gap), n // columns * (height + gap), width, height)
        for n in range(count)
    )


def _columns(size: QSize, count: int) -> int:
    if count <= 2:
        return count if size.width() >= size.height() else 1

    def room(columns: int) -> float:
        """Return how large a 3:2 picture gets."""
        return min(size.width() / columns / 3, size.height() / -(-count // columns) / 2)

    return max(range(1, count + 1), key=room)
