"""The row of small drawn shapes that chooses an aspect ratio."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QToolButton, QWidget

from phota_desktop.core.options import AspectRatio
from phota_desktop.ui.segmented import Segment, SegmentedControl
from phota_desktop.ui.theme import GRID, tokens

MATCH = "match"
"""The value that stands for the nearest ratio to the photo's own shape."""
_SIDE = 18.0
"""Longest side of a drawn shape in pixels."""
_NAMES = {
    AspectRatio.AUTO: ("Auto", "Auto: the model decides"),
    AspectRatio.SQUARE: ("1:1", "Square, 1:1"),
    AspectRatio.PORTRAIT_3_4: ("3:4", "Portrait, 3:4"),
    AspectRatio.LANDSCAPE_4_3: ("4:3", "Landscape, 4:3"),
    AspectRatio.PORTRAIT_9_16: ("9:16", "Tall, 9:16"),
    AspectRatio.LANDSCAPE_16_9: ("16:9", "Wide, 16:9"),
}


def _segments() -> list[Segment]:
    made = [Segment(ratio.value, "", name, tip=name) for ratio, (_, name) in _NAMES.items()]
    made.insert(1, Segment(MATCH, "", "Match original", tip="Match original: the nearest shape"))
    return made


class AspectButton(QToolButton):
    """One shape over its name, drawn in the theme's colours; the frame is the stylesheet's."""

    def __init__(self, value: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._value = value
        self._word = "Match" if value == MATCH else _NAMES[AspectRatio(value)][0]

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(30, round(_SIDE) + self.fontMetrics().height() + GRID + GRID // 2)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        super().paintEvent(event)
        colours = tokens()
        lively = self.isChecked() or self.underMouse()
        ink = QColor(colours.text if lively else colours.quiet)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.8)
        painter.setFont(font)
        line = painter.fontMetrics().height()
        top = (self.height() - _SIDE - line - 3) / 2
        self._shape(painter, QPointF(self.width() / 2, top + _SIDE / 2), ink)
        painter.setPen(ink)
        words = QRectF(0, top + _SIDE + 3, self.width(), line)
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, self._word)

    def _shape(self, painter: QPainter, centre: QPointF, ink: QColor) -> None:
        pen = QPen(QColor(tokens().accent) if self.isChecked() else ink, 1.5)
        across, down = 1.0, 1.0
        if self._value == MATCH:
            across, down = 4.0, 3.0
        elif self._value == AspectRatio.AUTO:
            pen.setDashPattern([2, 1.6])
        else:
            across, down = (float(part) for part in self._value.split(":"))
        # Equal in longest side would make the square look largest; this evens the areas a little.
        scale = _SIDE / max(across, down) * (0.86 if across == down else 1.0)
        shape = QRectF(0, 0, round(across * scale), round(down * scale))
        shape.moveCenter(centre)
        shape.moveTo(round(shape.left()) + 0.5, round(shape.top()) + 0.5)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(shape, 1.5, 1.5)
        if self._value == MATCH:
            left, low = shape.left() + 2.5, shape.bottom() - 3
            hills = ((0, 0), (4, -4.5), (7, -1.5), (9.5, -3.5), (13, 0))
            painter.drawPolyline(QPolygonF([QPointF(left + x, low + y) for x, y in hills]))


class AspectPicker(SegmentedControl):
    """Tells ``ratio_chosen`` with a ratio's value, or ``match_chosen``, when a person presses."""

    ratio_chosen = Signal(str)
    match_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("aspectRatioBox", "Aspect ratio", _segments(), parent, stretch=True)
        self.chosen.connect(self._on_chosen)

    def _make_button(self, segment: Segment) -> QToolButton:
        return AspectButton(segment.value, self)

    def _on_chosen(self, value: str) -> None:
        if value == MATCH:
            self.match_chosen.emit()
        else:
            self.ratio_chosen.emit(value)

    def show_match(self, ratio: str) -> None:
        """Say which ratio "Match original" comes to; empty while it is not chosen."""
        words = f"Match original: {ratio}" if ratio else "Match original: the nearest shape"
        self._buttons[MATCH].setToolTip(words)

    def retint(self) -> None:
        """Repaint: the shapes are drawn with the theme's colours of the moment."""
        for button in self._buttons.values():
            button.update()
