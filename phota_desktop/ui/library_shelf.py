"""The library's ways in at the left of the window: everything, today, picks, with counts."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from phota_desktop.core.library import Flag, LibraryChange, LibraryQuery
from phota_desktop.ui.controls import focus_by_tab, plain_label, push_button
from phota_desktop.ui.theme import GRID

if TYPE_CHECKING:
    from PySide6.QtWidgets import QPushButton

    from phota_desktop.viewmodels.library import LibraryViewModel

_RESTS_MS = 400
"""A batch that comes in changes the counts many times; they are read when it rests."""

_WAYS = {"all": "All pictures", "today": "Today", "picks": "Picks"}


class LibraryShelf(QWidget):
    """Three buttons, each with what it leads to and how many pictures that are."""

    asked = Signal(object)
    """Carries the LibraryQuery to show."""

    def __init__(self, model: LibraryViewModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("libraryShelf")
        self.setAccessibleName("Library")
        self._model = model
        self.buttons: dict[str, QPushButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(0)
        title = plain_label("Library", self)
        title.setContentsMargins(GRID, 0, GRID, GRID // 2)
        column.addWidget(title)
        for name, words in _WAYS.items():
            button = push_button(f"library_{name}", words, self)
            focus_by_tab(button)
            button.clicked.connect(lambda _on=False, name=name: self.asked.emit(query_of(name)))
            self.buttons[name] = button
            column.addWidget(button)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_RESTS_MS)
        self._rest.timeout.connect(self.count)
        library = model.library
        self._leave = library.changed.subscribe(self._on_change) if library else lambda: None
        self.count()

    def detach(self) -> None:
        """Stop counting."""
        self._leave()
        self._rest.stop()

    def _on_change(self, change: LibraryChange) -> None:
        self._rest.start()

    def count(self) -> None:
        """Count anew."""
        self._model.spawn(self._count(), "counts of the library")

    async def _count(self) -> None:
        library = self._model.library
        if library is None:
            return
        for name, button in self.buttons.items():
            number = len((await library.find(query_of(name))).numbers)
            words = _WAYS[name]
            button.setText(f"{words}  {number:,}" if number else words)
            button.setAccessibleName(f"Library, {words}: {number}")


def query_of(name: str) -> LibraryQuery:
    """Return what one of the buttons shows."""
    if name == "today":
        today = datetime.datetime.now().astimezone().date()
        return LibraryQuery(since=today, until=today)
    if name == "picks":
        return LibraryQuery(flags=frozenset({Flag.PICK}))
    return LibraryQuery()
