"""Where exported pictures go and what they are called, with the first names to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from phota_desktop.core.exporting import ExportSettings
from phota_desktop.core.file_names import MAX_TEMPLATE, TOKENS
from phota_desktop.ui.controls import Caption, ElidedLabel, plain_label, push_button
from phota_desktop.ui.export_controls import PathLabel
from phota_desktop.ui.segmented import Segment, SegmentedControl
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.export_words import SHOWN_NAMES
from phota_desktop.viewmodels.words import plain

BESIDE, CHOSEN = "beside", "chosen"


class ExportNaming(QWidget):
    """Shows folder and template and tells of new ones."""

    changed = Signal(object)
    """Carries the new :class:`ExportSettings`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = ExportSettings()
        self._last_folder: Path | None = None
        self.place = SegmentedControl(
            "exportFolderBox",
            "Folder",
            [
                Segment(BESIDE, "Next to the original", "Next to the original"),
                Segment(CHOSEN, "In a folder", "In a folder"),
            ],
            self,
            stretch=True,
        )
        self.folder = PathLabel("", self)
        self.folder.setObjectName("exportFolderLabel")
        self.choose = push_button("exportChooseFolderButton", "Choose…", self)
        self.choose.setAccessibleName("Choose folder")
        self.template = QLineEdit(self)
        self.template.setObjectName("exportTemplateEdit")
        self.template.setAccessibleName("Name")
        self.template.setMaxLength(MAX_TEMPLATE)
        self.insert = push_button("exportTokenButton", "Insert", self)
        self.insert.setAccessibleName("Insert a part of the name")
        self.names = [ElidedLabel("", self) for _ in range(SHOWN_NAMES)]
        for place, label in enumerate(self.names, 1):
            label.setObjectName(f"exportName{place}")
        self.problem = Caption("", self, role="bad")
        self.problem.setObjectName("exportNameProblem")
        self.problem.setWordWrap(True)
        self._lay_out()
        self.place.chosen.connect(self._on_place)
        self.choose.clicked.connect(lambda _on=False: self._ask_folder())
        self.template.textEdited.connect(
            lambda text: self._tell(replace(self._settings, name_template=text))
        )
        menu = QMenu(self)
        for token, meaning in TOKENS.items():
            action = menu.addAction(f"{meaning[0].upper()}{meaning[1:]}")
            action.triggered.connect(lambda _on=False, token=token: self._insert(token))
        self.insert.setMenu(menu)

    def _lay_out(self) -> None:
        title = plain_label("Name", self)
        title.setBuddy(self.template)
        where = QHBoxLayout()
        where.setSpacing(GRID)
        where.addWidget(self.folder, 1)
        where.addWidget(self.choose)
        name = QHBoxLayout()
        name.setSpacing(GRID)
        name.addWidget(title)
        name.addWidget(self.template, 1)
        name.addWidget(self.insert)
        below = QWidget(self)
        shown = QVBoxLayout(below)
        shown.setContentsMargins(0, 0, 0, 0)
        shown.setSpacing(0)
        for label in self.names:
            shown.addWidget(label)
        shown.addWidget(self.problem)
        shown.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.place)
        column.addLayout(where)
        column.addLayout(name)
        column.addWidget(below)
        # Neither a problem nor a second name nor a button moves what stands below.
        line = self.problem.fontMetrics().height() + 2
        for label in self.names:
            label.setFixedHeight(line)
        below.setFixedHeight(SHOWN_NAMES * line)
        self.folder.setFixedHeight(self.choose.sizeHint().height() + 2)

    def show_settings(
        self,
        settings: ExportSettings,
        names: Sequence[str],
        folder: str,
        problem: str,
        number: int,
    ) -> None:
        """Show these settings, the first of ``number`` names, and what is wrong with the name."""
        self._settings = settings
        self.place.set_value(BESIDE if settings.folder is None else CHOSEN)
        if settings.folder is not None:
            self._last_folder = settings.folder
        self.folder.set_text(folder)
        self.choose.setVisible(settings.folder is not None)
        if self.template.text() != settings.name_template:
            self.template.setText(settings.name_template)
        shown = [] if problem else [plain(name, 200) for name in names[:SHOWN_NAMES]]
        more = number - SHOWN_NAMES
        for place, label in enumerate(self.names):
            words = shown[place] if place < len(shown) else ""
            if words and place == SHOWN_NAMES - 1 and more > 0:
                words = f"{words}  and {more} more"
            label.set_text(words)
            label.setVisible(not problem)
        self.problem.setText(plain(problem))
        self.problem.setVisible(bool(problem))

    def _insert(self, token: str) -> None:
        self.template.insert(f"{{{token}}}")
        self.template.setFocus()
        self._tell(replace(self._settings, name_template=self.template.text()))

    def _on_place(self, place: str) -> None:
        if place == BESIDE:
            self._tell(replace(self._settings, folder=None))
        elif self._last_folder is not None:
            self._tell(replace(self._settings, folder=self._last_folder))
        else:
            self.place.set_value(BESIDE)  # until one is chosen
            self._ask_folder()

    def _ask_folder(self) -> None:
        from phota_desktop.ui.file_dialogs import ask_folder

        def take(folder: Path) -> None:
            self._last_folder = folder
            self._tell(replace(self._settings, folder=folder))

        ask_folder(self, self._last_folder, take)

    def _tell(self, settings: ExportSettings) -> None:
        self._settings = settings
        self.changed.emit(settings)
