"""What still lies in the bucket: photos on record, and strays that are on nobody's."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QVBoxLayout, QWidget

from phota_desktop.ui.controls import Caption, push_button
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.hosting import HostingViewModel
from phota_desktop.viewmodels.words import count, plain

_ROWS = 4
"""Rows that are seen without scrolling."""
_STRAYS_SHOWN = 12


class BucketLeft(QWidget):
    """A list with a button where there are photos, and a button that looks for strays."""

    def __init__(self, hosting: HostingViewModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hosting = hosting
        self._words = Caption("", self, role="warn")
        self._words.setObjectName("leftPhotosWords")
        self._words.setWordWrap(True)
        self.list = QListWidget(self)
        self.list.setObjectName("leftPhotosList")
        self.list.setAccessibleName("Training photos still in the bucket")
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.delete = push_button("deleteLeftButton", "Delete now", self)
        self.look = push_button("lookForStraysButton", "Look for strays", self)
        self.look.setToolTip("Asks the bucket for photos in our folder that are on no record")
        self.drop = push_button("deleteStraysButton", "Delete strays…", self)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self._words, 1)
        for button in (self.look, self.drop, self.delete):
            row.addWidget(button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(GRID // 2)
        whole.addLayout(row)
        whole.addWidget(self.list)
        self.list.setFixedHeight(_ROWS * self.list.fontMetrics().height() + 2 * GRID)
        self.delete.clicked.connect(lambda _on=False: hosting.delete_left())
        self.look.clicked.connect(lambda _on=False: hosting.look_for_strays())
        self.drop.clicked.connect(lambda _on=False: self._ask_to_drop())

    def refresh(self) -> None:
        """Show what there is; without a bucket and photos there is nothing to show."""
        hosting = self._hosting
        rows = hosting.left_rows()
        shown = [self.list.item(n).text() for n in range(self.list.count())]
        if list(rows) != shown:
            self.list.clear()
            self.list.addItems(rows)
        self.list.setVisible(bool(rows))
        strays = len(hosting.strays)
        words = [hosting.left_words] if rows else []
        if strays:
            words.append(f"{count(strays, 'photo')} in our folder on no record.")
        self._words.setText(" ".join(words) or "No training photo is in the bucket by the record.")
        self._words.set_role("warn" if words else "quiet")
        self.delete.setVisible(bool(rows))
        self.look.setVisible(hosting.is_ready and not strays)
        self.drop.setVisible(bool(strays))
        for button in (self.delete, self.look, self.drop):
            button.setEnabled(not hosting.is_busy)
        self.setVisible(hosting.address is not None or bool(rows))

    def _ask_to_drop(self) -> None:
        from phota_desktop.ui.question_dialog import QuestionDialog

        strays = self._hosting.strays
        lines = [
            "They are older than a day and on no record of this computer. Another computer that "
            "uses this bucket may have put them there.",
            "\n".join(plain(name, 60) for name in strays[:_STRAYS_SHOWN]),
        ]
        if more := len(strays) - _STRAYS_SHOWN:
            lines += [f"and {more} more"] if more > 0 else []
        title = f"Delete {count(len(strays), 'stray photo')}?"
        dialog = QuestionDialog("deleteStrays", title, lines, "Delete strays", self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(self._hosting.delete_strays)
        dialog.open()
