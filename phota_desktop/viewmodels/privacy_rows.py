"""The tables of the privacy panel: training photos under their trainings, and requests."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractTableModel,
    QDateTime,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from phota_desktop.core.jobs import Engine
from phota_desktop.core.person_report import RequestReport, TrainingPhoto, TrainingReport, Way
from phota_desktop.core.person_text import HELD, STATES
from phota_desktop.core.profiles import ProfileStatus
from phota_desktop.core.training import TrainingState
from phota_desktop.viewmodels.words import plain, plain_tip

Index = QModelIndex | QPersistentModelIndex
_OUTCOMES = {
    ProfileStatus.READY: "ready",
    ProfileStatus.ERROR: "failed",
    ProfileStatus.INACTIVE: "inactive",
}


def when(time: float) -> str:
    """Return Unix seconds as date and time in the person's locale."""
    local = QDateTime.fromMSecsSinceEpoch(round(time * 1000))
    return QLocale().toString(local, QLocale.FormatType.ShortFormat)


def day(time: float) -> str:
    """Return the day of Unix seconds in the person's locale: ``14 Nov 2026``."""
    local = QDateTime.fromMSecsSinceEpoch(round(time * 1000))
    return QLocale().toString(local.date(), "d MMM yyyy")


def training_words(training: TrainingReport) -> str:
    """Return a training in a line: tier, to whom and when, and what became of it."""
    parts = [f"{training.tier.label} training"]
    if training.engine is Engine.LOCAL:
        parts.append(f"on this computer, {when(training.created)}")
    elif training.sent is not None:
        parts.append(f"sent to Phota {when(training.sent)}")
    else:
        parts.append(f"agreed to {when(training.created)}, not sent")
    if training.state is not TrainingState.ENDED:
        became = STATES[training.state]
    elif training.outcome is None:
        became = "no longer there"
    else:
        became = _OUTCOMES.get(training.outcome, training.outcome.value.lower())
    parts.append(f"{became} {when(training.ended)}" if training.ended is not None else became)
    if training.message:
        parts.append(plain(training.message, 200))
    return " · ".join(parts)


class _Table(QAbstractTableModel):
    """A table whose columns have fixed names."""

    COLUMNS: tuple[str, ...] = ()

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.COLUMNS[section]
        return None


class PhotoTable(_Table):
    """One row a training photo, those first that are still in a bucket."""

    COLUMNS = ("Photo", "Where", "Uploaded", "Deleted")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._photos: tuple[TrainingPhoto, ...] = ()

    def show(self, photos: Sequence[TrainingPhoto]) -> None:
        """Show these photos."""
        self.beginResetModel()
        self._photos = tuple(photos)
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: D102
        return 0 if parent is not None and parent.isValid() else len(self._photos)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:  # noqa: D102
        if not index.isValid() or index.row() >= len(self._photos):
            return None
        cell = _photo_cells(self._photos[index.row()])[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell
        return plain_tip(cell) if role == Qt.ItemDataRole.ToolTipRole else None


def _photo_cells(photo: TrainingPhoto) -> tuple[str, str, str, str]:
    name = plain(photo.name, 200)
    if photo.way is Way.LOCAL:
        return name, "This computer", "", ""
    if photo.way is Way.NONE:
        return name, "Not sent", "", ""
    if photo.way is Way.ADDRESS:
        return name, "Its own address", "", ""
    up = when(photo.uploaded) if photo.uploaded is not None else "Perhaps"
    gone = HELD.capitalize() if photo.deleted is None else when(photo.deleted)
    return name, plain(photo.bucket, 120), up, gone


class RequestTable(_Table):
    """One row a request, newest first; more rows are asked for when the last one is near."""

    COLUMNS = ("Date", "Request", "Photos", "To", "Request id")
    PHOTOS = 2
    more_asked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._requests: list[RequestReport] = []
        self._has_more = False

    def show(self, requests: Sequence[RequestReport], *, has_more: bool) -> None:
        """Show these requests in place of the others."""
        self.beginResetModel()
        self._requests, self._has_more = list(requests), has_more
        self.endResetModel()

    def add(self, requests: Sequence[RequestReport], *, has_more: bool) -> None:
        """Show older requests below."""
        self._has_more = has_more
        if not requests:
            return
        first = len(self._requests)
        self.beginInsertRows(QModelIndex(), first, first + len(requests) - 1)
        self._requests += requests
        self.endInsertRows()

    def canFetchMore(self, parent: Index) -> bool:  # noqa: D102
        return self._has_more and not parent.isValid()

    def fetchMore(self, parent: Index) -> None:  # noqa: D102
        if self.canFetchMore(parent):
            self._has_more = False  # until the answer is there
            self.more_asked.emit()

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: D102
        return 0 if parent is not None and parent.isValid() else len(self._requests)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:  # noqa: D102
        if not index.isValid() or index.row() >= len(self._requests):
            return None
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        cell = self._cell(self._requests[index.row()], index.column())
        return plain_tip(cell) if role == Qt.ItemDataRole.ToolTipRole else cell

    def _cell(self, request: RequestReport, column: int) -> str:
        if column == 0:
            return when(request.time)
        if column == 1:
            how = "" if request.rode else ", mentioned"
            return f"{request.operation.value.capitalize()}{how}"
        if column == self.PHOTOS:
            return plain(", ".join(request.photos)) or "None"
        here = request.engine is Engine.LOCAL
        if column == len(self.COLUMNS) - 1:
            return "" if here else plain(request.request_id, 120) or "Not known"
        return "Stayed on this computer" if here else "Phota"
