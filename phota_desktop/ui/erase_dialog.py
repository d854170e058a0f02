"""Asked once before a person is deleted everywhere; then shows each step and what came of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from phota_desktop.ui.controls import Caption, plain_label, push_button, scale_font
from phota_desktop.ui.step_list import StepList
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.privacy import PrivacyViewModel
from phota_desktop.viewmodels.privacy_words import goes, stays

_WIDTH = 520


class EraseDialog(QDialog):
    """Says what goes and what stays; Cancel has the focus until the person agrees."""

    report_asked = Signal()
    """The person wants the report as a file first."""

    def __init__(self, privacy: PrivacyViewModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("eraseDialog")
        self.setWindowTitle("Delete everywhere")
        self.setMinimumWidth(_WIDTH)
        self._privacy = privacy
        report = privacy.report
        self._heading = plain_label(f"Delete {privacy.name} everywhere?", self)
        self._heading.setWordWrap(True)
        scale_font(self._heading, 1.25)
        self._question = QWidget(self)
        column = QVBoxLayout(self._question)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        if report is not None:
            column.addLayout(self._list("Deleted for good", goes(report, privacy.plan)))
            column.addLayout(self._list("Left as it is", stays(report)))
        self.steps = StepList("eraseSteps", "Deleting", self)
        self._told = Caption("", self)
        self._told.setWordWrap(True)
        self.cancel = push_button("cancelErase", "Cancel", self)
        self.save = push_button("saveReportFirst", "Save report first…", self)
        self.agree = push_button("agreeErase", "Delete everywhere", self, role="primary")
        self.again = push_button("eraseAgain", "Try again", self, role="primary")
        self.cancel.clicked.connect(lambda _on=False: self.reject())
        self.save.clicked.connect(lambda _on=False: self.report_asked.emit())
        self.agree.clicked.connect(lambda _on=False: self._begin())
        self.again.clicked.connect(lambda _on=False: privacy.erase())
        foot = QHBoxLayout()
        foot.setSpacing(GRID)
        foot.addWidget(self.save)
        foot.addStretch(1)
        for button in (self.cancel, self.agree, self.again):
            foot.addWidget(button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        whole.setSpacing(2 * GRID)
        whole.addWidget(self._heading)
        whole.addWidget(self._question)
        whole.addWidget(self.steps)
        whole.addWidget(self._told)
        whole.addStretch(1)
        whole.addLayout(foot)
        privacy.erasing_changed.connect(self.refresh)
        privacy.told.connect(self._tell)
        self._told.hide()
        self.cancel.setFocus()
        self.refresh()

    def _list(self, title: str, lines: Sequence[str]) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(GRID // 2)
        column.addWidget(Caption(title, self))
        for line in lines:
            words = plain_label(f"– {line}", self)
            words.setWordWrap(True)
            column.addWidget(words)
        return column

    def _begin(self) -> None:
        self._told.hide()
        self._privacy.erase()
        self.refresh()
        self.cancel.setFocus()

    def refresh(self) -> None:
        """Show the question, or the steps as they stand."""
        rows = self._privacy.step_rows()
        busy, done = self._privacy.is_erasing, self._privacy.is_erased
        begun = busy or bool(rows)
        self._question.setVisible(not begun)
        self.steps.setVisible(begun)
        self.steps.show_steps(rows)
        self.agree.setVisible(not begun)
        self.save.setVisible(not begun)
        self.again.setVisible(begun and not busy and not done)
        self.cancel.setText("Close" if begun else "Cancel")
        self.cancel.setAccessibleName(self.cancel.text())
        self.cancel.setEnabled(not busy)
        if begun:
            name = self._privacy.name
            ended = f"{name} is deleted" if done else f"{name} is not deleted everywhere"
            self._heading.setText(f"Deleting {name}…" if busy else ended)

    def _tell(self, words: str, good: bool) -> None:
        self._told.set_role("good" if good else "bad")
        self._told.setText(words)
        self._told.setVisible(bool(words))

    def reject(self) -> None:
        """Close, unless a step is at work: it would go on unseen."""
        if not self._privacy.is_erasing:
            super().reject()
