"""The bar says how a pair lies and what changed, and tells what a person asks for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from phota_desktop.core.alignment import Alignment, FrameMap
from phota_desktop.ui.compare_bar import CompareBar
from phota_desktop.ui.theme import THEMES, apply_theme

Key = Qt.Key
SIZE = (2000, 1500)
MOVED = Alignment(
    FrameMap.similar(4 / 3, 1.004, shift=(3 / 2000, 0)), SIZE, SIZE, 0.9, 0.1, 0.05, is_sure=True
)


class _Canvas(QWidget):
    """Counts what falls through the bar."""

    def __init__(self) -> None:
        super().__init__()
        self.wheels = 0
        self.keys: list[int] = []

    def wheelEvent(self, event: object) -> None:  # noqa: N802
        self.wheels += 1

    def keyPressEvent(self, event: object) -> None:  # noqa: N802
        self.keys.append(event.key())  # type: ignore[attr-defined]


@pytest.fixture
def canvas(qapp: QApplication, qtbot: QtBot) -> Iterator[_Canvas]:
    apply_theme(qapp, "dark")
    canvas = _Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(1200, 700)
    with qtbot.waitExposed(canvas):
        canvas.show()
    canvas.activateWindow()
    return canvas


@pytest.fixture
def bar(canvas: _Canvas) -> CompareBar:
    bar = CompareBar()
    bar.dock(canvas)
    bar.show()
    return bar


def test_it_says_how_a_pair_lies_and_the_tick_is_on_where_that_helps(bar: CompareBar) -> None:
    bar.show_alignment(MOVED)
    assert bar.align_label.text() == "shifted 3.0 px, 0.4 % larger"
    assert bar.align_box.isEnabled()
    assert bar.align_box.isChecked()
    assert bar.align_box.accessibleName() == "Align: shifted 3.0 px, 0.4 % larger"
    bar.show_alignment(Alignment.same(SIZE, SIZE))
    assert bar.align_label.text() == "in place"
    assert not bar.align_box.isEnabled()
    bar.show_alignment(Alignment.unsure(SIZE, SIZE))
    assert bar.align_label.text() == "not aligned"
    assert not bar.align_box.isEnabled()
    assert not bar.align_box.isChecked()
    bar.show_aligning()
    assert bar.align_label.text() == "aligning…"
    bar.show_alignment(None, "No such file")
    assert bar.align_label.text() == "No such file"
    bar.show_alignment(MOVED)
    assert bar.align_box.isChecked()


def test_the_choice_not_to_align_holds_for_the_next_pair(bar: CompareBar) -> None:
    told: list[bool] = []
    bar.align_toggled.connect(told.append)
    bar.show_alignment(MOVED)
    bar.align_box.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(bar.align_box, Key.Key_Space)
    assert told == [False]
    assert not bar.wants_alignment
    bar.show_alignment(Alignment.same(SIZE, SIZE))
    bar.show_alignment(MOVED)
    assert not bar.align_box.isChecked()
    assert told == [False]
    QTest.mouseClick(bar.align_box, Qt.MouseButton.LeftButton, pos=QPoint(9, 12))
    assert told == [False, True]


def test_gain_by_keys_in_half_stops_and_only_for_the_difference(
    bar: CompareBar, canvas: _Canvas
) -> None:
    told: list[float] = []
    bar.gain_asked.connect(told.append)
    assert not bar.gain_slider.isVisible()
    bar.show_difference(True)
    assert bar.gain_slider.isVisible()
    assert bar.changed_label.isVisible()
    assert bar.gain_label.text() == "2×"
    bar.gain_slider.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(bar.gain_slider, Key.Key_Right)
    QTest.keyClick(bar.gain_slider, Key.Key_Home)
    QTest.keyClick(bar.gain_slider, Key.Key_Left)
    QTest.keyClick(bar.gain_slider, Key.Key_End)
    assert told == [2.8, 0.5, 16.0]
    assert canvas.keys == []
    told.clear()
    bar.set_gain(4.0)
    assert not told
    assert bar.gain_label.text() == "4×"
    assert bar.gain_slider.accessibleDescription().startswith("4×")


def test_the_pin_tells_and_shows_what_is_so(bar: CompareBar) -> None:
    told: list[bool] = []
    bar.pin_toggled.connect(told.append)
    bar.pin_button.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(bar.pin_button, Key.Key_Space)
    assert told == [True]
    bar.set_pinned(False)
    plain = bar.pin_button.grab().toImage().pixelColor(5, 5)
    bar.set_pinned(True)
    assert bar.pin_button.isChecked()
    assert bar.pin_button.grab().toImage().pixelColor(5, 5) != plain
    assert bar.pin_button.accessibleName() == "Unpin the reference"
    bar.set_pinned(False)
    assert not bar.pin_button.isChecked()


def test_all_of_it_has_names_and_is_reached_by_the_tab_key(
    bar: CompareBar, canvas: _Canvas
) -> None:
    bar.show_difference(True)
    bar.show_alignment(MOVED)
    bar.show_changed("changed 34 % of the frame; 12 % beyond tone")
    names = {child.objectName(): child for child in bar.findChildren(QWidget)}
    assert {"alignBox", "alignLabel", "gainSlider", "changedLabel", "pinButton"} <= set(names)
    stops = []
    bar.align_box.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(3):
        focused = QApplication.focusWidget()
        assert focused is not None
        assert focused.accessibleName()
        stops.append(focused.objectName())
        QTest.keyClick(focused, Key.Key_Tab)
    assert stops == ["alignBox", "gainSlider", "pinButton"]
    assert bar.accessibleName() == "Comparison"


def test_it_stays_within_the_canvas_and_does_not_jump_with_words(
    bar: CompareBar, canvas: _Canvas
) -> None:
    bar.show_alignment(MOVED)
    before = bar.geometry()
    assert canvas.rect().contains(before)
    assert abs(before.center().x() - canvas.rect().center().x()) <= 1
    assert canvas.height() - before.bottom() <= 14
    bar.show_alignment(Alignment.same(SIZE, SIZE))
    assert bar.geometry() == before
    bar.show_difference(True)
    bar.show_changed("changed 100 % of the frame; 100 % beyond tone")
    height = bar.height()
    canvas.resize(640, 420)  # too narrow for one row: no word is lost
    QApplication.processEvents()
    assert canvas.rect().contains(bar.geometry())
    assert bar.height() > 1.5 * height
    for label in (bar.align_label, bar.changed_label):
        assert label.width() >= label.fontMetrics().horizontalAdvance(label.text())
    canvas.resize(1200, 700)
    QApplication.processEvents()
    assert bar.height() == height
    canvas.resize(420, 300)
    QApplication.processEvents()
    assert canvas.rect().contains(bar.geometry())
    assert bar.pin_button.geometry().right() <= bar.width()
    assert bar.changed_label.toolTip() == "changed 100 % of the frame; 100 % beyond tone"


def test_it_grows_at_once_with_its_words_and_tells_where_it_stands(
    bar: CompareBar, canvas: _Canvas
) -> None:
    told: list[QRect] = []
    bar.placed.connect(told.append)
    bar.show_alignment(Alignment.same(SIZE, SIZE))
    QApplication.processEvents()
    usual = bar.width()
    bar.show_alignment(None, "shifted 13 px, 1.2 % larger, turned 0.4°, and more than usual")
    label = bar.align_label
    QApplication.processEvents()
    assert bar.width() > usual
    assert label.width() >= label.fontMetrics().horizontalAdvance(label.text())
    assert told[-1] == bar.geometry()
    bar.hide()
    assert told[-1].isEmpty()
    bar.show()
    assert told[-1] == bar.geometry()


def test_the_wheel_over_it_does_not_zoom_the_canvas(bar: CompareBar, canvas: _Canvas) -> None:
    at = QPointF(bar.rect().center())
    event = QWheelEvent(
        at,
        QPointF(bar.mapToGlobal(at)),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(bar, event)
    assert canvas.wheels == 0


@pytest.mark.parametrize("theme", list(THEMES))
def test_it_follows_the_theme(
    bar: CompareBar, canvas: _Canvas, theme: str, qapp: QApplication
) -> None:
    apply_theme(qapp, theme)
    bar.retint()
    ground = bar.grab().toImage().pixelColor(bar.width() // 2, 3)
    assert ground.name() == THEMES[theme].panel  # type: ignore[index]
