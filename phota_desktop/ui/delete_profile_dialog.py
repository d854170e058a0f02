"""Asked once before a profile is deleted: what goes where, and what stays."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QWidget

from phota_desktop.ui.asking import lay_out_question
from phota_desktop.ui.controls import plain_label, push_button
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.people_rows import DeletionFacts


class DeleteProfileDialog(QDialog):
    """Says what is deleted at Phota, in the bucket and here; Cancel has the focus."""

    def __init__(self, deletion: DeletionFacts, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("deleteProfileDialog")
        self.setWindowTitle("Delete profile")
        self.setMinimumWidth(440)
        grid = QGridLayout()
        grid.setHorizontalSpacing(3 * GRID)
        grid.setVerticalSpacing(GRID + GRID // 2)
        grid.setColumnStretch(1, 1)
        for row, (where, what) in enumerate(deletion.facts):
            top = Qt.AlignmentFlag.AlignTop
            grid.addWidget(plain_label(where, role="quiet"), row, 0, top)
            words = plain_label(what)
            words.setWordWrap(True)
            grid.addWidget(words, row, 1, top)
        cancel = push_button("deleteProfileCancel", "Cancel", self)
        agree = push_button("deleteProfileAgree", "Delete for good", self)
        cancel.clicked.connect(self.reject)
        agree.clicked.connect(self.accept)
        cancel.setDefault(True)
        title = plain_label(f"Delete {deletion.name}?")
        title.setWordWrap(True)
        lay_out_question(self, title, grid, (cancel, agree))
