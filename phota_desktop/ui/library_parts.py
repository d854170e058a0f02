"""The library in the window: grid, film strip, tree, export, hand-off and proof sheets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from phota_desktop.core.library import LibraryQuery, Picture
from phota_desktop.ui.centre import Centre
from phota_desktop.ui.chosen_pictures import ChosenPictures
from phota_desktop.ui.export_commands import ExportCommands
from phota_desktop.ui.handoff_commands import HandOffCommands
from phota_desktop.ui.lineage_commands import LineageCommands
from phota_desktop.ui.proof_commands import ProofCommands
from phota_desktop.viewmodels.comparison import Shown, View
from phota_desktop.viewmodels.library import LibraryViewModel
from phota_desktop.viewmodels.library_counts import LibraryCounts

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services
    from phota_desktop.ui.filmstrip import Filmstrip
    from phota_desktop.ui.library_shelf import LibraryShelf
    from phota_desktop.ui.library_view import LibraryView
    from phota_desktop.ui.main_window import MainWindow

COMPARING = frozenset({"compare", "survey", "side", "swipe", "difference"})
"""Commands that compare what is chosen in the library, while that is shown."""
ON_THE_CANVAS = frozenset(
    {
        *("single", "flick", "pin", "align", "turn", "less", "more", "toggle_zoom", "zoom_fit"),
        *("zoom_100", "zoom_200", "zoom_in", "zoom_out", "surround", "info", "lab"),
        *("previous_variant", "next_variant"),
    }
)
"""Commands about what the canvas shows; they do nothing while it is hidden."""


class LibraryParts(QObject):
    """Made with the services; views are made when they are first shown."""

    def __init__(self, window: MainWindow, services: Services) -> None:
        super().__init__(window)
        self._window = window
        self._studio = window.studio
        self.model = LibraryViewModel(self)
        self.model.attach(services)
        self.model.failed.connect(self._studio.notices.show_error)
        self.centre = Centre(window)
        chosen = ChosenPictures(window)
        chosen.library = self._chosen_in_front
        self.handing = HandOffCommands(window, services, chosen)
        self.exporting = ExportCommands(window, services, chosen, self.handing)
        self.lineage = LineageCommands(window, services, self.centre.put)
        self.proofing = ProofCommands(
            window, services, lambda: self.model if self.is_open else None
        )
        self.lineage.library = self._chosen_in_library
        self.lineage.export_asked.connect(self.exporting.export_pictures)
        self.counts = LibraryCounts(self)
        self.counts.attach(services)
        window.commands.join(
            {
                "library": self.toggle_library,
                "search": self.search_library,
                "filmstrip": self.toggle_filmstrip,
                **self.lineage.calls(),
                **self.exporting.calls(),
                **self.handing.calls(),
                **self.proofing.calls(),
            }
        )
        window.commands.in_front = self._act_in_front
        self._studio.photo_changed.connect(self.show_canvas)
        window.top.view_asked.connect(lambda _name: self.show_canvas())
        window.strip_panel.export_asked.connect(self.exporting.export)

    def detach(self) -> None:
        """Let the services go, before they close."""
        self._window.commands.in_front = lambda _name: False
        for part in (self.proofing, self.lineage, self.exporting, self.handing, self.counts):
            part.detach()
        self.model.detach()

    # -- views ------------------------------------------------------------------------------

    @cached_property
    def view(self) -> LibraryView:
        """The grid; made when it is first asked for."""
        from phota_desktop.ui.library_view import LibraryView

        window, studio = self._window, self._studio
        view = LibraryView(
            *(self.model, window.art),
            marks=studio.marks,
            drag_files=studio.saver.drag_pictures,
        )
        view.open_asked.connect(self.open)
        view.compare_asked.connect(self.compare)
        view.export_asked.connect(self.exporting.export_pictures)
        view.lineage_asked.connect(lambda picture: self.lineage.show(picture.key))
        view.reveal_asked.connect(lambda picture: self.handing.hand_off.reveal(picture.path))
        view.back_asked.connect(self.show_canvas)
        view.failed.connect(studio.notices.show_error)
        return view

    @cached_property
    def filmstrip(self) -> Filmstrip:
        """The library in one row; made when it is first asked for."""
        from phota_desktop.ui.filmstrip import Filmstrip

        strip = Filmstrip(self.model, self._window.art)
        strip.show_asked.connect(self.open)
        strip.library_asked.connect(self.show_library)
        strip.hide()
        self._window.middle.addWidget(strip)
        return strip

    @cached_property
    def shelf(self) -> LibraryShelf:
        """The library's ways in, at the left."""
        from phota_desktop.ui.library_shelf import LibraryShelf

        shelf = LibraryShelf(self.counts)
        shelf.asked.connect(self.show_query)
        return shelf

    @property
    def is_open(self) -> bool:
        """Whether the grid is in front."""
        return "view" in vars(self) and self.centre.shown is self.view

    def toggle_library(self) -> None:
        """Show the library, or the canvas again."""
        if self.is_open:
            self.show_canvas()
        else:
            self.show_library()

    def show_library(self) -> None:
        """Show the library with what it was asked last."""
        self.lineage.close()
        self.centre.put(self.view)
        self._window.commands.marking.set_target(self.view)

    def search_library(self) -> None:
        """Show the library with the cursor in its search."""
        self.show_library()
        self.view.write_search()

    def show_query(self, query: LibraryQuery) -> None:
        """Show the library with what a query finds."""
        self.model.set_query(query)
        self.show_library()

    def show_canvas(self) -> None:
        """Go back to the canvas."""
        self.lineage.close()
        if self.centre.shown is not None:
            self._window.commands.marking.set_target(None)
            self.centre.put(None)

    def toggle_filmstrip(self) -> None:
        """Show or hide the film strip."""
        self.filmstrip.setVisible(self.filmstrip.isHidden())
        if self.filmstrip.isVisible() and self.centre.shown is None:
            self.filmstrip.setFocus()

    def retint(self) -> None:
        """Take the theme's colours."""
        for name in ("view", "filmstrip"):
            if name in vars(self):
                getattr(self, name).retint()

    # -- what is done with pictures -----------------------------------------------------------

    def open(self, picture: Picture) -> None:
        """Show a picture on the canvas."""
        self._studio.shelf.show_picture(picture, self.show_canvas)

    def compare(self, pictures: Sequence[Picture]) -> None:
        """Show pictures side by side on the canvas, two to six."""
        shown = [Shown(str(picture.path), picture.name) for picture in pictures]

        def lay_out() -> None:
            self.show_canvas()
            self._window.canvas.comparison.set_selection(shown)
            self._window.canvas.set_view(View.SURVEY)

        self._studio.shelf.show_picture(pictures[0], lay_out)

    def _chosen_in_library(self) -> list[Picture] | None:
        return self.model.known_chosen() if self.is_open else None

    def _chosen_in_front(self) -> list[Picture] | None:
        """Return what is chosen in tree or library, None while the canvas is in front."""
        found = self.lineage.chosen()
        return self._chosen_in_library() if found is None else found

    def _act_in_front(self, name: str) -> bool:
        """Do a command of the canvas in the view before it; False leaves it to the canvas."""
        if self.centre.shown is None:
            return False
        if name == "escape":
            self._leave()
            return True
        if self.lineage.is_open and name == "compare":
            self.lineage.view.compare()
            return True
        if not self.is_open:
            return name in ON_THE_CANVAS
        acts: dict[str, Callable[[], object]] = {
            **dict.fromkeys(COMPARING, self.view.compare),
            "lineage": self.view.show_lineage,
            "export": self.view.export,
        }
        if name in acts:
            acts[name]()
        return name in acts or name in ON_THE_CANVAS

    def _leave(self) -> None:
        """Leave a field first, then the view."""
        from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit

        shown = self.centre.shown
        writing = isinstance(QApplication.focusWidget(), QLineEdit | QPlainTextEdit | QTextEdit)
        if writing and shown is not None:
            shown.setFocus()
        else:
            self.show_canvas()
