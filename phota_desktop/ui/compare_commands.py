"""What the keys of looking and comparing do: views, flick, pin, line, information."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from phota_desktop.viewmodels.comparison import MOST_SURVEYED, Comparison, Shown, View
from phota_desktop.viewmodels.variants import Entry, EntryKind

if TYPE_CHECKING:
    from phota_desktop.ui.compare_link import CompareLink
    from phota_desktop.ui.main_window import MainWindow
    from phota_desktop.viewmodels.inspection import Inspector


class CompareCommands(QObject):
    """The verbs of one canvas; what aligns and compares is made when two pictures first meet."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._screen = b""
        self._has_link = False
        self.comparison.changed.connect(self._on_comparison)

    @cached_property
    def link(self) -> CompareLink:
        """What aligns a pair, tells its difference and shows the bar; ends with the window."""
        from phota_desktop.ui.compare_bar import CompareBar
        from phota_desktop.ui.compare_link import CompareLink
        from phota_desktop.viewmodels.aligning import Aligner
        from phota_desktop.viewmodels.difference import Differ

        canvas, loader = self._window.canvas, self._window.loader
        aligner, differ, bar = Aligner(loader, self), Differ(loader, self), CompareBar()
        bar.dock(canvas)
        self._window.closed.connect(aligner.close)
        self._window.closed.connect(differ.close)
        self._has_link = True
        return CompareLink(canvas, canvas.comparison, aligner, differ, bar, self)

    def _on_comparison(self) -> None:
        if not self._has_link and self.comparison.pairs():
            QTimer.singleShot(0, lambda: self.link)  # the view first

    def set_screen(self, icc: bytes) -> None:
        """Tell the profile that pictures are converted to, empty for sRGB."""
        self._screen = icc
        if "inspector" in vars(self):
            self.inspector.set_screen(icc)

    @cached_property
    def inspector(self) -> Inspector:
        """What is known of the pictures; made when somebody asks, and ended with the window."""
        from phota_desktop.ui.info_link import InfoLink
        from phota_desktop.viewmodels.inspection import Inspector

        window = self._window
        made = Inspector(window.loader, window.jobs.jobs, self)
        made.set_screen(self._screen)
        InfoLink(window.canvas, made, self)
        window.closed.connect(made.close)
        return made

    @property
    def comparison(self) -> Comparison:
        """What is on the canvas."""
        return self._window.canvas.comparison

    def calls(self) -> dict[str, Callable[[], object]]:
        """Return what each command of the key table does."""
        canvas = self._window.canvas
        return {
            "single": lambda: canvas.set_view(View.SINGLE),
            "side": lambda: self.toggle_view(View.SIDE),
            "swipe": lambda: self.toggle_view(View.SWIPE),
            "difference": lambda: self.toggle_view(View.DIFFERENCE),
            "survey": self.survey,
            "compare": self.compare,
            "flick": canvas.flick,
            "pin": self.pin,
            "align": self.align,
            "turn": canvas.turn_divider,
            "less": lambda: canvas.turn_or_gain(-1),
            "more": lambda: canvas.turn_or_gain(1),
            "toggle_zoom": canvas.toggle_zoom,
            "zoom_fit": canvas.zoom_fit,
            "zoom_100": lambda: canvas.zoom_to(100),
            "zoom_200": lambda: canvas.zoom_to(200),
            "zoom_in": canvas.zoom_in,
            "zoom_out": canvas.zoom_out,
            "surround": self._window.settings.next_surround,
            "info": self.toggle_info,
            "lab": self.toggle_lab,
        }

    def show(self, name: str) -> None:
        """Show the view of that name, as the buttons of the top bar ask."""
        if name == View.SURVEY:
            self._select_for_survey()
        self._window.canvas.set_view(View(name))

    def toggle_view(self, view: View) -> None:
        """Show the pair this way, or one picture again."""
        canvas = self._window.canvas
        canvas.set_view(View.SINGLE if canvas.view is view else view)

    def survey(self) -> None:
        """Show what is selected in the strip; without a selection, all there is, the first six."""
        if self._window.canvas.view is not View.SURVEY:
            self._select_for_survey()
        self.toggle_view(View.SURVEY)

    def compare(self) -> None:
        """Show the two selected places side by side; with one, beside the original."""
        chosen = [entry for entry in self._selected() if entry.kind is EntryKind.RESULT]
        canvas = self._window.canvas
        if len(chosen) == 2 and canvas.view is not View.SIDE:
            self.comparison.pin(_shown(chosen[0]))
            self._window.studio.choose_entry(chosen[1].key)
            canvas.set_view(View.SIDE)
            return
        self.toggle_view(View.SIDE)

    def pin(self) -> None:
        """Let what is looked at be what everything is compared with, or the original again."""
        comparison = self.comparison
        comparison.pin(None if comparison.pinned is not None else comparison.subject)
        pinned = comparison.pinned
        said = f"Compared with {pinned.label}." if pinned else "Compared with the original."
        self._window.studio.say(said)

    def align(self) -> None:
        """Lay the variant over the original, or show it as it came."""
        self.link.toggle_alignment()

    def toggle_info(self) -> None:
        """Show or hide what is known of the picture."""
        self.inspector.set_on(not self.inspector.is_on)

    def toggle_lab(self) -> None:
        """Tell Lab below the cursor, or no longer; shows the information if need be."""
        inspector = self.inspector
        if inspector.is_on or not inspector.with_lab:
            inspector.toggle_lab()
        inspector.set_on(True)

    def _select_for_survey(self) -> None:
        chosen = self._selected()
        if len(chosen) < 2:
            chosen = [entry for entry in self._window.studio.strip.entries() if entry.can_show]
        self.comparison.set_selection([_shown(entry) for entry in chosen[:MOST_SURVEYED]])

    def _selected(self) -> list[Entry]:
        return self._window.strip_panel.strip.selected_entries()


def _shown(entry: Entry) -> Shown:
    return Shown(os.fspath(entry.path) if entry.path is not None else "", entry.title)
