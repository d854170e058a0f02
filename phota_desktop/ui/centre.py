"""The middle of the window: the canvas with its strip, or a view in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from phota_desktop.ui.main_window import MainWindow


class Centre(QObject):
    """Shows one view at a time; the canvas and what it shows stay as they were behind it."""

    changed = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._views: list[QWidget] = []
        self._strip_was_open = True
        self.shown: QWidget | None = None
        """The view in front of the canvas, None for the canvas itself."""

    @property
    def strip_is_open(self) -> bool:
        """Whether the strip is there when the canvas is."""
        if self.shown is not None:
            return self._strip_was_open
        return not self._window.strip_panel.isHidden()

    def put(self, view: QWidget | None) -> None:
        """Show a view, or with None the canvas again; the focus goes with it."""
        window = self._window
        if view is self.shown:
            return
        if self.shown is None:
            self._strip_was_open = not window.strip_panel.isHidden()
        else:
            self.shown.hide()
        self.shown = view
        if view is not None and view not in self._views:
            self._views.append(view)
            window.middle.insertWidget(0, view, 1)
        window.canvas.setVisible(view is None)
        window.strip_panel.setVisible(view is None and self._strip_was_open)
        if view is not None:
            view.show()
        (view or window.canvas).setFocus()
        self.changed.emit()
