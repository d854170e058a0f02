"""One question with what follows from it, and two buttons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from phota_desktop.ui.asking import lay_out_question
from phota_desktop.ui.controls import plain_label, push_button
from phota_desktop.ui.theme import GRID

_WIDTH = 420


class QuestionDialog(QDialog):
    """Accepted when the person agrees; Cancel has the focus. ``name`` begins the object names."""

    def __init__(
        self, name: str, title: str, lines: Sequence[str], agree: str, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName(f"{name}Dialog")
        self.setWindowTitle(title)
        self.setFixedWidth(_WIDTH)
        column = QVBoxLayout()
        column.setSpacing(GRID)
        for line in lines:
            words = plain_label(line, self)
            words.setWordWrap(True)
            column.addWidget(words)
        self.cancel = push_button(f"{name}Cancel", "Cancel", self)
        self.agree = push_button(f"{name}Agree", agree, self, role="primary")
        self.cancel.clicked.connect(self.reject)
        self.agree.clicked.connect(self.accept)
        heading = plain_label(title, self)
        heading.setWordWrap(True)
        lay_out_question(self, heading, column, (self.cancel, self.agree))
