"""The family tree of a picture in the window's centre: heading, tree, and what can be done."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from phota_desktop.core.lineage import NodeKind
from phota_desktop.ui.controls import Caption, ElidedLabel, IconButton, push_button, scale_font
from phota_desktop.ui.lineage_tree import LineageTree
from phota_desktop.ui.theme import GRID
from phota_desktop.ui.thumbnail_art import ThumbnailArt
from phota_desktop.viewmodels.lineage import LineageViewModel

_WIDE = 760
"""Pixels from which the words stand beside the buttons, not above them."""


class LineageView(QWidget):
    """Shows a family and tells what is asked for: of a picture, or of the job it came from."""

    open_asked = Signal(object)
    compare_asked = Signal(list)
    """The parent's picture, then the chosen one."""
    continue_asked = Signal(object)
    recall_asked = Signal(object)
    """The job whose settings shall be loaded, as of the next one."""
    recall_prompt_asked = Signal(object)
    finalize_asked = Signal(object)
    export_asked = Signal(list)
    delete_asked = Signal(list)
    """The keys of pictures that shall go to the trash."""
    closed = Signal()

    def __init__(
        self, lineage: LineageViewModel, art: ThumbnailArt, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("lineageView")
        self.setAccessibleName("Family tree")
        self.lineage = lineage
        self.tree = LineageTree(lineage, art, self)
        self._title = ElidedLabel("", self, role="")
        self._title.setObjectName("lineageTitle")
        scale_font(self._title, 1.2)
        self._totals = Caption("", self)
        self._totals.setObjectName("lineageTotals")
        self._chosen = ElidedLabel("", self, role="")
        self._chosen.setObjectName("lineageChosen")
        self._branch = ElidedLabel("", self)
        self._branch.setObjectName("lineageBranch")
        self._foot = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._buttons = self._make_buttons()
        self._lay_out()
        self.tree.opened.connect(self.open_current)
        self.tree.compare_asked.connect(self.compare)
        self.tree.left.connect(self.closed)
        self.tree.menu_asked.connect(self._open_menu)
        lineage.changed.connect(self._refresh)
        lineage.current_changed.connect(self._refresh)
        self.setFocusProxy(self.tree)
        self._refresh()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(2 * GRID, GRID, GRID, GRID // 2)
        head.setSpacing(GRID)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addWidget(self._totals)
        head.addLayout(words, 1)
        fit = IconButton(
            "lineageFit", "fit", "Show all of it", self, key="Z", on_click=self.tree.fit
        )
        close = IconButton(
            "lineageClose",
            "close",
            "Back to the picture",
            self,
            key="Esc",
            on_click=self.closed.emit,
        )
        head.addWidget(fit)
        head.addWidget(close)
        told = QVBoxLayout()
        told.setSpacing(0)
        told.addWidget(self._chosen)
        told.addWidget(self._branch)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        for button in self._buttons.values():
            row.addWidget(button)
        row.addStretch(1)
        self._foot.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        self._foot.setSpacing(GRID)
        self._foot.addLayout(told, 1)
        self._foot.addLayout(row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.tree, 1)
        column.addLayout(self._foot)

    def _make_buttons(self) -> dict[str, QPushButton]:
        made = {}
        for name, words, call, tip in (
            (
                "continue",
                "Continue from it",
                self.continue_from,
                "It becomes the source of the next request",
            ),
            (
                "recall",
                "Recall settings",
                self.recall,
                "Load its prompt and all settings into the form",
            ),
            ("finalize", "Final version…", self.finalize, "Ask for it larger or of another model"),
        ):
            button = push_button(f"lineage{name.capitalize()}", words, self)
            button.setToolTip(tip)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _on=False, call=call: call())
            made[name] = button
        return made

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(320, 240)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        wide = self.width() >= _WIDE
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._foot.setDirection(across if wide else down)
        super().resizeEvent(event)

    def _refresh(self) -> None:
        lineage = self.lineage
        self._title.set_text(lineage.title)
        self._totals.setText(lineage.totals)
        self._chosen.set_text(lineage.chosen_words)
        self._branch.set_text(lineage.branch or "Nothing was made from it yet.")
        there = self._is_there()
        for name, can in (
            ("continue", there),
            ("recall", lineage.job is not None),
            ("finalize", there and self._is_result() and lineage.job is not None),
        ):
            self._buttons[name].setEnabled(can)

    def _is_there(self) -> bool:
        picture = self.lineage.picture
        return picture is not None and picture.deleted is None

    def _is_result(self) -> bool:
        node = self.lineage.tree.nodes.get(self.lineage.current)
        return node is not None and node.kind is NodeKind.RESULT

    # -- what can be done -------------------------------------------------------------------

    def show_family(self, key: str) -> None:
        """Show the tree of a picture, with it chosen."""
        if key not in self.lineage.tree.nodes:
            self.tree.place_again()
        self.lineage.show(key)
        self.tree.setFocus()

    def targets(self) -> list[str]:
        """Return the keys that marks are for."""
        return self.lineage.targets()

    def advance(self) -> None:
        """Choose the next picture, after one was rated."""
        self.lineage.advance()

    def open_current(self) -> None:
        """Show the chosen picture on the canvas."""
        if self._is_there():
            self.open_asked.emit(self.lineage.picture)

    def compare(self) -> None:
        """Show the chosen picture beside what it was made from."""
        parent = self.lineage.parent_picture
        if self._is_there() and parent is not None and parent.deleted is None:
            self.compare_asked.emit([parent, self.lineage.picture])

    def continue_from(self) -> None:
        """Make the chosen picture the source of the next request."""
        if self._is_there():
            self.continue_asked.emit(self.lineage.picture)

    def recall(self) -> None:
        """Load all that the chosen picture was asked for with."""
        if self.lineage.job is not None:
            self.recall_asked.emit(self.lineage.job)

    def recall_prompt(self) -> None:
        """Load the prompt alone."""
        if self.lineage.job is not None:
            self.recall_prompt_asked.emit(self.lineage.job)

    def finalize(self) -> None:
        """Ask for the chosen picture's final version."""
        if self._is_result():
            self.finalize_asked.emit(self.lineage.picture)

    def export(self) -> None:
        """Export the chosen picture."""
        if self._is_there():
            self.export_asked.emit([self.lineage.picture])

    def delete(self) -> None:
        """Send the chosen result to the trash."""
        if self._is_there() and self._is_result():
            self.delete_asked.emit([self.lineage.current])

    def _open_menu(self, at: QPoint) -> None:
        menu = self.make_menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def make_menu(self) -> QMenu:
        """Return the menu of the chosen place; what cannot be done there is absent."""
        menu = QMenu(self)
        menu.setObjectName("lineageMenu")
        there, job = self._is_there(), self.lineage.job
        parent = self.lineage.parent_picture
        result = there and self._is_result()
        groups: tuple[tuple[tuple[bool, str, Callable[[], None]], ...], ...] = (
            (
                (there, "Show on the canvas", self.open_current),
                (there and parent is not None, "Compare with what it was made from", self.compare),
            ),
            (
                (there, "Continue from this picture", self.continue_from),
                (job is not None, "Recall all its settings", self.recall),
                (
                    job is not None and bool(job.request.prompt),
                    "Recall the prompt only",
                    self.recall_prompt,
                ),
                (result and job is not None, "Make the final version…", self.finalize),
            ),
            (
                (there, "Export…", self.export),
                (result, "Move to the trash", self.delete),
            ),
        )
        for group in groups:
            if not menu.isEmpty() and any(can for can, _words, _call in group):
                menu.addSeparator()
            for can, words, call in group:
                if can:
                    menu.addAction(words, call)
        return menu
