"""An export at work, and what became of it: what was saved, what to know, what failed and why."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from phota_desktop.ui.controls import Caption, ElidedLabel
from phota_desktop.ui.export_controls import FlatBar
from phota_desktop.ui.theme import GRID, tokens
from phota_desktop.viewmodels.export_words import ReportLine
from phota_desktop.viewmodels.words import plain

MOST_LINES = 200
"""Lines of a report that are shown; the rest is counted."""


class ExportProgress(QWidget):
    """A bar while it runs, a list when it has ended."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = FlatBar("exportProgressBar", "Progress of the export", self)
        self._lines = QWidget(self)
        self._lines.setObjectName("keySheetInner")
        self._list = QVBoxLayout(self._lines)
        self._list.setContentsMargins(0, 0, GRID, 0)
        self._list.setSpacing(GRID)
        self.area = QScrollArea(self)
        self.area.setObjectName("exportReport")
        self.area.setAccessibleName("Report of the export")
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(self._lines)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.bar)
        column.addWidget(self.area, 1)
        column.addStretch(0)

    def show_progress(self, done: int, total: int) -> None:
        """Show how far an export is."""
        self.bar.setRange(0, max(1, total))
        self.bar.setValue(done)
        self.bar.setAccessibleDescription(f"{done} of {total}")
        self.bar.show()
        self.area.hide()

    def show_report(self, lines: Sequence[ReportLine]) -> None:
        """Show what is to be told of an export that has ended."""
        self.bar.hide()
        self.area.setStyleSheet(
            "#exportReport { border: 1px solid transparent; }"
            f" #exportReport:focus {{ border-color: {tokens().accent}; }}"
        )
        while (old := self._list.takeAt(0)) is not None:
            widget = old.widget()
            if widget is not None:
                widget.deleteLater()
        for line in lines[:MOST_LINES]:
            self._list.addWidget(self._line(line))
        if len(lines) > MOST_LINES:
            self._list.addWidget(Caption(f"and {len(lines) - MOST_LINES} more", self))
        self._list.addStretch(1)
        self.area.setVisible(bool(lines))

    def _line(self, line: ReportLine) -> QWidget:
        made = QWidget(self._lines)
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        name = ElidedLabel("", made, role="text")
        name.set_text(plain(line.name, 200))
        words = Caption(plain(line.words), made, role=line.role)
        words.setWordWrap(True)
        column.addWidget(name)
        column.addWidget(words)
        return made
