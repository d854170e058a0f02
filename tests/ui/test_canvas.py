"""The canvas under real events: keys, mouse, wheel, gestures, and fast fingers."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPointingDevice,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from phota_desktop.imaging import pixels  # noqa: F401 - the program is warm
from phota_desktop.ui.compare_view import CompareView, Divider, View
from phota_desktop.ui.image_canvas import ImageCanvas
from phota_desktop.viewmodels.images import ImageLoader
from phota_desktop.viewmodels.viewport import ZoomMode

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton
MIDDLE = Qt.MouseButton.MiddleButton
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Flat pictures, told apart by their grey level; the first is larger than the others."""
    folder = tmp_path_factory.mktemp("photos")
    paths = []
    for n, level in enumerate((20, 60, 100, 140, 180, 220)):
        path = folder / f"{level}.jpg"
        Image.new("RGB", (1800, 1200) if n == 0 else (900, 600), (level,) * 3).save(path)
        paths.append(path)
    return paths


@pytest.fixture
def loader(qapp: QApplication) -> Iterator[ImageLoader]:
    loader = ImageLoader(threads=2)
    yield loader
    loader.close()


@pytest.fixture
def canvas(loader: ImageLoader, qtbot: QtBot) -> Iterator[ImageCanvas]:
    canvas = ImageCanvas(loader)
    qtbot.addWidget(canvas)
    canvas.resize(600, 400)
    with qtbot.waitExposed(canvas):
        canvas.show()
    canvas.activateWindow()
    canvas.setFocus()
    return canvas


@pytest.fixture
def pair(canvas: ImageCanvas, photos: list[Path], qtbot: QtBot) -> ImageCanvas:
    """Give the canvas with the dark large original (20) and the light small variant (220)."""
    show(canvas, qtbot, photos[0], photos[5])
    return canvas


def show(canvas: ImageCanvas, qtbot: QtBot, original: Path, variant: Path | None) -> None:
    canvas.show_pair(original, variant, original_label="Original", variant_label="v2")
    qtbot.waitUntil(canvas.is_settled)
    assert str(variant or original) in canvas.shown_paths


def level(canvas: QWidget, x: int, y: int) -> int:
    return QColor(canvas.grab().toImage().pixel(x, y)).red()


def wheel(
    canvas: QWidget,
    at: QPoint,
    angle: int,
    modifiers: Qt.KeyboardModifier = NONE,
    pixels_moved: QPoint | None = None,
) -> None:
    phase = Qt.ScrollPhase.ScrollUpdate if pixels_moved else Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(
        QPointF(at),
        QPointF(canvas.mapToGlobal(at)),
        pixels_moved or QPoint(),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        modifiers,
        phase,
        False,
    )
    QCoreApplication.sendEvent(canvas, event)


def drag(canvas: QWidget, start: QPoint, end: QPoint, button: Qt.MouseButton = LEFT) -> None:
    QTest.mousePress(canvas, button, NONE, start)
    for at in (start + (end - start) / 2, end):
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            QPointF(at),
            QPointF(canvas.mapToGlobal(at)),
            Qt.MouseButton.NoButton,
            button,
            NONE,
        )
        QCoreApplication.sendEvent(canvas, event)
    QTest.mouseRelease(canvas, button, NONE, end)


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
    assert sheet.divider.position == 1


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


def test_the_held_original_ends_when_the_focus_goes(pair: ImageCanvas) -> None:
    QTest.keyPress(pair, Key.Key_B)
    assert pair.showing_original
    pair.clearFocus()
    assert not pair.showing_original


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
