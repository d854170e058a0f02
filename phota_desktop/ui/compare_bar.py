"""The bar at the canvas's bottom edge: how a pair lies, what changed in it, and the pin."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QWidget,
)

from phota_desktop.core.alignment import Alignment
from phota_desktop.ui.canvas_labels import INSET
from phota_desktop.ui.controls import IconButton, plain_label, plain_text
from phota_desktop.ui.theme import GRID, RADIUS, tokens
from phota_desktop.ui.ticks import BOX, paint_tick
from phota_desktop.viewmodels.difference import FIRST_GAIN, GAINS

_USUAL = "shifted 3.2 px, 0.4 % smaller"
_USUAL_CHANGE = "changed 34 % of the frame; 12 % beyond tone"
"""Room is kept for these, so that the bar does not change its width with every variant."""

_LONG, _SHORT = 120, 72
"""Logical pixels along the slider."""


class CompareBar(QWidget):
    """Tells what a person asks for; shows what it is told, which makes it tell nothing."""

    align_toggled = Signal(bool)
    gain_asked = Signal(float)
    pin_toggled = Signal(bool)
    placed = Signal(QRect)
    """Where it stands on its canvas now, empty while it is hidden."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compareBar")
        self.setAccessibleName("Comparison")
        self._canvas: QWidget | None = None
        self._wants_alignment = True
        self._is_pinned = False
        self._place_told = QRect()
        self.align_box = _Tick("Align", self)
        self.align_box.setObjectName("alignBox")
        self.align_box.clicked.connect(self._on_align)
        self.align_label = _Words("alignLabel", _USUAL, self)
        self._gain_words = plain_label("Gain", self, role="quiet")
        self.gain_slider = _GainSlider(self)
        self.gain_slider.valueChanged.connect(self._on_gain)
        self.gain_label = plain_label("", self)
        self.gain_label.setObjectName("gainLabel")
        self.changed_label = _Words("changedLabel", _USUAL_CHANGE, self)
        self.pin_button = IconButton("pinButton", "pin", "Pin as reference", self)
        self.pin_button.setCheckable(True)
        self.pin_button.clicked.connect(self.pin_toggled)
        self._lies = _row(self, self.align_box, self.align_label)
        self._change = _row(
            self, self._gain_words, self.gain_slider, self.gain_label, self.changed_label
        )
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(GRID + GRID // 2, GRID // 2, GRID // 2, GRID // 2)
        self._grid.setHorizontalSpacing(2 * GRID)
        self._grid.setVerticalSpacing(0)
        self._is_tall = True
        self._fold(tall=False)
        for before, after in pairwise((self.align_box, self.gain_slider, self.pin_button)):
            QWidget.setTabOrder(before, after)
        self.gain_label.setFixedWidth(self.gain_label.fontMetrics().horizontalAdvance("0.5×  "))
        self.show_alignment(None)
        self.set_gain(FIRST_GAIN)
        self.show_difference(False)
        self.hide()

    @property
    def wants_alignment(self) -> bool:
        """What the person chose, though this pair may be in place or not be aligned."""
        return self._wants_alignment

    def show_aligning(self) -> None:
        """Say that it is being found out how the pair lies."""
        self._show_align("aligning…", can_turn=False)

    def show_alignment(self, alignment: Alignment | None, words: str = "") -> None:
        """Say how the pair lies; None says nothing, or ``words`` of what went wrong."""
        if alignment is None:
            self._show_align(words, can_turn=False)
        else:
            moves = alignment.is_sure and not alignment.is_in_place
            self._show_align(alignment.words(), can_turn=moves)

    def show_difference(self, shown: bool) -> None:
        """Show or hide what the difference view needs."""
        self._change.setVisible(shown)
        self._place()

    def show_changed(self, words: str) -> None:
        """Say what share of the frame changed."""
        self.changed_label.set_words(words)
        self.changed_label.setAccessibleName(words or "Changed share of the frame")
        self._place()

    def set_gain(self, gain: float) -> None:
        """Show the gain."""
        self.gain_slider.blockSignals(True)  # a setter tells nothing
        self.gain_slider.setValue(min(range(len(GAINS)), key=lambda n: abs(GAINS[n] - gain)))
        self.gain_slider.blockSignals(False)
        text = f"{GAINS[self.gain_slider.value()]:g}×"
        self.gain_label.setText(text)
        self.gain_slider.setAccessibleDescription(f"{text}; the arrow keys change it.")

    def set_pinned(self, pinned: bool) -> None:
        """Show whether something is pinned; the button then gives the original back."""
        self._is_pinned = pinned
        self.pin_button.setChecked(pinned)
        text = "Unpin the reference" if pinned else "Pin as reference"
        self.pin_button.setToolTip(text)
        self.pin_button.setAccessibleName(text)

    def dock(self, canvas: QWidget) -> None:
        """Lie at the bottom edge of a canvas, in its middle, whatever its size."""
        self.setParent(canvas)
        self._canvas = canvas
        canvas.installEventFilter(self)
        self._place()

    def retint(self) -> None:
        """Draw in the theme's colours."""
        self.pin_button.retint()
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        if watched is self._canvas and event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        colours = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.line), 1))
        painter.setBrush(QColor(colours.panel))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.end()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        self._tell_place()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: D102
        self._tell_place()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: D102
        event.accept()  # it would zoom the canvas below a slider that is at its end

    def _show_align(self, words: str, *, can_turn: bool) -> None:
        self.align_box.setEnabled(can_turn)
        self.align_box.setChecked(can_turn and self._wants_alignment)
        self.align_box.setAccessibleName(f"Align: {words}" if words else "Align")
        self.align_label.set_words(words)
        self._place()

    def _on_align(self, on: bool) -> None:
        self._wants_alignment = on
        self.align_toggled.emit(on)

    def _on_gain(self, value: int) -> None:
        self.set_gain(GAINS[value])
        self.gain_asked.emit(GAINS[value])

    def _place(self) -> None:
        if self._canvas is None:
            return
        most = max(self._canvas.width() - round(2 * INSET), 0)
        parts = [part for part in (self._lies, self._change) if not part.isHidden()]
        for part in parts:  # now, not with the next event: words may just have become longer
            part.updateGeometry()
        needed = sum(part.sizeHint().width() + 2 * GRID for part in parts)
        self._fold(tall=len(parts) > 1 and needed + self.pin_button.sizeHint().width() > most)
        self._grid.activate()
        size = self.sizeHint()
        width = min(size.width(), most)
        left, top = (self._canvas.width() - width) // 2, self._canvas.height() - size.height()
        self.setGeometry(left, top - round(INSET), width, size.height())
        self._tell_place()

    def _tell_place(self) -> None:
        place = QRect() if self.isHidden() else self.geometry()
        if place != self._place_told:
            self._place_told = place
            self.placed.emit(place)

    def _fold(self, *, tall: bool) -> None:
        """Stand in two rows where one has too little room for the words."""
        if tall == self._is_tall:
            return
        self._is_tall = tall
        self.gain_slider.set_short(tall)
        for part in (self._lies, self._change, self.pin_button):
            self._grid.removeWidget(part)
        self._grid.addWidget(self._lies, 0, 0)
        if tall:
            self._grid.addWidget(self.pin_button, 0, 1)
            self._grid.addWidget(self._change, 1, 0, 1, 2)
        else:
            self._grid.addWidget(self._change, 0, 1)
            self._grid.addWidget(self.pin_button, 0, 2)


