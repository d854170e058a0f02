"""The info overlay: facts, histogram and readout on a dark plate over the canvas."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QWidget

from phota_desktop.ui.histogram import HEIGHT, clipping_words, draw_histogram
from phota_desktop.ui.theme import GRID, RADIUS
from phota_desktop.viewmodels.inspection import Inspector, Line, Reading
from phota_desktop.viewmodels.words import plain

WIDTH, _LEAST = 288, 224
"""Logical pixels; a narrow canvas gives half of its width, but the least."""
INSET = 12
_TOP = 48
"""Room for the label of the picture above."""
_BOTTOM = 56
"""Room for the bar of the comparison below."""
_NAMES = 68
_SWATCH = 12
_MOST_LINES = 3
_PLATE, _TEXT, _QUIET = QColor(20, 20, 20, 244), QColor(240, 240, 240), QColor(176, 176, 176)


@dataclass(frozen=True)
class _Row:
    name: str
    lines: tuple[str, ...]


class InfoOverlay(QWidget):
    """Lets the mouse through to the picture; the Tab key reaches it, for screen readers.

    It looks the same in every theme, as the labels of the pictures do.
    """

    def __init__(self, inspector: Inspector, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("infoOverlay")
        self.setAccessibleName("Photo information")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._inspector, self._room = inspector, parent
        self._scale = ""
        self._drawn: QPixmap | None = None
        self._rows: list[_Row] = []
        self._read = 0
        font = QFont(parent.font())
        font.setPointSizeF(font.pointSizeF() * 0.9)
        self.setFont(font)
        inspector.changed.connect(self.refresh)
        inspector.pointed.connect(self._on_pointed)
        parent.installEventFilter(self)
        self.hide()
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show what is known now, or nothing while nobody looks."""
        shown = self._inspector.is_on and self._inspector.subject is not None
        if shown:
            self._drawn = None
            self._place()
            self.setAccessibleDescription(self.words())
            self.update()
        self.setVisible(shown)

    @Slot()
    def _on_pointed(self) -> None:
        """Show other readings; facts and histogram stay as they are drawn."""
        if len(self._inspector.readings()) not in (self._read, 0):
            self.refresh()
        elif self._inspector.is_on:
            self.setAccessibleDescription(self.words())
            self.update()

    def set_scale(self, words: str) -> None:
        """Tell the true scale of the picture that is spoken of: “33 %”."""
        if words != self._scale:
            self._scale = words
            self.refresh()

    def lines(self) -> tuple[Line, ...]:
        """Return all that is said, by line."""
        lines = list(self._inspector.lines())
        if self._scale and lines:
            after = next((n for n, (name, _) in enumerate(lines, 1) if name == "Pixels"), 1)
            lines.insert(after, ("Scale", self._scale))
        return tuple(lines)

    def words(self) -> str:
        """Return all of it in one text, for screen readers."""
        tones = self._inspector.tones
        told = [self._inspector.text()]
        told += [f"Scale: {self._scale}"] if self._scale else []
        told += [f"Histogram: {clipping_words(tones)}"] if tones is not None else []
        return "; ".join(told)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Follow the canvas's size."""
        if event.type() is QEvent.Type.Resize and watched is self._room:
            self.refresh()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Show the plate, which is drawn anew only after a change: panning repaints it often."""
        ratio = self.devicePixelRatioF()
        if self._drawn is None or self._drawn.devicePixelRatio() != ratio:
            self._drawn = self._draw(ratio)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._drawn)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_readings(painter, GRID / 2 + self._rows_height() + HEIGHT + GRID)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.palette().highlight().color(), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        painter.end()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus."""
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the focus mark away."""
        self.update()

    def _place(self) -> None:
        room = self._room.size()
        wish = min(WIDTH, max(_LEAST, room.width() // 2))
        width = max(min(wish, room.width() - 2 * INSET), 1)
        most = max(room.height() - _TOP - _BOTTOM, 1)
        self._rows = _fitting(self._all_rows(width), most - self._foot(), self._line())
        height = self._rows_height() + self._foot()
        self.setGeometry(INSET, _TOP, width, min(math.ceil(height), most))

    def _all_rows(self, width: float) -> list[_Row]:
        room = width - _NAMES - 2 * GRID
        return [_Row(name, _wrapped(words, self.font(), room)) for name, words in self.lines()]

    def _line(self) -> float:
        return QFontMetricsF(self.font()).height() + 2

    def _rows_height(self) -> float:
        return GRID + sum(len(row.lines) for row in self._rows) * self._line()

    def _foot(self) -> float:
        """Return the height of histogram and readings; without a cursor as many lines as before."""
        before = min(self._read, self._inspector.count)
        self._read = len(self._inspector.readings()) or max(before, 1)
        return HEIGHT + 2.5 * GRID + self._read * self._reading_height()

    def _reading_height(self) -> float:
        return self._line() * (2 if self._inspector.with_lab else 1)

    def _draw(self, ratio: float) -> QPixmap:
        size = QSize(round(self.width() * ratio), round(self.height() * ratio))
        drawn = QPixmap(size)
        drawn.setDevicePixelRatio(ratio)
        drawn.fill(Qt.GlobalColor.transparent)
        painter = QPainter(drawn)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_PLATE)
        painter.drawRoundedRect(QRectF(0, 0, self.width(), self.height()), RADIUS, RADIUS)
        painter.setFont(self.font())
        top = self._draw_rows(painter) + GRID / 2
        tones = self._inspector.tones
        box = QRectF(GRID, top, self.width() - 2 * GRID, HEIGHT)
        if tones is not None:
            draw_histogram(painter, box, tones, self._inspector.reference_tones)
        else:
            painter.fillRect(box, QColor(0, 0, 0, 90))
        painter.end()
        return drawn

    def _draw_rows(self, painter: QPainter) -> float:
        line, top = self._line(), float(GRID)
        for row in self._rows:
            painter.setPen(_QUIET)
            painter.drawText(QPointF(GRID, top + painter.fontMetrics().ascent()), row.name)
            painter.setPen(_TEXT)
            for words in row.lines:
                at = QPointF(GRID + _NAMES, top + painter.fontMetrics().ascent())
                painter.drawText(at, words)
                top += line
        return top

    def _draw_readings(self, painter: QPainter, top: float) -> None:
        readings = self._inspector.readings()
        if not readings:
            painter.setPen(_QUIET)
            at = QPointF(GRID, top + painter.fontMetrics().ascent())
            painter.drawText(at, "Point at the photo to read a pixel")
        for n, reading in enumerate(readings):
            self._draw_reading(painter, reading, top + n * self._reading_height())

    def _draw_reading(self, painter: QPainter, reading: Reading, top: float) -> None:
        metrics = painter.fontMetrics()
        ascent = metrics.ascent()
        swatch = QRectF(GRID, top + (metrics.height() - _SWATCH) / 2, _SWATCH, _SWATCH)
        painter.setPen(QPen(QColor(255, 255, 255, 90), 1))
        painter.setBrush(QColor(reading.red, reading.green, reading.blue))
        painter.drawRect(swatch)
        left = GRID + _SWATCH + GRID / 2 + 2
        rgb, _, lab = reading.words(lab=self._inspector.with_lab).partition("  L ")
        width = metrics.horizontalAdvance(rgb)
        end = self.width() - GRID
        label = metrics.elidedText(
            plain(reading.label, 80), Qt.TextElideMode.ElideRight, int(end - width - left - GRID)
        )
        painter.setPen(_QUIET)
        painter.drawText(QPointF(left, top + ascent), label)
        painter.setPen(_TEXT)
        painter.drawText(QPointF(end - width, top + ascent), rgb)
        if lab:
            words = f"L {lab}"
            at = end - metrics.horizontalAdvance(words)
            painter.drawText(QPointF(at, top + self._line() + ascent), words)


def _fitting(rows: list[_Row], room: float, line: float) -> list[_Row]:
    """Return what of the rows has room: long texts shrink first, then the last rows go."""

    def is_too_tall() -> bool:
        return GRID + sum(len(row.lines) for row in rows) * line > room

    if is_too_tall():
        rows = [_Row(row.name, (_ended(row.lines),)) for row in rows]
    while rows and is_too_tall():
        rows = rows[:-1]
    return rows


def _ended(lines: tuple[str, ...]) -> str:
    return lines[0] if len(lines) == 1 else f"{lines[0].rstrip(' …')}…"


def _wrapped(words: str, font: QFont, width: float) -> tuple[str, ...]:
    """Break words into lines, at most three; what has no room ends in an ellipsis."""
    metrics = QFontMetricsF(font)
    layout = QTextLayout(words, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    lines: list[str] = []
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(width, 1))
        start = line.textStart()
        if len(lines) == _MOST_LINES - 1:
            mode = Qt.TextElideMode.ElideRight
            lines.append(metrics.elidedText(words[start:], mode, max(width, 1)))
            break
        lines.append(words[start : start + line.textLength()].rstrip(" ·"))
    layout.endLayout()
    return tuple(lines) or ("",)
