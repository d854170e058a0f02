"""Making a proof sheet: what it shows and how, its progress, and the file at the end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.proofing import MAX_TITLE, Paper, ProofKind, ProofReport
from phota_desktop.ui.controls import Caption, plain_label, polish_again, push_button, scale_font
from phota_desktop.ui.export_controls import WordsTick
from phota_desktop.ui.segmented import Segment, SegmentedControl
from phota_desktop.ui.theme import GRID
from phota_desktop.viewmodels.proof import ProofViewModel
from phota_desktop.viewmodels.words import count, plain

_WIDTH = 520
_EXPLAIN = {
    ProofKind.PAGE: "One file that opens in any browser, offline: large pictures, a line to "
    "compare with the original, and buttons to choose. What is chosen comes back as a small file.",
    ProofKind.PAPER: "Pages to print or to send. Nothing can be chosen on them.",
}
_SIDES = (("1024", "Small"), ("1600", "Medium"), ("2560", "Large"))
_GRIDS = (("2x3", "2 × 3"), ("3x4", "3 × 4"), ("4x5", "4 × 5"), ("5x7", "5 × 7"))

AskTarget = Callable[[str, ProofKind, Callable[[Path], object]], None]
"""Asks where a file of that name and kind is to be saved."""


class ProofDialog(QDialog):
    """Stays open while the sheet is made; a report stands in it at the end."""

    show_asked = Signal(object)
    """Carries the :class:`Path` of the finished sheet."""

    def __init__(self, proof: ProofViewModel, ask: AskTarget, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("proofDialog")
        self.setWindowTitle("Proof sheet")
        self.setMinimumWidth(_WIDTH)
        self._proof = proof
        self._ask = ask
        self._made: Path | None = None
        self._make_fields()
        self._lay_out()
        self._connect()
        self.refresh()

    def ask(self) -> None:
        """Open, ready for other pictures."""
        if not self._proof.is_working:
            self._made = None
            self._tell("")
        self.refresh()
        self.open()
        self.title.setFocus()
        self.title.selectAll()

    def _make_fields(self) -> None:
        self.heading = plain_label("", self)
        scale_font(self.heading, 1.25)
        kinds = [
            Segment(ProofKind.PAGE, "Page to choose on", "A page to choose on"),
            Segment(ProofKind.PAPER, "Contact sheet (PDF)", "A contact sheet as PDF"),
        ]
        self.kind = SegmentedControl("proofKind", "Kind", kinds, self, stretch=True)
        self.explanation = Caption("", self)
        self.explanation.setWordWrap(True)
        self.title = QLineEdit(self)
        self.title.setObjectName("proofTitle")
        self.title.setAccessibleName("Title")
        self.title.setMaxLength(MAX_TITLE)
        self.side = self._choice("proofSide", "Size of the pictures", _SIDES)
        self.grid = self._choice("proofGrid", "Pictures on a page", _GRIDS)
        self.paper = self._choice(
            "proofPaper", "Paper", ((Paper.A4, "A4"), (Paper.LETTER, "US Letter"))
        )
        self.originals = WordsTick("proofOriginals", "Compare with the originals", self)
        self.names = WordsTick("proofNames", "File names below the pictures", self)
        self.progress = QProgressBar(self)
        self.progress.setObjectName("proofProgress")
        self.progress.setAccessibleName("Progress of the proof sheet")
        self.progress.setTextVisible(False)
        self.told = Caption("", self)
        self.told.setObjectName("proofTold")
        self.told.setWordWrap(True)
        self.show_file = push_button("proofShow", "Show in folder", self)
        self.cancel = push_button("proofCancel", "Close", self)
        self.make = push_button("proofMake", "Make proof sheet…", self, role="primary")

    def _choice(
        self, name: str, words: str, values: tuple[tuple[str, str], ...]
    ) -> SegmentedControl:
        segments = [Segment(value, text, text) for value, text in values]
        return SegmentedControl(name, words, segments, self, stretch=True)

    def _lay_out(self) -> None:
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(2 * GRID)
        self.form.setVerticalSpacing(GRID + GRID // 2)
        for words, field in (
            ("Title", self.title),
            ("Pictures", self.side),
            ("On a page", self.grid),
            ("Paper", self.paper),
        ):
            label = plain_label(words, self)
            label.setBuddy(field)
            label.setMinimumHeight(field.sizeHint().height())  # its words stand beside the field's
            self.form.addRow(label, field)
        self.form.addRow("", self.originals)
        self.form.addRow("", self.names)
        foot = QHBoxLayout()
        foot.setSpacing(GRID)
        foot.addWidget(self.show_file)
        foot.addStretch(1)
        foot.addWidget(self.cancel)
        foot.addWidget(self.make)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        whole.setSpacing(2 * GRID)
        whole.addWidget(self.heading)
        whole.addWidget(self.kind)
        whole.addWidget(self.explanation)
        whole.addLayout(self.form)
        whole.addWidget(self.progress)
        whole.addWidget(self.told)
        whole.addStretch(1)
        whole.addLayout(foot)

    def _connect(self) -> None:
        proof = self._proof
        self.kind.chosen.connect(lambda value: self._change(kind=ProofKind(value)))
        self.title.textEdited.connect(lambda text: self._change(title=text))
        self.side.chosen.connect(lambda value: self._change(side=int(value)))
        self.grid.chosen.connect(self._set_grid)
        self.paper.chosen.connect(lambda value: self._change(paper=Paper(value)))
        self.originals.toggled.connect(lambda on: self._change(originals=on))
        self.names.toggled.connect(lambda on: self._change(names=on))
        self.make.clicked.connect(lambda _on=False: self._ask_target())
        self.cancel.clicked.connect(lambda _on=False: self.reject())
        self.show_file.clicked.connect(lambda _on=False: self.show_asked.emit(self._made))
        proof.changed.connect(self.refresh)
        proof.progressed.connect(self._on_progress)
        proof.made.connect(self._on_made)
        proof.failed.connect(self._on_failed)

    def _change(self, **fields: object) -> None:
        self._proof.change(**fields)

    def _set_grid(self, value: str) -> None:
        columns, rows = value.split("x")
        self._change(columns=int(columns), rows=int(rows))

    def refresh(self) -> None:
        """Show settings, pictures, and whether a sheet is being made."""
        proof, settings = self._proof, self._proof.settings
        is_page = settings.kind is ProofKind.PAGE
        self.heading.setText(f"Proof sheet of {count(len(proof.pictures), 'picture')}")
        self.kind.set_value(settings.kind.value)
        self.explanation.setText(_EXPLAIN[settings.kind])
        if self.title.text() != settings.title:
            self.title.setText(settings.title)
        self.side.set_value(str(settings.side))
        self.grid.set_value(f"{settings.columns}x{settings.rows}")
        self.paper.set_value(settings.paper.value)
        self.originals.setChecked(settings.originals)
        self.names.setChecked(settings.names)
        for_page: tuple[QWidget, ...] = (self.side, self.originals)
        for_paper: tuple[QWidget, ...] = (self.grid, self.paper)
        for field in for_page + for_paper:
            self.form.setRowVisible(field, (field in for_page) == is_page)
        # The ticks can be turned for the next sheet: one that cannot be shows a dash.
        for field in (self.kind, self.title, self.side, *for_paper):
            field.setEnabled(not proof.is_working)
        self.progress.setVisible(proof.is_working)
        self.told.setVisible(bool(self.told.text()))
        self.show_file.setVisible(self._made is not None and not proof.is_working)
        self.make.setEnabled(bool(proof.pictures) and not proof.is_working)
        self.cancel.setText("Cancel" if proof.is_working else "Close")

    def _ask_target(self) -> None:
        self._ask(self._proof.file_name, self._proof.settings.kind, self._start)

    def _start(self, target: Path) -> None:
        self._made = None
        self._tell("")
        self.progress.setRange(0, max(1, len(self._proof.pictures)))
        self.progress.setValue(0)
        self._proof.start(target)

    def _on_progress(self, done: int, total: int) -> None:
        self.progress.setRange(0, max(1, total))
        self.progress.setValue(done)

    def _on_made(self, report: ProofReport) -> None:
        self._made = report.path
        if report.path is None:
            return
        words = [f"Saved as {plain(report.path.name, 120)}."]
        words += [plain(problem) for problem in report.problems[:3]]
        if len(report.problems) > 3:
            words.append(f"And {len(report.problems) - 3} more.")
        self._tell("\n".join(words), "warn" if report.problems else "good")
        self.refresh()
        self.show_file.setFocus()

    def _on_failed(self, error: PhotaError) -> None:
        self._tell(" ".join(filter(None, (plain(error.message), plain(error.hint)))), "bad")
        self.refresh()

    def _tell(self, words: str, role: str = "quiet") -> None:
        self.told.setProperty("role", role)
        polish_again(self.told)
        self.told.setText(words)
        self.told.setAccessibleDescription(words)
        self.told.setVisible(bool(words))

    def reject(self) -> None:
        """Give up the sheet in the making, else close."""
        if self._proof.is_working:
            self._proof.cancel()
            self._tell("Canceled. Nothing was saved.")
        else:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: D102
        self._proof.cancel()
        super().closeEvent(event)
