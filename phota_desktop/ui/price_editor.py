"""Prices for people to see and to complete: what Phota publishes, and what they know better."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from phota_desktop.core.catalogue import BUILT_IN, Catalogue
from phota_desktop.core.pricing import PUBLISHED
from phota_desktop.ui.controls import Caption, push_button
from phota_desktop.ui.tables import set_up_table
from phota_desktop.ui.theme import GRID, tokens
from phota_desktop.viewmodels.price_rows import FROM, FROM_ROLE, PriceTableModel
from phota_desktop.viewmodels.settings import SettingsViewModel

Index = QModelIndex | QPersistentModelIndex
ABOUT = (
    f"US dollars for each picture, published prices as of {PUBLISHED.as_of}. Type the prices you "
    "know: estimates and the daily cap count with them. Phota charges its own."
)


class PriceDelegate(QStyledItemDelegate):
    """Own prices in the accent colour, what is not published in quiet; a plain field to type."""

    def initStyleOption(  # noqa: D102
        self, option: QStyleOptionViewItem, index: Index
    ) -> None:
        super().initStyleOption(option, index)
        source, colours = index.data(FROM_ROLE), tokens()
        colour = colours.text
        if index.column() > 1 and not source:
            colour = colours.quiet
        elif index.column() > 1 and source == "yours":
            colour = colours.accent
        elif index.column() == FROM:
            colour = colours.quiet
        palette = option.palette
        for role in (QPalette.ColorRole.Text, QPalette.ColorRole.HighlightedText):
            palette.setColor(role, QColor(colour))
        option.palette = palette

    def createEditor(  # noqa: D102
        self, parent: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> QWidget:
        editor = QLineEdit(parent)
        editor.setObjectName("priceEdit")
        editor.setAccessibleName(str(index.data(Qt.ItemDataRole.AccessibleTextRole)))
        editor.setAlignment(Qt.AlignmentFlag.AlignRight)
        editor.setMaxLength(12)
        editor.setStyleSheet("padding: 0 4px; border-radius: 0; min-height: 0;")
        return editor


class PriceTableView(QTreeView):
    """Type over a price to change it; Delete takes an own price away."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        model = self.model()
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and isinstance(
            model, PriceTableModel
        ):
            model.reset_row(self.currentIndex().row())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.state() is not self.State.EditingState:  # else it comes from the field
                self.edit(self.currentIndex())
        else:
            super().keyPressEvent(event)


class PriceEditor(QWidget):
    """The table, a word for what cannot be taken, and two ways back to what is published."""

    def __init__(
        self,
        settings: SettingsViewModel,
        parent: QWidget | None = None,
        *,
        catalogue: Catalogue = BUILT_IN,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("priceEditor")
        self.setAccessibleName("Prices")
        self.model = PriceTableModel(settings, catalogue, self)
        about = Caption(ABOUT, self)
        about.setWordWrap(True)
        self.table = PriceTableView(self)
        self._told = Caption("", self, role="bad")
        self._told.setObjectName("priceProblem")
        self.reset_row = push_button("resetPriceButton", "Reset price", self)
        self.reset_all = push_button("resetPricesButton", "Reset all", self)
        self._set_up_table()
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self._told, 1)
        buttons.addWidget(self.reset_row)
        buttons.addWidget(self.reset_all)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID + GRID // 2)
        column.addWidget(about)
        column.addWidget(self.table, 1)
        column.addLayout(buttons)
        self.reset_row.clicked.connect(
            lambda _on=False: self.model.reset_row(self.table.currentIndex().row())
        )
        self.reset_all.clicked.connect(lambda _on=False: self.model.reset_all())
        self.model.told.connect(self._told.setText)
        self.model.dataChanged.connect(lambda *_: self.refresh())
        self.model.modelReset.connect(self.refresh)
        self.table.selectionModel().currentChanged.connect(lambda *_: self.refresh())
        self.refresh()

    def _set_up_table(self) -> None:
        table = self.table
        table.setObjectName("priceTable")
        table.setAccessibleName("Prices")
        table.setModel(self.model)
        table.setItemDelegate(PriceDelegate(table))
        table.setAllColumnsShowFocus(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        triggers = QAbstractItemView.EditTrigger
        table.setEditTriggers(
            triggers.DoubleClicked
            | triggers.SelectedClicked
            | triggers.EditKeyPressed
            | triggers.AnyKeyPressed
        )
        table.setMinimumHeight(240)
        set_up_table(table, 7 * GRID)

    def refresh(self) -> None:
        """Show which ways back there are."""
        self._told.setText("")
        row = self.table.currentIndex().row()
        self.reset_row.setEnabled(row >= 0 and self.model.own(row) is not None)
        self.reset_all.setEnabled(self.model.has_own)
