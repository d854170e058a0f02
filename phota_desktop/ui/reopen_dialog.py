"""Asked once after a start: paid requests of last time that were not sent, and what to do."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from phota_desktop.ui.asking import lay_out_question
from phota_desktop.ui.controls import plain_label, push_button
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.reopening import Reopening


class ReopenDialog(QDialog):
    """Names the requests and their price; keeping them waiting is what Esc and closing mean."""

    def __init__(self, reopening: Reopening, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("reopenDialog")
        self.setWindowTitle("Requests of last time")
        self.setMinimumWidth(480)
        title = plain_label(reopening.words)
        title.setObjectName("reopenWords")
        title.setWordWrap(True)
        send = push_button("reopenSend", reopening.send_text, self)
        keep = push_button("reopenKeep", "Keep waiting", self, role="primary")
        discard = push_button("reopenDiscard", "Discard", self)
        discard.setToolTip("Nothing was sent and nothing was charged")
        send.clicked.connect(lambda _on=False: self._answer(reopening.send))
        discard.clicked.connect(lambda _on=False: self._answer(reopening.discard))
        keep.clicked.connect(self.reject)
        self.rejected.connect(reopening.keep)
        column = QVBoxLayout()
        column.setSpacing(GRID)
        for name in reopening.titles:
            column.addWidget(plain_label(name, role="quiet"))
        column.addSpacing(GRID)
        lay_out_question(self, title, column, (keep, send), aside=discard, gap=GRID)

    def _answer(self, answer: Callable[[], None]) -> None:
        answer()
        self.accept()
