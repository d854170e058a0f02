"""The right drawer: what is asked for, and the button that carries the price."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QPlainTextEdit,
    QSizePolicy,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from phota_desktop.core.options import MAX_VARIANTS
from phota_desktop.ui.controls import Caption, plain_text, push_button
from phota_desktop.ui.segmented import Segment, SegmentedControl
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.form import OFFERS
from phota_desktop.viewmodels.studio import StudioViewModel

WIDTH = 288


class PromptEditor(QPlainTextEdit):
    """A plain text field for the prompt; Tab leaves it, Escape gives it back to the canvas."""

    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("promptEditor")
        self.setAccessibleName("Prompt")
        self.setTabChangesFocus(True)
        self.setMinimumHeight(44)
        self.setMaximumHeight(96)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAcceptDrops(False)  # a photo dropped here opens like anywhere else


class StudioDrawer(QFrame):
    """Shows only what the chosen operation accepts; builds no request itself."""

    def __init__(self, studio: StudioViewModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("studioDrawer")
        self.setAccessibleName("Studio")
        self.setMinimumWidth(256)
        self._studio = studio
        self.tabs = QTabBar(self)
        self.tabs.setObjectName("operationTabs")
        self.tabs.setAccessibleName("Operation")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        for offer in OFFERS:
            self.tabs.addTab(offer.title)
        self._promise = Caption()
        self._promise.setWordWrap(True)
        self.prompt = PromptEditor(self)
        self.variants = SegmentedControl(
            "variantCountBox",
            "Variants",
            [Segment(str(n), str(n), f"{n}") for n in range(1, MAX_VARIANTS + 1)],
            self,
            stretch=True,
        )
        self.format = SegmentedControl(
            "outputFormatBox",
            "Format",
            [
                Segment("jpg", "JPG", "JPG", tip="JPG: smaller files"),
                Segment("png", "PNG", "PNG", tip="PNG: lossless, larger files"),
            ],
            self,
            stretch=True,
        )
        self.cost = Caption()
        self.cost.setObjectName("costLabel")
        self.cost.setWordWrap(True)
        self.submit = push_button("submitButton", "Enhance", self, role="primary")
        self.submit.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._lay_out()
        self._connect()
        self.refresh()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, GRID // 2, 2 * GRID, 2 * GRID)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addSpacing(GRID)
        column.addWidget(self._promise)
        column.addSpacing(2 * GRID)
        for title, field in (
            ("Prompt", self.prompt),
            ("Variants", self.variants),
            ("Format", self.format),
        ):
            label = QLabel(title, self)
            plain_text(label)
            label.setBuddy(field)
            column.addWidget(label)
            column.addSpacing(GRID // 2)
            column.addWidget(field)
            column.addSpacing(2 * GRID)
        column.addStretch(1)
        column.addWidget(self.cost)
        column.addSpacing(GRID)
        column.addWidget(self.submit)

    def _connect(self) -> None:
        form = self._studio.form
        self.prompt.textChanged.connect(lambda: form.set_prompt(self.prompt.toPlainText()))
        self.variants.chosen.connect(lambda value: form.set_variants(int(value)))
        self.format.chosen.connect(form.set_format)
        self.submit.clicked.connect(lambda _on=False: self._studio.submit())
        self._studio.request_changed.connect(self.refresh)

    def refresh(self) -> None:
        """Show what the form says."""
        form = self._studio.form
        offer = next(o for o in OFFERS if o.operation is form.operation)
        self._promise.setText(offer.promise)
        self.prompt.setPlaceholderText(offer.prompt_hint)
        self.variants.set_value(str(form.variants))
        self.format.set_value(form.output_format.value)
        self.cost.setText(self._studio.cost_text)
        if self.submit.text() != self._studio.button_text:
            self.submit.setText(self._studio.button_text)
            self.submit.setAccessibleName(self._studio.button_text)
            self.submit.setToolTip(f"{self._studio.button_text}  Ctrl+Enter")
        self.submit.setEnabled(self._studio.can_submit)
