"""The row at the bottom: jobs, the notice, and what was spent today."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from phota_desktop.core.jobs import Engine
from phota_desktop.ui.controls import focus_by_tab
from phota_desktop.ui.icons import icon
from phota_desktop.ui.notices import NoticeBar
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.jobs import JobListModel
from phota_desktop.viewmodels.studio import StudioViewModel
from phota_desktop.viewmodels.words import money


class StatusRow(QFrame):
    """Jobs left, notice in the middle, spend right."""

    jobs_asked = Signal()
    spend_asked = Signal()

    def __init__(
        self, studio: StudioViewModel, jobs: JobListModel, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("statusRow")
        self.setAccessibleName("Status")
        self.setFixedHeight(40)
        self._studio = studio
        self._jobs = jobs
        self._open = False
        self.jobs = QToolButton(self)
        self.jobs.setObjectName("jobsButton")
        focus_by_tab(self.jobs)
        self.jobs.setProperty("toolButtonStyle", "ToolButtonTextBesideIcon")
        self.jobs.setIconSize(QSize(16, 16))
        self.jobs.clicked.connect(lambda _on=False: self.jobs_asked.emit())
        self.notice = NoticeBar(studio.notices, self)
        self._mode: QLabel | None = None
        self.spend = QToolButton(self)
        self.spend.setObjectName("spendLabel")
        self.spend.setProperty("role", "quiet")
        focus_by_tab(self.spend)
        self.spend.clicked.connect(lambda _on=False: self.spend_asked.emit())
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(GRID, 0, 2 * GRID, 0)
        row.setSpacing(2 * GRID)
        row.addWidget(self.jobs)
        row.addWidget(self.notice, 1)
        row.addWidget(self.spend)
        jobs.counts_changed.connect(self.refresh)
        studio.spend_changed.connect(self.refresh)
        studio.request_changed.connect(self.refresh)
        self.refresh()

    def set_open(self, is_open: bool) -> None:
        """Turn the arrow of the jobs button."""
        self._open = is_open
        self.refresh()

    def show_mode(self, words: str) -> None:
        """Say quietly what keys do beyond their own; empty for nothing."""
        if self._mode is None:
            self._mode = QLabel(self)
            self._mode.setObjectName("modeLabel")
            self._mode.setProperty("role", "quiet")
            self._row.insertWidget(2, self._mode)
        self._mode.setText(words)
        self._mode.setAccessibleName(words)
        self._mode.setVisible(bool(words))

    def refresh(self) -> None:
        """Show counts and spend."""
        words = self._jobs.summary
        if self.jobs.text() != words:
            self.jobs.setText(words)
        self.jobs.setAccessibleName(f"Jobs: {words}")
        self.jobs.setToolTip("Hide jobs  Ctrl+J" if self._open else "Show jobs  Ctrl+J")
        self.jobs.setIcon(icon("down" if self._open else "up", size=16))
        spent, cap = self._studio.spent_today, self._studio.settings.value.daily_cap
        local = self._studio.form.engine is Engine.LOCAL and not spent
        self.spend.setText("" if local else f"Today {money(spent)} of {money(cap)}")
        self.spend.setAccessibleName(f"What was spent: {self.spend.text()}")
        self.spend.setToolTip("Show what was spent  Ctrl+L")
        self.spend.setVisible(not local)
