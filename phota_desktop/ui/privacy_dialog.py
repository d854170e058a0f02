"""What was sent of one person or pet: big numbers, photos, requests, consent, and a way out."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QSizePolicy,
    QStackedWidget,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from phota_desktop.ui.controls import Caption, ElidedLabel, plain_label, push_button, scale_font
from phota_desktop.ui.segmented import Segment, SegmentedControl
from phota_desktop.ui.tables import set_up_table
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.privacy import PrivacyViewModel
from phota_desktop.viewmodels.privacy_words import (
    consent_text,
    export_name,
    figures,
    here_rows,
    request_note,
    summary,
    training_lines,
    who,
)

_WIDTH, _HEIGHT = 800, 600
_FRAME = 48
"""Pixels of a screen's height left for the window's title and a panel."""
_FIGURES = 4
_PAGES = ("training", "requests", "consent", "here")


class PrivacyDialog(QDialog):
    """One person at a time; the view-model says whom."""

    def __init__(self, privacy: PrivacyViewModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("privacyDialog")
        self.setWindowTitle("Photos sent")
        room = self.screen().availableGeometry().height() - _FRAME
        self.resize(_WIDTH, min(_HEIGHT, room))
        self._privacy = privacy
        self._folder: Path | None = None
        self._name = plain_label("", self)
        scale_font(self._name, 1.25)
        self._who = ElidedLabel("", self)
        self._figures = [(plain_label("", self), Caption("", self)) for _ in range(_FIGURES)]
        self.pages = SegmentedControl(
            "privacyPages",
            "Show",
            [
                Segment("training", "Training photos", "Training photos"),
                Segment("requests", "Requests", "Requests"),
                Segment("consent", "Consent", "Consent"),
                Segment("here", "On this computer", "On this computer"),
            ],
            self,
            stretch=True,
        )
        self._stack = QStackedWidget(self)
        self._training = Caption("", self)
        self._training.setObjectName("privacyTrainings")
        self._training.setWordWrap(True)
        self.photos = QTreeView(self)
        self.requests = QTreeView(self)
        self._note = Caption("", self)
        self._note.setObjectName("privacyRequestNote")
        self._note.setWordWrap(True)
        self.consent = QPlainTextEdit(self)
        self.consent.setObjectName("privacyConsent")
        self.consent.setAccessibleName("Consent")
        self.consent.setReadOnly(True)
        self.consent.setTabChangesFocus(True)
        self._here = QWidget(self)
        self._here_grid = QGridLayout(self._here)
        self._told = Caption("", self)
        self._told.setObjectName("privacyTold")
        self.export_button = push_button("exportReportButton", "Export report…", self)
        self.erase_button = push_button("eraseButton", "Delete everywhere…", self)
        self.close_button = push_button("closePrivacy", "Close", self)
        self._set_up_tables()
        self._lay_out()
        self.pages.set_value("training")
        self.pages.chosen.connect(lambda name: self._stack.setCurrentIndex(_PAGES.index(name)))
        self.export_button.clicked.connect(lambda _on=False: self.ask_target(self))
        self.erase_button.clicked.connect(lambda _on=False: self._ask_to_erase())
        self.close_button.clicked.connect(lambda _on=False: self.accept())
        privacy.changed.connect(self.refresh)
        privacy.told.connect(self._tell)
        self.refresh()

    def set_folder(self, folder: Path | None) -> None:
        """Begin there when a target is asked for."""
        self._folder = folder

    def show_person(self, profile_id: str, tag: str = "") -> None:
        """Show what was sent of this profile, or of the training of that tag."""
        self._told.setText("")
        self._privacy.open(profile_id, tag)
        self.open()
        self.close_button.setFocus()

    def _set_up_tables(self) -> None:
        for table, name, words, model in (
            (self.photos, "privacyPhotos", "Training photos", self._privacy.photos),
            (self.requests, "privacyRequests", "Requests", self._privacy.requests),
        ):
            table.setObjectName(name)
            table.setAccessibleName(words)
            table.setModel(model)
            table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
            set_up_table(table, 10 * GRID)
        header = self.requests.header()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(self._privacy.requests.PHOTOS, QHeaderView.ResizeMode.Stretch)

    def _lay_out(self) -> None:
        numbers = QHBoxLayout()
        numbers.setSpacing(5 * GRID)
        for number, words in self._figures:
            scale_font(number, 1.6)
            column = QVBoxLayout()
            column.setSpacing(0)
            column.addWidget(number)
            column.addWidget(words)
            numbers.addLayout(column)
        numbers.addStretch(1)
        for parts in (
            (self._training, self.photos),
            (self._note, self.requests),
            (self.consent,),
            (self._here,),
        ):
            page = QWidget(self)
            column = QVBoxLayout(page)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(GRID)
            for part in parts:
                column.addWidget(part)
            if parts == (self._here,):
                column.addStretch(1)
            else:
                column.setStretchFactor(parts[-1], 1)
            self._stack.addWidget(page)
        self._here_grid.setContentsMargins(0, 0, 0, 0)
        self._here_grid.setHorizontalSpacing(3 * GRID)
        self._here_grid.setVerticalSpacing(GRID)
        self._here_grid.setColumnStretch(1, 1)
        foot = QHBoxLayout()
        foot.setSpacing(GRID)
        foot.addWidget(self.erase_button)
        foot.addWidget(self.export_button)
        self._told.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        foot.addWidget(self._told, 1)
        foot.addWidget(self.close_button)
        head = QVBoxLayout()
        head.setSpacing(GRID // 2)
        head.addWidget(self._name)
        head.addWidget(self._who)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        whole.setSpacing(2 * GRID)
        whole.addLayout(head)
        whole.addLayout(numbers)
        whole.addWidget(self.pages)
        whole.addWidget(self._stack, 1)
        whole.addLayout(foot)

    def refresh(self) -> None:
        """Show what the view-model has read."""
        report = self._privacy.report
        self._name.setText(self._privacy.name or "Photos sent")
        self._who.set_text(who(report))
        for part in (self.pages, self._stack):
            part.setVisible(report is not None)
        self.export_button.setEnabled(report is not None)
        self.erase_button.setEnabled(report is not None and bool(self._privacy.plan))
        shown = figures(report) if report is not None else ()
        for n, (number, words) in enumerate(self._figures):
            there = n < len(shown)
            number.setVisible(there)
            words.setVisible(there)
            if there:
                number.setText(shown[n].number)
                words.setText(shown[n].words)
                words.set_role("warn" if shown[n].alarming else "quiet")
        if report is None:
            return
        self.setAccessibleDescription(summary(report))
        self._training.setText(training_lines(report))
        self.photos.setVisible(self._privacy.photos.rowCount() > 0)
        self._note.setText(request_note(report))
        self.requests.setVisible(self._privacy.requests.rowCount() > 0)
        text = consent_text(report)
        if self.consent.toPlainText() != text:
            self.consent.setPlainText(text)
        self._show_here(here_rows(report))

    def _show_here(self, rows: tuple[tuple[str, str], ...]) -> None:
        for n, (what, words) in enumerate(rows):
            if self._here_grid.itemAtPosition(n, 0) is None:
                title, said = plain_label("", self, role="quiet"), plain_label("", self)
                said.setWordWrap(True)
                said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                self._here_grid.addWidget(title, n, 0, Qt.AlignmentFlag.AlignTop)
                self._here_grid.addWidget(said, n, 1, Qt.AlignmentFlag.AlignTop)
            for column, text in enumerate((what, words)):
                place = self._here_grid.itemAtPosition(n, column)
                label = place.widget() if place is not None else None
                if isinstance(label, QLabel):
                    label.setText(text)

    def ask_target(self, parent: QWidget) -> None:
        """Ask where the report is to be saved; an existing file is never overwritten."""
        from phota_desktop.ui.file_dialogs import ask_report

        ask_report(parent, export_name(self._privacy.name), self._folder, self._privacy.export)

    def _ask_to_erase(self) -> None:
        from phota_desktop.ui.erase_dialog import EraseDialog

        dialog = EraseDialog(self._privacy, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.report_asked.connect(lambda: self.ask_target(dialog))
        dialog.finished.connect(self._after_erasing)
        dialog.open()

    def _after_erasing(self) -> None:
        if self._privacy.is_erased:
            self.accept()

    def _tell(self, words: str, good: bool) -> None:
        self._told.set_role("good" if good else "bad")
        self._told.setText(words)

    def done(self, result: int) -> None:
        """Close, and let the view-model rest."""
        super().done(result)
        self._privacy.close()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: D102
        super().closeEvent(event)
        self._privacy.close()
