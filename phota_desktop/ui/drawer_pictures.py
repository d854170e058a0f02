"""The drawer's pictures: the photos of an edit, or input and reference of a remix."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from phota_desktop.core.options import MAX_EDIT_IMAGES, Operation
from phota_desktop.ui.controls import Caption, focus_by_tab, plain_text
from phota_desktop.ui.drop_targets import Offered
from phota_desktop.ui.field import Field
from phota_desktop.ui.reference_slot import PictureTile, ReferenceSlot
from phota_desktop.ui.source_list import SourceList
from phota_desktop.ui.theme import GRID
from phota_desktop.ui.thumbnail_art import ThumbnailArt
from phota_desktop.viewmodels.studio import StudioViewModel
from phota_desktop.viewmodels.words import count, plain

_OPENED = 12
"""How many opened photos the menu of the add button names."""


def pictures_of(studio: StudioViewModel, offer: Offered) -> tuple[Path, ...]:
    """Return the files of a drop; what cannot be taken is said."""
    files = tuple(path for path in offer.paths if path.is_file())
    if len(files) < len(offer.paths):
        studio.say("Drop the photos themselves here, not a folder.")
    elif offer.link:
        studio.say(f"A link is not fetched: {plain(offer.link, 200)}. Save it first.")
    elif not files:
        studio.say("Save this picture as a file first, then drop it here.")
    return files


def small_button(name: str, text: str, parent: QWidget) -> QToolButton:
    """Return a small button with words, for the heading of a field."""
    button = QToolButton(parent)
    button.setObjectName(name)
    button.setText(text)
    button.setAccessibleName(text)
    button.setProperty("small", True)
    focus_by_tab(button)
    return button


class EditPictures(QWidget):
    """The photos that an edit combines; by itself that is the shown one."""

    def __init__(
        self, studio: StudioViewModel, art: ThumbnailArt | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._studio = studio
        self.list = SourceList(art, self)
        self.field = Field("Photos", self.list, self)
        self.reset = small_button("shownPhotoButton", "Reset", self)
        self.reset.setAccessibleName("Only the shown photo")
        self.reset.setToolTip("Take the shown photo alone")
        self.add = small_button("addSourceButton", "Add…", self)
        self.add.setToolTip("Add a photo to this edit")
        self._menu = QMenu(self)
        self.add.clicked.connect(lambda _on=False: self._offer_photos())
        self.field.add_tool(self.reset)
        self.field.add_tool(self.add)
        self._hint = Caption("The shown photo. Add more to combine them.", self)
        self._hint.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self.field)
        column.addWidget(self._hint)
        form = studio.form
        self.list.dropped.connect(lambda offer: self.add_files(pictures_of(studio, offer)))
        self.list.moved.connect(form.move_source)
        self.list.removed.connect(form.remove_source)
        self.reset.clicked.connect(lambda _on=False: form.clear_sources())

    def refresh(self) -> None:
        """Show the photos that would be sent."""
        form = self._studio.form
        pictures = form.effective_sources(self._studio.photo)
        chosen = bool(form.sources)
        self.list.show_pictures(pictures, editable=chosen)
        number = len(pictures)
        self.field.label.setText(f"Photos  {number} of {MAX_EDIT_IMAGES}" if chosen else "Photos")
        self.add.setEnabled(number < MAX_EDIT_IMAGES)
        self._hint.setVisible(not chosen and number > 0)
        self.reset.setVisible(chosen)

    def add_files(self, paths: Sequence[Path]) -> None:
        """Add photos; what is over the limit is said."""
        refused = self._studio.form.add_sources(paths) if paths else 0
        if refused:
            words = f"An edit takes up to {MAX_EDIT_IMAGES} photos; {count(refused, 'photo')}"
            self._studio.say(f"{words} left out.")

    def _offer_photos(self) -> None:
        self._menu.clear()
        self._menu.addAction("Choose files…", self._choose)
        taken = self._studio.form.effective_sources(self._studio.photo)
        opened = [path for path in self._studio.photos.paths() if path not in taken][:_OPENED]
        if opened:
            self._menu.addSeparator()
        for path in opened:
            name = plain(path.name, 40).replace("&", "&&")
            self._menu.addAction(name, partial(self.add_files, [path]))
        self._menu.popup(self.add.mapToGlobal(self.add.rect().bottomLeft()))

    def _choose(self) -> None:
        from phota_desktop.ui.file_dialogs import ask_photos

        ask_photos(self, self._studio.photo, self.add_files)

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """The controls in the order of the Tab key."""
        return (self.reset, self.add, self.list)


class RemixPictures(QWidget):
    """Input and reference side by side."""

    def __init__(
        self, studio: StudioViewModel, art: ThumbnailArt | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._studio = studio
        self.input = PictureTile("inputSlot", "Input", "Open a photo", art, self)
        self.reference = ReferenceSlot(art, self)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(GRID // 2)
        for column, (title, slot) in enumerate(
            (("Photo", self.input), ("Reference", self.reference))
        ):
            label = QLabel(title, self)
            plain_text(label)
            label.setBuddy(slot)
            grid.addWidget(label, 0, column)
            grid.addWidget(slot, 1, column)
            grid.setColumnStretch(column, 1)
        self.reference.clicked.connect(lambda _on=False: self._choose())
        self.reference.dropped.connect(lambda offer: self.set_file(pictures_of(studio, offer)))
        self.reference.removed.connect(lambda: studio.form.set_reference(None))

    def refresh(self) -> None:
        """Show the two pictures that would be sent."""
        form = self._studio.form
        if form.operation is Operation.REMIX:
            pictures = form.effective_sources(self._studio.photo)
            self.input.show_picture(pictures[0] if pictures else None)
        self.reference.show_picture(form.reference)

    def set_file(self, paths: Sequence[Path]) -> None:
        """Take the first of these files as the reference."""
        if paths:
            self._studio.form.set_reference(paths[0])

    def _choose(self) -> None:
        from phota_desktop.ui.file_dialogs import ask_photos

        ask_photos(self, self._studio.photo, self.set_file)

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """The controls in the order of the Tab key."""
        return (self.reference, self.reference.remove)
