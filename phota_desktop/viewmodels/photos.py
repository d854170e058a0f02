"""The opened photos, in the order they came, each addressed by its path."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex

from phota_desktop.viewmodels.roles import (
    ACCESSIBLE_TEXT_ROLE,
    DISPLAY_ROLE,
    TOOL_TIP_ROLE,
    USER_ROLE,
)
from phota_desktop.viewmodels.words import count, plain, plain_tip

Index = QModelIndex | QPersistentModelIndex
PATH_ROLE = USER_ROLE + 1
CAPTION_ROLE = USER_ROLE + 2


class PhotoListModel(QAbstractListModel):
    """Paths with a caption each (``3 variants``)."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._paths: list[Path] = []
        self._captions: dict[Path, str] = {}
        self._missing: set[Path] = set()
        self.words_of: Callable[[Path | None], str] = lambda _path: ""
        """Says what a person thinks of a photo."""

    def paths(self) -> list[Path]:
        """Return the opened photos in order."""
        return list(self._paths)

    def row(self, path: Path | None) -> int:
        """Return the row of a photo, -1 for none."""
        return self._paths.index(path) if path in self._paths else -1

    def add(self, paths: Iterable[Path]) -> list[Path]:
        """Append those that are not there yet; return them."""
        new = [path for path in dict.fromkeys(paths) if path not in self._paths]
        if new:
            first = len(self._paths)
            self.beginInsertRows(QModelIndex(), first, first + len(new) - 1)
            self._paths.extend(new)
            self.endInsertRows()
        return new

    def remove(self, path: Path) -> None:
        """Close a photo; the file stays as it is."""
        row = self.row(path)
        if row >= 0:
            self.beginRemoveRows(QModelIndex(), row, row)
            del self._paths[row]
            self.endRemoveRows()

    def set_variants(self, path: Path, finished: int, running: int) -> None:
        """Say how many variants a photo has and how many are on their way."""
        words = count(finished, "variant") if finished else ""
        if running:
            words = f"{words} · running" if words else "Running"
        if self._captions.get(path, "") != words:
            self._captions[path] = words
            self._repaint(path)

    def is_missing(self, path: Path | None) -> bool:
        """Tell whether a photo's file was gone when it was last looked for."""
        return path in self._missing

    def set_missing(self, path: Path, missing: bool) -> None:
        """Say whether a photo's file is gone."""
        if missing != (path in self._missing):
            (self._missing.add if missing else self._missing.discard)(path)
            self._repaint(path)

    def replace(self, path: Path, other: Path) -> None:
        """Let a photo that lies elsewhere now stand in the row of where it was."""
        row = self.row(path)
        if row >= 0 and self.row(other) < 0:
            self._paths[row] = other
            self._missing.discard(path)
            self._repaint(other)

    def repaint(self) -> None:
        """Let all photos show the marks that they have now."""
        if self._paths:
            self.dataChanged.emit(self.index(0), self.index(len(self._paths) - 1))

    def _repaint(self, path: Path) -> None:
        row = self.row(path)
        if row >= 0:
            self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: D102
        return 0 if parent is not None and parent.isValid() else len(self._paths)

    def data(self, index: Index, role: int = DISPLAY_ROLE) -> object:  # noqa: D102
        if not index.isValid() or index.row() >= len(self._paths):
            return None
        path = self._paths[index.row()]
        caption = self._captions.get(path, "")
        if path in self._missing:
            caption = f"Missing · {caption}" if caption else "Missing"
        if role == PATH_ROLE:
            return path
        if role == CAPTION_ROLE:
            return caption
        if role == DISPLAY_ROLE:
            return plain(path.name, 120)
        if role == ACCESSIBLE_TEXT_ROLE:
            parts = (plain(path.name, 120), caption, self.words_of(path))
            return ", ".join(part for part in parts if part)
        if role == TOOL_TIP_ROLE:
            return plain_tip(plain(str(path)))
        return None
