"""The drawer's controls of edit and generate: base model, shape, resolution and quality."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QStyledItemDelegate, QVBoxLayout, QWidget

from phota_desktop.core.options import BaseModel, Operation, Quality, Resolution
from phota_desktop.ui.aspect_picker import MATCH, AspectPicker
from phota_desktop.ui.field import Field
from phota_desktop.ui.icons import pixmap
from phota_desktop.ui.segmented import Segment, SegmentedControl
from phota_desktop.ui.theme import GRID, tokens
from phota_desktop.viewmodels.form import RequestForm

Ask = Callable[[Callable[[], object]], None]
"""Does a person's change of the form."""


class ModelBox(QComboBox):
    """The base models by name; the wheel scrolls the drawer and never changes the model."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("baseModelBox")
        self.setAccessibleName("Base model")
        self.setItemDelegate(QStyledItemDelegate(self))  # Fusion's own ignores the stylesheet
        self._models: tuple[BaseModel, ...] = ()

    def show_models(self, models: tuple[BaseModel, ...], chosen: str) -> None:
        """Offer these models and show the chosen one, without telling."""
        if models != self._models:
            self._models = models
            was = self.blockSignals(True)
            self.clear()
            for model in models:
                self.addItem(model.name, model.id)
                words = f"{model.name} makes {', '.join(model.resolutions)}"
                self.setItemData(self.count() - 1, words, Qt.ItemDataRole.ToolTipRole)
            self.blockSignals(was)
        row = self.findData(chosen)
        if row != self.currentIndex():
            was = self.blockSignals(True)
            self.setCurrentIndex(row)
            self.blockSignals(was)
        self.setToolTip(str(self.itemData(row, Qt.ItemDataRole.ToolTipRole) or ""))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        super().paintEvent(event)
        painter = QPainter(self)
        arrow = pixmap("down", tokens().quiet, 16, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(self.width() - 16 - GRID, (self.height() - 16) / 2), arrow)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: D102
        event.ignore()  # a price must not change because somebody scrolls


class EditControls(QWidget):
    """Shows what the operation and model take; what they do not take is not there."""

    def __init__(self, form: RequestForm, ask: Ask, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = form
        self.model = ModelBox(self)
        self.aspect = AspectPicker(self)
        self.resolution = SegmentedControl(
            "resolutionBox",
            "Resolution",
            [Segment(one.value, one.value, one.value) for one in Resolution],
            self,
            stretch=True,
        )
        self.quality = SegmentedControl(
            "qualityBox",
            "Quality",
            [Segment(one.value, one.capitalize(), one.capitalize()) for one in Quality],
            self,
            stretch=True,
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        controls = (
            ("Base model", self.model),
            ("Aspect ratio", self.aspect),
            ("Resolution", self.resolution),
            ("Quality", self.quality),
        )
        self._fields = [Field(title, control, self) for title, control in controls]
        for field in self._fields:
            column.addWidget(field)
        self.model.activated.connect(
            lambda row: ask(lambda: form.set_base_model(self.model.itemData(row)))
        )
        self.aspect.ratio_chosen.connect(lambda v: ask(lambda: form.set_aspect_ratio(v)))
        self.aspect.match_chosen.connect(lambda: ask(lambda: form.set_match_original(True)))
        self.resolution.chosen.connect(lambda v: ask(lambda: form.set_resolution(v)))
        self.quality.chosen.connect(lambda v: ask(lambda: form.set_quality(v)))

    def refresh(self) -> None:
        """Show what the form offers and what is chosen."""
        offered, choice = self._form.offered, self._form.choice
        self.model.show_models(offered.models, choice.base_model)
        ratios = {ratio.value for ratio in offered.ratios}
        if self._form.operation is not Operation.GENERATE:  # it has no original to match
            ratios.add(MATCH)
        self.aspect.offer(ratios)
        matched = self._form.match_original and MATCH in ratios
        self.aspect.set_value(MATCH if matched else choice.aspect_ratio.value)
        self.aspect.show_match(choice.aspect_ratio.value if matched else "")
        self.resolution.offer([one.value for one in offered.resolutions])
        self.resolution.set_value(choice.resolution.value)
        self.quality.offer([one.value for one in offered.qualities])
        self.quality.set_value((choice.quality or Quality.AUTO).value)
        present = (offered.models, offered.ratios, offered.resolutions, offered.qualities)
        for field, values in zip(self._fields, present, strict=True):
            field.setVisible(bool(values))

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """The controls in the order of the Tab key."""
        return (self.model, *self.aspect.stops, *self.resolution.stops, *self.quality.stops)
