"""Rows of jobs that keep their order by moving, so that selections stay with their jobs."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex

from phota_desktop.core.jobs import Job, JobState

Index = QModelIndex | QPersistentModelIndex


class JobRows(QAbstractListModel):
    """What runs, newest first; what waits, the next one first; what ended, newest first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: list[Job] = []

    def jobs(self) -> list[Job]:
        """Return all jobs, newest first; the rows have an order of their own."""
        return sorted(self._jobs, key=lambda job: -job.sequence)

    def job(self, job_id: str) -> Job | None:
        """Return the job of that id."""
        return next((job for job in self._jobs if job.id == job_id), None)

    def row(self, job_id: str) -> int:
        """Return the row of a job, -1 if it has none."""
        return next((row for row, job in enumerate(self._jobs) if job.id == job_id), -1)

    def waiting_ids(self) -> list[str]:
        """Return the jobs that a person can put into another order, the next one first."""
        return []

    def _set(self, job: Job) -> bool:
        """Add a job or replace its row; False if nothing is new."""
        row = self.row(job.id)
        if row < 0:
            row = self._sorted([*self._jobs, job]).index(job)
            self.beginInsertRows(QModelIndex(), row, row)
            self._jobs.insert(row, job)
            self.endInsertRows()
            return True
        if self._jobs[row] == job:
            return False
        self._jobs[row] = job
        self._repaint(row)
        self._sort()
        return True

    def _drop(self, job_id: str) -> bool:
        row = self.row(job_id)
        if row < 0:
            return False
        self.beginRemoveRows(QModelIndex(), row, row)
        del self._jobs[row]
        self.endRemoveRows()
        return True

    def _sorted(self, jobs: list[Job]) -> list[Job]:
        place = {job_id: place for place, job_id in enumerate(self.waiting_ids())}

        def key(job: Job) -> tuple[int, int, int]:
            if job.state.is_final:
                return 2, 0, -job.sequence
            if job.state is JobState.QUEUED:
                return 1, place.get(job.id, -1), job.sequence
            return 0, 0, -job.sequence

        return sorted(jobs, key=key)

    def _sort(self) -> None:
        wanted = self._sorted(self._jobs)
        row = 0
        while row < len(wanted):
            job = self._jobs[row]
            if job is wanted[row]:
                row += 1
            elif row + 1 < len(wanted) and self._jobs[row + 1] is wanted[row]:
                self._move_row(row, wanted.index(job))
            else:
                self._move_row(self._jobs.index(wanted[row]), row)

    def _move_row(self, source: int, target: int) -> None:
        gap = target + 1 if target > source else target
        self.beginMoveRows(QModelIndex(), source, source, QModelIndex(), gap)
        self._jobs.insert(target, self._jobs.pop(source))
        self.endMoveRows()

    def _repaint(self, row: int) -> None:
        if row >= 0:
            self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: D102
        return 0 if parent is not None and parent.isValid() else len(self._jobs)
