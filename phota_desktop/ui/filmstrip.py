"""What the library found in one row below the canvas; a click shows a picture on the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from phota_desktop.ui.picture_grid import PictureGrid

if TYPE_CHECKING:
    from phota_desktop.ui.thumbnail_art import ThumbnailArt
    from phota_desktop.viewmodels.library import LibraryViewModel

HEIGHT = 104
_RESTS_MS = 60
"""A held arrow key runs over pictures; the one where it rests is shown."""


class Filmstrip(QFrame):
    """Shares what is found, chosen and current with the library's grid."""

    show_asked = Signal(object)
    """Show this Picture on the canvas."""
    library_asked = Signal()
    """Return or a double click: to the library."""

    def __init__(
        self, model: LibraryViewModel, art: ThumbnailArt, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("filmstrip")
        self.setAccessibleName("Film strip of the library")
        self.setFixedHeight(HEIGHT)
        self.model = model
        self.grid = PictureGrid(model, art, self, is_row=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.grid)
        self.setFocusProxy(self.grid)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_RESTS_MS)
        self._rest.timeout.connect(self._show)
        self.grid.opened.connect(lambda _place: self.library_asked.emit())
        model.current_changed.connect(self._on_current)
        model.pictures_changed.connect(self._on_pictures)
        self._waits = False

    def retint(self) -> None:
        """Take the theme's colours."""
        self.grid.retint()

    def targets(self) -> list[str]:
        """Return the keys of what a mark goes to now."""
        return self.model.targets()

    def advance(self) -> None:
        """Choose the next picture."""
        self.model.advance()

    def _on_current(self) -> None:
        if self.isVisible():
            self._rest.start()

    def _on_pictures(self) -> None:
        if self._waits and self.isVisible():
            self._show()

    def _show(self) -> None:
        picture = self.model.current
        self._waits = picture is None
        if picture is not None:
            self.show_asked.emit(picture)
