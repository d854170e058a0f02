"""Panels that fold, full screen, and where the window was left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from phota_desktop.ui.main_window import MainWindow

FIRST_SIZE = (1440, 900)
FRAME_ROOM = 32
"""Pixels left for the title bar that the window manager adds."""


class WindowLayout(QObject):
    """Folds and unfolds the three panels of a window and keeps its geometry."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._folded: list[QWidget] = []
        self._was_maximized = False

    def _panels(self) -> tuple[QWidget, ...]:
        window = self._window
        return (window.photo_panel, window.strip_panel, window.drawer)

    def fold(self, panel: QWidget) -> None:
        """Hide or show one panel."""
        panel.setVisible(panel.isHidden())

    def toggle_panels(self) -> None:
        """Hide all panels, or show those that were there."""
        shown = [panel for panel in self._panels() if not panel.isHidden()]
        if shown:
            self._folded = shown
            for panel in shown:
                panel.hide()
        else:
            for panel in self._folded or self._panels():
                panel.show()

    def toggle_full_screen(self) -> None:
        """Use the whole screen for the window, or go back."""
        window = self._window
        if window.isFullScreen():
            window.top.show()
            if self._was_maximized:
                window.showMaximized()
            else:
                window.showNormal()
        else:
            self._was_maximized = window.isMaximized()
            window.top.hide()
            window.showFullScreen()

    def restore(self) -> None:
        """Bring the window to where it was left; a new one takes most of the screen."""
        state = self._window.settings.value.window
        geometry = QByteArray.fromBase64(state.geometry.encode("ascii", "ignore"))
        if geometry.isEmpty() or not self._window.restoreGeometry(geometry):
            room = self._window.screen().availableSize()
            height = min(FIRST_SIZE[1], room.height() - FRAME_ROOM)
            self._window.resize(min(FIRST_SIZE[0], room.width()), height)
        if len(state.panes) == 3 and all(state.panes):
            self._window.body.setSizes(list(state.panes))
        opens = (state.sidebar_open, state.strip_open, state.drawer_open)
        for panel, is_open in zip(self._panels(), opens, strict=True):
            panel.setVisible(is_open)

    def remember(self) -> None:
        """Keep geometry and panels in the settings."""
        window = self._window
        photo_open, strip_open, drawer_open = (not panel.isHidden() for panel in self._panels())
        if window.parts is not None:
            strip_open = window.parts.library.centre.strip_is_open
        panes = tuple(window.body.sizes())
        state = replace(
            window.settings.value.window,
            geometry=bytes(window.saveGeometry().toBase64().data()).decode("ascii"),
            panes=panes if all(panes) else window.settings.value.window.panes,
            maximized=window.isMaximized(),
            sidebar_open=photo_open,
            strip_open=strip_open,
            drawer_open=drawer_open,
        )
        window.settings.change(window=state)
