"""Every view under real keys and mouse: any angle, survey, difference, flick, pin, loupe."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from phota_desktop.core.alignment import Alignment, FrameMap
from phota_desktop.ui.divider import Divider
from phota_desktop.ui.image_canvas import ImageCanvas
from phota_desktop.viewmodels.comparison import Shown, View
from phota_desktop.viewmodels.viewport import ZoomMode
from tests.ui.canvas.hands import LEFT, NONE, Key, drag, level, wheel

SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


def near(canvas: ImageCanvas, x: int, y: int, wanted: int) -> bool:
    return abs(level(canvas, x, y) - wanted) <= 2


def shown(paths: list[Path]) -> list[Shown]:
    return [Shown(str(path), path.stem) for path in paths]


def test_the_line_turns_by_keys_about_its_handle(pair: ImageCanvas) -> None:
    pair.set_view(View.SWIPE)
    sheet = pair.compare
    for _ in range(9):
        QTest.keyClick(pair, Key.Key_BracketRight)
    assert sheet.divider == Divider(0.5, 45)
    # Corner to corner from top right to bottom left, as a line at 45° through the middle.
    assert near(pair, 300 - 100, 200, 20)
    assert near(pair, 300 + 100, 200, 220)
    assert near(pair, 300 + 90, 200 - 120, 20)
    assert near(pair, 300 - 90, 200 + 120, 220)
    QTest.keyClick(pair, Key.Key_BracketLeft)
    assert sheet.divider.angle == 40
    assert "turned 40°" in sheet.accessibleDescription()
    assert "Original before it, v2 after it" in sheet.accessibleDescription()
    QTest.keyClick(pair, Key.Key_R)
    assert sheet.divider.angle == 130


def test_shift_drag_and_ctrl_wheel_turn_the_line_freely(pair: ImageCanvas) -> None:
    pair.set_view(View.SWIPE)
    sheet = pair.compare
    drag(sheet, QPoint(300, 200), QPoint(400, 100), modifiers=SHIFT)
    assert sheet.divider.angle == pytest.approx(45)
    drag(sheet, QPoint(300, 200), QPoint(300, 350), modifiers=SHIFT)
    assert sheet.divider.angle == pytest.approx(0)
    assert sheet.divider.position == pytest.approx(0.5)
    wheel(sheet, QPoint(305, 60), 240, CONTROL)
    assert sheet.divider.angle == pytest.approx(10)
    assert pair.viewport.mode is ZoomMode.FIT
    wheel(sheet, QPoint(100, 60), 120, CONTROL)
    assert sheet.divider.angle == pytest.approx(10)


def test_a_slanted_line_is_dragged_and_moved_by_keys(pair: ImageCanvas) -> None:
    pair.set_view(View.SWIPE)
    sheet = pair.compare
    sheet.set_divider(Divider(0.5, 30))
    drag(sheet, QPoint(300, 200), QPoint(420, 200))
    assert abs(sheet.divider.distance(QPointF(420, 200), pair.size())) < 0.5
    before = sheet.divider.position
    sheet.setFocus()
    QTest.keyClick(sheet, Key.Key_Right)
    assert sheet.divider.position == pytest.approx(before + 0.01)
    QTest.keyClick(sheet, Key.Key_Down)
    assert sheet.divider.position == pytest.approx(before + 0.01)


@pytest.mark.parametrize("angle", [0, 30, 90, 135, 180, 200, 300])
def test_moving_the_line_leaves_nothing_old_behind(
    pair: ImageCanvas, qtbot: QtBot, angle: float
) -> None:
    """What small repaints add up to is what one whole paint would show."""
    pair.set_view(View.SWIPE)

    def seen() -> QImage:
        qtbot.wait(15)
        return pair.screen().grabWindow(pair.winId()).toImage()

    pair.compare.set_divider(Divider(0.3, angle))
    seen()
    for position in (0.33, 0.42, 0.41, 0.6):
        pair.compare.set_divider(Divider(position, angle))
        pieces = seen()
        pair.update()
        assert pieces == seen()


def test_a_survey_shows_up_to_six_with_one_zoom(
    canvas: ImageCanvas, photos: list[Path], qtbot: QtBot
) -> None:
    pictures = shown(photos)
    canvas.comparison.set_pair(pictures[0], pictures[1])
    canvas.comparison.set_view(View.SURVEY)
    canvas.comparison.set_selection(pictures)
    qtbot.waitUntil(lambda: len(canvas.shown_paths) == 6)
    panes = [one.pane for one in canvas.scene().panes]
    assert {pane.size() for pane in panes} == {panes[0].size()}
    assert [
        near(canvas, pane.center().x(), pane.center().y(), int(picture.label))
        for pane, picture in zip(panes, pictures, strict=True)
    ] == [True] * 6
    assert canvas.accessibleName() == "Photo canvas, survey"
    wheel(canvas, panes[4].center(), 120)
    scales = [float(label.split(" · ")[-1].rstrip(" %")) for label in canvas.labels()]
    assert scales[1:] == [scales[1]] * 5
    assert scales[0] == pytest.approx(scales[1] / 2, abs=1)


def test_difference_shows_the_variant_until_the_heat_is_there(pair: ImageCanvas) -> None:
    told: list[tuple[object, object]] = []
    gains: list[int] = []
    pair.compared.connect(lambda one, two: told.append((one, two)))
    pair.gain_asked.connect(gains.append)
    pair.set_view(View.DIFFERENCE)
    key = pair.shown_paths[0], pair.shown_paths[1]
    assert told == [key]
    assert near(pair, 300, 200, 220)
    assert pair.labels() == ("Comparing… · Original (33 %) · v2 (67 %)",)
    heat = QImage(90, 60, QImage.Format.Format_RGB32)
    heat.fill(QColor(77, 0, 0))
    pair.set_heat(("other", key[1]), heat)
    assert near(pair, 300, 200, 220)
    pair.set_heat((key[0], key[1]), heat)
    assert near(pair, 300, 200, 77)
    assert pair.labels() == ("Difference · Original (33 %) · v2 (67 %)",)
    QTest.keyClick(pair, Key.Key_BracketRight)
    QTest.keyClick(pair, Key.Key_BracketLeft)
    assert gains == [1, -1]
    pair.set_heat((key[0], key[1]), None)
    assert near(pair, 300, 200, 220)


@pytest.mark.parametrize("key", [Key.Key_Comma, Key.Key_Period])
def test_flick_swaps_in_place(pair: ImageCanvas, key: Qt.Key) -> None:
    told: list[object] = []
    pair.compared.connect(lambda *both: told.append(both))
    pair.viewport.set_percent(200, (100, 100))
    centre = pair.viewport.centre
    zoom = pair.viewport.zoom
    QTest.keyClick(pair, key)
    assert near(pair, 300, 200, 20)
    assert len(told) == 1
    QTest.keyClick(pair, key)
    assert near(pair, 300, 200, 220)
    assert pair.viewport.centre == centre
    assert pair.viewport.zoom == pytest.approx(zoom)


def test_a_pinned_picture_is_named_so(pair: ImageCanvas, photos: list[Path], qtbot: QtBot) -> None:
    pair.set_view(View.SWIPE)
    pair.comparison.pin(shown(photos)[3])
    qtbot.waitUntil(lambda: len(pair.shown_paths) == 2 and near(pair, 100, 200, 140))
    assert pair.labels()[0].startswith("140 · pinned · 900 × 600")
    assert near(pair, 500, 200, 220)


def test_shift_drag_moves_one_view_only_and_fit_brings_it_back(pair: ImageCanvas) -> None:
    pair.set_view(View.SIDE)
    pair.zoom_to(200)
    first, second = (one.placement for one in pair.scene().panes)
    drag(pair, QPoint(450, 200), QPoint(420, 180), modifiers=SHIFT)
    alone, moved = (one.placement for one in pair.scene().panes)
    assert alone == first
    assert moved.left == pytest.approx(second.left - 30)
    assert moved.top == pytest.approx(second.top - 20)
    drag(pair, QPoint(100, 200), QPoint(110, 200))
    assert pair.scene().panes[1].placement.left == pytest.approx(moved.left + 10)
    QTest.mouseDClick(pair, LEFT, NONE, QPoint(450, 200))
    pair.zoom_to(200)
    first, second = (one.placement for one in pair.scene().panes)
    assert (first.left, first.top) == pytest.approx((second.left, second.top))


def test_zoom_stays_under_the_cursor_in_a_pane_that_was_moved_alone(pair: ImageCanvas) -> None:
    pair.set_view(View.SIDE)
    pair.zoom_to(200)
    drag(pair, QPoint(450, 200), QPoint(420, 180), modifiers=SHIFT)
    QTest.mouseMove(pair, QPoint(400, 150))
    under = pair.pane_at(QPointF(400, 150))
    assert under is not None
    before = pair.viewport.fraction_at(under[1], under[0].extent)
    wheel(pair, QPoint(400, 150), 120)
    under = pair.pane_at(QPointF(400, 150))
    assert under is not None
    assert pair.viewport.fraction_at(under[1], under[0].extent) == pytest.approx(before)


def test_the_loupe_shows_100_or_200_percent_of_each_while_held(pair: ImageCanvas) -> None:
    pair.set_view(View.SIDE)
    QTest.mouseMove(pair, QPoint(450, 200))
    plain = pair.grab().toImage()
    QTest.keyPress(pair, Key.Key_G)
    glasses = [glass.port.percent(glass.pane.extent) for glass in pair._glasses]
    assert glasses == [pytest.approx(50), 100]
    assert pair.grab().toImage() != plain
    wheel(pair, QPoint(450, 200), 120)
    assert pair._glasses[1].port.percent() == 200
    assert pair.viewport.mode is ZoomMode.FIT
    left = pair._glasses[0].pane.rect.left()
    QTest.keyClick(pair, Key.Key_Right)
    assert pair._glasses[0].pane.rect.left() == left + 12
    QTest.keyRelease(pair, Key.Key_G)
    assert pair.grab().toImage() == plain
    QTest.mousePress(pair, Qt.MouseButton.RightButton, NONE, QPoint(100, 100))
    assert len(pair._glasses) == 2
    QTest.mouseRelease(pair, Qt.MouseButton.RightButton, NONE, QPoint(100, 100))
    assert not pair._glasses


def test_the_loupe_puts_pictures_that_lie_over_one_another_in_a_row(pair: ImageCanvas) -> None:
    pair.set_view(View.SWIPE)
    QTest.keyPress(pair, Key.Key_G)
    one, two = (glass.pane.rect for glass in pair._glasses)
    assert one.right() + 1 == two.left()
    assert near(pair, one.center().x(), one.center().y(), 20)
    assert near(pair, two.center().x(), two.center().y(), 220)
    pair.clearFocus()
    assert not pair._glasses


def test_the_cursor_is_told_as_a_fraction_and_whose(pair: ImageCanvas) -> None:
    told: list[tuple[object, object]] = []
    pair.cursor_moved.connect(lambda at, whose: told.append((at, whose)))
    pair.set_view(View.SWIPE)
    QTest.mouseMove(pair, QPoint(150, 100))
    assert told[-1] == ((0.25, 0.25), Shown(pair.shown_paths[0], "Original"))
    QTest.mouseMove(pair, QPoint(450, 100))
    assert told[-1] == ((0.75, 0.25), Shown(pair.shown_paths[1], "v2"))
    assert [at for _, at in pair.spots()] == [(0.75, 0.25)] * 2
    pair.leaveEvent(None)  # type: ignore[arg-type]
    assert told[-1][0] is None
    assert told[-1][1] is None
    assert pair.spots() == ()


def test_an_aligned_variant_lies_over_the_reference(pair: ImageCanvas) -> None:
    pair.set_view(View.SIDE)
    key = pair.shown_paths[0], pair.shown_paths[1]
    frames = FrameMap.similar(1.5, 1.02, shift=(0.1, 0))
    alignment = Alignment(frames, (1800, 1200), (900, 600), 1.0, is_sure=True)
    pair.set_alignment(key, alignment)
    QTest.mouseMove(pair, QPoint(150, 200))
    assert pair.spots()[1][1] == pytest.approx(frames.at((0.5, 0.5)), abs=0.01)
    # The part of the frame that the variant lacks shows the surround.
    assert near(pair, 595, 200, 118)
    scales = [label.rsplit(" · ", 1)[1] for label in pair.labels()]
    assert scales == ["17 %", "33 %"]
    pair.set_alignment(key, None)
    assert near(pair, 595, 200, 220)
    unsure = Alignment(frames, (1800, 1200), (900, 600))
    pair.set_alignment(key, unsure)
    assert near(pair, 595, 200, 220)


def test_keys_can_be_others(pair: ImageCanvas) -> None:
    pair.set_keys({"flick": ("M",), "loupe": ()})
    QTest.keyClick(pair, Key.Key_Comma)
    assert not pair.comparison.flicked
    QTest.keyClick(pair, Key.Key_M)
    assert pair.comparison.flicked
    QTest.keyPress(pair, Key.Key_G)
    assert not pair._glasses


def test_focus_by_tab_is_seen_and_by_mouse_not(pair: ImageCanvas) -> None:
    pair.clearFocus()
    plain = pair.grab().toImage()
    pair.setFocus(Qt.FocusReason.TabFocusReason)
    assert pair.grab().toImage() != plain
    pair.clearFocus()
    pair.setFocus(Qt.FocusReason.MouseFocusReason)
    assert pair.grab().toImage() == plain
