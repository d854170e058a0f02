"""Small controls of the export dialog: a tick with one line of words, and a slider."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QSlider, QWidget

from phota_desktop.ui.theme import GRID, tokens
from phota_desktop.ui.ticks import BOX, paint_tick

_KNOB = 6.0


class WordsTick(QCheckBox):
    """A tick in the look of the other ticks, with words of one line; all of it can be clicked."""

    def __init__(self, name: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setObjectName(name)
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def hitButton(self, at: QPoint) -> bool:  # noqa: D102
        return self.rect().contains(at)

    def sizeHint(self) -> QSize:  # noqa: D102
        words = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(BOX + GRID + words + 5, BOX + GRID)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        colours = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(1, (self.height() - BOX) / 2, BOX, BOX)
        paint_tick(painter, box, on=self.isChecked(), can_turn=self.isEnabled())
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(-1.5, 1.5, -0.5, -1.5), 4, 4)
        painter.setPen(QColor(colours.text if self.isEnabled() else colours.disabled))
        words = self.rect().adjusted(BOX + GRID, 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.end()


class LineSlider(QSlider):
    """A horizontal slider: a line, the accent up to the knob."""

    def __init__(
        self, name: str, words: str, limits: tuple[int, int], parent: QWidget | None = None
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setRange(*limits)
        self.setPageStep(5)
        self.setFixedHeight(BOX + GRID)
        self.setMinimumWidth(80)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        colours = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle, start, end = self.height() / 2, _KNOB + 2, self.width() - _KNOB - 2
        reached = (self.value() - self.minimum()) / max(1, self.maximum() - self.minimum())
        at = start + (end - start) * reached
        painter.setPen(QPen(QColor(colours.line), 2))
        painter.drawLine(QPointF(start, middle), QPointF(end, middle))
        painter.setPen(QPen(QColor(colours.accent), 2))
        painter.drawLine(QPointF(start, middle), QPointF(at, middle))
        painter.setPen(QPen(QColor(colours.accent if self.hasFocus() else colours.window), 2))
        painter.setBrush(QColor(colours.text))
        painter.drawEllipse(QPointF(at, middle), _KNOB, _KNOB)
        painter.end()
