"""Real key events: every key of the table does its command, and a changed one the changed thing."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from phota_desktop.ui.command_table import COMMANDS, Command
from phota_desktop.ui.key_bindings import key_of
from phota_desktop.ui.shortcuts import KeyMap
from phota_desktop.viewmodels.comparison import View

from .conftest import Desk, until

Key = Qt.Key
CALLED = [one for one in COMMANDS if not one.fixed and not one.held]
OWN = {"copy", "paste", "undo", "redo"}
"""What a text field does itself while it has the focus."""
PRESSED = [(one, key) for one in CALLED for key in one.keys]


def press(widget: QWidget, name: str) -> None:
    modifiers = QKeySequence(name)[0].keyboardModifiers()
    QTest.keyClick(widget, key_of(name), modifiers)


class Desktop(QWidget):
    """A window that hands on keys as the real one does."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []
        self.told: dict[str, object] = {}
        calls = {one.id: lambda one=one: self.done.append(one.id) for one in COMMANDS}
        self.keys = KeyMap(self, calls, tell_canvas=self.told.update)
        self.field = QLineEdit(self)
        self.stage = QLabel("stage", self)
        self.stage.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column = QVBoxLayout(self)
        column.addWidget(self.field)
        column.addWidget(self.stage)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if not self.keys.handle(event):
            super().keyPressEvent(event)


@pytest.fixture
def desktop(qtbot: QtBot) -> Desktop:
    made = Desktop()
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.stage.setFocus()
    return made


@pytest.mark.parametrize(("one", "key"), PRESSED, ids=[f"{o.id}-{k}" for o, k in PRESSED])
def test_every_key_of_the_table_does_its_command(desktop: Desktop, one: Command, key: str) -> None:
    press(desktop.stage, key)
    assert desktop.done == [one.id]


def test_quiet_keys_sleep_while_a_text_field_has_the_focus(desktop: Desktop) -> None:
    desktop.field.setFocus()
    for one, key in PRESSED:
        if one.id not in OWN:
            press(desktop.field, key)
    loud = [one.id for one, key in PRESSED if key.startswith(("Ctrl+", "Alt+", "F1", "F6"))]
    assert set(loud) - OWN <= set(desktop.done)
    assert not OWN & set(desktop.done)
    quiet = {"swipe", "side", "flick", "previous_photo", "next_photo", "info", "pin", "less"}
    quiet |= {"stars_3", "pick", "reject", "label_red", "trash", "lineage"}
    assert not quiet & set(desktop.done)
    desktop.done.clear()
    press(desktop.field, "Esc")
    assert desktop.done == ["escape"]


def test_a_changed_key_acts_at_once_and_the_old_one_no_more(desktop: Desktop) -> None:
    changes: list[int] = []
    desktop.keys.changed.connect(lambda: changes.append(1))
    desktop.keys.rebind({"swipe": "Ctrl+K", "export": "Q or F9", "zoom_in": "Shift+PgUp"})
    desktop.keys.rebind({"swipe": "Ctrl+K", "export": "Q or F9", "zoom_in": "Shift+PgUp"})
    assert changes == [1]
    QApplication.processEvents()
    for key in ("S", "Ctrl+S", "Ctrl++"):
        press(desktop.stage, key)
    assert desktop.done == []
    for key in ("Ctrl+K", "Q", "F9", "Shift+PgUp"):
        press(desktop.stage, key)
    assert desktop.done == ["swipe", "export", "export", "zoom_in"]
    assert desktop.told["zoom_in"] == ("Shift+PgUp",)
    desktop.keys.rebind({})
    press(desktop.stage, "S")
    assert desktop.done[-1] == "swipe"


def test_only_what_may_repeat_does(desktop: Desktop) -> None:
    for name in ("Right", "I"):
        for repeated in (False, True, True):
            event = QKeyEvent(
                QKeyEvent.Type.KeyPress,
                key_of(name),
                Qt.KeyboardModifier.NoModifier,
                "i" if name == "I" else "",
                repeated,
            )
            QApplication.sendEvent(desktop.stage, event)
    assert desktop.done == ["next_variant"] * 3 + ["info"]


