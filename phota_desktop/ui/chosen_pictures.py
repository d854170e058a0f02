"""Which pictures a command is about: those selected in the library, in the strip, or the shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from phota_desktop.core.library import Picture
from phota_desktop.viewmodels.export_subjects import Chosen, chosen_entries, chosen_pictures

if TYPE_CHECKING:
    from phota_desktop.ui.main_window import MainWindow


class ChosenPictures:
    """Asks whichever view is in front.

    ``library`` returns the library's selection, None while the canvas is shown.
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.library: Callable[[], Sequence[Picture] | None] = lambda: None

    def now(self) -> list[Chosen]:
        """Return what is chosen; the shown picture unless several are selected."""
        pictures = self.library()
        if pictures is not None:
            return chosen_pictures(pictures)
        studio = self._window.studio
        selected = self._window.strip_panel.strip.selected_entries()
        entry = studio.entry
        if len(selected) < 2 or entry not in selected:
            selected = [entry] if entry is not None else []
        return chosen_entries(selected, studio.photo)
