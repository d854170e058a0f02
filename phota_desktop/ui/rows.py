"""What the lists of rows have in common: how they scroll and choose, and how a row is painted."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView

from phota_desktop.ui.theme import RADIUS


def set_up_rows(view: QListView) -> None:
    """Make a list one column of equal rows, of which one is chosen; rows light up and have a menu.

    The view's own ``customContextMenuRequested`` tells where the menu is asked for.
    """
    view.setUniformItemSizes(True)
    view.setMouseTracking(True)
    view.setFrameShape(QListView.Shape.NoFrame)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)


def small_font(font: QFont, factor: float) -> QFont:
    """Return the font at ``factor`` of its size."""
    small = QFont(font)
    small.setPointSizeF(font.pointSizeF() * factor)
    return small


def paint_ground(painter: QPainter, body: QRectF, colour: str, radius: float = RADIUS) -> None:
    """Fill a row's rounded ground."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(body, radius, radius)


def paint_line(painter: QPainter, where: QRectF, text: str, *, middle: bool = False) -> None:
    """Write one line in the painter's font; what has no room goes at its end, or its middle."""
    mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
    shown = painter.fontMetrics().elidedText(text, mode, int(where.width()))
    left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(where, left | Qt.TextFlag.TextSingleLine, shown)
