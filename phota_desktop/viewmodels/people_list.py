"""The list model of the sidebar: rows keep their place, and only what changed is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from phota_desktop.viewmodels.people_rows import Row
from phota_desktop.viewmodels.roles import (
    ACCESSIBLE_TEXT_ROLE,
    CHECK_STATE_ROLE,
    DISPLAY_ROLE,
    TOOL_TIP_ROLE,
    USER_ROLE,
)
from phota_desktop.viewmodels.words import plain_tip

Index = QModelIndex | QPersistentModelIndex
ID_ROLE = USER_ROLE + 1
"""The profile's id, empty for a training that has none."""
PICTURE_ROLE = USER_ROLE + 2
INITIALS_ROLE = USER_ROLE + 3
STATUS_ROLE = USER_ROLE + 4
STATUS_COLOUR_ROLE = USER_ROLE + 5
"""The name of a colour: ``good``, ``accent``, ``warn``, ``bad`` or ``quiet``."""
ROW_ROLE = USER_ROLE + 6
"""The whole :class:`Row`, which costs a painter one question."""
CHECK_ROLE = CHECK_STATE_ROLE
_CELLS: dict[int, Callable[[Row], object]] = {
    ROW_ROLE: lambda row: row,
    DISPLAY_ROLE: attrgetter("name"),
    ID_ROLE: attrgetter("profile_id"),
    PICTURE_ROLE: attrgetter("picture"),
    INITIALS_ROLE: attrgetter("initials"),
    STATUS_ROLE: attrgetter("words"),
    STATUS_COLOUR_ROLE: attrgetter("colour"),
    TOOL_TIP_ROLE: lambda row: plain_tip(f"{row.name}\n{row.words}"),
}
_NO_PARENT = QModelIndex()


class PeopleModel(QAbstractListModel):
    """One row a person; the tick is the check state and exists only where it counts."""

    tick_asked = Signal(str, bool)
    """A profile id, and whether it is to ride on the request."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []
        self._places: dict[str, int] = {}
        self._riding: frozenset[str] = frozenset()
        self._has_ticks = False

    def show(self, rows: Sequence[Row], riding: frozenset[str], *, has_ticks: bool) -> None:
        """Show these rows; those that stay keep their selection, and the list its scroll."""
        self._move_to(rows)
        old_rows, old_ticks = self._rows, [self._tick(row) for row in self._rows]
        self._rows, self._riding, self._has_ticks = list(rows), riding, has_ticks
        for place, row in enumerate(rows):
            if old_rows[place] != row or old_ticks[place] != self._tick(row):
                self.dataChanged.emit(self.index(place), self.index(place))

    def _move_to(self, rows: Sequence[Row]) -> None:
        """Take rows out and put rows in until the keys are those of ``rows``, in their order."""
        wanted = [row.key for row in rows]
        if wanted == [row.key for row in self._rows]:
            return
        kept = set(wanted)
        known = {row.key for row in self._rows}
        if [row.key for row in self._rows if row.key in kept] != [k for k in wanted if k in known]:
            self.beginResetModel()  # the order itself is another one: somebody was renamed
            self._rows = list(rows)
            self._place()
            self.endResetModel()
            return
        for first, last in reversed(_runs([row.key not in kept for row in self._rows])):
            self.beginRemoveRows(_NO_PARENT, first, last)
            del self._rows[first : last + 1]
            self._place()
            self.endRemoveRows()
        for first, last in _runs([key not in known for key in wanted]):
            self.beginInsertRows(_NO_PARENT, first, last)
            self._rows[first:first] = rows[first : last + 1]
            self._place()
            self.endInsertRows()

    def _place(self) -> None:
        self._places = {row.key: place for place, row in enumerate(self._rows)}

    def item(self, place: int) -> Row | None:
        """Return the row at a place."""
        return self._rows[place] if 0 <= place < len(self._rows) else None

    def find(self, key: str) -> int:
        """Return the place of a row's key, -1 for none."""
        return self._places.get(key, -1)

    def row(self, profile_id: str) -> int:
        """Return the place of a profile, -1 for none."""
        return next((n for n, one in enumerate(self._rows) if one.profile_id == profile_id), -1)

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows, from the top."""
        return tuple(self._rows)

    def _tick(self, row: Row) -> bool | None:
        """Return whether somebody rides; None where there is nothing to tick."""
        rides = row.profile_id in self._riding
        return rides if self._has_ticks and row.profile_id and (row.is_ready or rides) else None

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: D102
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:  # noqa: D102
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        row = self.item(index.row())
        if row is not None and self._tick(row) is not None:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: Index, role: int = DISPLAY_ROLE) -> object:  # noqa: D102
        row = self.item(index.row()) if index.isValid() else None
        if row is None:
            return None
        if role == CHECK_ROLE:
            return self._check_state(row)
        if role == ACCESSIBLE_TEXT_ROLE:
            rides = ", rides on this request" if self._tick(row) else ""
            return f"{row.name}, {row.words}{rides}"
        cell = _CELLS.get(role)
        return cell(row) if cell is not None else None

    def _check_state(self, row: Row) -> Qt.CheckState | None:
        tick = self._tick(row)
        if tick is None:
            return None
        return Qt.CheckState.Checked if tick else Qt.CheckState.Unchecked

    def setData(self, index: Index, value: object, role: int = CHECK_ROLE) -> bool:  # noqa: D102
        row = self.item(index.row()) if index.isValid() else None
        if role != CHECK_ROLE or row is None or self._tick(row) is None:
            return False
        self.tick_asked.emit(row.profile_id, Qt.CheckState(value) is Qt.CheckState.Checked)
        return True


def _runs(marks: Sequence[bool]) -> list[tuple[int, int]]:
    """Return the first and last place of each run of true ones."""
    runs: list[tuple[int, int]] = []
    for place, mark in enumerate(marks):
        if mark and runs and runs[-1][1] == place - 1:
            runs[-1] = (runs[-1][0], place)
        elif mark:
            runs.append((place, place))
    return runs
