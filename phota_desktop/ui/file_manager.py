"""Asks the desktop's file manager to show a file, selected in its folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl

from phota_desktop.viewmodels.handoff import show_folder

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusPendingCallWatcher

FILE_MANAGER = (
    "org.freedesktop.FileManager1",
    "/org/freedesktop/FileManager1",
    "org.freedesktop.FileManager1",
)
PATIENCE_MS = 2000


class FileManager(QObject):
    """Speaks over the session's bus; a file manager that does not answer gets the folder."""

    def show(self, path: Path) -> bool:
        """Ask it to show a file; False where nobody can be asked. The answer is not waited for."""
        if not has_bus():
            return False
        from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher

        bus = QDBusConnection.sessionBus()
        if not bus.isConnected():
            return False
        call = QDBusMessage.createMethodCall(*FILE_MANAGER, "ShowItems")
        call.setArguments([[uri(path)], ""])
        watcher = QDBusPendingCallWatcher(bus.asyncCall(call, PATIENCE_MS), self)
        watcher.finished.connect(lambda ended: self._on_answer(ended, path))
        return True

    def _on_answer(self, watcher: QDBusPendingCallWatcher, path: Path) -> None:
        if watcher.isError():
            show_folder(path)
        watcher.deleteLater()


def uri(path: Path) -> str:
    """Return a file's address in ASCII, as other programs expect it."""
    return bytes(QUrl.fromLocalFile(str(path)).toEncoded().data()).decode("ascii")


def has_bus() -> bool:
    """Tell whether there is a session bus; without one Qt would try to start one, and wait."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    known = bool(os.environ.get("DBUS_SESSION_BUS_ADDRESS"))
    return known or (bool(runtime) and Path(runtime, "bus").exists())
