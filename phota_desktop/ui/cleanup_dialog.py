"""Making room: what the library takes on the disk, and which results may go; it only asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QDialog, QVBoxLayout, QWidget

from phota_desktop.core.library import Flag, Picture
from phota_desktop.ui.asking import lay_out_question
from phota_desktop.ui.controls import Caption, plain_label, push_button
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.library_filter import bytes_words, short_day
from phota_desktop.viewmodels.words import count

if TYPE_CHECKING:
    from phota_desktop.viewmodels.library import LibraryViewModel

_WIDTH = 460
_AMOUNTS = (100_000_000, 1_000_000_000, 5_000_000_000, 20_000_000_000)


class CleanupDialog(QDialog):
    """Shows the plan first: rejected results, then the oldest; never picks, never with stars."""

    def __init__(self, model: LibraryViewModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("cleanupDialog")
        self.setWindowTitle("Make room")
        self.setFixedWidth(_WIDTH)
        self._model = model
        self._plan: list[Picture] = []
        self.use = plain_label("", self)
        self.use.setWordWrap(True)
        self.amount = QComboBox(self)
        self.amount.setObjectName("cleanupAmount")
        self.amount.setAccessibleName("How much room to make")
        self.amount.currentIndexChanged.connect(self._ask)
        self.words = plain_label("", self)
        self.words.setObjectName("cleanupPlan")
        self.words.setWordWrap(True)
        self.never = Caption(
            "Picks and pictures with stars stay, and so do your own photos. What goes lies in "
            "the system trash: Ctrl+Z brings it back, and its room is free once you empty the "
            "trash.",
            self,
        )
        self.never.setWordWrap(True)
        self.cancel = push_button("cleanupCancel", "Cancel", self)
        self.agree = push_button("cleanupAgree", "Move to the trash", self, role="primary")
        self.cancel.clicked.connect(self.reject)
        self.agree.clicked.connect(self._carry_out)
        column = QVBoxLayout()
        column.setSpacing(GRID + GRID // 2)
        for widget in (self.use, self.amount, self.words, self.never):
            column.addWidget(widget)
        heading = plain_label("Make room on the disk", self)
        lay_out_question(self, heading, column, (self.cancel, self.agree))
        model.facets_changed.connect(self._show_use)

    def showEvent(self, event: object) -> None:  # noqa: D102
        # What was rejected a moment ago counts too, and comes before what is only old.
        self.amount.blockSignals(True)
        self.amount.clear()
        self.amount.blockSignals(False)
        self.amount.hide()
        self._plan = []
        self._show_plan("Looking…")
        self._model.count_again()

    def _show_use(self) -> None:
        if not self.isVisible():
            return
        use = self._model.disk_use
        self.use.setText(
            f"Results: {use.all.pictures:,}, {bytes_words(use.all.bytes)}. "
            f"Rejected: {use.rejected.pictures:,}, {bytes_words(use.rejected.bytes)}."
        )
        chosen = self.amount.currentData()
        self.amount.blockSignals(True)
        self.amount.clear()
        if use.rejected.bytes:
            words = f"All rejected · {bytes_words(use.rejected.bytes)}"
            self.amount.addItem(words, use.rejected.bytes)
        for amount in _AMOUNTS:
            if use.rejected.bytes < amount < use.deletable.bytes:
                self.amount.addItem(f"At least {bytes_words(amount)}", amount)
        if use.deletable.bytes > use.rejected.bytes:
            words = f"All without pick and stars · {bytes_words(use.deletable.bytes)}"
            self.amount.addItem(words, use.deletable.bytes)
        self.amount.setCurrentIndex(max(0, self.amount.findData(chosen)))
        self.amount.blockSignals(False)
        self.amount.setVisible(self.amount.count() > 0)
        self._ask()

    def _ask(self) -> None:
        self._plan = []
        self._show_plan("Looking…" if self.amount.count() else "There is nothing that may go.")
        if self.amount.count():
            wanted = int(self.amount.currentData())
            self._model.plan_clean_up(wanted, lambda plan: self._take_plan(wanted, plan))

    def _take_plan(self, wanted: int, plan: list[Picture]) -> None:
        if self.amount.currentData() == wanted:
            self._plan = plan
            self._show_plan(plan_words(plan))

    def _show_plan(self, words: str) -> None:
        self.words.setText(words)
        number = len(self._plan)
        self.agree.setEnabled(number > 0)
        self.agree.setText(
            f"Move {count(number, 'picture')} to the trash" if number else "Move to the trash"
        )

    def _carry_out(self) -> None:
        keys = [picture.key for picture in self._plan]
        if keys:
            self._model.delete(keys)
        self.accept()


def plan_words(plan: list[Picture]) -> str:
    """Return what would go, and from when it is."""
    import datetime

    if not plan:
        return "There is nothing that may go."
    rejected = sum(picture.marks.flag is Flag.REJECT for picture in plan)
    others = len(plan) - rejected
    parts = []
    if rejected:
        parts.append(count(rejected, "rejected picture"))
    if others:
        days = [
            datetime.date.fromtimestamp(picture.added)
            for picture in plan
            if picture.marks.flag is not Flag.REJECT
        ]
        span = f"from {short_day(min(days))} to {short_day(max(days))}"
        parts.append(f"{count(others, 'other' if rejected else 'picture')} {span}")
    return f"To go: {' and '.join(parts)}."
