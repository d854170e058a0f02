"""The plot of the last days: the bar under the pointer tells its day and amount."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from phota_desktop.ui.day_bars import DayBars
from phota_desktop.ui.theme import apply_theme, tokens
from phota_desktop.viewmodels.ledger import DayBar

DAYS = tuple(
    DayBar(datetime.date(2026, 11, day), Decimal(amount), f"{day} Nov: ${amount}")
    for day, amount in ((19, "0.30"), (20, "0"), (21, "0.15"))
)


@pytest.fixture
def bars(qapp: QApplication, qtbot: QtBot) -> DayBars:
    apply_theme(qapp, "dark")
    made = DayBars()
    qtbot.addWidget(made)
    made.resize(480, 128)
    made.show()
    return made


def count(image: QImage, colour: str) -> int:
    wanted = QColor(colour)
    return sum(
        image.pixelColor(x, y) == wanted
        for x in range(image.width())
        for y in range(image.height())
    )


def move(bars: DayBars, at: QPoint) -> None:
    nothing, none = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    place = QPointF(at)
    QApplication.sendEvent(
        bars, QMouseEvent(QEvent.Type.MouseMove, place, place, nothing, nothing, none)
    )


def test_the_bar_under_the_pointer_lights_up_and_goes_dark_again(bars: DayBars) -> None:
    bars.show_days(DAYS, Decimal(5))
    before = bars.grab().toImage()
    assert count(before, tokens().accent_hover) == 0
    move(bars, bars.bar_rect(0).center().toPoint())
    lit = bars.grab().toImage()
    assert count(lit, tokens().accent_hover) >= 0.9 * bars.bar_rect(0).width() * 40
    QApplication.sendEvent(bars, QEvent(QEvent.Type.Leave))
    assert bars.grab().toImage() == before


@pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen one
def test_the_tool_tip_names_day_and_amount(bars: DayBars) -> None:
    bars.show_days(DAYS, Decimal(5))
    at = bars.bar_rect(2).center().toPoint()
    QApplication.sendEvent(bars, QHelpEvent(QEvent.Type.ToolTip, at, bars.mapToGlobal(at)))
    assert QToolTip.text() == "21 Nov: $0.15"
    QToolTip.hideText()


@pytest.mark.parametrize(("cap", "is_shown"), [("0.40", True), ("0.20", True), ("5", False)])
def test_the_cap_is_a_line_where_it_is_in_reach(bars: DayBars, cap: str, is_shown: bool) -> None:
    bars.show_days(DAYS, Decimal(cap))
    assert (count(bars.grab().toImage(), tokens().warn) > 100) is is_shown
