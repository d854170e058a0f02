"""All of it without a mouse: every view and control has a name, a stop and a visible focus."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from phota_desktop.core.options import Operation
from phota_desktop.ui.theme import ThemeName
from phota_desktop.viewmodels.comparison import View

from .conftest import Desk, until

Key = Qt.Key
NOT_DRAWN = 4
"""Pixels around a control where its focus may show."""


def stops(window: QWidget) -> list[QWidget]:
    """Return all that the Tab key visits, once around."""
    found: list[QWidget] = []
    start = QApplication.focusWidget()
    while True:
        assert window.focusNextPrevChild(True)
        focused = QApplication.focusWidget()
        assert isinstance(focused, QWidget)
        if focused in found:
            return found
        found.append(focused)
        assert len(found) < 80, [one.objectName() for one in found]
        if focused is start:
            return found


def picture_of(window: QWidget, widget: QWidget) -> QImage:
    box = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
    around = box.adjusted(-NOT_DRAWN, -NOT_DRAWN, NOT_DRAWN, NOT_DRAWN)
    return window.grab(around).toImage()


def apart(window: QWidget, one: QWidget, other: QWidget) -> bool:
    """Tell whether two widgets lie far from one another, so that neither's focus is in both."""
    boxes = [QRect(w.mapTo(window, QPoint(0, 0)), w.size()) for w in (one, other)]
    near = boxes[0].adjusted(-20, -20, 20, 20)
    return not near.intersects(boxes[1])


async def ready(desk: Desk, photos: list[Path]) -> None:
    desk.studio.add_sample(photos[0], photos[1:])
    desk.studio.photos.add(photos[1:])
    canvas = desk.window.canvas
    await until(canvas.is_settled)
    desk.studio.form.set_prompt("warmer")
    desk.window.commands.comparing.inspector.set_on(True)
    await until(lambda: desk.window.commands.comparing.inspector.tones is not None)
    canvas.setFocus()


@pytest.mark.parametrize("view", list(View))
async def test_every_stop_has_a_name_in_every_view(
    live: Desk, photos: list[Path], view: View
) -> None:
    await ready(live, photos)
    live.window.commands.comparing.show(view.value)
    await until(lambda: live.window.canvas.shown_view is view)
    found = stops(live.window)
    for stop in found:
        assert stop.accessibleName(), (type(stop).__name__, stop.objectName())
        assert stop.objectName(), type(stop).__name__
    names = [stop.objectName() for stop in found]
    assert {"imageCanvas", "infoOverlay", f"viewModeBox_{view.value}", "variantStrip"} <= set(names)
    assert ("compareView" in names) is (view is View.SWIPE)
    canvas = live.window.canvas
    assert "IMG" not in canvas.accessibleName()
    assert canvas.accessibleDescription()
    said = {View.SINGLE: "", View.SWIPE: "before and after", View.SIDE: "side by side"}
    assert said.get(view, view.value) in canvas.accessibleName()
    if view is View.SWIPE:
        assert "Divider at 50%" in canvas.compare.accessibleDescription()


@pytest.mark.parametrize("theme", list(ThemeName))
@pytest.mark.parametrize("operation", [Operation.ENHANCE, Operation.EDIT])
async def test_the_focus_can_be_seen_at_every_stop(
    live: Desk, photos: list[Path], theme: ThemeName, operation: Operation
) -> None:
    await ready(live, photos)
    live.settings.change(theme=theme.value)
    live.studio.form.set_operation(operation)
    live.window.commands.comparing.show("swipe")
    await until(lambda: live.window.canvas.shown_view is View.SWIPE)
    await until(lambda: live.window.drawer.submit.isEnabled())
    found = stops(live.window)
    unseen = []
    for n, stop in enumerate(found):
        other = next(one for one in (*found[n + 1 :], *found) if apart(live.window, one, stop))
        stop.setFocus(Qt.FocusReason.TabFocusReason)
        focused = picture_of(live.window, stop)
        other.setFocus(Qt.FocusReason.TabFocusReason)
        if focused == picture_of(live.window, stop):
            unseen.append(stop.objectName())
    assert not unseen


async def test_views_are_chosen_by_arrow_keys_and_by_letters(
    desk: Desk, photos: list[Path]
) -> None:
    await ready(desk, photos)
    views = desk.window.top.views
    canvas = desk.window.canvas
    canvas.set_view(View.SINGLE)
    button = views.button("single")
    button.setFocus(Qt.FocusReason.TabFocusReason)
    for view in (View.SWIPE, View.SIDE, View.SURVEY, View.DIFFERENCE):
        QTest.keyClick(QApplication.focusWidget(), Key.Key_Right)
        focused = QApplication.focusWidget()
        if not focused.isChecked():
            QTest.keyClick(focused, Key.Key_Space)
        assert canvas.view is view, focused.objectName()
        assert views.value == view.value


async def test_the_line_is_moved_and_turned_by_keys(desk: Desk, photos: list[Path]) -> None:
    await ready(desk, photos)
    canvas = desk.window.canvas
    canvas.set_view(View.SWIPE)
    await until(lambda: canvas.shown_view is View.SWIPE)
    line = canvas.compare
    line.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(line, Key.Key_Right)
    assert line.divider.position == pytest.approx(0.51)
    QTest.keyClick(line, Key.Key_BracketRight)
    assert line.divider.angle == pytest.approx(5)
    QTest.keyClick(line, Key.Key_BracketLeft)
    QTest.keyClick(line, Key.Key_R)
    assert line.divider.angle == pytest.approx(90)
    assert "90" in line.accessibleDescription()
