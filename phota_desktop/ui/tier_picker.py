"""The tiers of a training as two cards: name, price, what each means, and which one fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from phota_desktop.ui.rows import paint_ground, paint_line, small_font
from phota_desktop.ui.theme import GRID, RADIUS, tokens

_PAD = 10
_DOT = 16
_LEFT = _PAD + _DOT + GRID
_WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


@dataclass(frozen=True)
class TierCard:
    """What stands on a card; ``fit`` says whether the photos fit, empty for nothing to say."""

    value: str
    name: str
    price: str
    means: str
    fit: str = ""
    is_good_fit: bool = False


class _Card(QAbstractButton):
    """One tier; the arrow keys go to the other one."""

    def __init__(self, card: TierCard, parent: QWidget) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.card = card
        self.show_card(card)

    def show_card(self, card: TierCard) -> None:
        resized = card.means != self.card.means
        self.card = card
        self.setText(card.name)
        self.setAccessibleName(f"{card.name}, {card.price}")
        self.setAccessibleDescription(f"{card.means} {card.fit}".strip())
        if resized:
            self.updateGeometry()
        self.update()

    def heightForWidth(self, width: int) -> int:
        room = QRectF(0, 0, width - _LEFT - _PAD, 10_000)
        means = QFontMetricsF(self._small).boundingRect(room, _WRAP, self.card.means).height()
        # The line about the photos keeps its place when it is empty, so that nothing jumps.
        lines = QFontMetricsF(self.font()).height() + QFontMetricsF(self._small).height()
        return round(2 * _PAD + lines + means + 4)

    def sizeHint(self) -> QSize:
        return QSize(260, self.heightForWidth(260))

    @property
    def _small(self) -> QFont:
        return small_font(self.font(), 0.9)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75)
        ground = colours.chosen if self.isChecked() else colours.raised
        paint_ground(
            painter, frame, colours.hover if self.underMouse() and not self.isChecked() else ground
        )
        lit = self.isChecked() or self.hasFocus()
        painter.setPen(QPen(QColor(colours.accent if lit else colours.line), 1.5 if lit else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
        if self.hasFocus() and self.isChecked():
            painter.setPen(QPen(QColor(colours.text), 1))
            painter.drawRoundedRect(frame.adjusted(2.5, 2.5, -2.5, -2.5), RADIUS - 2, RADIUS - 2)
        line = QFontMetricsF(self.font()).height()
        self._paint_dot(painter, QRectF(_PAD, _PAD + (line - _DOT) / 2, _DOT, _DOT))
        room = QRectF(_LEFT, _PAD, self.width() - _LEFT - _PAD, line)
        strong = QFont(self.font())
        strong.setWeight(QFont.Weight.DemiBold)
        painter.setFont(strong)
        painter.setPen(QColor(colours.text))
        paint_line(painter, room, self.card.name)
        painter.drawText(
            room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.card.price
        )
        painter.setFont(self._small)
        small = QFontMetricsF(self._small).height()
        painter.setPen(QColor(colours.text if self.isChecked() else colours.quiet))
        painter.drawText(
            QRectF(room.left(), room.bottom() + 2, room.width(), 10_000), _WRAP, self.card.means
        )
        painter.setPen(QColor(colours.good if self.card.is_good_fit else colours.quiet))
        if self.isChecked() and not self.card.is_good_fit:
            painter.setPen(QColor(colours.text))
        bottom = QRectF(room.left(), self.height() - _PAD - small, room.width(), small)
        paint_line(painter, bottom, self.card.fit)

    def _paint_dot(self, painter: QPainter, box: QRectF) -> None:
        colours = tokens()
        on = self.isChecked()
        painter.setPen(QPen(QColor(colours.accent if on else colours.quiet), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(box.adjusted(1, 1, -1, -1))
        if on:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent))
            painter.drawEllipse(box.adjusted(4.5, 4.5, -4.5, -4.5))


class TierPicker(QWidget):
    """Tells ``chosen`` with the value when a person presses the other card."""

    chosen = Signal(str)

    def __init__(self, cards: Sequence[TierCard], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tierBox")
        self.setAccessibleName("Tier")
        self._group = QButtonGroup(self)
        self._cards: dict[str, _Card] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        for card in cards:
            made = _Card(card, self)
            made.setObjectName(f"tierBox_{card.value}")
            self._group.addButton(made)
            column.addWidget(made)
            self._cards[card.value] = made
        self._group.buttonToggled.connect(self._on_toggled)

    def card(self, value: str) -> QAbstractButton:
        """Return the button of a tier."""
        return self._cards[value]

    @property
    def value(self) -> str:
        """The tier that is chosen."""
        return next((value for value, one in self._cards.items() if one.isChecked()), "")

    def show_cards(self, cards: Sequence[TierCard], value: str) -> None:
        """Show these words, and ``value`` as chosen, without telling."""
        for card in cards:
            if self._cards[card.value].card != card:
                self._cards[card.value].show_card(card)
        if value != self.value:
            self._group.blockSignals(True)
            self._cards[value].setChecked(True)
            self._group.blockSignals(False)

    def _on_toggled(self, button: QAbstractButton, on: bool) -> None:
        if on:
            self.chosen.emit(button.objectName().removeprefix("tierBox_"))
