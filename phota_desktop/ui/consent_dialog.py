"""Asked once, before the first call that costs money."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QWidget

from phota_desktop.ui.asking import lay_out_question
from phota_desktop.ui.controls import plain_label, push_button
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.settings import SettingsViewModel
from phota_desktop.viewmodels.words import money, plain


class ConsentDialog(QDialog):
    """Says what leaves the computer, what it costs, the cap, and where results go."""

    def __init__(self, settings: SettingsViewModel, price: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("consentDialog")
        self.setWindowTitle("Use Phota")
        self.setMinimumWidth(480)
        folder = settings.results_folder
        facts = (
            (
                "Leaves this computer",
                "A copy of the photo, at most 4096 pixels wide or high and without camera data, "
                "and your prompt. They go to Phota.",
            ),
            (
                "Costs",
                f"This request: {price}. The price of every request stands on its button; "
                "Phota charges your account.",
            ),
            (
                "Daily cap",
                f"{money(settings.value.daily_cap)} a day.",
            ),
            ("Results go to", plain(str(folder)) if folder else "your results folder"),
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(3 * GRID)
        grid.setVerticalSpacing(GRID + GRID // 2)
        grid.setColumnStretch(1, 1)
        for row, (name, words) in enumerate(facts):
            name_label = plain_label(name, role="quiet")
            text = plain_label(words)
            text.setWordWrap(True)
            top = Qt.AlignmentFlag.AlignTop
            grid.addWidget(name_label, row, 0, top)
            grid.addWidget(text, row, 1, top)
        cancel = push_button("consentCancel", "Cancel", self)
        agree = push_button("consentAgree", "Agree and send", self, role="primary")
        cancel.clicked.connect(self.reject)
        agree.clicked.connect(self.accept)
        title = plain_label("Before the first paid request")
        lay_out_question(self, title, grid, (cancel, agree))
