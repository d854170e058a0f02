"""Asked before many failed jobs are sent again: how many cost, how much, and which do not."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from phota_desktop.services.repeating import RetryPlan
from phota_desktop.ui.asking import lay_out_question
from phota_desktop.ui.controls import plain_label, push_button
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
        column = QVBoxLayout()
        column.setSpacing(2 * GRID)
        for line in lines:
            words = plain_label(line)
            words.setWordWrap(True)
            column.addWidget(words)
        title = plain_label(f"Retry {count(number, 'failed job')}")
        lay_out_question(self, title, column, (cancel, agree))
