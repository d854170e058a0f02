"""Tables in dialogs: the first column takes the room, the others what their words need."""

from __future__ import annotations

from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QTreeView
from pytestqt.qtbot import QtBot

from phota_desktop.ui.tables import set_up_table


def test_the_first_column_takes_the_room_that_is_left(qapp: object, qtbot: QtBot) -> None:
    view = QTreeView()
    qtbot.addWidget(view)
    model = QStandardItemModel(view)
    for name in ("Enhance", "Remix"):
        model.appendRow([QStandardItem(text) for text in (name, "$1", "price not published " * 2)])
    view.setModel(model)
    set_up_table(view, 60)
    for width in (700, 900):
        view.resize(width, 200)
        view.show()
        widths = [view.columnWidth(n) for n in range(3)]
        assert sum(widths) == view.viewport().width()
        assert widths[1] == 60
        assert widths[2] > 120
    assert view.visualRect(model.index(0, 0)).left() == 0, "no room for a tree's arrows"
    assert not view.header().sectionsMovable()
