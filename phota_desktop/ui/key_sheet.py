"""The cheat sheet: every key of the table, by section, in two columns."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from phota_desktop.ui.controls import plain_label, push_button
from phota_desktop.ui.shortcuts import COMMANDS
from phota_desktop.ui.theme import GRID


class KeySheet(QDialog):
    """Read only; rebinding comes with the settings file."""

    def __init__(self, overrides: Mapping[str, str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("keySheet")
        self.setWindowTitle("Keys")
        columns = QHBoxLayout()
        columns.setSpacing(5 * GRID)
        left, right = QVBoxLayout(), QVBoxLayout()
        for column in (left, right):
            column.setSpacing(GRID)  # else it takes the gap between the columns
        sections = list(dict.fromkeys(command.section for command in COMMANDS))
        for n, section in enumerate(sections):
            column = left if n < 2 else right
            column.addWidget(_label(section, "quiet"))
            grid = QGridLayout()
            grid.setHorizontalSpacing(3 * GRID)
            grid.setVerticalSpacing(GRID // 2)
            grid.setColumnMinimumWidth(0, 14 * GRID)
            grid.setColumnStretch(1, 1)
            rows = [command for command in COMMANDS if command.section == section]
            for row, command in enumerate(rows):
                keys = overrides.get(command.id) or "  ".join(
                    dict.fromkeys(_shown(key) for key in command.keys)
                )
                grid.addWidget(_label(keys, ""), row, 0)
                grid.addWidget(_label(command.words, ""), row, 1)
            column.addLayout(grid)
            column.addSpacing(2 * GRID)
        left.addStretch(1)
        right.addStretch(1)
        columns.addLayout(left)
        columns.addLayout(right)
        close = push_button("closeKeys", "Close", self)
        close.clicked.connect(self.accept)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        whole.addLayout(columns)
        whole.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)


def _shown(key: str) -> str:
    arrows = {"Up": "↑", "Down": "↓", "Left": "←", "Right": "→"}
    return arrows.get(key, key.replace("Return", "Enter"))


def _label(text: str, role: str) -> QLabel:
    label = plain_label(text, role=role)
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    return label
