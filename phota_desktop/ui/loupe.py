"""The loupe: for each picture on the canvas a glass that shows the same place larger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from phota_desktop.ui.panes import Pane, outline
from phota_desktop.viewmodels.viewport import Point, Viewport

SIDE = 240
"""Logical pixels along a glass, where the pane has room for it."""
SCALES = (100, 200, 400, 800)
_LARGER = 1.25
"""So much larger than the canvas a glass shows at least, or it would be none."""


@dataclass(frozen=True)
class Glass:
    """A glass: the pane it looks at, as a smaller pane of its own, and the zoom in it."""

    pane: Pane
    port: Viewport


def percent_in_glass(wished: int, shown: float) -> int:
    """Return the scale of a glass: as wished, or the next one that enlarges what is shown."""
    larger = (scale for scale in SCALES if scale >= wished and scale >= shown * _LARGER)
    return next(larger, SCALES[-1])


def glasses(
    panes: Sequence[Pane], port: Viewport, over: Pane, at: Point, percent: float, ratio: float
) -> tuple[Glass, ...]:
    """Return a glass for each picture, all at the place under ``at`` of the pane ``over``.

    ``at`` is in device pixels of that pane; ``percent`` is the scale of the last picture. Panes
    apart have their glass at that place; those over one another have them in a row.
    """
    across, down = port.fraction_at(at, over.extent)
    centre = (across - over.extent.offset[0], down - over.extent.offset[1])
    shown = [pane for pane in panes if not pane.extent.is_empty]
    made = []
    zoomed = Viewport()
    for pane in shown:
        row = [other for other in shown if other.rect == pane.rect]
        side = min(SIDE * ratio, pane.rect.width() / len(row), pane.rect.height())
        whole = max(int(side), 1)
        placed = port.place(pane.extent)
        middle = QPointF(
            pane.rect.left() + placed.left + (centre[0] + pane.extent.offset[0]) * placed.width,
            pane.rect.top() + placed.top + (centre[1] + pane.extent.offset[1]) * placed.height,
        )
        first = round(middle.x()) - whole * len(row) // 2
        first = min(max(first, pane.rect.left()), pane.rect.right() + 1 - whole * len(row))
        top = round(middle.y()) - whole // 2
        top = min(max(top, pane.rect.top()), pane.rect.bottom() + 1 - whole)
        rect = QRect(QPoint(first + whole * row.index(pane), top), QPoint())
        rect.setWidth(whole)
        rect.setHeight(whole)
        extent = replace(pane.extent, pane_width=whole, pane_height=whole)
        made.append(Glass(replace(pane, rect=rect, clip=outline(rect), extent=extent), zoomed))
    if made:
        zoomed.set_panes([glass.pane.extent for glass in made], leader=len(made) - 1)
        zoomed.set_percent(percent)
        zoomed.look_at(centre)
    return tuple(made)


def draw_rim(painter: QPainter, rect: QRectF) -> None:
    """Draw the rim of a glass, in logical pixels: light on dark, so that it shows on anything."""
    for colour, width in ((QColor(0, 0, 0, 150), 4.0), (QColor(245, 245, 245), 2.0)):
        painter.setPen(QPen(colour, width))
        painter.drawRect(rect.adjusted(1, 1, -1, -1))
