"""The variant strip of the shown photo: the original, then what was made of it or will be."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex

from phota_desktop.core.jobs import Engine, Job, JobState
from phota_desktop.core.options import Operation
from phota_desktop.core.pricing import Estimate, show_range
from phota_desktop.viewmodels.roles import (
    ACCESSIBLE_TEXT_ROLE,
    DISPLAY_ROLE,
    TOOL_TIP_ROLE,
    USER_ROLE,
)
from phota_desktop.viewmodels.words import elapsed, plain, plain_tip

if TYPE_CHECKING:
    from PySide6.QtCore import Qt

Index = QModelIndex | QPersistentModelIndex
ENTRY_ROLE = USER_ROLE + 1
DETAIL_ROLE = USER_ROLE + 2
GENERATED = "Generated"
"""What the first place is called where it is no photo of a camera."""
LOCAL_LOOKS = ("Natural", "Brighter", "Warmer", "Punchier")
"""What the local engine's enhance variants are, in order."""


class EntryKind(StrEnum):
    """What a place in the strip is."""

    ORIGINAL = "original"
    RESULT = "result"
    WAITING = "waiting"
    RUNNING = "running"
    FAILED = "failed"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Entry:
    """One place in the strip; ``key`` stays the same while its picture is made.

    A result's key is that of the library (``core.library.result_key``).
    ``group`` is the job's id: entries of one group stand in one bracket. ``started`` is the
    wall-clock second at which the work began, while it runs.
    """

    key: str
    kind: EntryKind
    title: str
    detail: str = ""
    path: Path | None = None
    group: str = ""
    started: float | None = None

    @property
    def can_show(self) -> bool:
        """True when there is a picture to look at."""
        return self.path is not None


def original_entry(photo: Path) -> Entry:
    """Return the first place of the strip."""
    return Entry("original", EntryKind.ORIGINAL, "Original", plain(photo.name, 120), photo)


def source_photos(job: Job) -> tuple[Path, ...]:
    """Return the photos a job's pictures stand beside: its inputs, not a remix's reference."""
    images = job.request.images
    if job.request.operation is Operation.REMIX:
        images = images[:1]
    return tuple(image for image in images if isinstance(image, Path))


def generated_entries(photo: Path, job: Job) -> list[Entry]:
    """Return the places of a generated picture that is a photo itself, then of its siblings."""
    entries = job_entries(job)
    own = next((entry for entry in entries if entry.path == photo), None)
    detail = own.detail if own is not None else plain(photo.name, 120)
    first = Entry("original", EntryKind.ORIGINAL, GENERATED, detail, photo)
    return [first, *(entry for entry in entries if entry is not own)]


def sample_entries(variants: Sequence[Path]) -> list[Entry]:
    """Return the finished variants of a sample photo."""
    return [
        Entry(f"sample:{n}", EntryKind.RESULT, _look(n), "sample", path, "sample")
        for n, path in enumerate(variants)
    ]


def _look(n: int) -> str:
    return LOCAL_LOOKS[n] if n < len(LOCAL_LOOKS) else f"v{n + 1}"


def picture_cost(job: Job) -> str:
    """Return what each picture of a job cost, as far as one can tell; empty where nobody can.

    Phota counts recognised profiles over all pictures of a job: where some of them had one and
    others not, it does not say which, and each shows the range.
    """
    if job.engine is Engine.LOCAL or job.cost is None or not job.variants:
        return ""
    each = job.cost / len(job.variants)
    if job.estimate is not None:
        low = job.estimate.low / job.request.variants
        high = job.estimate.high / job.request.variants
        if low < each < high:
            return show_range(Estimate(low, high, job.estimate.currency))
    return show_range(Estimate(each, each))


def job_entries(job: Job) -> list[Entry]:
    """Return a job's places: its pictures, its places in waiting, or the one reason why not."""
    if job.hidden or job.state is JobState.CANCELED:
        return []
    from phota_desktop.core.library import result_key  # not before the window is painted

    local_looks = job.engine is Engine.LOCAL and job.request.operation is Operation.ENHANCE
    cost = picture_cost(job)
    found = []
    for variant in job.variants:
        n, key = variant.index, result_key(job, variant)
        size = f"{variant.width} × {variant.height}"
        title = _look(n) if local_looks else f"v{n + 1}"
        detail = f"{size} · {cost}" if cost else size
        found.append(Entry(key, EntryKind.RESULT, title, detail, variant.path, job.id))
    have = {variant.index for variant in job.variants}
    missing = [n for n in range(job.request.variants) if n not in have]
    if not job.state.is_final:
        kind = EntryKind.WAITING if job.state is JobState.QUEUED else EntryKind.RUNNING
        word = "Waiting" if kind is EntryKind.WAITING else "Running"
        started = None if kind is EntryKind.WAITING else (job.sent or job.created)
        found += [Entry(f"{job.id}:{n}", kind, word, "", None, job.id, started) for n in missing]
        return found
    kinds = {
        JobState.FAILED: (EntryKind.FAILED, "Failed"),
        JobState.PARTIAL: (EntryKind.FAILED, "Missing"),
        JobState.REFUSED: (EntryKind.REFUSED, "Refused"),
        JobState.UNKNOWN: (EntryKind.UNKNOWN, "Answer lost"),
    }
    if job.state in kinds:
        kind, word = kinds[job.state]
        reason = plain(job.error.message) if job.error else ""
        if job.state is JobState.PARTIAL:
            reason = reason or f"{len(missing)} of {job.request.variants} did not come"
        place = missing[0] if missing else len(found)
        found.append(Entry(f"{job.id}:{place}", kind, word, reason, None, job.id))
    return found


