"""The panel below the canvas: what is shown, what can be done with it, and the strip."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from phota_desktop.ui.controls import ElidedLabel, IconButton
from phota_desktop.ui.theme import GRID
from phota_desktop.ui.thumbnail_art import ThumbnailArt
from phota_desktop.ui.variant_strip import VariantStrip
from phota_desktop.viewmodels.studio import StudioViewModel
from phota_desktop.viewmodels.words import plain


class StripPanel(QWidget):
    """A header with the photo's name and the export button, then the variants."""

    export_asked = Signal()
    copy_asked = Signal()

    def __init__(
        self, studio: StudioViewModel, art: ThumbnailArt, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("stripPanel")
        self.setAccessibleName("Variants of this photo")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._studio = studio
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
        self.strip = VariantStrip(studio, art, self)
        head = QHBoxLayout()
        head.setContentsMargins(GRID + GRID // 2, 0, GRID, 0)
        head.addWidget(self._name, 1)
        head.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID // 2, GRID // 2, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.strip)
        studio.photo_changed.connect(self.refresh)
        studio.entry_changed.connect(self.refresh)
        self.refresh()

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