def pair(desk: Desk, photos: list[Path]) -> None:
    desk.studio.add_sample(photos[0], photos[1:])
    desk.window.canvas.set_view(View.SINGLE)
    desk.window.canvas.setFocus()


async def test_the_keys_of_looking_in_the_real_window(desk: Desk, photos: list[Path]) -> None:
    pair(desk, photos)
    canvas = desk.window.canvas
    await until(canvas.is_settled)
    for key, view in (("S", View.SWIPE), ("Y", View.SIDE), ("D", View.DIFFERENCE)):
        press(canvas, key)
        assert canvas.view is view
    press(canvas, "D")
    assert canvas.view is View.SINGLE
    press(canvas, "N")
    assert canvas.view is View.SURVEY
    assert len(canvas.comparison.slots()) == 3
    press(canvas, "Esc")
    assert canvas.view is View.SINGLE
    press(canvas, ",")
    assert canvas.comparison.flicked
    press(canvas, ".")
    assert not canvas.comparison.flicked
    press(canvas, "Shift+R")
    assert canvas.comparison.pinned == canvas.comparison.subject
    press(canvas, "Shift+R")
    assert canvas.comparison.pinned is None
    QTest.keyPress(canvas, Key.Key_B)
    assert canvas.showing_original
    QTest.keyRelease(canvas, Key.Key_B)


async def test_two_selected_variants_are_compared_with_one_another(
    desk: Desk, photos: list[Path]
) -> None:
    pair(desk, photos)
    canvas, strip = desk.window.canvas, desk.window.strip_panel.strip
    await until(canvas.is_settled)
    strip.selectAll()
    strip.selectionModel().select(
        strip.model().index(0, 0), strip.selectionModel().SelectionFlag.Deselect
    )
    press(desk.window, "C")
    assert canvas.view is View.SIDE
    slots = canvas.comparison.slots()
    assert [slot.path for slot in slots] == [str(photos[1]), str(photos[2])]


async def test_a_changed_held_key_is_held(desk: Desk, photos: list[Path]) -> None:
    pair(desk, photos)
    canvas = desk.window.canvas
    await until(canvas.is_settled)
    desk.settings.change(keys={"original": "O", "swipe": "X"})
    for widget in (canvas, desk.window.strip_panel.strip):
        widget.setFocus()
        QTest.keyPress(widget, Key.Key_O)
        assert canvas.showing_original
        await until(lambda: True)
        canvas._held_since = dict.fromkeys(canvas._held_since, 0.0)
        QTest.keyRelease(widget, Key.Key_O)
        assert not canvas.showing_original
        QTest.keyClick(widget, Key.Key_B)
        assert not canvas.showing_original
    press(canvas, "S")
    assert canvas.view is View.SINGLE
    press(canvas, "X")
    assert canvas.view is View.SWIPE


def test_tooltips_menu_and_sheet_name_the_keys_in_force(desk: Desk) -> None:
    window = desk.window
    window.commands.show_keys()
    desk.settings.change(keys={"swipe": "X", "jobs": "Ctrl+Shift+J", "open": ""})
    assert window.top.views.button("swipe").toolTip() == "Before/After  X"
    assert window.top.open.toolTip() == "Open"
    menu = window.top.menu.menu()
    assert isinstance(menu, QMenu)
    menu.aboutToShow.emit()
    texts = [action.text() for action in menu.actions()]
    assert "Jobs\tCtrl+Shift+J" in texts
    assert "Open photos…" in texts
    sheet = window.findChild(QWidget, "keySheet")
    assert sheet is not None
    shown = {label.text() for label in sheet.findChildren(QLabel)}
    assert {"X", "Ctrl+Shift+J", "—", "Two fingers"} <= shown


def test_keys_of_another_version_stay_in_the_settings(desk: Desk) -> None:
    desk.settings.change(keys={"stars": "1", "swipe": "Q"})
    page = desk.window.commands.open_settings().keys
    page.choose("swipe")
    page.reset.click()
    assert dict(desk.settings.value.keys) == {"stars": "1"}
    press(desk.window.canvas, "1")  # and does nothing
