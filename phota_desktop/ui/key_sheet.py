"""The cheat sheet: every key in force, by section, and what mouse and touchpad do."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from phota_desktop.ui.command_table import COMMANDS, GESTURES
from phota_desktop.ui.controls import plain_label, push_button
from phota_desktop.ui.key_bindings import Bindings
from phota_desktop.ui.theme import GRID

_WIDE = 1160
"""Pixels of the window from which on three columns stand side by side."""
_KEYS = 14 * GRID
_COLUMNS = {
    3: (
        ("Photos", "Request", "Library", "Export"),
        ("Marks", "Compare", "On the line"),
        ("Zoom", "Window", "Mouse and touchpad", "In fields and lists"),
    ),
    2: (
        ("Photos", "Marks", "Library", "Export", "Zoom", "In fields and lists"),
        ("Request", "Compare", "Window", "Mouse and touchpad", "On the line"),
    ),
}
"""Sections from top to bottom, in columns of about equal height."""


class KeySheet(QDialog):
    """To read; a button leads to where keys are changed."""

    change_asked = Signal()

    def __init__(self, bindings: Bindings, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("keySheet")
        self.setWindowTitle("Keys")
        self._bindings = bindings
        self._columns = 0
        self._scroll = QScrollArea(self)
        self._scroll.setObjectName("keySheetScroll")
        self._scroll.setAccessibleName("Keys by section")
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.change = push_button("changeKeys", "Change keys…", self)
        self.change.clicked.connect(self._on_change)
        close = push_button("closeKeys", "Close", self)
        close.clicked.connect(self.accept)
        close.setFocus()
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self.change)
        buttons.addStretch(1)
        buttons.addWidget(close)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(3 * GRID, 3 * GRID, 2 * GRID, 2 * GRID)
        whole.setSpacing(2 * GRID)
        whole.addWidget(self._scroll, 1)
        whole.addLayout(buttons)
        self._fill(3)

    def show_keys(self, bindings: Bindings) -> None:
        """Show other keys."""
        self._bindings = bindings
        self._fill(self._columns)

    def showEvent(self, event: QShowEvent) -> None:
        """Take as many columns as stand side by side, and as much height as there is."""
        window = self.parentWidget()
        columns = 3 if window is None or window.width() >= _WIDE else 2
        if columns != self._columns:
            self._fill(columns)
        content = self._inner.sizeHint()
        bar = self._scroll.verticalScrollBar().sizeHint().width()
        room = self.screen().availableSize()
        self.resize(
            min(content.width() + 6 * GRID + bar, room.width()),
            min(content.height() + 12 * GRID, room.height() - 6 * GRID),
        )
        super().showEvent(event)

    def _on_change(self, _on: bool = False) -> None:
        self.accept()
        self.change_asked.emit()

    def _fill(self, columns: int) -> None:
        self._columns = columns
        self._inner = inner = QWidget()
        inner.setObjectName("keySheetInner")
        row = QHBoxLayout(inner)
        row.setContentsMargins(0, 0, GRID, 0)
        row.setSpacing(4 * GRID)
        for names in _COLUMNS[columns]:
            row.addLayout(self._column(names), 1)
        self._scroll.setWidget(inner)

    def _column(self, sections: tuple[str, ...]) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(GRID)
        for section in sections:
            column.addWidget(_label(section, "quiet"))
            grid = QGridLayout()
            grid.setHorizontalSpacing(2 * GRID)
            grid.setVerticalSpacing(GRID // 2)
            grid.setColumnMinimumWidth(0, _KEYS)
            grid.setColumnStretch(1, 1)
            for at, (keys, words) in enumerate(self._rows(section)):
                grid.addWidget(_label(keys or "—", "" if keys else "quiet"), at, 0)
                grid.addWidget(_label(words, ""), at, 1)
            column.addLayout(grid)
            column.addSpacing(GRID)
        column.addStretch(1)
        return column

    def _rows(self, section: str) -> list[tuple[str, str]]:
        keys = [(self._bindings.words(c.id), c.words) for c in COMMANDS if c.section == section]
        return keys + [(g.hand, g.words) for g in GESTURES if g.section == section]


def _label(text: str, role: str) -> QLabel:
    label = plain_label(text, role=role)
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    return label