def numbered(entries: Sequence[Entry]) -> list[Entry]:
    """Return a strip's entries with each ``v1`` of a job as the number of its place there.

    Several jobs of one photo would bring several ``v1`` otherwise; a generated picture, which
    stands first, is the first itself.
    """
    first = 1 if entries and entries[0].title == GENERATED else 0
    return [
        replace(entry, title=f"v{place + first}") if _is_number(entry.title) else entry
        for place, entry in enumerate(entries)
    ]


def _is_number(title: str) -> bool:
    return title[:1] == "v" and title[1:].isdecimal()


class VariantStripModel(QAbstractListModel):
    """The entries of one photo; a change of one job touches only that job's rows."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []
        self.words_of: Callable[[Path | None], str] = lambda _path: ""
        """Says what a person thinks of a picture."""

    def entries(self) -> list[Entry]:
        """Return the places in order."""
        return list(self._entries)

    def entry(self, key: str) -> Entry | None:
        """Return the place of that key."""
        return next((entry for entry in self._entries if entry.key == key), None)

    def row(self, key: str) -> int:
        """Return the row of a key, -1 for none."""
        return next((row for row, e in enumerate(self._entries) if e.key == key), -1)

    def reset(self, entries: Iterable[Entry]) -> None:
        """Show another photo's entries."""
        self.beginResetModel()
        self._entries = list(entries)
        self.endResetModel()

    def update_entries(self, entries: Iterable[Entry]) -> None:
        """Bring the rows up to date by key, so that a selection stays where it is."""
        new = list(entries)
        keep = {entry.key for entry in new}
        for row in reversed(range(len(self._entries))):
            if self._entries[row].key not in keep:
                self._take_out(self._entries[row].key)
        for row, entry in enumerate(new):
            if row < len(self._entries) and self._entries[row].key == entry.key:
                if self._entries[row] != entry:
                    self._entries[row] = entry
                    self.dataChanged.emit(self.index(row), self.index(row))
            else:
                self._take_out(entry.key)  # one that went before another
                self.beginInsertRows(QModelIndex(), row, row)
                self._entries.insert(row, entry)
                self.endInsertRows()

    def _take_out(self, key: str) -> None:
        row = self.row(key)
        if row >= 0:
            self.beginRemoveRows(QModelIndex(), row, row)
            del self._entries[row]
            self.endRemoveRows()

    def repaint(self) -> None:
        """Let all places show the marks that they have now."""
        if self._entries:
            self.dataChanged.emit(self.index(0), self.index(len(self._entries) - 1))

    def tick(self) -> None:
        """Let running places show the next second."""
        for row, entry in enumerate(self._entries):
            if entry.kind is EntryKind.RUNNING:
                self.dataChanged.emit(self.index(row), self.index(row), [DETAIL_ROLE])

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: D102
        return 0 if parent is not None and parent.isValid() else len(self._entries)

    def flags(self, index: Index) -> Qt.ItemFlag:  # noqa: D102
        from PySide6.QtCore import Qt  # see roles.py

        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.isValid() and self._entries[index.row()].can_show:
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        return flags

    def data(self, index: Index, role: int = DISPLAY_ROLE) -> object:  # noqa: D102
        if not index.isValid() or index.row() >= len(self._entries):
            return None
        entry = self._entries[index.row()]
        if role == ENTRY_ROLE:
            return entry
        if role == DISPLAY_ROLE:
            return entry.title
        if role == DETAIL_ROLE:
            return detail_of(entry)
        if role == ACCESSIBLE_TEXT_ROLE:
            parts = (entry.title, detail_of(entry), self.words_of(entry.path))
            return ", ".join(part for part in parts if part)
        if role == TOOL_TIP_ROLE:
            tip = f"{entry.title}: {entry.detail}" if entry.detail else entry.title
            words = self.words_of(entry.path)
            return plain_tip(f"{tip}\n{words.capitalize()}" if words else tip)
        return None


def detail_of(entry: Entry) -> str:
    """Return the second line of a place; the time since the start while it runs."""
    if entry.started is not None:
        return elapsed(time.time() - entry.started)
    return entry.detail
