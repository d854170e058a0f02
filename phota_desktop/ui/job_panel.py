"""The job list at the bottom: what runs, waits and ended, and what can be done about it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from phota_desktop.core.jobs import JobState
from phota_desktop.ui.controls import Caption, IconButton, push_button
from phota_desktop.ui.theme import GRID, RADIUS, tokens
from phota_desktop.viewmodels.jobs import (
    DETAIL_ROLE,
    JOB_ROLE,
    TITLE_ROLE,
    JobAction,
    JobListModel,
)

Index = QModelIndex | QPersistentModelIndex
_COLOURS = {
    JobState.DONE: "good",
    JobState.PARTIAL: "warn",
    JobState.FAILED: "bad",
    JobState.REFUSED: "warn",
    JobState.UNKNOWN: "warn",
    JobState.QUEUED: "quiet",
    JobState.CANCELED: "quiet",
}


class JobDelegate(QStyledItemDelegate):
    """Paints a coloured mark, the job's title and its state in words."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: D102
        line = option.fontMetrics.height()
        return QSize(200, 2 * line + 12)

    def paint(  # noqa: D102
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index
    ) -> None:
        rect: QRect = option.rect
        state = option.state
        states = type(state)  # a look at QStyle itself costs 9 ms before the first paint
        font: QFont = option.font
        colours = tokens()
        job = index.data(JOB_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        body = QRectF(rect).adjusted(0, 1, -GRID, -1)
        if state & states.State_Selected:
            painter.setBrush(QColor(colours.hover))
            painter.drawRoundedRect(body, RADIUS, RADIUS)
        mark = str(getattr(colours, _COLOURS.get(job.state, "accent")))
        painter.setBrush(QColor(mark))
        painter.drawEllipse(QRectF(body.left() + GRID, body.center().y() - 4, 8, 8))
        left = body.left() + 3 * GRID + 2
        width = body.right() - left - GRID
        line = painter.fontMetrics().height()
        top = body.center().y() - line
        painter.setPen(QColor(colours.text))
        self._line(painter, QRectF(left, top, width, line), str(index.data(TITLE_ROLE)))
        small = QFont(font)
        small.setPointSizeF(font.pointSizeF() * 0.9)
        painter.setFont(small)
        painter.setPen(QColor(colours.quiet))
        self._line(painter, QRectF(left, top + line, width, line), str(index.data(DETAIL_ROLE)))
        painter.restore()

    def _line(self, painter: QPainter, where: QRectF, text: str) -> None:
        shown = painter.fontMetrics().elidedText(
            text, Qt.TextElideMode.ElideRight, int(where.width())
        )
        painter.drawText(where, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


class JobPanel(QWidget):
    """The list and, for the selected job, the buttons its state allows."""

    def __init__(self, jobs: JobListModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("jobPanel")
        self.setAccessibleName("Jobs")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumHeight(136)
        self.setMaximumHeight(192)
        self._jobs = jobs
        title = QLabel("Jobs", self)
        title.setTextFormat(Qt.TextFormat.PlainText)
        self.close_button = IconButton("closeJobs", "down", "Hide jobs", self, key="Ctrl+J")
        self.list = QListView(self)
        self.list.setObjectName("jobList")
        self.list.setAccessibleName("Jobs")
        self.list.setModel(jobs)
        self.list.setItemDelegate(JobDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFrameShape(QListView.Shape.NoFrame)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._empty = Caption("Nothing was asked for yet. Press Enhance to start a job.", self)
        self._buttons: dict[JobAction, QPushButton] = {}
        self._lay_out(title)
        self.list.selectionModel().currentChanged.connect(lambda *_: self.refresh())
        jobs.counts_changed.connect(self.refresh)
        self.refresh()

    def _lay_out(self, title: QLabel) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, GRID // 2, GRID, GRID)
        column.setSpacing(GRID // 2)
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self.close_button)
        column.addLayout(head)
        column.addWidget(self._empty)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.list, 1)
        side = QVBoxLayout()
        side.setSpacing(GRID // 2)
        for action in JobAction:
            name = f"job{action.name.title().replace('_', '')}"
            button = push_button(name, action.value, self)
            button.clicked.connect(lambda _on=False, action=action: self._act(action))
            side.addWidget(button)
            self._buttons[action] = button
        side.addStretch(1)
        row.addLayout(side)
        column.addLayout(row, 1)

    @property
    def selected(self) -> str:
        """The id of the selected job, empty for none."""
        job = self.list.currentIndex().data(JOB_ROLE)
        return job.id if job is not None else ""

    def select(self, job_id: str) -> None:
        """Select a job's row."""
        for row, job in enumerate(self._jobs.jobs()):
            if job.id == job_id:
                self.list.setCurrentIndex(self._jobs.index(row))

    def refresh(self) -> None:
        """Show the buttons that the selected job's state allows."""
        has_jobs = self._jobs.rowCount() > 0
        self._empty.setVisible(not has_jobs)
        self.list.setVisible(has_jobs)
        if has_jobs and not self.list.currentIndex().isValid():
            self.list.setCurrentIndex(self._jobs.index(0))
        allowed = self._jobs.actions(self.selected) if has_jobs else ()
        for action, button in self._buttons.items():
            button.setVisible(action in allowed)

    def _act(self, action: JobAction) -> None:
        job_id = self.selected
        if not job_id:
            return
        if action is JobAction.COPY_DETAILS:
            QGuiApplication.clipboard().setText(self._jobs.details(job_id))
        else:
            self._jobs.act(job_id, action)
