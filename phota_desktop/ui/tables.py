"""Tables in dialogs: flat, of equal rows, the first column as wide as there is room."""

from __future__ import annotations

from PySide6.QtWidgets import QHeaderView, QTreeView


def set_up_table(view: QTreeView, least: int) -> None:
    """Make a flat table of equal rows whose first column takes the room that is left.

    A column is never narrower than ``least`` pixels.
    """
    view.setRootIsDecorated(False)
    view.setUniformRowHeights(True)
    view.setFrameShape(QTreeView.Shape.NoFrame)
    header = view.header()
    header.setSectionsMovable(False)
    header.setStretchLastSection(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    header.setMinimumSectionSize(least)
