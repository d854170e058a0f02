"""Asked once after a start: paid requests of last time that were not sent, and what to do."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from phota_desktop.ui.controls import push_button, scale_font
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.reopening import Reopening


class ReopenDialog(QDialog):
    """Names the requests and their price; keeping them waiting is what Esc and closing mean."""

    def __init__(self, reopening: Reopening, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("reopenDialog")
        self.setWindowTitle("Requests of last time")
        self.setMinimumWidth(480)
        title = _label(reopening.words)
        title.setObjectName("reopenWords")
        title.setWordWrap(True)
        scale_font(title, 1.25)
        send = push_button("reopenSend", reopening.send_text, self)
        keep = push_button("reopenKeep", "Keep waiting", self, role="primary")
        discard = push_button("reopenDiscard", "Discard", self)
        discard.setToolTip("Nothing was sent and nothing was charged")
        send.clicked.connect(lambda _on=False: self._answer(reopening.send))
        discard.clicked.connect(lambda _on=False: self._answer(reopening.discard))
        keep.clicked.connect(self.reject)
        self.rejected.connect(reopening.keep)
        buttons = QHBoxLayout()
        buttons.addWidget(discard)
        buttons.addStretch(1)
        buttons.addWidget(keep)
        buttons.addWidget(send)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        whole.setSpacing(GRID)
        whole.addWidget(title)
        for name in reopening.titles:
            words = _label(name)
            words.setProperty("role", "quiet")
            whole.addWidget(words)
        whole.addSpacing(GRID)
        whole.addStretch(1)
        whole.addLayout(buttons)
        keep.setFocus()

    def _answer(self, answer: Callable[[], None]) -> None:
        answer()
        self.accept()


def _label(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
