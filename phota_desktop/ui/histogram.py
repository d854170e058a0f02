"""The histogram: red, green and blue over each other, luminance as a line, clipped ends marked."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

if TYPE_CHECKING:
    from phota_desktop.imaging.tones import Counts, Tones

HEIGHT = 64
"""Logical pixels of the curves; the marks stand within."""
CLIPPED = 0.0005
"""Share of a picture's pixels from which on an end counts as clipped: half in a thousand."""

_CHANNELS = (("red", "#96281f"), ("green", "#22702e"), ("blue", "#2846a0"))
"""Dark enough for the lines to show where all three lie over each other."""
_LINE, _REFERENCE, _GROUND = QColor(236, 236, 236), QColor(255, 213, 74), QColor(0, 0, 0, 90)
_MARK = 7.0


def draw_histogram(
    painter: QPainter, box: QRectF, tones: Tones, reference: Tones | None = None
) -> None:
    """Draw the tones into a box; a reference's luminance as a dashed line.

    Heights are roots of the counts, so that small amounts show beside large ones; black and white
    alone do not set the scale.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(box, _GROUND)
    painter.setPen(QPen(QColor(255, 255, 255, 36), 1))
    for part in (0.25, 0.5, 0.75):
        x = round(box.left() + part * box.width()) + 0.5
        painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
    painter.setClipRect(box)
    most = _most(tones)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Screen)
    for name, colour in _CHANNELS:
        painter.fillPath(_shape(getattr(tones, name), most, box), QColor(colour))
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if reference is not None:
        pen = QPen(_REFERENCE, 1.2)
        pen.setDashPattern([3, 2])
        painter.setPen(pen)
        painter.drawPolyline(_curve(reference.luminance, _most(reference), box))
    painter.setPen(QPen(_LINE, 1.2))
    painter.drawPolyline(_curve(tones.luminance, most, box))
    for bright in (False, True):
        _mark(painter, box, tones, bright=bright)
    painter.restore()


def clipping_words(tones: Tones) -> str:
    """Return which ends are clipped, in words: “highlights clipped: red 1.2 %”."""
    told = []
    for bright, end in ((False, "shadows"), (True, "highlights")):
        shares = zip(_CHANNELS, tones.clipped(bright=bright), strict=True)
        parts = [f"{name} {share:.1%}" for (name, _), share in shares if share >= CLIPPED]
        if parts:
            told.append(f"{end} clipped: {', '.join(parts)}".replace("%", " %"))
    return "; ".join(told) or "nothing clipped"


def _most(tones: Tones) -> float:
    """Return the height of the tallest bar between black and white."""
    inner = (max(counts[1:255]) for counts in (tones.red, tones.green, tones.blue))
    return math.sqrt(max(*inner, 1))


def _curve(counts: Counts, most: float, box: QRectF) -> QPolygonF:
    step = box.width() / 255
    room = box.height() - 2
    return QPolygonF(
        [
            QPointF(box.left() + n * step, box.bottom() - room * min(math.sqrt(count) / most, 1.0))
            for n, count in enumerate(counts)
        ]
    )


def _shape(counts: Counts, most: float, box: QRectF) -> QPainterPath:
    path = QPainterPath()
    path.addPolygon(_curve(counts, most, box))
    path.lineTo(box.bottomRight())
    path.lineTo(box.bottomLeft())
    path.closeSubpath()
    return path


def _mark(painter: QPainter, box: QRectF, tones: Tones, *, bright: bool) -> None:
    """Draw a triangle in the corner where an end is clipped, in the colour of what is lost."""
    lost = [share >= CLIPPED for share in tones.clipped(bright=bright)]
    if not any(lost):
        return
    corner = box.topRight() if bright else box.topLeft()
    inward = -1 if bright else 1
    triangle = QPolygonF(
        [
            corner + QPointF(inward * 3, 3),
            corner + QPointF(inward * (3 + _MARK), 3),
            corner + QPointF(inward * 3, 3 + _MARK),
        ]
    )
    painter.setPen(QPen(QColor(0, 0, 0, 200), 1))
    painter.setBrush(QColor(*(255 if one else 70 for one in lost)))
    painter.drawPolygon(triangle)
