"""The job list: what runs, waits and ended, newest first, with what can be done about each."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QTimer,
    Signal,
)

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.jobs import Engine, Job, JobState
from phota_desktop.core.pricing import show_range
from phota_desktop.viewmodels.roles import ACCESSIBLE_TEXT_ROLE, DISPLAY_ROLE, USER_ROLE
from phota_desktop.viewmodels.words import count, elapsed, money, plain, state_words

if TYPE_CHECKING:
    from phota_desktop.services.queue import JobChange, JobProgress, JobQueue
    from phota_desktop.services.tasks import Tasks

Index = QModelIndex | QPersistentModelIndex
JOB_ROLE = USER_ROLE + 1
TITLE_ROLE = USER_ROLE + 2
DETAIL_ROLE = USER_ROLE + 3


class JobAction(StrEnum):
    """What a person can do about a job; the value is the button's text."""

    CANCEL = "Cancel"
    SEND = "Send now"
    RETRY = "Retry"
    CHECK_AGAIN = "Check again"
    COPY_DETAILS = "Copy details"
    REMOVE = "Remove"


@dataclass(frozen=True)
class Progress:
    """How far the present phase is; ``total`` 0 where it is not known."""

    phase: str
    done: int = 0
    total: int = 0


def actions_for(job: Job, *, unsent: bool = False) -> tuple[JobAction, ...]:
    """Return what the job's state allows, the most useful first.

    ``unsent`` marks a job of an earlier start that waits for a person's word to be sent.
    """
    state = job.state
    found: list[JobAction] = []
    if state is JobState.UNKNOWN or state is JobState.PARTIAL:
        found.append(JobAction.CHECK_AGAIN)
    elif state is JobState.FAILED:
        found.append(JobAction.CHECK_AGAIN if job.remote_job_id else JobAction.RETRY)
    elif not state.is_final and not job.hidden:
        if unsent and state is JobState.QUEUED:
            found.append(JobAction.SEND)
        found.append(JobAction.CANCEL)
    found.append(JobAction.COPY_DETAILS)
    if state.is_final:
        found.append(JobAction.REMOVE)
    return tuple(found)


