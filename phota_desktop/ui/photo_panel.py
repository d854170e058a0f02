"""The left panel: people and pets, then the opened photos, or how to open the first."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from phota_desktop.ui.controls import Caption, plain_text
from phota_desktop.ui.profile_sidebar import ProfileSidebar
from phota_desktop.ui.theme import GRID
from phota_desktop.ui.thumbnail_art import ThumbnailArt
from phota_desktop.viewmodels.studio import StudioViewModel

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from phota_desktop.ui.photo_list import PhotoList
    from phota_desktop.viewmodels.people import PeopleViewModel

PEOPLE_SHARE = 0.45
"""Of the panel's height for people and pets; more only where the photos leave it free."""
PHOTO_ROW = 60
"""Pixels in height of one photo, about."""


class PhotoPanel(QFrame):
    """Two headings with their lists; each heading counts. A list is made when first used."""

    show_file_asked = Signal(object)
    """Carries the :class:`Path` whose folder is to be opened."""
    mention_asked = Signal(str)
    """Carries the profile id to be mentioned in the prompt."""
    add_asked = Signal(str)
    """Carries the profile id to be trained anew, empty for someone new."""
    privacy_asked = Signal(str)
    photos_dropped = Signal(str, object)
    """Carries a profile id, or nothing, and the paths of training photos."""

    def __init__(
        self, studio: StudioViewModel, art: ThumbnailArt, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("photoPanel")
        self.setAccessibleName("People and opened photos")
        self.setMinimumWidth(176)
        self._studio = studio
        self._art = art
        self._shelf: QWidget | None = None
        self.sidebar = ProfileSidebar(self)
        self.sidebar.mention_asked.connect(self.mention_asked)
        self.sidebar.add_asked.connect(self.add_asked)
        self.sidebar.privacy_asked.connect(self.privacy_asked)
        self.sidebar.photos_dropped.connect(self.photos_dropped)
        self._title = QLabel("Photos", self)
        plain_text(self._title)
        self._empty = Caption("Photos you open are listed here.", self)
        self._empty.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GRID + GRID // 2, 0, 0)
        column.setSpacing(GRID)
        self._title.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        self._empty.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        column.addWidget(self.sidebar)
        column.addSpacing(GRID)
        column.addWidget(self._title)
        column.addWidget(self._empty)
        column.addStretch(1)
        self._column = column
        for signal in (studio.photos.rowsInserted, studio.photos.rowsRemoved):
            signal.connect(self.refresh)
        self.refresh()

    @cached_property
    def list(self) -> PhotoList:
        """The list; empty lists and their code can wait until the window is painted."""
        from phota_desktop.ui.photo_list import PhotoList

        made = PhotoList(self._studio, self._art, self)
        made.show_file_asked.connect(self.show_file_asked)
        self._column.takeAt(self._column.count() - 1)
        self._column.addWidget(made, 1)
        return made

    def show_people(self, people: PeopleViewModel) -> None:
        """Show these people and pets from now on."""
        self.sidebar.show_people(people, self._art, before=self.list)

    def show_library(self, shelf: QWidget) -> None:
        """Put the library's ways in below the photos."""
        shelf.setParent(self)
        self._column.addWidget(shelf)
        shelf.show()
        self._shelf = shelf
        self._share_room()

    def refresh(self) -> None:
        """Count the photos."""
        number = self._studio.photos.rowCount()
        self._title.setText(f"Photos  {number}" if number else "Photos")
        self._empty.setVisible(number == 0)
        self._share_room()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        photos = PHOTO_ROW * (self._studio.photos.rowCount() + 1) + 4 * GRID
        room = self.height() - (self._shelf.sizeHint().height() if self._shelf else 0)
        self.sidebar.set_room(max(int(room * PEOPLE_SHARE), room - photos))
