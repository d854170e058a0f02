"""The list of jobs: a mark, a title and a line of words each; waiting ones can be moved."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from phota_desktop.core.jobs import JobState
from phota_desktop.ui.rows import paint_ground, paint_line, small_font
from phota_desktop.ui.theme import GRID, tokens
from phota_desktop.viewmodels.jobs import DETAIL_ROLE, JOB_ROLE, TITLE_ROLE, JobListModel

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
            paint_ground(painter, body, colours.hover)
        mark = str(getattr(colours, _COLOURS.get(job.state, "accent")))
        painter.setBrush(QColor(mark))
        painter.drawEllipse(QRectF(body.left() + GRID, body.center().y() - 4, 8, 8))
        left = body.left() + 3 * GRID + 2
        width = body.right() - left - GRID
        line = painter.fontMetrics().height()
        top = body.center().y() - line
        painter.setPen(QColor(colours.text))
        paint_line(painter, QRectF(left, top, width, line), str(index.data(TITLE_ROLE)))
        painter.setFont(small_font(font, 0.9))
        painter.setPen(QColor(colours.quiet))
        paint_line(painter, QRectF(left, top + line, width, line), str(index.data(DETAIL_ROLE)))
        painter.restore()


class JobList(QListView):
    """Jobs; waiting ones go elsewhere in the line by dragging, or with Alt+Up and Alt+Down.

    The drag is the list's own, not the system's: a job cannot be dropped anywhere else.
    """

    def __init__(self, jobs: JobListModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("jobList")
        self.setAccessibleName("Jobs")
        self.setAccessibleDescription("Alt+Up and Alt+Down move a waiting job in the line.")
        self.setModel(jobs)
        self.setItemDelegate(JobDelegate(self))
        self.setUniformItemSizes(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._jobs = jobs
        self._pressed: tuple[str, QPoint] | None = None
        self._gap: int | None = None

    @property
    def selected(self) -> str:
        """The id of the selected job, empty for none."""
        job = self.currentIndex().data(JOB_ROLE)
        return job.id if job is not None else ""

    def select(self, job_id: str) -> None:
        """Select a job's row."""
        row = self._jobs.row(job_id)
        if row >= 0:
            self.setCurrentIndex(self._jobs.index(row))

    # -- moving by keys -------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        steps = {Qt.Key.Key_Up.value: -1, Qt.Key.Key_Down.value: 1}
        step = steps.get(event.key())
        if step is not None and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._jobs.move_by(self.selected, step)
            self.scrollTo(self.currentIndex())
            event.accept()  # also where there is nothing to move: no other command may take it
        elif event.key() == Qt.Key.Key_Escape.value and self._pressed is not None:
            self._let_go()
        else:
            super().keyPressEvent(event)

    # -- moving by mouse ------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        super().mousePressEvent(event)
        place = event.position().toPoint()
        job = self.indexAt(place).data(JOB_ROLE)
        is_left = event.button() is Qt.MouseButton.LeftButton
        if is_left and job is not None and job.id in self._jobs.waiting_ids():
            self._pressed = (job.id, place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if self._pressed is None:
            super().mouseMoveEvent(event)
            return
        place = event.position().toPoint()
        way = (place - self._pressed[1]).manhattanLength()
        if self._gap is None and way < QApplication.startDragDistance():
            return
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self._scroll_at_the_edge(place.y())
        gap = self._gap_at(place.y())
        if gap != self._gap:
            self._gap = gap
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        pressed, gap = self._pressed, self._gap
        self._let_go()
        if pressed is None or gap is None:
            super().mouseReleaseEvent(event)
            return
        behind = self._jobs.index(gap).data(JOB_ROLE)
        order = self._jobs.waiting_ids()
        before = behind.id if behind is not None and behind.id in order else None
        if before != pressed[0]:
            self._jobs.move(pressed[0], before)
        self.select(pressed[0])

    def _let_go(self) -> None:
        self._pressed, self._gap = None, None
        self.unsetCursor()
        self.viewport().update()

    def _scroll_at_the_edge(self, y: int) -> None:
        bar, height = self.verticalScrollBar(), self.viewport().height()
        if y < GRID:
            bar.setValue(bar.value() - 2 * GRID)
        elif y > height - GRID:
            bar.setValue(bar.value() + 2 * GRID)

    def _gap_at(self, y: int) -> int:
        """Return the row before which a drop at height ``y`` goes, within the waiting ones."""
        rows = sorted(self._jobs.row(job_id) for job_id in self._jobs.waiting_ids())
        if not rows:
            return 0
        middles = (self.visualRect(self._jobs.index(row)).center().y() for row in rows)
        return rows[0] + sum(middle < y for middle in middles)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        super().paintEvent(event)
        if self._gap is None:
            return
        above = self.visualRect(self._jobs.index(max(0, self._gap - 1)))
        here = self.visualRect(self._jobs.index(self._gap))
        y = here.top() if here.isValid() else above.bottom() + 1
        painter = QPainter(self.viewport())
        painter.fillRect(0, y - 1, self.viewport().width(), 2, QColor(tokens().accent))
        painter.end()
