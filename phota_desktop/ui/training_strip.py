"""Under the sidebar's rows: what a training waits for, in a sentence, and its buttons."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from phota_desktop.ui.controls import Caption, push_button
from phota_desktop.ui.profile_menu import ACTION_NAMES
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.people import PeopleViewModel
from phota_desktop.viewmodels.people_rows import Row, TrainingAction, explained


class TrainingStrip(QFrame):
    """Shows the chosen row's training, else the first one that needs a person's word."""

    def __init__(self, people: PeopleViewModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("trainingStrip")
        self.setAccessibleName("Training that needs a decision")
        self._people = people
        self._shown: tuple[object, ...] = ()
        self.words = Caption("", self)
        self.words.setObjectName("trainingWords")
        self.words.setWordWrap(True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        self._column.setSpacing(GRID // 2)
        self._column.addWidget(self.words)
        self.buttons: list[QPushButton] = []
        self.hide()

    def show_row(self, current: Row | None) -> None:
        """Show what can be done about this row's training, or about the first in need."""
        rows = self._people.model.rows
        row = current if current is not None and current.actions else None
        row = row or next((one for one in rows if one.needs_word and one.actions), None)
        if row is None:
            self._shown = ()
            self.hide()
            return
        trainings = self._people.trainings
        offers = [(action, trainings.words(row.tag, action)) for action in row.actions]
        text = f"{row.name}: {explained(row)}"
        if self._shown != (row.tag, text, offers):
            self._shown = (row.tag, text, offers)
            self.words.setText(text)
            self._make(row.tag, offers)
        self.show()

    def _make(self, tag: str, offers: list[tuple[TrainingAction, str]]) -> None:
        had_focus = any(button.hasFocus() for button in self.buttons)
        for button in self.buttons:
            self._column.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = []
        for action, words in offers:
            button = push_button(f"{ACTION_NAMES[action]}Button", words, self)
            button.clicked.connect(
                lambda _on=False, action=action: self._people.trainings.act(tag, action)
            )
            self._column.addWidget(button)
            button.show()
            self.buttons.append(button)
        if had_focus and self.buttons:
            self.buttons[0].setFocus()
