"""The right drawer: what is asked for, and the button that carries the price."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from phota_desktop.core.options import MAX_VARIANTS, Operation
from phota_desktop.ui.controls import Caption, polish_again, push_button
from phota_desktop.ui.field import Field
from phota_desktop.ui.prompt_editor import PromptEditor
from phota_desktop.ui.segmented import Segment, SegmentedControl, order_tab_key
from phota_desktop.ui.theme import GRID
from phota_desktop.ui.thumbnail_art import ThumbnailArt
from phota_desktop.viewmodels.form import OFFERS
from phota_desktop.viewmodels.studio import StudioViewModel

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from phota_desktop.ui.drawer_edit import EditControls
    from phota_desktop.ui.drawer_pictures import EditPictures, RemixPictures

WIDTH = 288
TOOL = 30
"""Pixels: an icon button's height, by the stylesheet."""
_BESIDE_BAR = 10
"""Width in pixels of the scroll bar, which takes its room from the margin."""


class StudioDrawer(QFrame):
    """Shows only what the chosen operation accepts; builds no request itself.

    Controls that Enhance does not show are made when an operation first asks for them.
    """

    def __init__(self, studio: StudioViewModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("studioDrawer")
        self.setAccessibleName("Studio")
        self.setMinimumWidth(264)
        self._studio = studio
        self._was_painted = False
        self.tabs = QTabBar(self)
        self.tabs.setObjectName("operationTabs")
        self.tabs.setAccessibleName("Operation")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(False)
        for offer in OFFERS:
            self.tabs.addTab(offer.title)
        self.area = QScrollArea(self)
        self.area.setObjectName("drawerScroll")
        self.area.setProperty("frameShape", "NoFrame")
        self.area.setProperty("horizontalScrollBarPolicy", "ScrollBarAlwaysOff")
        self.area.setProperty("focusPolicy", "NoFocus")
        self.area.setWidgetResizable(True)
        self._form_frame = QFrame(self.area)
        self._form_frame.setObjectName("drawerForm")
        self.area.setWidget(self._form_frame)  # while it is empty: to move a full one costs more
        self._promise = Caption("", self._form_frame)
        self._promise.setWordWrap(True)
        self.prompt = PromptEditor(self._form_frame)
        self.prompt_field = Field("Prompt", self.prompt, self._form_frame)
        self.prompt_field.label.setMinimumHeight(TOOL)  # nothing moves when the buttons come
        self._prompt_tools: list[QWidget] = []
        self.variants = SegmentedControl(
            "variantCountBox",
            "Variants",
            [Segment(str(n), str(n), f"{n}") for n in range(1, MAX_VARIANTS + 1)],
            self._form_frame,
            stretch=True,
        )
        self.format = SegmentedControl(
            "outputFormatBox",
            "Format",
            [
                Segment("jpg", "JPG", "JPG", tip="JPG: smaller files"),
                Segment("png", "PNG", "PNG", tip="PNG: lossless, larger files"),
            ],
            self._form_frame,
            stretch=True,
        )
        self.adjusted = Caption(role="text")
        self.adjusted.setObjectName("adjustedLabel")
        self.output = Caption()
        self.output.setObjectName("outputLabel")
        self.cost = Caption()
        self.cost.setObjectName("costLabel")
        for line in (self.adjusted, self.output, self.cost):
            line.setWordWrap(True)
        self.submit = push_button("submitButton", "Enhance", self, role="primary")
        self.submit.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._lay_out()
        self._connect()
        self._say_adjusted("")
        self.refresh()

    def _lay_out(self) -> None:
        self._fields = QVBoxLayout(self._form_frame)
        self._fields.setContentsMargins(2 * GRID, GRID, 2 * GRID, 2 * GRID)
        self._fields.setSpacing(2 * GRID)
        frame = self._form_frame
        self._variants_field = Field("Variants", self.variants, frame)
        self._delivery = QWidget(frame)
        delivery = QHBoxLayout(self._delivery)
        delivery.setContentsMargins(0, 0, 0, 0)
        delivery.setSpacing(GRID)
        delivery.addWidget(self._variants_field, 3)
        delivery.addWidget(Field("Format", self.format, frame), 2)
        for part in (self._promise, self.prompt_field, self._delivery):
            self._fields.addWidget(part)
        self._fields.addStretch(1)
        self._foot = QFrame(self)
        self._foot.setObjectName("drawerFoot")
        foot = QVBoxLayout(self._foot)
        foot.setContentsMargins(2 * GRID, GRID, 2 * GRID, 2 * GRID)
        foot.setSpacing(GRID)
        for line in (self.adjusted, self.output, self.cost, self.submit):
            foot.addWidget(line)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GRID // 2, 0, 0)
        column.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(GRID, 0, GRID, 0)
        head.addWidget(self.tabs)
        column.addLayout(head)
        column.addWidget(self.area, 1)
        column.addWidget(self._foot)

    def _connect(self) -> None:
        form = self._studio.form
        self.tabs.currentChanged.connect(
            lambda row: self._ask(lambda: form.set_operation(OFFERS[row].operation))
        )
        self.prompt.changed.connect(lambda: form.set_prompt(self.prompt.wire_text()))
        self.variants.chosen.connect(lambda v: self._ask(lambda: form.set_variants(int(v))))
        self.format.chosen.connect(lambda v: self._ask(lambda: form.set_format(v)))
        self.submit.clicked.connect(lambda _on=False: self._studio.submit())
        form.adjusted.connect(self._say_adjusted)
        self._studio.request_changed.connect(self.refresh)

    def _ask(self, change: Callable[[], object]) -> None:
        """Do what a person asked for; what the switch before it changed is old news then."""
        self._say_adjusted("")
        change()

    def _say_adjusted(self, words: str) -> None:
        self.adjusted.setText(words)
        self.adjusted.setVisible(bool(words))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self._complete)

    def _complete(self) -> None:
        self.prompt.complete()
        self._watch_bar()  # to name the bar costs 0.8 ms

    def _watch_bar(self) -> None:
        bar = self.area.verticalScrollBar()
        bar.rangeChanged.connect(self._make_room_for_bar)
        self._make_room_for_bar(bar.minimum(), bar.maximum())

    def _make_room_for_bar(self, _low: int, high: int) -> None:
        right = 2 * GRID - (_BESIDE_BAR if high > 0 else 0)
        margins = self._fields.contentsMargins()
        if margins.right() != right:
            margins.setRight(right)
            self._fields.setContentsMargins(margins)
            self._foot.setProperty("lined", high > 0)
            polish_again(self._foot)

    # -- what Enhance does not show -----------------------------------------------------------

    @property
    def _art(self) -> ThumbnailArt | None:
        """The window's small pictures."""
        return self.window().findChild(ThumbnailArt)

    @cached_property
    def edit_pictures(self) -> EditPictures:
        """The photos of an edit."""
        from phota_desktop.ui.drawer_pictures import EditPictures

        made = EditPictures(self._studio, self._art, self._form_frame)
        self._fields.insertWidget(self._fields.indexOf(self.prompt_field) + 1, made)
        return made

    @cached_property
    def remix_pictures(self) -> RemixPictures:
        """Input and reference of a remix."""
        from phota_desktop.ui.drawer_pictures import RemixPictures

        made = RemixPictures(self._studio, self._art, self._form_frame)
        self._fields.insertWidget(self._fields.indexOf(self.prompt_field) + 1, made)
        return made

    @cached_property
    def edit_controls(self) -> EditControls:
        """Base model, shape, resolution and quality."""
        from phota_desktop.ui.drawer_edit import EditControls

        made = EditControls(self._studio.form, self._ask, self._form_frame)
        self._fields.insertWidget(self._fields.indexOf(self._delivery), made)
        return made

    def add_prompt_tool(self, button: QWidget) -> None:
        """Put a small button (history, recipes) at the right of the prompt's heading."""
        self.prompt_field.add_tool(button)
        self._prompt_tools.append(button)
        self._order_tab_key()

    def _order_tab_key(self) -> None:
        """Let the Tab key walk from top to bottom, through what was made late as well."""
        stops: list[QWidget] = [self.tabs, *self._prompt_tools, self.prompt]
        for name in ("edit_pictures", "remix_pictures", "edit_controls"):
            if name in self.__dict__:
                stops += getattr(self, name).stops
        stops += [*self.variants.stops, *self.format.stops, self.submit]
        order_tab_key(stops)

    def _show_part(self, name: str, wanted: bool) -> None:
        """Show a part or let it be absent; it is made when it is first wanted."""
        is_new = name not in self.__dict__
        if is_new and not wanted:
            return
        part = getattr(self, name)
        if wanted:
            part.refresh()
        part.setVisible(wanted)
        if is_new:
            self._order_tab_key()

    # -- showing --------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show what the form says."""
        studio, form = self._studio, self._studio.form
        row = next(n for n, offer in enumerate(OFFERS) if offer.operation is form.operation)
        if self.tabs.currentIndex() != row:
            was = self.tabs.blockSignals(True)
            self.tabs.setCurrentIndex(row)
            self.tabs.blockSignals(was)
        self._promise.setText(OFFERS[row].promise)
        self.prompt.setPlaceholderText(OFFERS[row].prompt_hint)
        self.prompt.set_wire_text(form.prompt)
        self._show_part("edit_pictures", form.operation is Operation.EDIT)
        self._show_part("remix_pictures", form.operation is Operation.REMIX)
        self._show_part("edit_controls", bool(form.offered.models))
        self.variants.set_value(str(form.variants))
        self.format.set_value(form.output_format.value)
        output = form.output_text(studio.photo)
        self.output.setText(output)
        self.output.set_role("warn" if output and form.is_smaller else "quiet")
        self.output.setVisible(bool(output))
        missing = next((problem.message for problem in form.problems(studio.photo)), "")
        self.cost.setText(f"{missing}\n{studio.cost_text}".strip())
        words = studio.button_text
        if self.submit.text() != words:
            self.submit.setText(words)
            self.submit.setAccessibleName(words)
        surcharge = form.surcharge_text
        tip = f"{words}  Ctrl+Enter\n{missing or surcharge}".rstrip()
        if self.submit.toolTip() != tip:
            self.submit.setToolTip(tip)
            self.submit.setAccessibleDescription(missing or surcharge)
        self.submit.setEnabled(studio.can_submit)
