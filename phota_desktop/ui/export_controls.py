"""Small controls of the export dialog: a tick of one line, a choice, a slider, a bar."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QSlider,
    QStyledItemDelegate,
    QWidget,
)

from phota_desktop.ui.controls import ElidedLabel
from phota_desktop.ui.icons import pixmap
from phota_desktop.ui.theme import GRID, tokens
from phota_desktop.ui.ticks import BOX, paint_tick
from phota_desktop.viewmodels.words import plain_tip

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

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: D102
        event.ignore()  # as of choices

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


class ChoiceBox(QComboBox):
    """One choice of several, with our arrow; ``choices`` are the words by value."""

    def __init__(
        self, name: str, title: str, choices: Mapping[str, str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setItemDelegate(QStyledItemDelegate(self))  # Fusion's own ignores the stylesheet
        for value, words in choices.items():
            self.addItem(words, value)

    @property
    def value(self) -> str:
        """The value of what is chosen."""
        return str(self.currentData())

    def set_value(self, value: str) -> None:
        """Choose a value without telling."""
        was = self.blockSignals(True)
        self.setCurrentIndex(self.findData(value))
        self.blockSignals(was)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        super().paintEvent(event)
        painter = QPainter(self)
        arrow = pixmap("down", tokens().quiet, 16, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(self.width() - 16 - GRID, (self.height() - 16) / 2), arrow)
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: D102
        event.ignore()  # what is exported must not change because somebody scrolls


class FlatBar(QProgressBar):
    """A progress bar as a line."""

    def __init__(self, name: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setTextVisible(False)
        self.setFixedHeight(GRID // 2)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        painter = QPainter(self)
        whole = QRectF(self.rect())
        painter.fillRect(whole, QColor(tokens().line))
        share = self.value() / max(1, self.maximum())
        whole.setWidth(whole.width() * share)
        painter.fillRect(whole, QColor(tokens().accent))
        painter.end()


def set_role(label: QLabel, role: str) -> None:
    """Change the colour of a label's words, also of one that was measured before it is shown."""
    if label.property("role") != role:
        label.setProperty("role", role)
        label.style().unpolish(label)
        label.style().polish(label)


class PathLabel(ElidedLabel):
    """One line with a folder; where there is no room, its middle gives way."""

    def _elide(self) -> None:
        mode = Qt.TextElideMode.ElideMiddle
        shown = self.fontMetrics().elidedText(self.whole_text, mode, max(0, self.width() - 1))
        if shown != self.text():
            self.setText(shown)
        self.setToolTip(plain_tip(self.whole_text) if shown != self.whole_text else "")
