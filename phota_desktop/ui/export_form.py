"""The left half of the export dialog: format, size and colours of the pictures."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLayout, QWidget

from phota_desktop.core.exporting import (
    MAX_MEGAPIXELS,
    MAX_SIDE,
    ColourSpace,
    ExportFormat,
    ExportSettings,
    Resize,
    Sharpening,
    Subsampling,
)
from phota_desktop.ui.controls import Caption, plain_label
from phota_desktop.ui.export_controls import ChoiceBox, LineSlider, WordsTick
from phota_desktop.ui.number_edit import NumberEdit
from phota_desktop.ui.segmented import Segment, SegmentedControl
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels import export_words as words

SIZES = {
    "": "As it is",
    "long_side": "Long side",
    "width": "Width",
    "height": "Height",
    "megapixels": "Megapixels",
}
_FIRST_SIZE = {"long_side": 2048.0, "width": 2048.0, "height": 2048.0, "megapixels": 12.0}
_FIRST_TARGET = 2_000_000


class ExportForm(QWidget):
    """Shows settings and tells of new ones; what a format does not take is absent."""

    changed = Signal(object)
    """Carries the new :class:`ExportSettings`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = ExportSettings()
        self.format = SegmentedControl(
            "exportFormatBox",
            "Format",
            [Segment(one.value, text, text, tip=tip) for one, (text, tip) in words.FORMATS.items()],
            self,
            stretch=True,
        )
        self.extent = ChoiceBox("exportSizeBox", "Size", SIZES, self)
        self.side = NumberEdit("exportSideEdit", "Pixels", (1, MAX_SIDE), self, step=16)
        self.megapixels = NumberEdit(
            "exportMegapixelsEdit", "Megapixels", (0.1, MAX_MEGAPIXELS), self, decimals=1, step=0.5
        )
        self._unit = Caption("px", self)
        self.enlarge = WordsTick("exportEnlargeTick", "Enlarge smaller pictures", self)
        self.colour = ChoiceBox(
            "exportColourBox", "Colours", {k.value: v for k, v in words.COLOURS.items()}, self
        )
        self.sharpening = SegmentedControl(
            "exportSharpeningBox",
            "Sharpening",
            [Segment(one.value, text, text) for one, text in words.SHARPENINGS.items()],
            self,
            stretch=True,
        )
        self.quality = LineSlider("exportQualitySlider", "Quality", (1, 100), self)
        self.quality_number = NumberEdit("exportQualityEdit", "Quality", (1, 100), self, width=56)
        self.subsampling = SegmentedControl(
            "exportSubsamplingBox",
            "Colour detail",
            [
                Segment(one.value, text, f"{text}. {tip}", tip=tip)
                for one, (text, tip) in words.SUBSAMPLINGS.items()
            ],
            self,
            stretch=True,
        )
        self.limit = WordsTick("exportLimitTick", "At most", self)
        self.limit.setAccessibleName("Limit the size of the file")
        self.limit_size = NumberEdit(
            "exportLimitEdit", "Megabytes at most", (0.01, 100), self, decimals=2, step=0.1
        )
        self.lossless = WordsTick("exportLosslessTick", "Lossless", self)
        self.bits = SegmentedControl(
            "exportBitsBox",
            "Bits",
            [
                Segment("16", "16 where there are", "16 bits where the picture has them"),
                Segment("8", "8", "8 bits"),
            ],
            self,
            stretch=True,
        )
        self.note = Caption("", self)
        self.note.setObjectName("exportFormNote")
        self.note.setWordWrap(True)
        self._rows: dict[str, tuple[QWidget, ...]] = {}
        self._lay_out()
        self._connect()
        self.show_settings(self._settings)

    def _lay_out(self) -> None:
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * GRID)
        self._grid.setVerticalSpacing(GRID)
        self._grid.setColumnStretch(1, 1)
        self._add("Format", self.format)
        self._add("Size", self.extent, self.side, self.megapixels, self._unit, stretch=self.extent)
        self._add("", self.enlarge)
        self._add("Colours", self.colour)
        self._add("Sharpening", self.sharpening)
        self._add("Quality", self.quality, self.quality_number, stretch=self.quality)
        self._add("Colour detail", self.subsampling)
        self._add("File size", self.limit, self.limit_size, Caption("MB", self), stretch=None)
        self._add("Compression", self.lossless)
        self._add("Bits", self.bits)
        self._grid.addWidget(self.note, self._grid.rowCount(), 1)
        self._grid.setRowStretch(self._grid.rowCount(), 1)
        labels = [parts[0] for parts in self._rows.values()]
        self._grid.setColumnMinimumWidth(0, max(label.sizeHint().width() for label in labels))

    def _add(self, title: str, *parts: QWidget, stretch: QWidget | None = None) -> None:
        row = self._grid.rowCount()
        label = plain_label(title, self)
        label.setBuddy(parts[0])
        self._grid.addWidget(label, row, 0)
        if len(parts) == 1:
            self._grid.addWidget(parts[0], row, 1)
        else:
            line = _line(parts, stretch)
            self._grid.addLayout(line, row, 1)
        self._rows[parts[0].objectName()] = (label, *parts)

    def _connect(self) -> None:
        self.format.chosen.connect(lambda name: self._tell(format=ExportFormat(name)))
        self.extent.activated.connect(lambda _index: self._on_size())
        self.side.value_changed.connect(lambda _value: self._tell(resize=self._resize()))
        self.megapixels.value_changed.connect(lambda _value: self._tell(resize=self._resize()))
        self.enlarge.toggled.connect(lambda _on: self._tell(resize=self._resize()))
        self.colour.activated.connect(
            lambda _index: self._tell(colour=ColourSpace(self.colour.value))
        )
        self.sharpening.chosen.connect(lambda name: self._tell(sharpening=Sharpening(name)))
        self.quality.valueChanged.connect(lambda value: self._tell(quality=value))
        self.quality_number.value_changed.connect(lambda value: self._tell(quality=int(value)))
        self.subsampling.chosen.connect(lambda name: self._tell(subsampling=Subsampling(name)))
        self.limit.toggled.connect(lambda _on: self._tell(target_bytes=self._target()))
        self.limit_size.value_changed.connect(lambda _v: self._tell(target_bytes=self._target()))
        self.lossless.toggled.connect(lambda on: self._tell(lossless=on))
        self.bits.chosen.connect(lambda bits: self._tell(bits=int(bits)))

    def show_settings(self, settings: ExportSettings) -> None:
        """Show these settings without telling of them."""
        self._settings = settings
        kind = settings.format
        self.format.set_value(kind.value)
        self._show_size(settings.resize)
        self.colour.set_value(settings.colour.value)
        self.sharpening.set_value(settings.sharpening.value)
        for control in (self.quality, self.limit, self.lossless):
            control.blockSignals(True)
        self.quality.setValue(settings.quality)
        self.limit.setChecked(settings.target_bytes is not None)
        self.lossless.setChecked(settings.lossless)
        for control in (self.quality, self.limit, self.lossless):
            control.blockSignals(False)
        self.quality_number.set_value(settings.quality)
        self.subsampling.set_value(settings.subsampling.value)
        self.limit_size.set_value((settings.target_bytes or _FIRST_TARGET) / 1e6)
        self.limit_size.setEnabled(settings.target_bytes is not None)
        self.bits.set_value(str(settings.bits))
        lossy = words.quality_counts(settings)
        limited = lossy and kind is not ExportFormat.AS_IS
        self._show("exportQualitySlider", lossy)
        self._show("exportSubsamplingBox", kind is ExportFormat.JPEG)
        self._show("exportLimitTick", limited)
        self._show("exportLosslessTick", kind is ExportFormat.WEBP)
        self._show("exportBitsBox", kind in (ExportFormat.PNG, ExportFormat.TIFF))

        self.note.setText(words.form_note(settings))
        self.note.setVisible(bool(self.note.text()))

    def _show(self, name: str, shown: bool) -> None:
        for widget in self._rows[name]:
            widget.setVisible(shown)

    def _show_size(self, resize: Resize | None) -> None:
        kind = _kind_of(resize)
        self.extent.set_value(kind)
        in_pixels = kind not in ("", "megapixels")
        self.side.setVisible(in_pixels)
        self.megapixels.setVisible(kind == "megapixels")
        self._unit.setText("px" if in_pixels else "MP")
        self._unit.setVisible(bool(kind))
        self._show("exportEnlargeTick", resize is not None)
        if resize is not None:
            number = getattr(resize, kind)
            (self.side if in_pixels else self.megapixels).set_value(float(number))
            self.enlarge.blockSignals(True)
            self.enlarge.setChecked(resize.enlarge)
            self.enlarge.blockSignals(False)

    def _on_size(self) -> None:
        kind = self.extent.value
        was = _kind_of(self._settings.resize)
        if kind and not (was not in ("", "megapixels") and kind != "megapixels"):
            (self.megapixels if kind == "megapixels" else self.side).set_value(_FIRST_SIZE[kind])
        self._tell(resize=self._resize())
        if kind:
            field = self.megapixels if kind == "megapixels" else self.side
            field.setFocus()
            field.selectAll()

    def _resize(self) -> Resize | None:
        kind, enlarge = self.extent.value, self.enlarge.isChecked()
        if kind == "megapixels":
            return Resize(megapixels=self.megapixels.value, enlarge=enlarge)
        if kind:
            side = int(self.side.value)
            return Resize(
                long_side=side if kind == "long_side" else None,
                width=side if kind == "width" else None,
                height=side if kind == "height" else None,
                enlarge=enlarge,
            )
        return None

    def _target(self) -> int | None:
        return round(self.limit_size.value * 1e6) if self.limit.isChecked() else None

    def _tell(self, **fields: object) -> None:
        new = replace(self._settings, **fields)  # type: ignore[arg-type]  # checked by its reader
        if not words.can_be_limited(new):
            new = replace(new, target_bytes=None)
        if new != self._settings:
            self.show_settings(new)
            self.changed.emit(new)


def _kind_of(resize: Resize | None) -> str:
    kinds = (kind for kind in SIZES if kind)
    return next((kind for kind in kinds if getattr(resize, kind, None) is not None), "")


def _line(parts: tuple[QWidget, ...], stretch: QWidget | None) -> QLayout:
    line = QHBoxLayout()
    line.setSpacing(GRID)
    for part in parts:
        line.addWidget(part, 1 if part is stretch else 0)
    if stretch is None:
        line.addStretch(1)
    return line
