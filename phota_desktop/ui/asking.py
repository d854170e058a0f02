"""How a dialog that asks one thing is built: a heading, words, and its buttons at the right."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QVBoxLayout,
)

from phota_desktop.ui.controls import scale_font
from phota_desktop.ui.theme import GRID


def lay_out_question(
    dialog: QDialog,
    heading: QLabel,
    words: QLayout,
    buttons: tuple[QPushButton, ...],
    *,
    aside: QPushButton | None = None,
    gap: int = 2 * GRID,
) -> None:
    """Put a heading over ``words`` over ``buttons``; ``aside`` stands alone at the left.

    The first of ``buttons`` is the harmless one and has the focus. ``gap`` is in pixels.
    """
    scale_font(heading, 1.25)
    foot = QHBoxLayout()
    if aside is not None:
        foot.addWidget(aside)
    foot.addStretch(1)
    for button in buttons:
        foot.addWidget(button)
    whole = QVBoxLayout(dialog)
    whole.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
    whole.setSpacing(gap)
    whole.addWidget(heading)
    whole.addLayout(words)
    whole.addStretch(1)
    whole.addLayout(foot)
    buttons[0].setFocus()
