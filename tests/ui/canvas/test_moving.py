"""The canvas under wheel, gestures, drags and keys, and with fast fingers."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QNativeGestureEvent,
    QPointingDevice,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from phota_desktop.ui.image_canvas import ImageCanvas
from phota_desktop.viewmodels.comparison import View
from phota_desktop.viewmodels.images import ImageLoader
from phota_desktop.viewmodels.viewport import ZoomMode
from tests.ui.canvas.hands import LEFT, MIDDLE, NONE, Key, drag, level, show, wheel


def test_wheel_zooms_at_the_cursor(pair: ImageCanvas) -> None:
    at = QPoint(150, 100)
    before = pair.viewport.fraction_at((150, 100))
    for _ in range(4):
        wheel(pair, at, 120)
    assert pair.viewport.fraction_at((150, 100)) == pytest.approx(before, abs=1e-6)
    assert pair.viewport.zoom == pytest.approx(1.25**4)


def test_shift_wheel_goes_sideways_and_two_fingers_pan(pair: ImageCanvas) -> None:
    pair.zoom_to(200)
    wheel(pair, QPoint(300, 200), 120, Qt.KeyboardModifier.ShiftModifier)
    assert pair.viewport.centre == pytest.approx((0.5 - 120 / 1800, 0.5))
    wheel(pair, QPoint(300, 200), 0, pixels_moved=QPoint(30, -60))
    assert pair.viewport.centre == pytest.approx((0.5 - 150 / 1800, 0.5 + 60 / 1200))


def test_pinch_zooms(pair: ImageCanvas) -> None:
    spot = QPointF(300, 200)
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture,
        QPointingDevice.primaryPointingDevice(),
        2,
        spot,
        spot,
        QPointF(pair.mapToGlobal(QPoint(300, 200))),
        0.5,
        QPointF(),
    )
    QCoreApplication.sendEvent(pair, event)
    assert pair.viewport.zoom == pytest.approx(1.5)


def test_left_drag_pans_only_when_zoomed_and_the_middle_button_too(pair: ImageCanvas) -> None:
    drag(pair, QPoint(300, 200), QPoint(200, 200))
    assert pair.viewport.centre == (0.5, 0.5)
    pair.zoom_to(200)
    across, down = pair.viewport.centre
    drag(pair, QPoint(300, 200), QPoint(210, 200))
    assert pair.viewport.centre == pytest.approx((across + 0.05, down))
    drag(pair, QPoint(300, 200), QPoint(390, 140), MIDDLE)
    assert pair.viewport.centre == pytest.approx((across, down + 0.05))


def test_double_click_goes_to_100_percent_there_and_back(pair: ImageCanvas) -> None:
    before = pair.viewport.fraction_at((200, 150))
    QTest.mouseDClick(pair, LEFT, NONE, QPoint(200, 150))
    assert pair.viewport.label() == "100 %"
    assert pair.viewport.fraction_at((200, 150)) == pytest.approx(before, abs=1e-6)
    QTest.mouseDClick(pair, LEFT, NONE, QPoint(200, 150))
    assert pair.viewport.mode is ZoomMode.FIT


def test_zoom_keys(pair: ImageCanvas) -> None:
    told: list[str] = []
    pair.zoom_changed.connect(told.append)
    control = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(pair, Key.Key_1, control)
    QTest.keyClick(pair, Key.Key_2, control)
    QTest.keyClick(pair, Key.Key_Plus, control)
    QTest.keyClick(pair, Key.Key_Minus, control)
    QTest.keyClick(pair, Key.Key_0, control)
    QTest.keyClick(pair, Key.Key_Z)
    QTest.keyClick(pair, Key.Key_Z)
    assert told == ["100 %", "200 %", "400 %", "200 %", "Fit", "100 %", "Fit"]


def test_space_toggles_on_a_tap_and_drags_while_held(pair: ImageCanvas) -> None:
    QTest.keyClick(pair, Key.Key_Space)
    assert pair.viewport.label() == "100 %"
    QTest.keyPress(pair, Key.Key_Space)
    drag(pair, QPoint(300, 200), QPoint(390, 200))
    QTest.keyRelease(pair, Key.Key_Space)
    assert pair.viewport.label() == "100 %"
    assert pair.viewport.centre[0] == pytest.approx(0.4)
    QTest.keyClick(pair, Key.Key_Space)
    assert pair.viewport.label() == "Fit"


def test_keys_that_are_not_its_own_go_on_to_the_window(loader: ImageLoader, qtbot: QtBot) -> None:
    class Window(QWidget):
        seen: list[int] = []  # noqa: RUF012 - one window only

        def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
            self.seen.append(event.key())

    window = Window()
    qtbot.addWidget(window)
    canvas = ImageCanvas(loader, window)
    QVBoxLayout(window).addWidget(canvas)
    for key in (Key.Key_Left, Key.Key_P, Key.Key_1, Key.Key_Escape):
        QTest.keyClick(canvas, key)
    assert window.seen == [Key.Key_Left, Key.Key_P, Key.Key_1, Key.Key_Escape]


def test_zoom_and_place_stay_for_the_next_variant_and_not_for_another_photo(
    pair: ImageCanvas, photos: list[Path], qtbot: QtBot
) -> None:
    pair.viewport.set_percent(200, (100, 100))
    centre = pair.viewport.centre
    show(pair, qtbot, photos[0], photos[4])
    assert pair.viewport.centre == centre
    assert pair.viewport.label() == "200 %"
    show(pair, qtbot, photos[1], photos[4])
    assert pair.viewport.mode is ZoomMode.FIT


def test_a_picture_that_cannot_be_read_says_so(
    canvas: ImageCanvas, photos: list[Path], tmp_path: Path, qtbot: QtBot
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n nothing")
    canvas.show_pair(broken, None)
    qtbot.waitUntil(lambda: canvas.shown_paths == (str(broken),))
    canvas.grab()
    show(canvas, qtbot, photos[0], None)
    assert abs(level(canvas, 300, 200) - 20) <= 2


def test_fast_steps_never_show_a_picture_under_anothers_name(
    canvas: ImageCanvas, photos: list[Path], qtbot: QtBot
) -> None:
    chance = random.Random(11)  # noqa: S311 - not for secrets
    canvas.set_view(View.SWIPE)
    for _ in range(60):
        original, variant = chance.sample(photos, 2)
        canvas.show_pair(original, variant)
        if chance.random() < 0.2:
            canvas.set_view(chance.choice(list(View)))
        if chance.random() < 0.2:
            QTest.keyClick(canvas, Key.Key_B)
        qtbot.wait(chance.choice([0, 0, 1, 8]))
        check(canvas)
    qtbot.waitUntil(canvas.is_settled)
    check(canvas)
    wanted = {str(original), str(variant)}
    assert set(canvas.shown_paths) <= wanted


def check(canvas: ImageCanvas) -> None:
    """Each picture on the screen has the grey level that its path says."""
    shown = canvas.shown_paths
    if not shown:
        return
    image = canvas.grab().toImage()
    levels = [QColor(image.pixel(x, 200)).red() for x in (140, 460)]
    if canvas.shown_view is View.DIFFERENCE:
        shown = shown[-1:]
    wanted = [int(Path(path).stem) for path in (shown * 2)[:2]]
    assert all(abs(a - b) <= 2 for a, b in zip(levels, wanted, strict=True)), (levels, shown)


def test_clear_and_close_leave_nothing_behind(
    pair: ImageCanvas, loader: ImageLoader, qtbot: QtBot
) -> None:
    pair.clear()
    assert pair.shown_paths == ()
    assert level(pair, 300, 200) == 118
    loader.close()
    qtbot.wait(10)
    assert loader.cached_bytes == 0
