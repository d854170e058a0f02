"""The rows of the prompt history: what was used, then what to begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractListModel,
    QDate,
    QDateTime,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from phota_desktop.viewmodels.roles import (
    ACCESSIBLE_TEXT_ROLE,
    DISPLAY_ROLE,
    TOOL_TIP_ROLE,
    USER_ROLE,
)
from phota_desktop.viewmodels.words import plain

if TYPE_CHECKING:
    from phota_desktop.core.options import Operation
    from phota_desktop.services.people import Person
    from phota_desktop.store.notebook import PromptEntry
    from phota_desktop.viewmodels.prompts import PromptsViewModel

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = USER_ROLE + 1
_TIP_LIMIT = 1000


@dataclass(frozen=True)
class Row:
    """One row: ``wire`` is what a choice writes, empty for a heading."""

    text: str
    below: str = ""
    wire: str = ""
    entry: PromptEntry | None = None

    @property
    def is_heading(self) -> bool:
        """Whether this row only names those below it."""
        return not self.wire


class PromptListModel(QAbstractListModel):
    """Prompts that were found, and the operation's starters under a heading."""

    def __init__(self, prompts: PromptsViewModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._prompts = prompts
        self._operation: Operation | None = None
        self._rows: tuple[Row, ...] = ()
        self._of: tuple[tuple[Person, ...], QDate] | None = None
        prompts.found.connect(self.refresh)
        prompts.people_changed.connect(self.refresh)

    def set_operation(self, operation: Operation) -> None:
        """Show the starters of an operation."""
        self._operation = operation
        self.refresh()

    def refresh(self) -> None:
        """Show what the view-model has."""
        known = {row.entry: row for row in self._rows if row.entry is not None}
        of = (self._prompts.people, QDate.currentDate())  # names and dates are in the words
        if of != self._of:
            self._of, known = of, {}
        rows = [known.get(entry) or self._row(entry) for entry in self._prompts.entries]
        if self._operation is not None:
            starters = self._prompts.starters(self._operation)
            if starters:
                rows.append(Row(f"Suggestions for {self._operation.value.capitalize()}"))
                rows += [Row(text, wire=text) for text in starters]
        if tuple(rows) != self._rows:
            self.beginResetModel()
            self._rows = tuple(rows)
            self.endResetModel()

    def _row(self, entry: PromptEntry) -> Row:
        times = f"{entry.times} times" if entry.times > 1 else ""
        below = (entry.operation.value.capitalize(), _when(entry.used), times)
        text = plain(self._prompts.readable(entry.text), _TIP_LIMIT)
        return Row(text, " · ".join(part for part in below if part), entry.text, entry)

    def row(self, number: int) -> Row | None:
        """Return a row by its number."""
        return self._rows[number] if 0 <= number < len(self._rows) else None

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: D102
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:  # noqa: D102
        row = self.row(index.row())
        if row is None or row.is_heading:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = DISPLAY_ROLE) -> object:  # noqa: D102
        row = self.row(index.row()) if index.isValid() else None
        if row is None:
            return None
        if role == DISPLAY_ROLE:
            return row.text
        if role == ROW_ROLE:
            return row
        if role == TOOL_TIP_ROLE:
            from html import escape

            return f"<p>{escape(row.text)}</p>" if row.wire else None
        if role == ACCESSIBLE_TEXT_ROLE:
            pinned = "Pinned" if row.entry is not None and row.entry.pinned else ""
            return ", ".join(part for part in (pinned, row.text, row.below) if part)
        return None


def _when(used: float) -> str:
    """Return the time for today and the date for other days, as the locale writes them."""
    moment = QDateTime.fromSecsSinceEpoch(int(used))
    short = QLocale.FormatType.ShortFormat
    if moment.date() == QDate.currentDate():
        return QLocale().toString(moment.time(), short)
    return QLocale().toString(moment.date(), short)
