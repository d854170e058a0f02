"""A row of buttons of which exactly one is pressed: view modes, variant count, format."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from phota_desktop.ui.controls import focus_by_tab, polish_again, show_words
from phota_desktop.ui.icons import icon

if TYPE_CHECKING:  # QKeyEvent makes QEvent and its enums: 1.4 ms before the first paint
    from PySide6.QtGui import QKeyEvent


@dataclass(frozen=True)
class Segment:
    """One choice: its value, what stands on it, and its full name for tooltips and readers."""

    value: str
    text: str
    name: str
    icon: str = ""
    tip: str = ""


class SegmentedControl(QWidget):
    """Tells ``chosen`` with the value when a person presses another segment."""

    chosen = Signal(str)

    def __init__(
        self,
        object_name: str,
        accessible_name: str,
        segments: Sequence[Segment],
        parent: QWidget | None = None,
        *,
        stretch: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self.setAccessibleName(accessible_name)
        self._segments = tuple(segments)
        self._buttons: dict[str, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        values = [segment.value for segment in self._segments]
        for segment in self._segments:
            button = self._make_button(segment)
            button.setProperty("segment", _place(segment.value, values))
            button.setObjectName(f"{object_name}_{segment.value}")
            button.setAccessibleName(f"{accessible_name}: {segment.name}")
            button.setText(segment.text)
            button.setToolTip(segment.tip or segment.name)
            button.setCheckable(True)
            button.setAutoExclusive(True)
            if segment.icon:
                button.setIconSize(QSize(16, 16))
                show_words(button, True)
            if stretch:
                button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _on=False, value=segment.value: self._choose(value))
            row.addWidget(button)
            self._buttons[segment.value] = button
        self._stop_at(self._segments[0].value)
        self.retint()

    def _choose(self, value: str) -> None:
        self._stop_at(value)
        self.chosen.emit(value)

    def _stop_at(self, value: str) -> None:
        """Let the Tab key stop at one button alone; the arrow keys lead to the others.

        A focus proxy would do that as well, and catch the Tab key when it has left.
        """
        self._stop = value
        for one, button in self._buttons.items():
            button.setProperty("focusPolicy", "TabFocus" if one == value else "NoFocus")

    def _make_button(self, segment: Segment) -> QToolButton:
        return QToolButton(self)

    def offer(self, values: Collection[str]) -> None:
        """Show the segments of these values alone; the others are absent until offered again."""
        shown = [segment.value for segment in self._segments if segment.value in values]
        for value, button in self._buttons.items():
            button.setVisible(value in shown)
            place = _place(value, shown)
            if button.property("segment") != place:
                button.setProperty("segment", place)
                polish_again(button)

    @property
    def offered(self) -> tuple[str, ...]:
        """The values that can be pressed, in their order."""
        return tuple(value for value, button in self._buttons.items() if not button.isHidden())

    @property
    def stops(self) -> tuple[QToolButton, ...]:
        """All buttons, for the order of the Tab key, which visits the pressed one alone."""
        return tuple(self._buttons.values())

    def retint(self) -> None:
        """Draw the icons in the theme's colour."""
        for segment in self._segments:
            if segment.icon:
                self._buttons[segment.value].setIcon(icon(segment.icon, size=16))

    def set_compact(self, compact: bool) -> None:
        """Show icons alone where there is little room."""
        for segment in self._segments:
            if segment.icon:
                show_words(self._buttons[segment.value], not compact)

    @property
    def value(self) -> str:
        """The pressed segment's value, empty for none."""
        return next((v for v, button in self._buttons.items() if button.isChecked()), "")

    def set_value(self, value: str) -> None:
        """Press a segment without telling."""
        button = self._buttons.get(value)
        if button is not None and not button.isChecked():
            button.setChecked(True)
        if button is not None and value != self._stop:
            self._stop_at(value)

    def button(self, value: str) -> QToolButton:
        """Return the button of a value."""
        return self._buttons[value]

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        event.ignore()


def order_tab_key(stops: Sequence[QWidget]) -> None:
    """Let the Tab key walk along these, also those of them that wait for their turn.

    Qt gives no place to what has no focus policy at the moment.
    """
    waiting = [stop for stop in stops if not stop.focusPolicy().value]
    for stop in waiting:
        focus_by_tab(stop)
    for before, after in pairwise(stops):
        QWidget.setTabOrder(before, after)
    for stop in waiting:
        stop.setProperty("focusPolicy", "NoFocus")


def _place(value: str, among: Sequence[str]) -> str:
    """Return which corners of a segment are round, as the stylesheet names it."""
    if value not in among:
        return "middle"
    if len(among) == 1:
        return "only"
    return "first" if value == among[0] else "last" if value == among[-1] else "middle"
