"""Joins the canvas with what is said of its pictures; made when information is first asked for."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from phota_desktop.ui.image_canvas import ImageCanvas
from phota_desktop.ui.info_overlay import InfoOverlay
from phota_desktop.viewmodels.inspection import Inspector
from phota_desktop.viewmodels.viewport import percent_text


class InfoLink(QObject):
    """Tells the inspector what is shown and where the cursor is, and the overlay the true scale."""

    def __init__(self, canvas: ImageCanvas, inspector: Inspector, parent: QObject) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._inspector = inspector
        self.overlay = InfoOverlay(inspector, canvas)
        canvas.comparison.changed.connect(self._on_pictures)
        canvas.cursor_moved.connect(self._on_cursor)
        canvas.zoom_changed.connect(self._on_zoom)
        canvas.viewport.changed.connect(self._on_zoom)
        inspector.changed.connect(self._on_zoom)
        self._on_pictures()

    @Slot()
    def _on_pictures(self) -> None:
        comparison = self._canvas.comparison
        self._inspector.show(comparison.slots(), comparison.subject)
        self._on_zoom()

    @Slot()
    def _on_cursor(self) -> None:
        if self._inspector.is_on:
            spots = self._canvas.spots()
            self._inspector.point({shown.path: fraction for shown, fraction in spots})

    @Slot()
    def _on_zoom(self) -> None:
        if self._inspector.is_on:
            viewport, subject = self._canvas.viewport, self._inspector.subject
            # The percentage is the last picture's; others tell theirs on their labels.
            paths = self._canvas.shown_paths
            leads = subject is not None and paths[-1:] == (subject.path,)
            known = leads and not viewport.leader.is_empty
            scale = percent_text(viewport.percent()) if known else ""
            self.overlay.set_scale(scale)
