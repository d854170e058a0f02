"""The words on the canvas: a label per picture, and a message where there is none."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

_PAD = 8.0
_INSET = 12.0


def label_rect(metrics: QFontMetricsF, text: str, pane: QRectF, *, right: bool) -> QRectF:
    """Return where a label lies in its pane, in logical pixels: top left, or top right."""
    width = min(metrics.horizontalAdvance(text) + 2 * _PAD, max(pane.width() - 2 * _INSET, 0.0))
    left = pane.right() - _INSET - width if right else pane.left() + _INSET
    return QRectF(left, pane.top() + _INSET, width, metrics.height() + _PAD)


def draw_label(painter: QPainter, box: QRectF, text: str) -> None:
    """Draw white on a dark plate, readable on any picture (above 7:1 even on white)."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(20, 20, 20, 200))
    painter.drawRoundedRect(box, 6, 6)
    painter.setPen(QColor(240, 240, 240))
    metrics = QFontMetricsF(painter.font())
    fitting = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width() - 2 * _PAD)
    baseline = box.top() + (box.height() - metrics.height()) / 2 + metrics.ascent()
    painter.drawText(QPointF(box.left() + _PAD, baseline), fitting)


def draw_message(painter: QPainter, pane: QRectF, text: str, surround: QColor) -> None:
    """Draw a few words in the middle of a pane, dark or light against the surround."""
    painter.setPen(QColor(20, 20, 20) if surround.lightness() > 100 else QColor(230, 230, 230))
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    inner = pane.adjusted(2 * _INSET, 2 * _INSET, -2 * _INSET, -2 * _INSET)
    painter.drawText(inner, int(flags), text)
