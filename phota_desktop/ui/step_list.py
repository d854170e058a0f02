"""A work as a list of steps, each with a mark and what came of it in words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from phota_desktop.ui.controls import Caption, plain_label
from phota_desktop.ui.icons import pixmap
from phota_desktop.ui.theme import GRID, tokens
from phota_desktop.viewmodels.steps import StepRow

_SIDE = 16
_SAID = {"todo": "not yet", "doing": "at work", "good": "done", "warn": "mind", "bad": "failed"}
_ICONS = {"todo": "waiting", "doing": "waiting", "good": "check", "warn": "warn", "bad": "failed"}


class StepList(QWidget):
    """Shows steps in their order; the rows are kept, so that nothing jumps while they change."""

    def __init__(self, name: str, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self._title = accessible_name
        self._steps: tuple[StepRow, ...] = ()
        self._rows: list[tuple[QLabel, QLabel, Caption]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GRID)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)

    @property
    def steps(self) -> tuple[StepRow, ...]:
        """The steps that are shown."""
        return self._steps

    def show_steps(self, steps: Sequence[StepRow]) -> None:
        """Show these steps."""
        self._steps = tuple(steps)
        while len(self._rows) < len(self._steps):
            self._add_row()
        for n, (mark, title, words) in enumerate(self._rows):
            there = n < len(self._steps)
            mark.setVisible(there)
            title.setVisible(there)
            words.setVisible(there and bool(self._steps[n].words))
        for step, (mark, title, words) in zip(self._steps, self._rows, strict=False):
            title.setText(step.title)
            words.setText(step.words)
            words.set_role({"bad": "bad", "warn": "warn"}.get(step.mark, "quiet"))
            mark.setAccessibleName(_SAID[step.mark])
            said = f"{step.title}: {_SAID[step.mark]}. {step.words}".strip()
            title.setAccessibleName(said)
        self._draw_marks()
        lines = (f"{step.title}: {_SAID[step.mark]}" for step in self._steps)
        self.setAccessibleDescription("; ".join(lines))

    def _add_row(self) -> None:
        mark = QLabel(self)
        mark.setFixedSize(_SIDE, _SIDE)
        title = plain_label("", self)
        words = Caption("", self)
        words.setWordWrap(True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        at = 2 * len(self._rows)
        self._grid.addWidget(mark, at, 0)
        self._grid.addWidget(title, at, 1)
        self._grid.addWidget(words, at + 1, 1)
        self._rows.append((mark, title, words))

    def _draw_marks(self) -> None:
        now = tokens()
        colours = {"good": now.good, "warn": now.warn, "bad": now.bad, "doing": now.accent}
        for step, (mark, _, _) in zip(self._steps, self._rows, strict=False):
            colour = colours.get(step.mark, now.disabled)
            scale = self.devicePixelRatioF()
            mark.setPixmap(pixmap(_ICONS[step.mark], colour, _SIDE, scale))

    def changeEvent(self, event: QEvent) -> None:  # noqa: D102
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_marks()
        super().changeEvent(event)
