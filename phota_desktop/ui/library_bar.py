"""The bar above the library: search, filters and what is on, grouping, order, size, disk use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from phota_desktop.core.library import Flag, Label
from phota_desktop.ui.controls import Caption, focus_by_tab, show_words
from phota_desktop.ui.export_controls import LineSlider
from phota_desktop.ui.flow_layout import FlowLayout
from phota_desktop.ui.icons import icon
from phota_desktop.ui.library_filters import MarkToggles, StarFilter
from phota_desktop.ui.library_menus import fill_filter_menu, fill_order_menu
from phota_desktop.ui.picture_grid import LEAST, MOST, USUAL
from phota_desktop.ui.theme import GRID, tokens
from phota_desktop.viewmodels.library_filter import (
    GROUPING_WORDS,
    bytes_words,
    conditions,
    is_filtered,
)
from phota_desktop.viewmodels.library_words import count_words

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from phota_desktop.viewmodels.library import LibraryViewModel

_TYPING_MS = 120
_SHEET = """
QToolButton[filter="true"] {{ padding: 0; min-height: 0; border-radius: 4px; }}
QToolButton[filter="true"]:checked {{ background: {chosen}; border-color: {accent}; }}
QToolButton[chip="true"] {{ background: {chosen}; color: {text}; border-color: {chosen};
  border-radius: 9px; padding: 0 8px; min-height: 18px; }}
QToolButton[chip="quiet"] {{ color: {quiet}; border-radius: 9px; padding: 0 8px;
  min-height: 18px; }}
