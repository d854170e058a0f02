"""What lists of rows share: one line of words that gives way, and a rounded ground."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRectF, QStringListModel
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QImage, QPainter
from PySide6.QtWidgets import QApplication, QListView
from pytestqt.qtbot import QtBot

from phota_desktop.ui.rows import paint_ground, paint_line, set_up_rows, small_font

WIDTH, HEIGHT = 120, 20


def _painted(paint: Callable[[QPainter], None]) -> QImage:
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    image.fill(QColor("#000000"))
    painter = QPainter(image)
    painter.setPen(QColor("#ffffff"))
    paint(painter)
    painter.end()
    return image


def _bright(image: QImage, columns: range) -> int:
    return sum(
        image.pixelColor(x, y).lightness() > 100 for x in columns for y in range(image.height())
    )


@pytest.mark.parametrize("middle", [False, True])
def test_a_long_line_stays_in_its_place(qapp: object, middle: bool) -> None:
    room = QRectF(0, 0, 60, HEIGHT)
    image = _painted(lambda painter: paint_line(painter, room, "holiday " * 9, middle=middle))
    assert _bright(image, range(60)) > 0
    assert _bright(image, range(61, WIDTH)) == 0


def test_the_end_of_a_file_name_stays_readable(qapp: object) -> None:
    room = QRectF(0, 0, 80, HEIGHT)
    jpeg, tiff = (f"{'m' * 30}.{ending}" for ending in ("jpg", "tif"))
    for middle in (False, True):
        one, other = (
            _painted(lambda painter, n=name, m=middle: paint_line(painter, room, n, middle=m))
            for name in (jpeg, tiff)
        )
        assert (one != other) is middle


def test_a_line_break_makes_no_second_line(qapp: object) -> None:
    room = QRectF(0, 0, WIDTH, HEIGHT)
    broken, plain = (
        _painted(lambda painter, t=text: paint_line(painter, room, t)) for text in ("a\nb", "a b")
    )
    assert broken == plain


def test_a_ground_is_filled_and_rounded(qapp: object) -> None:
    body = QRectF(0, 0, WIDTH, HEIGHT)
    image = _painted(lambda painter: paint_ground(painter, body, "#3366cc"))
    assert image.pixelColor(WIDTH // 2, HEIGHT // 2).name() == "#3366cc"
    assert image.pixelColor(0, 0).name() == "#000000"


def test_a_small_font_leaves_the_other_alone(qapp: object) -> None:
    font = QFont()
    font.setPointSizeF(10)
    assert small_font(font, 0.85).pointSizeF() == pytest.approx(8.5)
    assert font.pointSizeF() == 10


def test_a_list_of_rows_scrolls_by_pixels_chooses_one_and_asks_for_a_menu(
    qapp: object, qtbot: QtBot
) -> None:
    view = QListView()
    qtbot.addWidget(view)
    view.setModel(QStringListModel([f"{n} {'wide ' * 40}" for n in range(50)], view))
    set_up_rows(view)
    view.resize(120, 101)
    view.show()
    asked: list[QPoint] = []
    view.customContextMenuRequested.connect(asked.append)
    place = QPoint(5, 5)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, view.mapToGlobal(place))
    QApplication.sendEvent(view.viewport(), event)
    assert asked == [place]
    view.selectAll()
    assert len(view.selectedIndexes()) <= 1
    assert not view.horizontalScrollBar().isVisible()
    view.verticalScrollBar().setValue(3)
    assert view.visualRect(view.model().index(0, 0)).top() == -3
    assert not view.edit(view.model().index(0, 0), view.EditTrigger.DoubleClicked, event)
