"""A heading over one control of the drawer; both are there, or neither is."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from phota_desktop.ui.controls import plain_text
from phota_desktop.ui.theme import GRID


class Field(QWidget):
    """Heading, room for small buttons at its right, and the control below.

    The control becomes a child of the field and the heading's buddy.
    """

    def __init__(self, title: str, control: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.control = control
        self.label = QLabel(title, self)
        plain_text(self.label)
        self.label.setBuddy(control)
        self.head = QHBoxLayout()
        self.head.setSpacing(GRID // 2)
        self.head.addWidget(self.label)
        self.head.addStretch(1)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(GRID // 2)
        self.column.addLayout(self.head)
        self.column.addWidget(control)

    def add_tool(self, button: QWidget) -> None:
        """Put a small button at the right of the heading."""
        self.head.addWidget(button)
