"""Ticks: how one is painted, and one with a sentence of several lines beside it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from phota_desktop.ui.rows import small_font
from phota_desktop.ui.theme import GRID, RADIUS, tokens

BOX = 16
_WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


def paint_tick(painter: QPainter, box: QRectF, *, on: bool, can_turn: bool = True) -> None:
    """Paint a box of ``BOX`` pixels, ticked or not; a dash where there is nothing to tick."""
    colours = tokens()
    if not can_turn:
        painter.setPen(QPen(QColor(colours.disabled), 1.75))
        painter.drawLine(box.center() - QPointF(4, 0), box.center() + QPointF(4, 0))
        return
    painter.setPen(QPen(QColor(colours.accent if on else colours.quiet), 1.25))
    painter.setBrush(QColor(colours.accent) if on else QColor(0, 0, 0, 0))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    if on:
        painter.setPen(QPen(QColor(colours.on_accent), 1.75))
        at = box.topLeft()
        painter.drawPolyline([at + QPointF(4.2, 8.2), at + QPointF(7, 11), at + QPointF(11.8, 5.2)])


class SentenceTick(QCheckBox):
    """A check box whose words wrap; all of it can be clicked."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._words = ""
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_words(self, words: str) -> None:
        """Show this sentence."""
        if words != self._words:
            self._words = words
            self.setAccessibleName(words)
            self.updateGeometry()
            self.update()

    @property
    def words(self) -> str:
        """The sentence beside the box."""
        return self._words

    def hitButton(self, at: QPoint) -> bool:  # noqa: D102
        return self.rect().contains(at)

    def heightForWidth(self, width: int) -> int:  # noqa: D102
        room = QRectF(0, 0, width - self._left, 10_000)
        words = QFontMetricsF(self._small).boundingRect(room, _WRAP, self._words).height()
        return round(max(BOX, words)) + GRID

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(260, self.heightForWidth(260))

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(120, BOX + GRID)

    @property
    def _small(self) -> QFont:
        return small_font(self.font(), 0.95)

    @property
    def _left(self) -> int:
        return BOX + GRID + GRID // 2

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(GRID // 2, GRID // 2, BOX, BOX)
        paint_tick(painter, box, on=self.isChecked())
        painter.setFont(self._small)
        painter.setPen(QColor(tokens().text))
        room = QRectF(self._left + 2, GRID // 2 - 1, self.width() - self._left - 2, 10_000)
        painter.drawText(room, _WRAP, self._words)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens().accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(frame, RADIUS, RADIUS)
