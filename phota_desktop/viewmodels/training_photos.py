"""The photos for a training in the person's order, each with its verdict and whether it is used."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import Path

from PySide6.QtCore import (
    QAbstractListModel,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from phota_desktop.core.photo_check import Finding, PhotoFacts, Verdict, judge
from phota_desktop.viewmodels.roles import (
    ACCESSIBLE_TEXT_ROLE,
    CHECK_STATE_ROLE,
    DISPLAY_ROLE,
    TOOL_TIP_ROLE,
    USER_ROLE,
)
from phota_desktop.viewmodels.words import plain, plain_tip

Index = QModelIndex | QPersistentModelIndex
CHECK_ROLE = CHECK_STATE_ROLE
PATH_ROLE = USER_ROLE
VERDICT_ROLE = PATH_ROLE + 1
COLOUR_ROLE = PATH_ROLE + 2
"""The name of the theme's colour for the verdict's word."""
REASON_ROLE = PATH_ROLE + 3
SIZE_ROLE = PATH_ROLE + 4
MOST_PHOTOS = 200
"""Photos in the list; four times what a training takes."""

_SAME = re.compile(r"^(The|Nearly the) same picture as ")
_WORDS = {
    Finding.UNREADABLE: ("Unreadable", "bad"),
    Finding.DUPLICATE: ("Duplicate", "bad"),
    Finding.NEAR_DUPLICATE: ("Near duplicate", "warn"),
    Finding.TOO_SMALL: ("Too small", "warn"),
    Finding.BLURRED: ("Blurred", "warn"),
    Finding.DARK: ("Too dark", "warn"),
    Finding.OVEREXPOSED: ("Over-exposed", "warn"),
    Finding.GOOD: ("Good", "good"),
}


@dataclass(frozen=True)
class PhotoRow:
    """One photo; ``facts`` and ``verdict`` are None until it is checked.

    ``choice`` is what the person said of it, None where the verdict's preset counts.
    """

    path: Path
    facts: PhotoFacts | None = None
    verdict: Verdict | None = None
    choice: bool | None = None

    @property
    def can_use(self) -> bool:
        """False for what cannot be decoded: nobody can overrule that."""
        return self.facts is None or not self.facts.problem

    @property
    def is_used(self) -> bool:
        """Tell whether it goes into the training; one that is not checked yet counts."""
        if not self.can_use:
            return False
        if self.choice is not None:
            return self.choice
        return self.verdict is None or not self.verdict.leave_out

    @property
    def verdict_words(self) -> str:
        """The verdict in a word or two."""
        return _WORDS[self.verdict.kind][0] if self.verdict else "Not checked yet"

    @property
    def colour(self) -> str:
        """The name of the theme's colour for that word."""
        return _WORDS[self.verdict.kind][1] if self.verdict else "quiet"

    @property
    def reason(self) -> str:
        """The verdict's sentence, to be read after its word; empty for a good one."""
        if self.verdict is None or self.verdict.kind is Finding.GOOD:
            return ""
        words = plain(self.verdict.words)
        if self.verdict.kind in (Finding.DUPLICATE, Finding.NEAR_DUPLICATE):
            return _SAME.sub("of ", words, count=1)
        name = f"“{plain(self.path.name)}” "
        words = words.removeprefix(f"{self.verdict_words}: ").removeprefix(name)
        return words[:1].upper() + words[1:]

    @property
    def said(self) -> str:
        """The word and the reason as one text."""
        is_twin = self.verdict is not None and self.verdict.twin is not None
        twin = is_twin and self.reason.startswith("of ")
        return f"{self.verdict_words}{' ' if twin else '. '}{self.reason}".strip()

    @property
    def size_words(self) -> str:
        """Pixels and bytes, as far as they are known."""
        if self.facts is None or not self.facts.width:
            return ""
        size = QLocale().formattedDataSize(
            self.facts.bytes, 1, QLocale.DataSizeFormat.DataSizeTraditionalFormat
        )
        return f"{self.facts.width} × {self.facts.height} · {size}"


