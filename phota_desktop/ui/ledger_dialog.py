"""What was spent, by day, month and person, with the cap and a table to take away."""

from __future__ import annotations

import datetime
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from phota_desktop.ui.controls import Caption, plain_text, push_button, scale_font
from phota_desktop.ui.day_bars import DayBars
from phota_desktop.ui.segmented import Segment, SegmentedControl
from phota_desktop.ui.tables import set_up_table
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.ledger import LedgerViewModel, Period

EMPTY = "Nothing was spent yet. What Phota charges is listed here; the local engine is free."

WIDTH = 600
_HEIGHT = 620
_EMPTY_HEIGHT = 240
_FRAME = 48
"""Pixels of a screen's height left for the window's title and a panel."""


class LedgerDialog(QDialog):
    """Three sums, the last days, a table; the cap is changed in the settings, on purpose."""

    cap_asked = Signal()
    """The person wants to change the daily cap."""

    def __init__(self, ledger: LedgerViewModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("ledgerDialog")
        self.setWindowTitle("Spending")
        self.resize(WIDTH, self._most_height)
        self._ledger = ledger
        self._folder: Path | None = None
        self._figures = {name: QLabel("", self) for name in ("Today", "This month", "In all")}
        self.bars = DayBars(self)
        self.period = SegmentedControl(
            "ledgerPeriod",
            "Sum up by",
            [
                Segment(Period.DAY, "By day", "By day"),
                Segment(Period.MONTH, "By month", "By month"),
                Segment(Period.PROFILE, "By person or pet", "By person or pet"),
            ],
            self,
            stretch=True,
        )
        self.table = QTreeView(self)
        self._empty = Caption(EMPTY, self)
        self._empty.setWordWrap(True)
        self._note = Caption("", self)
        self._note.setWordWrap(True)
        self._told = Caption("", self)
        self.cap_button = push_button("raiseCapButton", "Change daily cap…", self)
        self.export_button = push_button("exportLedgerButton", "Export CSV…", self)
        self._set_up_table()
        self._lay_out()
        self.period.chosen.connect(ledger.set_period)
        self.cap_button.clicked.connect(lambda _on=False: self.cap_asked.emit())
        self.export_button.clicked.connect(lambda _on=False: self.ask_target())
        ledger.changed.connect(self.refresh)
        ledger.told.connect(self._tell)
        self.refresh()

    def set_folder(self, folder: Path | None) -> None:
        """Begin there when a target is asked for."""
        self._folder = folder

    def _set_up_table(self) -> None:
        table = self.table
        table.setObjectName("ledgerTable")
        table.setAccessibleName("Spending")
        table.setModel(self._ledger.table)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        set_up_table(table, 10 * GRID)

    def _lay_out(self) -> None:
        figures = QHBoxLayout()
        figures.setSpacing(5 * GRID)
        for name, figure in self._figures.items():
            plain_text(figure)
            figure.setObjectName(f"ledger{name.title().replace(' ', '')}")
            figure.setAccessibleName(name)
            scale_font(figure, 1.25)
            column = QVBoxLayout()
            column.setSpacing(0)
            column.addWidget(Caption(name, self))
            column.addWidget(figure)
            figures.addLayout(column)
        figures.addStretch(1)
        close = push_button("closeLedger", "Close", self)
        close.clicked.connect(self.accept)
        close.setFocus()
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self.cap_button)
        buttons.addWidget(self.export_button)
        self._told.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        buttons.addWidget(self._told, 1)
        buttons.addWidget(close)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        whole.setSpacing(2 * GRID)
        whole.addLayout(figures)
        whole.addWidget(self._empty)
        whole.addWidget(self.bars)
        whole.addWidget(self.period)
        whole.addWidget(self.table, 1)
        whole.addWidget(self._note)
        self._rest = QWidget(self)
        self._rest.hide()
        whole.addWidget(self._rest, 1)
        whole.addLayout(buttons)

    def refresh(self) -> None:
        """Show what the view-model has read."""
        ledger = self._ledger
        words = (ledger.today_words, ledger.month_words, ledger.total_words)
        for figure, said in zip(self._figures.values(), words, strict=True):
            figure.setText(said)
        has_any = bool(ledger.entries)
        self._empty.setVisible(ledger.is_read and not has_any)
        for part in (self.bars, self.period, self.table):
            part.setVisible(has_any)
        if has_any == self._rest.isVisibleTo(self):  # the first job, or none at all
            self._set_height(self._most_height if has_any else _EMPTY_HEIGHT)
        self._rest.setVisible(not has_any)
        self._note.setText(ledger.note)
        self._note.setVisible(bool(ledger.note) and has_any)
        self.export_button.setEnabled(has_any)
        self.bars.show_days(ledger.bars(), ledger.cap)
        self.period.set_value(ledger.period)

    @property
    def _most_height(self) -> int:
        """The height with a table, within a small screen."""
        room = self.screen().availableGeometry().height() - _FRAME
        return min(_HEIGHT, room)

    def _set_height(self, height: int) -> None:
        """Change the height around the middle: a dialog that is open must not leave the screen."""
        frame = self.frameGeometry()
        whole = frame.height() - self.height() + height
        self.resize(WIDTH, height)
        if self.isVisible():
            room = self.screen().availableGeometry()
            top = min(frame.center().y() - whole // 2, room.bottom() + 1 - whole)
            self.move(self.x(), max(room.top(), top))

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        self._told.setText("")
        self._ledger.refresh()

    def ask_target(self) -> None:
        """Ask where the table is to be saved; an existing file is never overwritten."""
        from phota_desktop.ui.file_dialogs import ask_table

        name = f"phota-spending-{datetime.date.today().isoformat()}.csv"
        ask_table(self, name, self._folder, self._ledger.export)

    def _tell(self, words: str, good: bool) -> None:
        self._told.set_role("good" if good else "bad")
        self._told.setText(words)
        self._told.setAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
