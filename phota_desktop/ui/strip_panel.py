"""The panel below the canvas: what is shown, what can be done with it, and the strip."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from phota_desktop.ui.controls import ElidedLabel, IconButton
from phota_desktop.ui.theme import GRID
from phota_desktop.ui.thumbnail_art import ThumbnailArt
from phota_desktop.viewmodels.studio import StudioViewModel
from phota_desktop.viewmodels.words import plain

if TYPE_CHECKING:
    from phota_desktop.ui.variant_strip import VariantStrip

PICTURE_HEIGHT = 72
BRACKET = 10
"""Room above the pictures, in pixels, in which the bracket of one job is drawn."""


class StripPanel(QFrame):
    """A header with the photo's name and the export button, then the variants.

    The strip is made when first used; its room is kept from the beginning.
    """

    export_asked = Signal()
    copy_asked = Signal()

    def __init__(
        self, studio: StudioViewModel, art: ThumbnailArt, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("stripPanel")
        self.setAccessibleName("Variants of this photo")
        self._studio = studio
        self._art = art
        self._name = ElidedLabel("", self)
        self.export = IconButton(
            "exportButton",
            "export",
            "Export…",
            self,
            key="Ctrl+S",
            with_text=True,
            on_click=self.export_asked.emit,
        )
        head = QHBoxLayout()
        head.setContentsMargins(GRID + GRID // 2, 0, GRID, 0)
        head.addWidget(self._name, 1)
        head.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID // 2, GRID // 2, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        self._room = QWidget(self)
        line = self.fontMetrics().height()
        self._room.setFixedHeight(BRACKET + PICTURE_HEIGHT + 2 * line + 2 * GRID + 4)
        column.addWidget(self._room)
        studio.photo_changed.connect(self.refresh)
        studio.entry_changed.connect(self.refresh)
        self.refresh()

    @cached_property
    def strip(self) -> VariantStrip:
        """The strip itself; empty strips and their code can wait until the window is painted."""
        from phota_desktop.ui.variant_strip import VariantStrip

        made = VariantStrip(self._studio, self._art, self._room)
        row = QHBoxLayout(self._room)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(made)
        return made

    def refresh(self) -> None:
        """Name what is shown."""
        photo, entry = self._studio.photo, self._studio.entry
        self.export.setEnabled(entry is not None and entry.can_show)
        if photo is None or entry is None:
            self._name.set_text("Variants of a photo appear here, beside the original.")
            return
        parts = [plain(photo.name, 120)]
        if entry.title != "Original":
            parts.append(entry.title)
            if entry.detail:
                parts.append(entry.detail)
        self._name.set_text(" · ".join(parts))
