"""The jobs at the bottom: what runs, waits and ended, and what can be done about them."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from phota_desktop.core.jobs import MAX_CONCURRENCY, JobState
from phota_desktop.ui.controls import Caption, IconButton, plain_label, push_button
from phota_desktop.ui.job_list import JobList
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.job_actions import request_id_of
from phota_desktop.viewmodels.jobs import JobAction, JobListModel

BURST = 0.4
"""Seconds: a click this soon after another one was meant for the button that was there before."""

_LEAST, _MOST = 136, 208
"""Pixels of height."""


class JobPanel(QWidget):
    """The list and, for the selected job, the buttons its state allows."""

    def __init__(
        self,
        jobs: JobListModel,
        parent: QWidget | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("jobPanel")
        self.setAccessibleName("Jobs")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumHeight(_LEAST)
        self.setMaximumHeight(_MOST)
        self._jobs = jobs
        self._clock = clock
        self._last_click = -BURST
        self._shown: tuple[JobAction, ...] = ()
        self.close_button = IconButton("closeJobs", "down", "Hide jobs", self, key="Ctrl+J")
        self.list = JobList(jobs, self)
        self.cancel_all = push_button("cancelAllButton", "Cancel all waiting", self)
        self.retry_all = push_button("retryAllButton", "Retry all failed", self)
        self.concurrency = QSpinBox(self)
        self._empty = Caption("Nothing was asked for yet. Press Enhance to start a job.", self)
        self._buttons: dict[JobAction, QPushButton] = {}
        self._set_up_concurrency()
        self._lay_out()
        self.cancel_all.clicked.connect(lambda _on=False: self._cancel_all())
        self.retry_all.clicked.connect(lambda _on=False: self._retry_all())
        self.list.selectionModel().currentChanged.connect(lambda *_: self.refresh())
        jobs.counts_changed.connect(self.refresh)
        self.refresh()

    def _set_up_concurrency(self) -> None:
        self.concurrency.setObjectName("concurrencyBox")
        self.concurrency.setAccessibleName("Jobs at once")
        self.concurrency.setToolTip("How many jobs are at work at once")
        self.concurrency.setRange(1, MAX_CONCURRENCY)
        self.concurrency.setKeyboardTracking(False)
        self.concurrency.valueChanged.connect(self._jobs.set_concurrency)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, GRID // 2, GRID, GRID)
        column.setSpacing(GRID // 2)
        head = QHBoxLayout()
        head.setSpacing(GRID)
        title = plain_label("Jobs", self)
        at_once = Caption("At once", self)
        at_once.setBuddy(self.concurrency)
        head.addWidget(title)
        head.addStretch(1)
        for widget in (self.retry_all, self.cancel_all, at_once, self.concurrency):
            head.addWidget(widget)
        head.addWidget(self.close_button)
        column.addLayout(head)
        column.addWidget(self._empty)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, GRID, 0)  # the buttons end where those of the drawer end
        row.setSpacing(GRID)
        row.addWidget(self.list, 1)
        side = QVBoxLayout()
        self._grid = QGridLayout()
        self._grid.setSpacing(GRID // 2)
        for action in JobAction:
            name = f"job{action.name.title().replace('_', '')}"
            button = push_button(name, action.value, self)
            button.hide()
            button.clicked.connect(lambda _on=False, action=action: self._act(action))
            self._buttons[action] = button
        side.addLayout(self._grid)
        side.addStretch(1)
        row.addLayout(side)
        column.addLayout(row, 1)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        room = self.window().height() // 4  # the photo keeps most of a small window
        self.setMaximumHeight(max(_LEAST, min(_MOST, room)))
        super().showEvent(event)

    @property
    def selected(self) -> str:
        """The id of the selected job, empty for none."""
        return self.list.selected

    def select(self, job_id: str) -> None:
        """Select a job's row."""
        self.list.select(job_id)

    def refresh(self) -> None:
        """Show the buttons that the selected job and the list allow."""
        jobs = self._jobs
        has_jobs = jobs.rowCount() > 0
        self._empty.setVisible(not has_jobs)
        self.list.setVisible(has_jobs)
        if has_jobs and not self.list.currentIndex().isValid():
            self.list.setCurrentIndex(jobs.index(0))
        self._show_actions(jobs.actions(self.selected) if has_jobs else ())
        waiting = jobs.waiting
        self.cancel_all.setVisible(waiting > 1)
        self._name(self.cancel_all, f"Cancel all {waiting} waiting")
        plan = jobs.retry_plan()
        number = len(plan.job_ids) if plan is not None else 0
        self.retry_all.setVisible(number > 1)
        if plan is not None:
            price = jobs.plan_price(plan)
            tail = "" if price == "free" else f" · {price}"
            self._name(self.retry_all, f"Retry all {number} failed{tail}")
        if self.concurrency.value() != jobs.concurrency:
            self.concurrency.blockSignals(True)
            self.concurrency.setValue(jobs.concurrency)
            self.concurrency.blockSignals(False)

    def _show_actions(self, allowed: tuple[JobAction, ...]) -> None:
        job = self._jobs.job(self.selected)
        for action in allowed:
            self._name(self._buttons[action], self._jobs.action_text(self.selected, action))
        if JobAction.CHECK_AGAIN in allowed and job is not None:
            may_cost = job.state is JobState.UNKNOWN and not job.async_mode
            words = "This server keeps no request ids: it may charge again" if may_cost else ""
            self._buttons[JobAction.CHECK_AGAIN].setToolTip(words)
        if allowed == self._shown:
            return
        self._shown = allowed
        for action, button in self._buttons.items():
            self._grid.removeWidget(button)
            button.setVisible(action in allowed)
        for place, action in enumerate(allowed):
            self._grid.addWidget(self._buttons[action], place // 2, place % 2)

    @staticmethod
    def _name(button: QPushButton, text: str) -> None:
        if button.text() != text:
            button.setText(text)
            button.setAccessibleName(text)

    def _is_burst(self) -> bool:
        """Tell whether this click belongs to the one before: buttons move when a state does."""
        now = self._clock()
        burst = now - self._last_click < BURST
        self._last_click = now
        return burst

    def _act(self, action: JobAction) -> None:
        job_id = self.selected
        job = self._jobs.job(job_id)
        if job is None or self._is_burst():
            return
        if action is JobAction.COPY_DETAILS:
            QGuiApplication.clipboard().setText(self._jobs.details(job_id))
        elif action is JobAction.COPY_REQUEST_ID:
            QGuiApplication.clipboard().setText(request_id_of(job))
        else:
            self._jobs.act(job_id, action)

    def _cancel_all(self) -> None:
        if not self._is_burst():
            self._jobs.cancel_waiting()

    def _retry_all(self) -> None:
        """Ask with the price; where nothing can cost, do it at once."""
        plan = self._jobs.retry_plan()
        if plan is None or self._is_burst():
            return
        if self._jobs.plan_price(plan) == "free":
            self._jobs.retry_failed(plan)
            return
        from phota_desktop.ui.retry_dialog import RetryDialog

        dialog = RetryDialog(plan, self._jobs.plan_price(plan), self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self._jobs.retry_failed(plan))
        dialog.open()
