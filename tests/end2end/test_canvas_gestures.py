"""Zoom and place by a real mouse and real keys, measured on what the screen shows.

xdotool has no touchpad: pinch and two fingers are events that Qt is sent in the real program.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.end2end.canvas_pilot import CANVAS, PORT, CanvasPilot
from tests.end2end.screen import Screen, wait_until

pytestmark = [pytest.mark.xvfb, pytest.mark.timeout(60)]

QTCORE = "__import__('PySide6.QtCore').QtCore"
QTGUI = "__import__('PySide6.QtGui').QtGui"
DEVICE = f"{QTGUI}.QPointingDevice.primaryPointingDevice()"


@pytest.fixture
def pilot(screen: Screen, finished: tuple[Path, tuple[Path, ...]]) -> Iterator[CanvasPilot]:
    home, photos = finished
    made = CanvasPilot(screen, home, *photos)
    yield made
    made.program.terminate()


def _off(one: tuple[float, float], other: tuple[float, float]) -> float:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def test_the_wheel_zooms_and_what_is_under_the_cursor_stays(pilot: CanvasPilot) -> None:
    file = pilot.file(1)
    for across, down in ((0.31, 0.36), (0.62, 0.68)):
        pilot.key("ctrl+0")
        pilot.settle()
        fit = pilot.percent
        assert fit < 60
        place = pilot.at(across, down)
        last, before = pilot.point(file, place), fit
        # Each step is held to 1 px of the screen at the coarser of both scales.
        for notches in (5, 6, -4, -3):
            pilot.wheel(place, notches)
            percent = before * 1.25**notches
            pilot.wait_percent(percent)
            pilot.settle()
            here = pilot.point(file, place)
            assert _off(here, last) * min(before, percent) / 100 <= 1
            last, before = here, percent
        told = pilot.fraction(place)
        assert _off((told[0] * 2560, told[1] * 1708), last) * before / 100 <= 1


def test_drags_take_the_picture_along_and_shift_wheel_moves_sideways(pilot: CanvasPilot) -> None:
    file = pilot.file(1)
    start = pilot.at(0.5, 0.5)
    fit = pilot.seen()
    pilot.drag(start, pilot.at(0.3, 0.4))
    pilot.settle()
    assert np.array_equal(pilot.seen(), fit), "at fit there is nowhere to go"
    pilot.move(start)
    pilot.key("ctrl+1")
    pilot.wait_percent(100)
    pilot.settle()
    for button, (dx, dy) in ((1, (-130, 55)), (2, (90, -70))):
        before = pilot.point(file, start)
        end = (start[0] + dx, start[1] + dy)
        pilot.drag(start, end, button)
        pilot.settle()
        assert _off(pilot.point(file, end), before) <= 1
    before = pilot.point(file, start)
    pilot.wheel(start, 1, "shift")
    pilot.settle()
    after = pilot.point(file, start)
    assert abs(after[0] - before[0]) > 50
    assert abs(after[1] - before[1]) <= 1
    pilot.wheel(start, -1, "shift")
    pilot.settle()
    assert _off(pilot.point(file, start), before) <= 1
    assert pilot.percent == 100


def test_double_click_z_and_a_tap_of_space_go_to_100_percent_there_and_back(
    pilot: CanvasPilot,
) -> None:
    file = pilot.file(1)
    fit = pilot.percent
    place = pilot.at(0.37, 0.61)
    pilot.move(place)
    pilot.settle()
    whole, there = pilot.seen(), pilot.point(file, place)
    for toggle in (
        lambda: pilot.double_click(place),
        lambda: pilot.key("z"),
        lambda: pilot.key("space"),
    ):
        toggle()
        pilot.wait_percent(100)
        pilot.settle()
        assert _off(pilot.point(file, place), there) * fit / 100 <= 1
        toggle()
        pilot.wait(f"{PORT}.label() == 'Fit'", "no way back")
        pilot.settle()
        assert np.array_equal(pilot.seen(), whole)


def test_space_held_drags_and_is_no_tap(pilot: CanvasPilot) -> None:
    file = pilot.file(1)
    start, end = pilot.at(0.5, 0.5), pilot.at(0.4, 0.58)
    pilot.move(start)
    pilot.key("ctrl+2")
    pilot.wait_percent(200)
    pilot.settle()
    before = pilot.point(file, start)
    pilot.drag(start, end, 1, "space")
    pilot.settle()
    assert pilot.percent == 200, "it was a hold, not a tap"
    assert _off(pilot.point(file, end), before) * 2 <= 1
    pilot.key("space")
    pilot.wait(f"{PORT}.label() == 'Fit'", "a tap afterwards is one again")


def test_the_keys_of_zoom(pilot: CanvasPilot) -> None:
    pilot.move(pilot.at(0.5, 0.5))
    for key, percent in (("ctrl+1", 100), ("ctrl+2", 200)):
        pilot.key(key)
        pilot.wait_percent(percent)
    for percent in (400, 800):
        pilot.key("ctrl+plus")
        pilot.wait_percent(percent)
    pilot.key("ctrl+plus")  # there is no more
    for percent in (400, 200, 100, 66, 50):
        pilot.key("ctrl+minus")
        pilot.wait_percent(percent)
    pilot.key("ctrl+0")
    pilot.wait(f"{PORT}.label() == 'Fit'", "Ctrl+0 does not fit")
    assert pilot.text("zoomButton").startswith("Fit")
    pilot.key("ctrl+KP_Add")
    pilot.wait(f"{PORT}.label() != 'Fit'", "the keypad does nothing")
    pilot.key("ctrl+KP_0")
    pilot.wait(f"{PORT}.label() == 'Fit'", "the keypad's zero does not fit")


def test_zoom_and_place_stay_for_the_next_variant_and_another_photo_begins_at_fit(
    pilot: CanvasPilot,
) -> None:
    place = pilot.at(0.4, 0.4)
    pilot.move(place)
    pilot.key("ctrl+1")
    pilot.wait_percent(100)
    pilot.settle()
    there = pilot.point(pilot.file(1), place)
    for n in (2, 3, 2, 0):
        pilot.choose(n)
        pilot.settle()
        assert _off(pilot.point(pilot.file(n), place), there) <= 1
    pilot.key("Down")
    pilot.wait(f"{CANVAS}.shown_paths[-1].endswith('flower.jpg')", "↓ does not step")
    pilot.wait(f"{PORT}.label() == 'Fit'", "the next photo is not whole")
    pilot.key("Up")
    pilot.wait("window.studio.photo.name == 'china.jpg'", "↑ does not step")


def test_a_touchpad_pinches_at_the_cursor_and_pans(pilot: CanvasPilot) -> None:
    """Events that Qt is sent, as xdotool makes none of a touchpad."""
    file = pilot.file(1)
    place = pilot.at(0.33, 0.4)
    left, top, *_ = pilot.box
    spot = f"{QTCORE}.QPointF({place[0] - left}, {place[1] - top})"
    fit, there = pilot.percent, pilot.point(file, place)

    def gesture(kind: str, value: float, dx: float = 0, dy: float = 0) -> None:
        pilot.ask(
            f"app.sendEvent({CANVAS}, {QTGUI}.QNativeGestureEvent("
            f"{QTCORE}.Qt.NativeGestureType.{kind}, {DEVICE},"
            f" 2, {spot}, {spot}, {spot}, {value}, {QTCORE}.QPointF({dx}, {dy})))"
        )

    for _ in range(8):
        gesture("ZoomNativeGesture", 0.15)
    pilot.wait_percent(fit * 1.15**8)
    pilot.settle()
    assert _off(pilot.point(file, place), there) * fit / 100 <= 1
    before = pilot.point(file, place)
    gesture("PanNativeGesture", 0, 40, -25)
    pilot.settle()
    scale = pilot.percent / 100
    moved = pilot.point(file, (place[0] + 40, place[1] - 25))
    assert _off(moved, before) * scale <= 1
    # Two fingers, as X and Wayland tell them: pixels of a touchpad.
    pilot.ask(
        f"app.sendEvent({CANVAS}, {QTGUI}.QWheelEvent({spot}, {spot}, {QTCORE}.QPoint(-30, 20),"
        f" {QTCORE}.QPoint(-30, 20), {QTCORE}.Qt.MouseButton.NoButton,"
        f" {QTCORE}.Qt.KeyboardModifier.NoModifier, {QTCORE}.Qt.ScrollPhase.ScrollUpdate, False))"
    )
    pilot.settle()
    moved = pilot.point(file, (place[0] + 10, place[1] - 5))
    assert _off(moved, before) * scale <= 1
    gesture("SmartZoomNativeGesture", 0)
    pilot.wait(f"{PORT}.label() == 'Fit'", "the smart zoom does not fit")


def test_the_window_is_resized_while_comparing(pilot: CanvasPilot) -> None:
    window = pilot.screen.window("Phota Desktop")
    pilot.show("side", "y")
    pilot.move(pilot.at(0.25, 0.4))
    pilot.key("ctrl+1")
    pilot.wait_percent(100)
    pilot.settle()
    first = pilot.box
    for width, height in ((1000, 640), (1300, 820)):
        pilot.screen.xdotool("windowsize", window, str(width), str(height))
        pilot.wait(f"[window.width(), window.height()] == [{width}, {height}]", "it keeps its size")
        pilot.settle()
        assert pilot.percent == 100
        for slot in (0, 1):
            place = pilot.at(0.25 + 0.5 * slot, 0.6)
            pilot.point(pilot.file(slot), place)
        assert pilot.ask(f"{CANVAS}.rect().contains(find('compareBar').geometry())")
    assert pilot.box != first
    pilot.key("ctrl+0")
    pilot.wait(f"{PORT}.label() == 'Fit'", "not whole")
    wait_until(lambda: pilot.percent < 30, 5, "the smaller panes are not filled")
