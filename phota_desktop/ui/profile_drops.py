"""Photos dropped on the sidebar: on a profile they are meant for it, elsewhere for a new one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from phota_desktop.ui.profile_list import ProfileList

Dropped = Callable[[str, tuple[Path, ...]], None]


class ProfileDrops(QObject):
    """Watches one widget; the window below it never hears of the files dropped there."""

    def __init__(self, widget: QWidget, dropped: Dropped, rows: ProfileList | None = None) -> None:
        """Call ``dropped`` with the profile's id (empty for none) and the paths."""
        super().__init__(widget)
        self._dropped = dropped
        self._rows = rows
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        if isinstance(event, QDropEvent):  # enter and move events are drop events to Qt
            moving = isinstance(event, QDragEnterEvent | QDragMoveEvent)
            paths = local_files(event)
            if not paths:
                return False
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            profile_id = ""
            if self._rows is not None:
                profile_id = self._rows.profile_at(event.position().toPoint())
                self._rows.mark_target(profile_id if moving else "")
            if not moving:
                self._dropped(profile_id, paths)
            return True
        if event.type() is QEvent.Type.DragLeave and self._rows is not None:
            self._rows.mark_target("")
        return False


def local_files(event: QDropEvent) -> tuple[Path, ...]:
    """Return the files of this computer that are dragged."""
    urls = event.mimeData().urls()
    return tuple(Path(url.toLocalFile()) for url in urls if url.isLocalFile())
