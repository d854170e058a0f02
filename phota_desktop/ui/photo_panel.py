"""The left panel: a heading, the opened photos, or how to open the first."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from phota_desktop.ui.controls import Caption
from phota_desktop.ui.photo_list import PhotoList
from phota_desktop.ui.theme import GRID
from phota_desktop.ui.thumbnail_art import ThumbnailArt
from phota_desktop.viewmodels.studio import StudioViewModel


class PhotoPanel(QWidget):
    """Heading and list; the heading counts."""

    def __init__(
        self, studio: StudioViewModel, art: ThumbnailArt, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("photoPanel")
        self.setAccessibleName("Opened photos")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(176)
        self._studio = studio
        self._title = QLabel("Photos", self)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._empty = Caption("Photos you open are listed here.", self)
        self._empty.setWordWrap(True)
        self.list = PhotoList(studio, art, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GRID + GRID // 2, 0, 0)
        column.setSpacing(GRID)
        self._title.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        self._empty.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        column.addWidget(self._title)
        column.addWidget(self._empty)
        column.addWidget(self.list, 1)
        for signal in (studio.photos.rowsInserted, studio.photos.rowsRemoved):
            signal.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Count the photos."""
        number = self._studio.photos.rowCount()
        self._title.setText(f"Photos  {number}" if number else "Photos")
        self._empty.setVisible(number == 0)
