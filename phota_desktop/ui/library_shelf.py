"""The library's ways in at the left of the window: everything, today, picks, with counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from phota_desktop.ui.controls import focus_by_tab, plain_label, push_button
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.library_counts import WAYS, LibraryCounts, query_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QPushButton


class LibraryShelf(QWidget):
    """One button for each way, with how many pictures it leads to."""

    asked = Signal(object)
    """Carries the LibraryQuery to show."""

    def __init__(self, counts: LibraryCounts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("libraryShelf")
        self.setAccessibleName("Library")
        self.buttons: dict[str, QPushButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(0)
        title = plain_label("Library", self)
        title.setContentsMargins(GRID, 0, GRID, GRID // 2)
        column.addWidget(title)
        for name, words in WAYS.items():
            button = push_button(f"library_{name}", words, self)
            focus_by_tab(button)
            button.clicked.connect(lambda _on=False, name=name: self.asked.emit(query_of(name)))
            self.buttons[name] = button
            column.addWidget(button)
        counts.counted.connect(self._show)

    def _show(self, name: str, number: int) -> None:
        words, button = WAYS[name], self.buttons[name]
        button.setText(f"{words}  {number:,}" if number else words)
        button.setAccessibleName(f"Library, {words}: {number}")