class TrainingPhotosModel(QAbstractListModel):
    """The list; every change of what is used, checked or there at all tells ``changed``."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[PhotoRow] = []

    # -- what is there ------------------------------------------------------------------

    @property
    def rows(self) -> tuple[PhotoRow, ...]:
        """All photos in the person's order."""
        return tuple(self._rows)

    @property
    def paths(self) -> list[Path]:
        """The files of all photos."""
        return [row.path for row in self._rows]

    @property
    def used(self) -> tuple[Path, ...]:
        """The files that go into the training, in order."""
        return tuple(row.path for row in self._rows if row.is_used)

    @property
    def unchecked(self) -> tuple[Path, ...]:
        """The files that were not measured yet."""
        return tuple(row.path for row in self._rows if row.facts is None)

    # -- changes ------------------------------------------------------------------------

    def show(self, rows: Iterable[PhotoRow]) -> None:
        """Show these in place of what was there."""
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()
        self.changed.emit()

    def add(self, paths: Iterable[Path]) -> int:
        """Add files behind the others; return how many were new and had room."""
        known = set(self.paths)
        new = [path for path in dict.fromkeys(paths) if path not in known]
        new = new[: max(0, MOST_PHOTOS - len(self._rows))]
        if new:
            end = len(self._rows)
            self.beginInsertRows(QModelIndex(), end, end + len(new) - 1)
            self._rows += [PhotoRow(path) for path in new]
            self.endInsertRows()
            self.changed.emit()
        return len(new)

    def remove(self, places: Collection[int]) -> None:
        """Remove the photos at these places; a twin that was left out for one of them returns."""
        gone = sorted((n for n in set(places) if 0 <= n < len(self._rows)), reverse=True)
        for place in gone:
            self.beginRemoveRows(QModelIndex(), place, place)
            del self._rows[place]
            self.endRemoveRows()
        if gone:
            self._judge()
            self.changed.emit()

    def set_used(self, places: Collection[int], used: bool) -> None:
        """Use these photos or leave them out, whatever their verdicts; not the unreadable ones."""
        for place in places:
            row = self._rows[place]
            if row.can_use and row.is_used is not used:
                self._replace(place, replace(row, choice=used))
        self.changed.emit()

    def take_facts(self, facts: Sequence[PhotoFacts]) -> None:
        """Note what was measured, and judge all photos anew; of files not here nothing is kept."""
        measured: Mapping[Path, PhotoFacts] = {one.path: one for one in facts}
        for place, row in enumerate(self._rows):
            if row.path in measured:
                self._rows[place] = replace(row, facts=measured[row.path])
        self._judge()
        self.changed.emit()

    def _judge(self) -> None:
        known = [row.facts for row in self._rows if row.facts is not None]
        verdicts = {verdict.path: verdict for verdict in judge(known)}
        for place, row in enumerate(self._rows):
            verdict = verdicts.get(row.path)
            if verdict != row.verdict:
                self._replace(place, replace(row, verdict=verdict))

    def _replace(self, place: int, row: PhotoRow) -> None:
        self._rows[place] = row
        index = self.index(place)
        self.dataChanged.emit(index, index)

    # -- for the view -------------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: D102
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:  # noqa: D102
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.isValid() and self._rows[index.row()].can_use:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: Index, role: int = DISPLAY_ROLE) -> object:  # noqa: D102
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        cell = _CELLS.get(role)
        return cell(self._rows[index.row()]) if cell is not None else None

    def setData(  # noqa: D102
        self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        if not index.isValid() or role != CHECK_ROLE or not self._rows[index.row()].can_use:
            return False
        self.set_used([index.row()], Qt.CheckState(value) is Qt.CheckState.Checked)
        return True


def _check_state(row: PhotoRow) -> Qt.CheckState:
    return Qt.CheckState.Checked if row.is_used else Qt.CheckState.Unchecked


def _tip(row: PhotoRow) -> str:
    lines = (str(row.path), row.size_words, row.said)
    return plain_tip("\n".join(plain(line, 1000) for line in lines if line))


def _read_aloud(row: PhotoRow) -> str:
    place = f"{plain(row.path.name, 160)}, {'used' if row.is_used else 'left out'}"
    return f"{place}. {row.said}"


_CELLS: dict[int, Callable[[PhotoRow], object]] = {
    DISPLAY_ROLE: lambda row: plain(row.path.name, 160),
    CHECK_ROLE: _check_state,
    PATH_ROLE: attrgetter("path"),
    VERDICT_ROLE: attrgetter("verdict_words"),
    COLOUR_ROLE: attrgetter("colour"),
    REASON_ROLE: attrgetter("reason"),
    SIZE_ROLE: attrgetter("size_words"),
    TOOL_TIP_ROLE: _tip,
    ACCESSIBLE_TEXT_ROLE: _read_aloud,
}
