"""Original and variant on the canvas: divider, side by side, and the original while held."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from phota_desktop.ui.compare_view import CompareView
from phota_desktop.ui.divider import Divider
from phota_desktop.ui.image_canvas import ImageCanvas
from phota_desktop.viewmodels.comparison import View
from phota_desktop.viewmodels.viewport import ZoomMode
from tests.ui.canvas.hands import LEFT, NONE, Key, drag, level, show, wheel


def test_names_are_the_fixed_ones(pair: ImageCanvas) -> None:
    assert pair.objectName() == "imageCanvas"
    assert pair.accessibleName()
    sheet = pair.findChild(CompareView, "compareView")
    assert sheet is not None
    assert sheet.accessibleName()
    assert "v2 · 900 × 600 · 67 %" in pair.accessibleDescription()


def test_the_empty_canvas_says_its_message_on_18_percent_grey(
    canvas: ImageCanvas, qtbot: QtBot
) -> None:
    assert level(canvas, 5, 5) == 118
    plain = canvas.grab().toImage()
    canvas.set_message("Drop photos here")
    assert canvas.grab().toImage() != plain
    for name, grey in (("black", 0), ("white", 255), ("light", 200), ("grey", 118)):
        canvas.set_surround(name)
        assert level(canvas, 5, 5) == grey


def test_swipe_shows_the_original_left_and_the_variant_right(pair: ImageCanvas) -> None:
    pair.set_view(View.SWIPE)
    assert abs(level(pair, 100, 200) - 20) <= 2
    assert abs(level(pair, 500, 200) - 220) <= 2
    assert pair.labels() == ("Original · 1800 × 1200 · 33 %", "v2 · 900 × 600 · 67 %")
    pair.turn_divider()
    assert abs(level(pair, 300, 100) - 20) <= 2
    assert abs(level(pair, 300, 300) - 220) <= 2


def test_the_divider_is_dragged_from_12_pixels_away_and_not_from_further(
    pair: ImageCanvas,
) -> None:
    pair.set_view(View.SWIPE)
    sheet = pair.compare
    drag(sheet, QPoint(288, 50), QPoint(150, 50))
    assert sheet.divider.position == pytest.approx(0.25)
    drag(sheet, QPoint(170, 50), QPoint(500, 50))
    assert sheet.divider.position == pytest.approx(0.25)
    assert abs(level(pair, 200, 100) - 220) <= 2


def test_the_divider_moves_by_arrow_keys_and_turns_by_r_and_double_click(
    pair: ImageCanvas,
) -> None:
    pair.set_view(View.SWIPE)
    sheet = pair.compare
    sheet.setFocus()
    QTest.keyClick(sheet, Key.Key_Left)
    assert sheet.divider.position == pytest.approx(0.49)
    QTest.keyClick(sheet, Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert sheet.divider.position == pytest.approx(0.59)
    QTest.keyClick(sheet, Key.Key_R)
    assert not sheet.divider.vertical
    QTest.mouseDClick(sheet, LEFT, NONE, QPoint(100, round(0.59 * 400)))
    assert sheet.divider.vertical
    for _ in range(12):
        QTest.keyClick(sheet, Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    # Half a turn: the variant is left of the line now, and the line at the right edge.
    assert sheet.divider == Divider(0, 180)
    assert abs(level(pair, 590, 100) - 220) <= 2


def test_what_is_not_the_dividers_falls_through_to_the_canvas(pair: ImageCanvas) -> None:
    pair.set_view(View.SWIPE)
    window = pair.window().windowHandle()
    pair.viewport.set_percent(200)
    QTest.mousePress(window, LEFT, NONE, QPoint(100, 100))
    QTest.mouseMove(window, QPoint(130, 100))
    QTest.mouseMove(window, QPoint(190, 100))
    QTest.mouseRelease(window, LEFT, NONE, QPoint(190, 100))
    assert pair.viewport.centre == pytest.approx((0.45, 0.5))
    assert pair.compare.divider.position == 0.5
    QTest.mousePress(window, LEFT, NONE, QPoint(300, 100))
    QTest.mouseMove(window, QPoint(400, 100))
    QTest.mouseMove(window, QPoint(450, 100))
    QTest.mouseRelease(window, LEFT, NONE, QPoint(450, 100))
    assert pair.compare.divider.position == pytest.approx(0.75)
    assert pair.hasFocus()
    QTest.mouseClick(window, LEFT, NONE, QPoint(450, 100))
    assert pair.compare.hasFocus()
    QTest.keyClick(window, Key.Key_Right)
    assert pair.compare.divider.position == pytest.approx(0.76)
    QTest.keyClick(window, Key.Key_Z)
    assert pair.viewport.mode is ZoomMode.FIT
    pair.set_view(View.SINGLE)
    assert pair.hasFocus()


def test_moving_the_divider_repaints_only_the_strip(pair: ImageCanvas, qtbot: QtBot) -> None:
    pair.set_view(View.SWIPE)
    qtbot.wait(20)
    painted: list[int] = []
    plain = pair.paintEvent

    def note(event: object) -> None:
        painted.append(event.rect().width())  # type: ignore[attr-defined]
        plain(event)  # type: ignore[arg-type]

    pair.paintEvent = note  # type: ignore[method-assign, assignment]
    pair.compare.set_divider(Divider(0.53))
    qtbot.waitUntil(lambda: bool(painted))
    assert max(painted) < 18 + 2 * 14 + 10


def test_side_by_side_shows_both(pair: ImageCanvas) -> None:
    pair.set_view(View.SIDE)
    assert abs(level(pair, 150, 200) - 20) <= 2
    assert abs(level(pair, 450, 200) - 220) <= 2
    wheel(pair, QPoint(450, 200), 120)
    scales = [float(label.split(" · ")[-1].rstrip(" %")) for label in pair.labels()]
    assert scales[1] == pytest.approx(2 * scales[0], abs=1)


def test_100_percent_means_the_variant_wherever_the_cursor_is(pair: ImageCanvas) -> None:
    for view, spot in ((View.SWIPE, QPoint(100, 100)), (View.SIDE, QPoint(100, 200))):
        pair.set_view(view)
        QTest.mouseMove(pair, spot)
        QTest.mouseDClick(pair, LEFT, NONE, spot)
        assert pair.viewport.label() == "100 %"
        assert [label.rsplit(" · ")[-1] for label in pair.labels()] == ["50 %", "100 %"]
        pair.zoom_fit()


def test_a_photo_without_variants_is_shown_alone_in_any_view(
    canvas: ImageCanvas, photos: list[Path], qtbot: QtBot
) -> None:
    canvas.set_view(View.SWIPE)
    show(canvas, qtbot, photos[2], None)
    assert canvas.shown_paths == (str(photos[2]),)
    assert canvas.compare.isHidden()


@pytest.mark.parametrize("key", [Key.Key_B, Key.Key_Backslash])
def test_the_original_is_shown_while_held_and_a_tap_toggles(
    pair: ImageCanvas, qtbot: QtBot, key: Qt.Key
) -> None:
    QTest.keyPress(pair, key)
    assert abs(level(pair, 300, 200) - 20) <= 2
    qtbot.wait(300)
    QTest.keyRelease(pair, key)
    assert abs(level(pair, 300, 200) - 220) <= 2
    QTest.keyClick(pair, key)
    assert pair.showing_original
    QTest.keyClick(pair, key)
    assert not pair.showing_original


def test_a_repeat_of_a_held_key_that_looks_real_is_no_tap(pair: ImageCanvas) -> None:
    """X repeats by a release and a press of one time stamp, which a busy program sees apart."""

    def send(kind: QEvent.Type, key: Qt.Key, stamp: int) -> None:
        event = QKeyEvent(
            kind, key, Qt.KeyboardModifier.NoModifier, "b" if key == Key.Key_B else " "
        )
        event.setTimestamp(stamp)
        QCoreApplication.sendEvent(pair, event)

    press, release = QEvent.Type.KeyPress, QEvent.Type.KeyRelease
    for key in (Key.Key_B, Key.Key_Space):
        send(press, key, 1000)
        time.sleep(0.3)
        send(release, key, 1300)
        send(press, key, 1300)
        assert pair.showing_original is (key == Key.Key_B)
        send(release, key, 1330)
        assert not pair.showing_original, "it was held for long, and is let go"
        assert pair.viewport.label() == "Fit", "no tap of Space either"
    send(press, Key.Key_B, 2000)
    send(release, Key.Key_B, 2050)
    assert pair.showing_original, "a tap is one still"


def test_what_is_held_does_not_flicker_by_repeats(pair: ImageCanvas, qtbot: QtBot) -> None:
    told: list[bool] = []
    pair.original_shown.connect(told.append)

    def send(kind: QEvent.Type, stamp: int, *, repeat: bool = False) -> None:
        event = QKeyEvent(kind, Key.Key_B, Qt.KeyboardModifier.NoModifier, "b", repeat)
        event.setTimestamp(stamp)
        QCoreApplication.sendEvent(pair, event)

    press, release = QEvent.Type.KeyPress, QEvent.Type.KeyRelease
    send(press, 1000)
    time.sleep(0.3)
    for stamp in (1300, 1330):
        send(release, stamp, repeat=True)
        send(press, stamp, repeat=True)
    for again in (True, False):  # a repeat that looks real, with either kind of press
        send(release, 1360)
        send(press, 1360, repeat=again)
        QTest.qWait(40)
    assert told == [True]
    send(release, 1400)
    qtbot.waitUntil(lambda: not pair.showing_original)
    assert told == [True, False]
    send(press, 2000)
    send(release, 2050)
    assert pair.showing_original, "a tap is one still"


def test_the_held_original_ends_when_the_focus_goes(pair: ImageCanvas) -> None:
    QTest.keyPress(pair, Key.Key_B)
    assert pair.showing_original
    pair.clearFocus()
    assert not pair.showing_original
