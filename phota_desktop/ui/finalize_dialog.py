"""Asks for the final version of a draft: larger or of another model, the price on the button."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from phota_desktop.core.options import OutputFormat, Quality, Resolution
from phota_desktop.ui.asking import lay_out_question
from phota_desktop.ui.controls import Caption, plain_label, polish_again, push_button
from phota_desktop.ui.drawer_edit import ModelBox
from phota_desktop.ui.segmented import Segment, SegmentedControl
from phota_desktop.ui.theme import GRID
from phota_desktop.ui.thumbnail_art import ThumbnailArt, draw_picture
from phota_desktop.viewmodels.finalizing import Finalizer

_WIDTH = 600
_PICTURE = QSize(168, 126)
_DIFFERS = (
    "The same photo, prompt and people are sent again as one new request. There is no seed: the "
    "result will differ from the draft. The draft stays, and the family tree links the two."
)


class FinalizeDialog(QDialog):
    """Accepted when the final version was asked for; Cancel has the focus."""

    def __init__(
        self, finalizer: Finalizer, draft: Path | None, art: ThumbnailArt, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("finalizeDialog")
        self.setWindowTitle("Final version")
        self.setFixedWidth(_WIDTH)
        self._finalizer = finalizer
        finalizer.setParent(self)
        self.model = ModelBox(self)
        self.model.setObjectName("finalModelBox")
        self.resolution = _choices("finalResolutionBox", "Resolution", Resolution, self)
        self.quality = _choices("finalQualityBox", "Quality", Quality, self)
        self.format = _choices("finalFormatBox", "Format", OutputFormat, self)
        self._labels = {
            name: plain_label(name, self, role="quiet")
            for name in ("Base model", "Resolution", "Quality", "Format")
        }
        self._changes = plain_label("", self)
        self._changes.setObjectName("finalChanges")
        self._notes = Caption("", self, role="warn")
        self._notes.setObjectName("finalNotes")
        self._surcharge = Caption("", self)
        self._surcharge.setObjectName("finalSurcharge")
        self.cancel = push_button("finalCancel", "Cancel", self)
        self.agree = push_button("finalAgree", "", self, role="primary")
        self._lay_out(_DraftPicture(draft, art, self))
        self.cancel.clicked.connect(self.reject)
        self.agree.clicked.connect(self._submit)
        self.model.activated.connect(
            lambda row: finalizer.set_base_model(str(self.model.itemData(row)))
        )
        self.resolution.chosen.connect(finalizer.set_resolution)
        self.quality.chosen.connect(finalizer.set_quality)
        self.format.chosen.connect(finalizer.set_format)
        finalizer.changed.connect(self._refresh)
        self._refresh()

    def _lay_out(self, picture: QWidget) -> None:
        fields = QGridLayout()
        fields.setHorizontalSpacing(2 * GRID)
        fields.setVerticalSpacing(GRID)
        fields.setColumnStretch(1, 1)
        controls = (self.model, self.resolution, self.quality, self.format)
        for n, (label, control) in enumerate(zip(self._labels.values(), controls, strict=True)):
            label.setBuddy(control)
            fields.addWidget(label, n, 0, Qt.AlignmentFlag.AlignVCenter)
            fields.addWidget(control, n, 1)
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(fields, 1)
        row.setAlignment(fields, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(GRID)
        column.addLayout(row)
        column.addSpacing(GRID)
        differs = plain_label(_DIFFERS, self)
        for words in (self._changes, differs, self._notes, self._surcharge):
            words.setWordWrap(True)
            column.addWidget(words)
        heading = plain_label(f"Final version of {self._finalizer.title}", self)
        lay_out_question(self, heading, column, (self.cancel, self.agree))

    def _refresh(self) -> None:
        finalizer = self._finalizer
        takes, choice = finalizer.offered, finalizer.choice
        self.model.show_models(takes.models, choice.base_model)
        self.resolution.offer(takes.resolutions)
        self.resolution.set_value(choice.resolution)
        self.quality.offer(takes.qualities)
        self.quality.set_value(choice.quality or Quality.AUTO)
        for part in (self._labels["Quality"], self.quality):
            part.setVisible(bool(takes.qualities))
        self.format.set_value(choice.output_format)
        self._changes.setText(finalizer.change_words)
        _show(self._notes, " ".join((*finalizer.notes, finalizer.problem)).strip())
        _show(self._surcharge, finalizer.surcharge_text)
        self.agree.setText(finalizer.button_text)
        self.agree.setAccessibleName(finalizer.button_text)
        self.agree.setEnabled(finalizer.can_submit)

    def showEvent(self, event: QShowEvent) -> None:
        """Let the stylesheet see which segments stand at the ends."""
        super().showEvent(event)
        for control in (self.resolution, self.quality, self.format):
            for button in control.stops:
                polish_again(button)

    def _submit(self) -> None:
        if self._finalizer.submit():
            self.accept()


class _DraftPicture(QWidget):
    """The draft, small."""

    def __init__(self, draft: Path | None, art: ThumbnailArt, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("finalDraft")
        self.setAccessibleName("The draft")
        self.setFixedSize(_PICTURE)
        self._draft = draft
        self._art = art
        art.arrived.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it, cut to the place."""
        painter = QPainter(self)
        found = self._art.find(self._draft) if self._draft is not None else None
        draw_picture(painter, found, QRectF(self.rect()))
        painter.end()


def _choices(name: str, words: str, values: Iterable[StrEnum], parent: QWidget) -> SegmentedControl:
    segments = [Segment(one.value, _shown(one.value), _shown(one.value)) for one in values]
    return SegmentedControl(name, words, segments, parent, stretch=True)


def _shown(value: str) -> str:
    return value.upper() if value in tuple(OutputFormat) else value[:1].upper() + value[1:]


def _show(label: QLabel, words: str) -> None:
    label.setText(words)
    label.setVisible(bool(words))