def _row(parent: QWidget, *parts: QWidget) -> QWidget:
    made = QWidget(parent)
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(GRID)
    for part in parts:
        row.addWidget(part)
    return made


class _Words(QLabel):
    """One line that gives up its end where there is little room; its tooltip has all of it."""

    def __init__(self, name: str, usual: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._usual = usual
        plain_text(self)
        self.setProperty("role", "quiet")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._words = ""

    def set_words(self, words: str) -> None:
        self._words = words
        self.setToolTip(words)
        self.setText(words)  # for screen readers
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = max(metrics.horizontalAdvance(text) for text in (self._words, self._usual))
        return QSize(width + 2, metrics.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QColor(tokens().quiet))
        text = self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, self.width())
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect(), flags, text)
        painter.end()


class _Tick(QCheckBox):
    """A tick in the look of the other ticks; a dash where there is nothing to align."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        words = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(BOX + GRID + words + 3, BOX + GRID)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(1, (self.height() - BOX) / 2, BOX, BOX)
        paint_tick(painter, box, on=self.isChecked(), can_turn=self.isEnabled())
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 2.5, -0.5, -2.5), 4, 4)
        painter.setPen(QColor(colours.text if self.isEnabled() else colours.disabled))
        words = self.rect().adjusted(BOX + GRID - 1, 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.end()


class _GainSlider(QSlider):
    """Half stops from 0.5 to 16 times."""

    _KNOB = 6.0

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setObjectName("gainSlider")
        self.setAccessibleName("Gain of the difference")
        self.setToolTip("How much the difference is exaggerated")
        self.setRange(0, len(GAINS) - 1)
        self.setPageStep(2)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.set_short(False)

    def set_short(self, short: bool) -> None:
        """Leave room for words."""
        self.setFixedSize(_SHORT if short else _LONG, BOX + GRID)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keep the arrow keys here at the ends too, where Qt would pass them to the canvas."""
        super().keyPressEvent(event)
        if event.key() in {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down}:
            event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours, knob = tokens(), self._KNOB
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle, end = self.height() / 2, self.width() - knob - 2
        at = knob + 2 + (end - knob - 2) * self.value() / self.maximum()
        painter.setPen(QPen(QColor(colours.line), 2))
        painter.drawLine(QPointF(knob, middle), QPointF(end, middle))
        painter.setPen(QPen(QColor(colours.accent), 2))
        painter.drawLine(QPointF(knob, middle), QPointF(at, middle))
        painter.setPen(QPen(QColor(colours.accent if self.hasFocus() else colours.panel), 2))
        painter.setBrush(QColor(colours.text))
        painter.drawEllipse(QPointF(at, middle), knob, knob)
        painter.end()
