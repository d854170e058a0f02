"""The library in the window's centre: the bar, the grid, and words where there is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QStackedWidget, QVBoxLayout, QWidget

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.library import Flag, Label, Picture
from phota_desktop.ui.controls import plain_label, push_button, scale_font
from phota_desktop.ui.library_bar import LibraryBar
from phota_desktop.ui.library_commands import (
    MOST_COMPARED,
    DragFiles,
    begin_drag,
    fill_picture_menu,
    plain_files,
)
from phota_desktop.ui.picture_grid import PictureGrid
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.library_filter import conditions, is_filtered

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from phota_desktop.ui.cleanup_dialog import CleanupDialog
    from phota_desktop.ui.thumbnail_art import ThumbnailArt
    from phota_desktop.viewmodels.library import LibraryViewModel
    from phota_desktop.viewmodels.marks import MarksViewModel

_SIZE_STEP = 24


class LibraryView(QWidget):
    """What is asked of it comes out as signals; it is also a ``MarkTarget`` of the mark keys."""

    open_asked = Signal(object)
    """Show this Picture on the canvas."""
    compare_asked = Signal(list)
    """Compare these Pictures, two to six."""
    export_asked = Signal(list)
    lineage_asked = Signal(object)
    reveal_asked = Signal(object)
    back_asked = Signal()
    """Esc: back to the canvas."""
    failed = Signal(object)
    """Carries a PhotaError."""

    def __init__(
        self,
        model: LibraryViewModel,
        art: ThumbnailArt,
        parent: QWidget | None = None,
        *,
        marks: MarksViewModel | None = None,
        drag_files: DragFiles = plain_files,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("libraryView")
        self.setAccessibleName("Library")
        self.model = model
        self.art = art
        self._marks = marks
        self._drag_files = drag_files
        self._dialog: CleanupDialog | None = None
        self.bar = LibraryBar(model, self)
        self.grid = PictureGrid(model, art, self)
        self.empty = _Empty(model, self)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.grid)
        self.pages.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.pages, 1)
        self.setFocusProxy(self.grid)
        self.grid.opened.connect(self._open)
        self.grid.left.connect(self.back_asked)
        self.grid.menu_asked.connect(self._show_menu)
        self.grid.drag_asked.connect(lambda: begin_drag(self, self._drag_files))
        self.grid.size_asked.connect(
            lambda steps: self.set_tile(self.grid.tile + steps * _SIZE_STEP)
        )
        self.bar.size_asked.connect(self.set_tile)
        self.bar.left.connect(self._focus_grid)
        self.bar.clean_up_asked.connect(self.clean_up)
        model.found_changed.connect(self._show_page)
        model.failed.connect(self.failed)
        self._show_page()

    # -- what is chosen -------------------------------------------------------------------

    def targets(self) -> list[str]:
        """Return the keys of what a mark goes to now; says so while those are still read."""
        keys = self.model.targets()
        if not keys and len(self.model.selection):
            words = "What is chosen is still being read."
            self.failed.emit(PhotaError(ErrorKind.BUSY, words, hint="Try again in a moment."))
        return keys

    def advance(self) -> None:
        """Choose the next picture."""
        self.model.advance()

    def mark(
        self, *, stars: int | None = None, flag: Flag | None = None, label: Label | None = None
    ) -> None:
        """Mark what is chosen."""
        if self._marks is not None:
            self._marks.mark(self.targets(), stars=stars, flag=flag, label=label)

    def trash(self) -> None:
        """Move the chosen results to the system trash."""
        if self._marks is not None:
            self._marks.trash(self.targets())

    def compare(self) -> None:
        """Compare the two to six pictures that are chosen."""
        if 2 <= len(self.model.selection) <= MOST_COMPARED:
            self.model.with_chosen(self.compare_asked.emit)

    def export(self) -> None:
        """Export what is chosen."""
        if len(self.model.selection):
            self.model.with_chosen(self.export_asked.emit)

    def show_lineage(self) -> None:
        """Show the family tree of the current picture."""
        if self.model.current is not None:
            self.lineage_asked.emit(self.model.current)

    def reveal(self) -> None:
        """Show the current picture in its folder."""
        if self.model.current is not None:
            self.reveal_asked.emit(self.model.current)

    def _open(self, place: int) -> None:
        picture = self.model.picture(place)
        if isinstance(picture, Picture):
            self.open_asked.emit(picture)

    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setObjectName("libraryMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fill_picture_menu(menu, self)
        if not menu.isEmpty():
            menu.popup(at)

    # -- looks ----------------------------------------------------------------------------

    def set_tile(self, width: int) -> None:
        """Make the pictures larger or smaller."""
        self.grid.set_tile(width)
        self.bar.show_size(self.grid.tile)

    def retint(self) -> None:
        """Take the theme's colours."""
        self.bar.retint()
        self.grid.retint()

    def write_search(self) -> None:
        """Put the cursor into the search."""
        self.bar.write_search()

    def clean_up(self) -> None:
        """Ask what may go to make room."""
        from phota_desktop.ui.cleanup_dialog import CleanupDialog

        if self._dialog is None:
            self._dialog = CleanupDialog(self.model, self)
        self._dialog.open()

    def _show_page(self) -> None:
        is_empty = self.model.is_found and not self.model.found.numbers
        had_focus = self.grid.hasFocus() or self.empty.isAncestorOf(self.focusWidget() or self)
        if is_empty:
            self.empty.refresh()
        self.model.set_shown(self.objectName(), self.isVisible())
        page: QWidget = self.empty if is_empty else self.grid
        if self.pages.currentWidget() is not page:
            self.pages.setCurrentWidget(page)
            if had_focus:
                (self.empty.clear if is_empty else self.grid).setFocus()

    def _focus_grid(self) -> None:
        self.grid.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def showEvent(self, event: object) -> None:  # noqa: D102
        self.model.set_shown(self.objectName(), True)

    def hideEvent(self, event: object) -> None:  # noqa: D102
        self.model.set_shown(self.objectName(), False)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if event.key() == Qt.Key.Key_Escape:
            if self.bar.search.hasFocus() or self.bar.isAncestorOf(self.focusWidget() or self):
                self._focus_grid()
            else:
                self.back_asked.emit()
        elif event.key() == Qt.Key.Key_Down and self.bar.search.hasFocus():
            self._focus_grid()
        else:
            event.ignore()


class _Empty(QWidget):
    """Teaches one thing: how pictures come here, or which filter lets none through."""

    def __init__(self, model: LibraryViewModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("libraryEmpty")
        self._model = model
        self.title = plain_label("", self)
        self.words = plain_label("", self, role="quiet")
        scale_font(self.title, 1.25)
        self.clear = push_button("libraryClearFilters", "Clear filters", self)
        self.clear.clicked.connect(model.clear_query)
        column = QVBoxLayout(self)
        column.setSpacing(GRID)
        column.addStretch(2)
        for label in (self.title, self.words):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setWordWrap(True)
            column.addWidget(label)
        column.addSpacing(GRID)
        column.addWidget(self.clear, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    def refresh(self) -> None:
        """Say why there is nothing."""
        query = self._model.query
        filtered = is_filtered(query)
        self.clear.setVisible(filtered)
        if filtered:
            self.title.setText("No picture matches")
            words = [condition.words for condition in conditions(query, self._model.name_of)]
            self.words.setText(" · ".join(words))
        else:
            self.title.setText("Your results gather here")
            self.words.setText(
                "Open a photo and ask for variants: each one is kept here, with its request, "
                "its cost and what it was made from."
            )
        self.setAccessibleName(self.title.text())
