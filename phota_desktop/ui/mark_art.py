"""Stars, flag and colour label as strip, photo list and library draw them."""

from __future__ import annotations

import math
from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen

from phota_desktop.core.library import Flag, Label, Marks
from phota_desktop.ui.theme import RADIUS, tokens

LINE = 14.0
"""Pixels: the height at which marks are drawn on small pictures."""
LABEL_COLOURS = {
    Label.RED: "#ee7a70",
    Label.YELLOW: "#e8c33c",
    Label.GREEN: "#62c370",
    Label.BLUE: "#6db3f2",
    Label.PURPLE: "#c79bf0",
}
"""Light enough that the dark initial on each reads at 4.5:1: no label is told by colour alone."""
_INK = "#141414"
_ON_PICTURE = "#f4f4f4"
_PLATE = QColor(20, 20, 20, 200)
_STEP = 0.86
"""The distance of two stars, as a part of the line's height."""
_GAP = 0.3
_INSET = 3.0
"""Pixels between a plate and the edge of its picture."""
_DIMMED = 0.62


def marks_width(marks: Marks, height: float = LINE) -> float:
    """Return how wide marks are on a line ``height`` pixels high; 0 for none."""
    widths = []
    if marks.flag is not Flag.NONE:
        widths.append(height * 0.8)
    if marks.stars:
        widths.append(height * _STEP * marks.stars)
    if marks.label is not Label.NONE:
        widths.append(height * 0.9)
    return sum(widths) + max(0, len(widths) - 1) * height * _GAP


def draw_marks(painter: QPainter, rect: QRectF, marks: Marks, colour: str = "") -> float:
    """Draw marks on one line, from its left edge and as high as it is; return how wide they are.

    ``colour`` is that of stars and flag, by default the theme's text.
    """
    ink = QColor(colour or tokens().text)
    height, left, middle = rect.height(), rect.left(), rect.center().y()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if marks.flag is not Flag.NONE:
        place = QRectF(left, middle - height * 0.4, height * 0.8, height * 0.8)
        (_draw_pick if marks.flag is Flag.PICK else _draw_reject)(painter, place, ink)
        left += height * (0.8 + _GAP)
    if marks.stars:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        for n in range(marks.stars):
            centre = QPointF(left + height * _STEP * (n + 0.5), middle)
            painter.drawPath(_star(height * 0.46).translated(centre))
        left += height * (_STEP * marks.stars + _GAP)
    if marks.label is not Label.NONE:
        side = height * 0.9
        draw_label(painter, QRectF(left, middle - side / 2, side, side), marks.label)
    painter.restore()
    return marks_width(marks, height)


def draw_label(painter: QPainter, place: QRectF, label: Label) -> None:
    """Draw one colour label, a square with round corners and the colour's initial."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(LABEL_COLOURS[label]))
    painter.drawRoundedRect(place, 3, 3)
    font = QFont(painter.font())
    font.setPixelSize(max(6, round(place.height() * 0.74)))
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(QColor(_INK))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, label.value[:1].upper())
    painter.restore()


def draw_marks_on(painter: QPainter, frame: QRectF, marks: Marks, height: float = LINE) -> None:
    """Draw marks at the foot of a small picture, on a plate that any picture leaves readable.

    A rejected picture is dimmed.
    """
    if marks.flag is Flag.REJECT:
        dim(painter, frame)
    width = marks_width(marks, height)
    if not width:
        return
    pad = 4.0
    height *= min(1.0, max(frame.width() - 2 * (pad + _INSET), 1) / width)
    width = marks_width(marks, height)
    plate = QRectF(0, 0, width + 2 * pad, height + pad)
    plate.moveBottomLeft(frame.bottomLeft() + QPointF(_INSET, -_INSET))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_PLATE)
    painter.drawRoundedRect(plate, 4, 4)
    painter.restore()
    line = plate.adjusted(pad, pad / 2, -pad, -pad / 2)
    draw_marks(painter, line, marks, _ON_PICTURE)


def dim(painter: QPainter, frame: QRectF) -> None:
    """Let a picture step back into the panel."""
    ground = QColor(tokens().panel)
    ground.setAlphaF(_DIMMED)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(frame, RADIUS - 2, RADIUS - 2)
    painter.restore()


@cache
def _star(radius: float) -> QPainterPath:
    """Return a star of five points about the origin, one of them upwards."""
    path = QPainterPath()
    for n in range(10):
        reach = radius if n % 2 == 0 else radius * 0.45
        angle = math.pi * (n / 5 - 0.5)
        point = QPointF(reach * math.cos(angle), reach * math.sin(angle) + radius * 0.06)
        if n:
            path.lineTo(point)
        else:
            path.moveTo(point)
    path.closeSubpath()
    return path


def _draw_pick(painter: QPainter, place: QRectF, ink: QColor) -> None:
    pen = QPen(ink, max(1.2, place.height() / 8))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    pole = place.left() + place.width() * 0.18
    painter.drawLine(QPointF(pole, place.top()), QPointF(pole, place.bottom()))
    cloth = QPainterPath(QPointF(pole, place.top()))
    cloth.lineTo(place.right(), place.top() + place.height() * 0.3)
    cloth.lineTo(pole, place.top() + place.height() * 0.6)
    cloth.closeSubpath()
    painter.fillPath(cloth, ink)


def _draw_reject(painter: QPainter, place: QRectF, ink: QColor) -> None:
    pen = QPen(ink, max(1.5, place.height() / 6))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    inner = place.adjusted(1, 1, -1, -1)
    painter.drawLine(inner.topLeft(), inner.bottomRight())
    painter.drawLine(inner.topRight(), inner.bottomLeft())
