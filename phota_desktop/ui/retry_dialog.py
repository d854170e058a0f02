"""Asked before many failed jobs are sent again: how many cost, how much, and which do not."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from phota_desktop.services.repeating import RetryPlan
from phota_desktop.ui.controls import push_button, scale_font
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.words import count


class RetryDialog(QDialog):
    """Says what is sent again at which price; Cancel has the focus."""

    def __init__(self, plan: RetryPlan, price: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("retryDialog")
        self.setWindowTitle("Retry all failed")
        self.setMinimumWidth(400)
        number = len(plan.job_ids)
        title = _label(f"Retry {count(number, 'failed job')}")
        scale_font(title, 1.25)
        sends = len(plan.sends)
        lines = [f"{count(sends, 'request')} {'is' if sends == 1 else 'are'} sent again: {price}."]
        checks = len(plan.checks)
        if checks:
            verb = "is" if checks == 1 else "are"
            lines.append(f"{count(checks, 'job')} {verb} only asked about, at no cost.")
        cancel = push_button("retryCancel", "Cancel", self)
        agree = push_button("retryAgree", f"Retry {number} · {price}", self, role="primary")
        cancel.clicked.connect(self.reject)
        agree.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(agree)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        whole.setSpacing(2 * GRID)
        whole.addWidget(title)
        for line in lines:
            words = _label(line)
            words.setWordWrap(True)
            whole.addWidget(words)
        whole.addStretch(1)
        whole.addLayout(buttons)
        cancel.setFocus()


def _label(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
