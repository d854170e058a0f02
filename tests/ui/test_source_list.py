"""The photos of an edit by themselves: their menu, and what is painted around them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from phota_desktop.core.requests import RemoteImage
from phota_desktop.ui.source_list import SourceList
from phota_desktop.ui.theme import apply_theme, tokens

from .conftest import LEFT

THREE = (Path("/p/a.jpg"), RemoteImage("https://photos.example/b.jpg"), Path("/p/c.jpg"))


@pytest.fixture
def sources(qapp: QApplication, qtbot: QtBot) -> SourceList:
    apply_theme(qapp, "dark")
    made = SourceList(None)
    qtbot.addWidget(made)
    made.setFixedWidth(258)
    made.show()
    return made


def menu_at(sources: SourceList, row: int) -> dict[str, QMenu]:
    """Open the menu of a row; return its words, each with the menu."""
    for old in sources.findChildren(QMenu):
        old.close()
        old.setObjectName("gone")
    index = sources.model().index(row, 0)
    sources.customContextMenuRequested.emit(sources.visualRect(index).center())
    menus = [menu for menu in sources.findChildren(QMenu) if menu.objectName() != "gone"]
    return {action.text(): menu for menu in menus for action in menu.actions()}


def count(sources: SourceList, colour: str) -> int:
    image, wanted = sources.grab().toImage(), QColor(colour)
    return sum(
        image.pixelColor(x, y) == wanted
        for x in range(image.width())
        for y in range(image.height())
    )


@pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen one
@pytest.mark.parametrize(
    ("row", "words", "move"),
    [
        (0, ("Move right", "Remove"), {"Move right": (0, 1)}),
        (1, ("Make primary", "Move right", "Remove"), {"Make primary": (1, 0)}),
        (2, ("Make primary", "Move left", "Remove"), {"Move left": (2, 1)}),
    ],
)
def test_the_menu_offers_what_the_place_allows(
    sources: SourceList, row: int, words: tuple[str, ...], move: dict[str, tuple[int, int]]
) -> None:
    sources.show_pictures(THREE, editable=True)
    moved: list[tuple[int, int]] = []
    removed: list[int] = []
    sources.moved.connect(lambda a, b: moved.append((a, b)))
    sources.removed.connect(removed.append)
    offered = menu_at(sources, row)
    assert tuple(offered) == words
    for word, menu in offered.items():
        if word in move or word == "Remove":
            next(action for action in menu.actions() if action.text() == word).trigger()
    assert moved == list(move.values())
    assert removed == [row]


def test_pictures_that_are_not_chosen_here_have_no_menu(sources: SourceList) -> None:
    sources.show_pictures(THREE[:1], editable=False)
    assert menu_at(sources, 0) == {}


def test_an_empty_list_invites_and_a_held_picture_lights_its_frame(sources: SourceList) -> None:
    sources.show_pictures((), editable=True)
    assert count(sources, tokens().quiet), "words"
    assert not count(sources, tokens().accent)
    sources._on_hovered(True)
    assert count(sources, tokens().accent)
    sources._on_hovered(False)
    assert not count(sources, tokens().accent)


def test_a_line_shows_where_a_dragged_picture_goes(sources: SourceList) -> None:
    sources.show_pictures(THREE, editable=True)
    view = sources.viewport()
    last, first = (sources.visualRect(sources.model().index(n, 0)).center() for n in (2, 0))
    moved: list[tuple[int, int]] = []
    sources.moved.connect(lambda a, b: moved.append((a, b)))
    QTest.mousePress(view, LEFT, pos=last)
    before = count(sources, tokens().accent)
    for at in (last - QPoint(20, 0), first, first - QPoint(30, 0)):
        QTest.mouseMove(view, at)
        QApplication.processEvents()
    height = sources.tile.height()
    assert count(sources, tokens().accent) - before > height, "a line two pixels wide or more"
    QTest.mouseRelease(view, LEFT, pos=first - QPoint(30, 0))
    assert moved == [(2, 0)]
    assert count(sources, tokens().accent) - before < height


def test_a_screen_reader_hears_place_and_name(sources: SourceList) -> None:
    sources.show_pictures(THREE, editable=True)
    heard = [
        sources.model().index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(3)
    ]
    assert heard == ["Primary: a.jpg", "Photo 2: https://photos.example/b.jpg", "Photo 3: c.jpg"]
