"""The people that fit what was typed behind an ``@``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex

from phota_desktop.viewmodels.mentions import matching
from phota_desktop.viewmodels.people import shown_name, status_words
from phota_desktop.viewmodels.roles import (
    ACCESSIBLE_TEXT_ROLE,
    DISPLAY_ROLE,
    TOOL_TIP_ROLE,
    USER_ROLE,
)

if TYPE_CHECKING:
    from phota_desktop.services.people import Person

Index = QModelIndex | QPersistentModelIndex
PERSON_ROLE = USER_ROLE + 1
STATUS_ROLE = USER_ROLE + 2


class MentionListModel(QAbstractListModel):
    """One row a person that fits, best first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.people: tuple[Person, ...] = ()
        self._query = ""
        self._found: tuple[Person, ...] = ()

    def set_people(self, people: Sequence[Person]) -> None:
        """Search among these people."""
        self.people = tuple(people)
        self._search()

    def set_query(self, query: str) -> None:
        """Search for what was typed."""
        self._query = query
        self._search()

    def _search(self) -> None:
        found = tuple(matching(self.people, self._query))
        if found != self._found:
            self.beginResetModel()
            self._found = found
            self.endResetModel()

    def person(self, row: int) -> Person | None:
        """Return the person of a row."""
        return self._found[row] if 0 <= row < len(self._found) else None

    def words(self, row: int) -> str:
        """Return a row as a screen reader says it."""
        person = self.person(row)
        return f"{shown_name(person)}, {status_words(person)}" if person is not None else ""

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: D102
        return 0 if parent is not None and parent.isValid() else len(self._found)

    def data(self, index: Index, role: int = DISPLAY_ROLE) -> object:  # noqa: D102
        person = self.person(index.row()) if index.isValid() else None
        if person is None:
            return None
        if role == DISPLAY_ROLE:
            return shown_name(person)
        if role == PERSON_ROLE:
            return person
        if role == STATUS_ROLE:
            return status_words(person)
        if role in (ACCESSIBLE_TEXT_ROLE, TOOL_TIP_ROLE):
            return self.words(index.row())
        return None