class JobListModel(QAbstractListModel):
    """Jobs of the queue by id; a one-second tick runs only while something is at work."""

    job_changed = Signal(object)
    """Carries the :class:`Job` that is new or another."""
    job_removed = Signal(str)
    counts_changed = Signal()
    ticked = Signal()
    failed = Signal(object, str)
    """What a person asked for did not work: the :class:`PhotaError` and the job's id."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: list[Job] = []
        self._progress: dict[str, Progress] = {}
        self._queue: JobQueue | None = None
        self._tasks: Tasks | None = None
        self._attached = 0.0
        self._leave: list[Callable[[], None]] = []
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self._on_tick)

    def attach(self, queue: JobQueue, tasks: Tasks) -> None:
        """Follow a queue: take over the jobs it knows, then its changes."""
        self._queue = queue
        self._tasks = tasks
        self._attached = time.time()
        self._leave = [
            queue.changed.subscribe(self._on_changed),
            queue.progress.subscribe(self._on_progress),
        ]
        for job in reversed(queue.jobs()):
            self.put(job)

    def detach(self) -> None:
        """Stop following the queue; the rows stay as they are."""
        for leave in self._leave:
            leave()
        self._leave = []
        self._queue = None
        self._tick.stop()

    # -- what is known ------------------------------------------------------------------

    def jobs(self) -> list[Job]:
        """Return all rows, newest first."""
        return list(self._jobs)

    def job(self, job_id: str) -> Job | None:
        """Return the job of that id."""
        return next((job for job in self._jobs if job.id == job_id), None)

    def phase(self, job_id: str) -> Progress | None:
        """Return how far a job at work is."""
        return self._progress.get(job_id)

    @property
    def running(self) -> int:
        """Jobs at work that the person still wants."""
        return sum(1 for job in self._jobs if job.state.public == "running" and not job.hidden)

    @property
    def waiting(self) -> int:
        """Jobs recorded and not yet sent."""
        return sum(1 for job in self._jobs if job.state is JobState.QUEUED)

    @property
    def unsent(self) -> int:
        """Paid requests of an earlier start that wait for a person's word."""
        return sum(1 for job in self._jobs if JobAction.SEND in self.actions(job.id))

    @property
    def summary(self) -> str:
        """The status bar's words: ``2 running · 1 waiting``."""
        parts = []
        if self.running:
            parts.append(f"{self.running} running")
        if self.waiting:
            parts.append(f"{self.waiting} waiting")
        if parts:
            return " · ".join(parts)
        return count(len(self._jobs), "job") if self._jobs else "No jobs"

    # -- what can be done -----------------------------------------------------------------

    def act(self, job_id: str, action: JobAction) -> None:
        """Do what a button says; ``COPY_DETAILS`` is the window's own affair."""
        queue, tasks = self._queue, self._tasks
        if queue is None or tasks is None:
            return
        calls: dict[JobAction, Callable[[str], Coroutine[object, object, object]]] = {
            JobAction.CANCEL: queue.cancel,
            JobAction.RETRY: queue.retry,
            JobAction.CHECK_AGAIN: queue.check_again,
            JobAction.REMOVE: queue.remove,
        }
        if action is JobAction.SEND:
            queue.start(job_id)
        elif action in calls:
            name = f"{action.value.lower()} {job_id[:8]}"
            tasks.spawn(self._try(calls[action], job_id), name=name)

    async def _try(
        self, call: Callable[[str], Coroutine[object, object, object]], job_id: str
    ) -> None:
        try:
            await call(job_id)
        except PhotaError as error:
            self.failed.emit(error, job_id)

    def actions(self, job_id: str) -> tuple[JobAction, ...]:
        """Return what can be done about a job now."""
        job = self.job(job_id)
        if job is None:
            return ()
        early = job.engine is Engine.PHOTA and job.created < self._attached
        return actions_for(job, unsent=early)

    def details(self, job_id: str) -> str:
        """Return what a support mail needs; no key, no prompt, no picture."""
        job = self.job(job_id)
        if job is None:
            return ""
        lines = [
            f"job: {job.id}",
            f"operation: {job.request.operation.value}",
            f"engine: {job.engine.value}",
            f"state: {job.state.public}",
            f"client request id: {job.client_request_id}",
        ]
        if job.remote_job_id:
            lines.append(f"Phota job id: {plain(job.remote_job_id)}")
        if job.request_id:
            lines.append(f"Phota request id: {plain(job.request_id)}")
        if job.error is not None:
            lines.append(f"error: {job.error.kind.value}: {plain(job.error.message)}")
            if job.error.status:
                lines.append(f"HTTP status: {job.error.status}")
        return "\n".join(lines)

    def put(self, job: Job) -> None:
        """Add a job or replace the row of that id."""
        for row, known in enumerate(self._jobs):
            if known.id == job.id:
                if known == job:
                    return
                self._jobs[row] = job
                index = self.index(row)
                self.dataChanged.emit(index, index)
                break
        else:
            row = next(
                (r for r, known in enumerate(self._jobs) if known.sequence <= job.sequence),
                len(self._jobs),
            )
            self.beginInsertRows(QModelIndex(), row, row)
            self._jobs.insert(row, job)
            self.endInsertRows()
        if job.state.is_final:
            self._progress.pop(job.id, None)
        self._after(job)

    def _after(self, job: Job) -> None:
        busy = self.running > 0
        if busy and not self._tick.isActive():
            self._tick.start()
        elif not busy:
            self._tick.stop()
        self.job_changed.emit(job)
        self.counts_changed.emit()

    def _drop(self, job_id: str) -> None:
        for row, known in enumerate(self._jobs):
            if known.id == job_id:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self._jobs[row]
                self.endRemoveRows()
                self.job_removed.emit(job_id)
                self.counts_changed.emit()
                return

    def _on_changed(self, change: JobChange) -> None:
        if change.removed:
            self._drop(change.job.id)
        else:
            self.put(change.job)

    def _on_progress(self, progress: JobProgress) -> None:
        self._progress[progress.job_id] = Progress(progress.phase, progress.done, progress.total)
        for row, job in enumerate(self._jobs):
            if job.id == progress.job_id:
                index = self.index(row)
                self.dataChanged.emit(index, index, [DETAIL_ROLE])

    def _on_tick(self) -> None:
        for row, job in enumerate(self._jobs):
            if job.state.public == "running":
                index = self.index(row)
                self.dataChanged.emit(index, index, [DETAIL_ROLE])
        self.ticked.emit()

    # -- Qt's model ---------------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: D102
        return 0 if parent is not None and parent.isValid() else len(self._jobs)

    def data(self, index: Index, role: int = DISPLAY_ROLE) -> object:  # noqa: D102
        if not index.isValid() or index.row() >= len(self._jobs):
            return None
        job = self._jobs[index.row()]
        if role == JOB_ROLE:
            return job
        if role == TITLE_ROLE:
            return title_of(job)
        if role == DETAIL_ROLE:
            return self._detail(job)
        if role in (DISPLAY_ROLE, ACCESSIBLE_TEXT_ROLE):
            return f"{title_of(job)}: {self._detail(job)}"
        return None

    def _detail(self, job: Job) -> str:
        progress = self._progress.get(job.id)
        parts = [state_words(job, progress.phase if progress else "")]
        if progress and progress.total > 0 and not job.state.is_final:
            parts[0] += f" {min(100, progress.done * 100 // progress.total)} %"
        if job.state.public == "running":
            parts.append(elapsed(time.time() - (job.sent or job.created)))
        elif job.finished is not None:
            parts.append(elapsed(job.finished - (job.sent or job.created)))
        parts.append(cost_words(job))
        if job.error is not None:
            parts.append(plain(job.error.message, 160))
        return " · ".join(parts)


def title_of(job: Job) -> str:
    """Return ``Enhance 3 · IMG_4711.jpg``."""
    first = next((image for image in job.request.images if isinstance(image, Path)), None)
    name = f" · {plain(first.name, 80)}" if first else ""
    return f"{job.request.operation.value.capitalize()} {job.request.variants}{name}"


def cost_words(job: Job) -> str:
    """Return what the job cost, or else what it is going to cost."""
    if job.engine is Engine.LOCAL:
        return "free"
    if job.cost is not None:
        return "free" if job.cost == Decimal(0) else money(job.cost)
    return show_range(job.estimate)
