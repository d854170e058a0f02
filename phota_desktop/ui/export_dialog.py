"""The export dialog: how pictures are written, their progress, and what became of them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from phota_desktop.ui.controls import Caption, ElidedLabel, plain_label, push_button, scale_font
from phota_desktop.ui.export_form import ExportForm
from phota_desktop.ui.export_metadata import MetadataTicks
from phota_desktop.ui.export_naming import ExportNaming
from phota_desktop.ui.export_presets import PresetRow
from phota_desktop.ui.export_progress import ExportProgress
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.export_words import button_words, title_words
from phota_desktop.viewmodels.exporting import ExportState, ExportViewModel

SIZE = (872, 560)
"""Pixels; fits a window of 1024 × 640."""


class ExportDialog(QDialog):
    """Return exports; the dialog closes by itself when all went well."""

    folder_asked = Signal(Path)
    """The person wants to see a written file in its folder."""

    def __init__(self, model: ExportViewModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("exportDialog")
        self.setWindowTitle("Export")
        self._model = model
        self.heading = plain_label("", self)
        self.heading.setObjectName("exportHeading")
        scale_font(self.heading, 1.25)
        self.presets = PresetRow(model, self)
        self.form = ExportForm(self)
        self.naming = ExportNaming(self)
        self.metadata = MetadataTicks(self)
        self.progress = ExportProgress(self)
        self.pages = QStackedWidget(self)
        self.estimate = ElidedLabel("", self)
        self.estimate.setObjectName("exportEstimate")
        self.warning = Caption("", self, role="warn")
        self.warning.setObjectName("exportWarning")
        self.warning.setWordWrap(True)
        self.cancel = push_button("exportCancel", "Cancel", self)
        self.aside = push_button("exportInBackground", "Continue in the background", self)
        self.show_files = push_button("exportShowFolder", "Show in folder", self)
        self.retry = push_button("exportRetry", "Retry failed only", self)
        self.start = push_button("exportStart", "Export", self, role="primary")
        self.start.setDefault(True)
        self._lay_out()
        self._connect()
        self.refresh()
        self.resize(*SIZE)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(3 * GRID)
        head.addWidget(self.heading, 1)
        head.addWidget(self.presets)
        right = QVBoxLayout()
        right.setSpacing(2 * GRID)
        right.addWidget(self.naming)
        right.addWidget(_line(self))
        right.addWidget(self.metadata)
        right.addStretch(1)
        choosing = QWidget(self)
        halves = QHBoxLayout(choosing)
        halves.setContentsMargins(0, 0, 0, 0)
        halves.setSpacing(4 * GRID)
        halves.addWidget(self.form, 1)
        halves.addLayout(right, 1)
        self.pages.addWidget(choosing)
        self.pages.addWidget(self.progress)
        told = QVBoxLayout()
        told.setSpacing(0)
        told.addWidget(self.estimate)
        told.addWidget(self.warning)
        foot = QHBoxLayout()
        foot.setSpacing(GRID)
        foot.addLayout(told, 1)
        for button in (self.show_files, self.aside, self.cancel, self.retry, self.start):
            foot.addWidget(button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        whole.setSpacing(2 * GRID)
        whole.addLayout(head)
        whole.addWidget(self.pages, 1)
        whole.addLayout(foot)

    def _connect(self) -> None:
        model = self._model
        for part in (self.form, self.metadata, self.naming):
            part.changed.connect(model.set_settings)
        model.changed.connect(self.refresh)
        model.state_changed.connect(self.refresh)
        model.estimator.changed.connect(self._show_found)
        model.went_well.connect(self._on_well)
        self.start.clicked.connect(lambda _on=False: self._on_start())
        self.cancel.clicked.connect(lambda _on=False: self.reject())
        self.aside.clicked.connect(lambda _on=False: self.hide())
        self.retry.clicked.connect(lambda _on=False: model.retry())
        self.show_files.clicked.connect(lambda _on=False: self._show_files())

    # -- what is shown ------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show what counts now."""
        model = self._model
        number = len(model.subjects)
        choosing = model.state is ExportState.CHOOSING
        self.heading.setText(title_words(number) if choosing else model.words)
        self.presets.setVisible(choosing)
        self.form.show_settings(model.settings)
        self.metadata.show_settings(model.settings, model.subjects)
        self._show_names()
        self.start.setText(button_words(number) if choosing else "Close")
        self.start.setAccessibleName(self.start.text())
        self.start.setEnabled(not model.is_running and (not choosing or model.can_begin))
        self.start.setVisible(not model.is_running)
        self.cancel.setVisible(choosing or model.is_running)
        self.cancel.setAccessibleName("Cancel the export" if model.is_running else "Cancel")
        self.aside.setVisible(model.is_running)
        self.retry.setText(model.retry_words)
        self.retry.setAccessibleName(model.retry_words)
        self.retry.setVisible(model.can_retry)
        self.show_files.setVisible(model.state is ExportState.ENDED and bool(model.saved))
        if model.is_running:
            self.progress.show_progress(model.done, model.total)
        elif not choosing:
            self.progress.show_report(model.lines)
        self.pages.setCurrentIndex(0 if choosing else 1)
        self._show_estimate()

    def _show_found(self) -> None:
        """Show what a try has told."""
        self._show_names()
        self._show_estimate()

    def _show_names(self) -> None:
        model = self._model
        self.naming.show_settings(
            model.settings, model.names, model.folder, model.name_problem, len(model.subjects)
        )

    def _show_estimate(self) -> None:
        choosing = self._model.state is ExportState.CHOOSING
        self.estimate.set_text(self._model.estimator.words if choosing else "")
        self.estimate.setVisible(bool(self.estimate.whole_text))
        told = [*self._model.other_problems, *self._model.estimator.warnings]
        self.warning.setText(" ".join(told) if choosing else "")
        self.warning.setVisible(bool(told) and choosing)

    # -- what a person does -------------------------------------------------------------------

    def ask(self) -> None:
        """Open, with the button in focus that Return presses."""
        self.refresh()
        self.open()
        self.start.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_start(self) -> None:
        if self._model.state is ExportState.CHOOSING:
            self._model.begin()
        else:
            self._close()

    def _on_well(self) -> None:
        if self.isVisible():
            self._close()

    def _close(self) -> None:
        self._model.back()
        self.accept()

    def _show_files(self) -> None:
        saved = self._model.saved
        if saved:
            self.folder_asked.emit(saved[0])

    def reject(self) -> None:
        """Stop what runs, else close."""
        if self._model.is_running:
            self._model.cancel()
            return
        self._model.back()
        super().reject()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        with_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if with_control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.start.click()
        else:
            super().keyPressEvent(event)


def _line(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    line.setObjectName("divider")
    line.setFixedHeight(1)
    return line