QToolButton[chip="true"]:hover {{ border-color: {accent}; }}
QToolButton[chip="true"]:focus {{ border-color: {accent}; }}
#libraryBar {{ background: {panel}; border-bottom: 1px solid {line}; }}
"""


class LibraryBar(QFrame):
    """Changes the model's query; ``size_asked`` carries the tiles' width."""

    size_asked = Signal(int)
    clean_up_asked = Signal()
    left = Signal()
    """Esc or Down within the search: on to the pictures."""

    def __init__(self, model: LibraryViewModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("libraryBar")
        self.setAccessibleName("Search and filters")
        self._model = model
        self._is_narrow: bool | None = None
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self._search)
        self._make_controls()
        self._lay_out()
        model.query_changed.connect(self.refresh)
        model.found_changed.connect(self._show_counts)
        model.selection_changed.connect(self._show_counts)
        model.facets_changed.connect(self._show_counts)
        self.retint()
        self.refresh()

    def _make_controls(self) -> None:
        model = self._model
        self.search = QLineEdit(self)
        self.search.setObjectName("librarySearch")
        self.search.setAccessibleName("Search the library")
        self.search.setPlaceholderText("Search prompts, names, people")
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(130)
        self.search.setMaximumWidth(280)
        self.search.setMaxLength(200)
        self.search.textEdited.connect(lambda _text: self._typing.start())
        self.search.textChanged.connect(self._on_text)
        self.search.returnPressed.connect(self._search_and_leave)
        self.filters = QWidget(self)
        self.stars = StarFilter(self.filters)
        self.stars.changed.connect(
            lambda stars, exactly: model.change_query(stars=stars, stars_exactly=exactly)
        )
        self.flags = MarkToggles("libraryFlags", Flag, self.filters)
        self.flags.changed.connect(lambda flags: model.change_query(flags=flags))
        self.labels = MarkToggles("libraryLabels", Label, self.filters)
        self.labels.changed.connect(lambda labels: model.change_query(labels=labels))
        self.more = _menu_button("libraryFilter", "Filter", "More filters", self.filters)
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(lambda: fill_filter_menu(self._menu, model, self))
        self.more.setMenu(self._menu)
        self.arrange = QWidget(self)
        self.grouping = _menu_button("libraryGrouping", "", "Groups and order", self.arrange)
        self._groups = QMenu(self)
        self._groups.aboutToShow.connect(lambda: fill_order_menu(self._groups, model))
        self.grouping.setMenu(self._groups)
        self.tile_size = LineSlider(
            "librarySize", "Size of the pictures", (LEAST, MOST), self.arrange
        )
        self.tile_size.setToolTip("Size of the pictures  Ctrl+wheel")
        self.tile_size.setValue(USUAL)
        self.tile_size.setSingleStep(16)
        self.tile_size.setPageStep(48)
        self.tile_size.setFixedWidth(96)
        focus_by_tab(self.tile_size)
        self.tile_size.valueChanged.connect(self.size_asked)
        self.counts = Caption("", self)
        self.counts.setObjectName("libraryCount")
        self.disk = QToolButton(self)
        self.disk.setObjectName("libraryDiskUse")
        self.disk.setProperty("role", "quiet")
        self.disk.setProperty("small", False)
        focus_by_tab(self.disk)
        self.disk.clicked.connect(lambda: self.clean_up_asked.emit())
        self.on = QWidget(self)
        self.on.setObjectName("libraryConditions")
        self.on.setAccessibleName("Filters that are on")

    def _lay_out(self) -> None:
        filters = QHBoxLayout(self.filters)
        arrange = QHBoxLayout(self.arrange)
        for row, widgets in (
            (filters, (self.stars, self.flags, self.labels, self.more)),
            (arrange, (self.grouping, self.tile_size)),
        ):
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(GRID // 2)
            for widget in widgets:
                row.addWidget(widget)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GRID)
        self._grid.setVerticalSpacing(GRID // 2)
        self._chips = FlowLayout(self.on, GRID // 2)
        foot = QHBoxLayout()
        foot.setSpacing(GRID)
        foot.addWidget(self.counts, 0, Qt.AlignmentFlag.AlignVCenter)
        foot.addWidget(self.on, 1, Qt.AlignmentFlag.AlignVCenter)
        foot.addWidget(self.disk, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID + GRID // 2, GRID, GRID, GRID // 2)
        column.setSpacing(2)
        column.addLayout(self._grid)
        column.addLayout(foot)
        self._arrange(narrow=False)

    def _arrange(self, *, narrow: bool) -> None:
        if narrow == self._is_narrow:
            return
        self._is_narrow = narrow
        while self._grid.count():
            self._grid.takeAt(0)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        self._grid.addWidget(self.search, 0, 0)
        if narrow:
            self._grid.addWidget(self.arrange, 0, 1, right)
            self._grid.addWidget(self.filters, 1, 0, 1, 2, left)
        else:
            self._grid.addWidget(self.filters, 0, 1, left)
            self._grid.addWidget(self.arrange, 0, 2, right)
        self._grid.setColumnStretch(0, 1 if narrow else 2)
        self._grid.setColumnStretch(1, 0 if narrow else 1)
        self._grid.setColumnStretch(2, 0)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        # As narrow as its rows can be: it is only arranged so once it is.
        width = max(self.filters.minimumSizeHint().width(), 2 * self._least_search())
        return QSize(width + 3 * GRID, super().minimumSizeHint().height())

    def _least_search(self) -> int:
        return max(self.search.minimumWidth(), self.arrange.minimumSizeHint().width())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        wide = self.filters.sizeHint().width() + self.arrange.sizeHint().width() + 190 + 5 * GRID
        self._arrange(narrow=event.size().width() < wide)
        super().resizeEvent(event)

    # -- showing --------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show what is asked for."""
        query = self._model.query
        if self.search.text().strip() != query.text:
            self.search.setText(query.text)
        self.stars.show_value(query.stars, exactly=query.stars_exactly)
        self.flags.show_value(query.flags)
        self.labels.show_value(query.labels)
        words = GROUPING_WORDS[query.grouping]
        order = "newest first" if query.newest_first else "oldest first"
        self.grouping.setText(f"{words} {'↓' if query.newest_first else '↑'}")
        self.grouping.setAccessibleName(f"Groups and order: {words}, {order}")
        self.grouping.setToolTip(f"{words}, {order}")
        self._show_conditions()
        self._show_counts()

    def _show_conditions(self) -> None:
        while (old := self._chips.takeAt(0)) is not None:
            widget = old.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for condition in conditions(self._model.query, self._model.name_of):
            self._chip(
                f"{condition.words}  ✕", f"Remove filter: {condition.words}"
            ).clicked.connect(
                lambda _on=False, query=condition.without: self._model.set_query(query)
            )
        if is_filtered(self._model.query):
            clear = self._chip("Clear all", "Clear all filters", role="quiet")
            clear.setObjectName("libraryClear")
            clear.clicked.connect(self._model.clear_query)

    def _chip(self, text: str, name: str, *, role: str = "") -> QToolButton:
        chip = QToolButton(self.on)
        chip.setText(text.replace("&", "&&"))
        chip.setAccessibleName(name)
        chip.setToolTip(name)
        chip.setProperty("chip", "quiet" if role else "true")
        focus_by_tab(chip)
        self._chips.addWidget(chip)
        chip.show()
        return chip

    def _show_counts(self) -> None:
        self.counts.setText(count_words(self._model))
        use = self._model.disk_use.all
        self.disk.setText(bytes_words(use.bytes))
        words = f"Results take {bytes_words(use.bytes)} on the disk. Clean up…"
        self.disk.setToolTip(words)
        self.disk.setAccessibleName(words)
        self.disk.setVisible(use.pictures > 0)

    def show_size(self, width: int) -> None:
        """Show the tiles' width, without telling."""
        before = self.tile_size.blockSignals(True)
        self.tile_size.setValue(width)
        self.tile_size.blockSignals(before)

    def retint(self) -> None:
        """Take the theme's colours."""
        colours = tokens()
        names = ("chosen", "accent", "text", "quiet", "panel", "line")
        self.setStyleSheet(_SHEET.format(**{name: getattr(colours, name) for name in names}))
        self.flags.retint()
        self.labels.retint()
        self.stars.update()
        self.refresh()

    # -- searching ------------------------------------------------------------------------

    def _on_text(self, text: str) -> None:
        if not text:  # the cross within the field clears at once
            self._search()

    def _search(self) -> None:
        self._typing.stop()
        self._model.change_query(text=self.search.text().strip())

    def _search_and_leave(self) -> None:
        self._search()
        self.left.emit()

    def write_search(self) -> None:
        """Put the cursor into the search."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()


def _menu_button(name: str, text: str, words: str, parent: QWidget) -> QToolButton:
    button = QToolButton(parent)
    button.setObjectName(name)
    button.setText(text)
    button.setAccessibleName(words)
    button.setToolTip(words)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setIcon(icon("down", size=16))
    button.setIconSize(QSize(12, 12))
    button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow after the words
    show_words(button, True)
    focus_by_tab(button)
    return button
