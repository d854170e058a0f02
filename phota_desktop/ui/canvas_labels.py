"""The words on the canvas: a label per picture, and a message where there is none."""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

_PAD = 8.0
INSET = 12.0


@lru_cache(maxsize=64)
def label_plate(text: str, font: str, limit: int, ratio: float) -> QImage:
    """Draw white on a dark plate, readable on any picture (above 7:1 even on white).

    ``font`` is a font as text, ``limit`` the largest width in logical pixels. Kept, since setting
    text anew in every frame costs a tenth of the frame.
    """
    face = QFont()
    face.fromString(font)
    metrics = QFontMetricsF(face)
    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(limit - 2 * _PAD, 1.0))
    width, height = metrics.horizontalAdvance(text) + 2 * _PAD, metrics.height() + _PAD
    size = QSize(math.ceil(width * ratio), math.ceil(height * ratio))
    plate = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    plate.setDevicePixelRatio(ratio)
    plate.fill(Qt.GlobalColor.transparent)
    painter = QPainter(plate)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(20, 20, 20, 200))
    painter.drawRoundedRect(QRectF(0, 0, width, height), 6, 6)
    painter.setPen(QColor(240, 240, 240))
    painter.setFont(face)
    painter.drawText(QPointF(_PAD, _PAD / 2 + metrics.ascent()), text)
    painter.end()
    return plate


def label_rect(plate: QImage, pane: QRectF, *, right: bool) -> QRectF:
    """Return where a plate lies in its pane, in logical pixels: top left, or top right."""
    size = plate.deviceIndependentSize()
    left = pane.right() - INSET - size.width() if right else pane.left() + INSET
    return QRectF(QPointF(left, pane.top() + INSET), size)


def draw_message(painter: QPainter, pane: QRectF, text: str, surround: QColor) -> None:
    """Draw a few words in the middle of a pane, dark or light against the surround."""
    painter.setPen(QColor(20, 20, 20) if surround.lightness() > 100 else QColor(230, 230, 230))
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    inner = pane.adjusted(2 * INSET, 2 * INSET, -2 * INSET, -2 * INSET)
    painter.drawText(inner, int(flags), text)
