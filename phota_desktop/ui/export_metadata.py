"""What goes into the files besides pixels: one tick each, with words that are true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from phota_desktop.core.exporting import ExportSettings
from phota_desktop.ui.controls import Caption
from phota_desktop.ui.export_controls import WordsTick, set_role
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.export_subjects import Subject
from phota_desktop.viewmodels.export_words import can_sign, kinds_of, label_words, people_words

_TICKS = (
    ("carry", "exportCameraTick", "Camera data: dates, lens, copyright"),
    ("gps", "exportPlaceTick", "Place (GPS coordinates)"),
    ("marks", "exportMarksTick", "Stars and colour label"),
    ("people", "exportPeopleTick", "Names of people"),
    ("recipe", "exportRecipeTick", "Prompt and settings"),
    ("sign", "exportSignTick", "Content credentials, signed here"),
    ("provenance", "exportLabelTick", "How it was made"),
)
_TIPS = {
    "carry": "What the original photo says of itself: EXIF, IPTC and XMP",
    "gps": "Where the photo was taken, wherever the original says it; names of places stay",
    "marks": "As rating and label, which other photo programs read",
    "people": "As keywords and as people in the picture",
    "recipe": "Prompt, model and sizes, for people who get the file",
    "sign": "A C2PA manifest of this computer's own key; readers will call the signer unknown",
    "provenance": "IPTC digital source type, and what the picture was made from",
}


class MetadataTicks(QWidget):
    """Shows the choice of metadata and tells of a new one."""

    changed = Signal(object)
    """Carries the new :class:`ExportSettings`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = ExportSettings()
        self._subjects: Sequence[Subject] = ()
        self._kinds: frozenset[str] = frozenset()
        self.ticks = {field: WordsTick(name, text, self) for field, name, text in _TICKS}
        self.sidecar = WordsTick("exportSidecarTick", "XMP file beside each picture", self)
        self.sidecar.setToolTip(
            "Stars and label for darktable and digiKam; Lightroom reads them from the picture"
        )
        self.sidecar.setAccessibleDescription(self.sidecar.toolTip())
        self.label_words = Caption("", self)
        self.label_words.setObjectName("exportLabelWords")
        self.label_words.setWordWrap(True)
        self.label_words.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.label_words.setMinimumHeight(2 * self.label_words.fontMetrics().height())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for field, tick in self.ticks.items():
            tick.setToolTip(_TIPS[field])
            tick.setAccessibleDescription(_TIPS[field])
            tick.toggled.connect(lambda on, field=field: self._turn(field, on=on))
        self.sidecar.toggled.connect(lambda on: self._tell(replace(self._settings, sidecar=on)))
        for tick in (*self.ticks.values(), self.sidecar):
            if tick is self.ticks["provenance"]:
                continue
            column.addWidget(tick)
        column.addWidget(self.ticks["provenance"])
        self.ticks["sign"].setVisible(can_sign())
        self.setTabOrder(self.ticks["sign"], self.sidecar)
        self.setTabOrder(self.sidecar, self.ticks["provenance"])
        words = QVBoxLayout()
        words.setContentsMargins(3 * GRID, 0, 0, 0)
        words.addWidget(self.label_words)
        column.addLayout(words)

    def show_settings(self, settings: ExportSettings, subjects: Sequence[Subject]) -> None:
        """Show these settings without telling of them."""
        if subjects is not self._subjects:  # there may be thousands
            self._kinds = kinds_of(subjects)
            self.ticks["people"].setText(people_words(subjects))
            self.ticks["people"].updateGeometry()
        self._settings, self._subjects = settings, subjects
        for field, tick in self.ticks.items():
            _set(tick, on=getattr(settings.metadata, field))
        _set(self.sidecar, on=settings.sidecar)
        self.ticks["gps"].setEnabled(settings.metadata.carry)
        self.ticks["sign"].setEnabled(settings.metadata.provenance)
        label = label_words(self._kinds, on=settings.metadata.provenance)
        set_role(self.label_words, label.role)
        self.label_words.setText(label.words)
        self.ticks["provenance"].setAccessibleDescription(label.words)

    def _turn(self, field: str, *, on: bool) -> None:
        choice = replace(self._settings.metadata, **{field: on})
        self._tell(replace(self._settings, metadata=choice))

    def _tell(self, settings: ExportSettings) -> None:
        self.show_settings(settings, self._subjects)
        self.changed.emit(settings)


def _set(tick: WordsTick, *, on: bool) -> None:
    tick.blockSignals(True)
    tick.setChecked(on)
    tick.blockSignals(False)
