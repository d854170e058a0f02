"""Keys are changed by pressing them; a taken one is named with both commands before it moves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from phota_desktop.store.settings import Settings, SettingsStore
from phota_desktop.ui.key_editor import KeyEditor
from phota_desktop.ui.settings_dialog import SettingsDialog
from phota_desktop.viewmodels.settings import SettingsViewModel

from .conftest import LEFT

Key = Qt.Key
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def page(qtbot: QtBot, tmp_path: Path) -> Iterator[KeyEditor]:
    parent = QWidget()
    qtbot.addWidget(parent)
    store = SettingsStore(tmp_path / "settings.json")
    settings = SettingsViewModel(store, Settings(keys={"stars": "1", "swipe": "S or Shift+S"}))
    dialog = SettingsDialog(settings, parent)
    dialog.show_keys()
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    yield dialog.keys
    settings.flush()


def kept(page: KeyEditor) -> dict[str, str]:
    return dict(page._settings.value.keys)


def test_a_key_is_changed_by_pressing_it(page: KeyEditor) -> None:
    page.choose("flick")
    QTest.mouseClick(page.change, LEFT)
    assert page.capture.hasFocus()
    assert "Flick" in page.capture.text()
    QTest.keyClick(page.capture, Key.Key_K, CONTROL)
    assert page.bindings.keys["flick"] == ("Ctrl+K",)
    assert kept(page) == {"stars": "1", "swipe": "S or Shift+S", "flick": "Ctrl+K"}
    assert page.table.hasFocus()
    QTest.mouseClick(page.add, LEFT)
    QTest.keyClick(page.capture, Key.Key_Semicolon)
    assert page.bindings.keys["flick"] == ("Ctrl+K", ";")
    QTest.mouseClick(page.reset, LEFT)
    assert page.bindings.keys["flick"] == (",", ".")
    assert "flick" not in kept(page)


def test_a_taken_key_is_named_with_both_and_goes_only_on_purpose(page: KeyEditor) -> None:
    page.choose("flick")
    QTest.mouseClick(page.change, LEFT)
    QTest.keyClick(page.capture, Key.Key_N)
    assert "N does “Survey up to six”" in page.told.text()
    assert "Flick between the two in place" in page.told.text()
    assert page.keep.hasFocus()
    QTest.mouseClick(page.keep, LEFT)
    assert page.bindings.keys["flick"] == (",", ".")
    assert page.bindings.keys["survey"] == ("N",)
    QTest.mouseClick(page.change, LEFT)
    QTest.keyClick(page.capture, Key.Key_N)
    QTest.mouseClick(page.take, LEFT)
    assert page.bindings.keys["flick"] == ("N",)
    assert page.bindings.keys["survey"] == ()
    page.choose("survey")
    QTest.mouseClick(page.reset, LEFT)
    assert "N does “Flick" in page.told.text()
    QTest.mouseClick(page.take, LEFT)
    assert page.bindings.keys["survey"] == ("N",)


def test_two_commands_swap_their_keys(page: KeyEditor) -> None:
    page.choose("difference")
    QTest.mouseClick(page.change, LEFT)
    QTest.keyClick(page.capture, Key.Key_N)
    QTest.mouseClick(page.swap, LEFT)
    assert page.bindings.keys["difference"] == ("N",)
    assert page.bindings.keys["survey"] == ("D",)
    QTest.mouseClick(page.reset_all, LEFT)
    assert page.bindings.keys["survey"] == ("N",)
    assert kept(page) == {"stars": "1"}


@pytest.mark.parametrize(
    ("key", "said"),
    [(Key.Key_Tab, "Tab is reserved"), (Key.Key_Space, "Space"), (Key.Key_Return, "Enter")],
)
def test_a_reserved_key_is_refused_with_its_reason(page: KeyEditor, key: Key, said: str) -> None:
    page.choose("flick")
    QTest.mouseClick(page.change, LEFT)
    QTest.keyClick(page.capture, key)
    assert said in page.told.text()
    assert "reserved" in page.told.text()
    QTest.keyClick(page.capture, Key.Key_Q, SHIFT)
    assert page.bindings.keys["flick"] == ("Shift+Q",)


def test_escape_and_a_click_elsewhere_leave_all_as_it_is(page: KeyEditor) -> None:
    before = kept(page)
    page.choose("flick")
    for _ in range(2):
        QTest.mouseClick(page.change, LEFT)
        QTest.keyClick(page.capture, Key.Key_Escape)
        assert not page.capture.isVisible()
        assert page.isVisible()
    QTest.mouseClick(page.change, LEFT)
    page.search.setFocus()
    assert not page.capture.isVisible()
    assert kept(page) == before


def test_what_is_held_cannot_have_a_loud_key(page: KeyEditor) -> None:
    page.choose("loupe")
    QTest.mouseClick(page.change, LEFT)
    QTest.keyClick(page.capture, Key.Key_G, CONTROL)
    assert "held" in page.told.text()
    assert page.bindings.keys["loupe"] == ("G",)


def test_commands_are_found_by_words_and_by_keys(page: KeyEditor) -> None:
    QTest.keyClicks(page.search, "quarter")
    assert page.chosen is not None
    assert page.chosen.id == "turn"
    page.search.clear()
    QTest.keyClicks(page.search, "Ctrl+E")
    assert page.chosen is not None
    assert page.chosen.id == "prompt"


def test_a_fixed_command_says_so(page: KeyEditor) -> None:
    page.choose("escape")
    assert not page.change.isEnabled()
    assert "fixed" in page.told.text()


def test_all_of_it_goes_by_keys_alone(page: KeyEditor) -> None:
    page.search.setFocus()
    QTest.keyClicks(page.search, "flick")
    QTest.keyClick(page.search, Key.Key_Tab)
    for _ in range(4):
        if QApplication.focusWidget() is page.table:
            break
        QTest.keyClick(QApplication.focusWidget(), Key.Key_Tab)
    assert page.table.hasFocus()
    QTest.keyClick(page.table, Key.Key_Return)
    assert page.capture.hasFocus()
    QTest.keyClick(page.capture, Key.Key_N)
    assert page.keep.hasFocus()
    QTest.keyClick(page.keep, Key.Key_Backtab, SHIFT)
    QTest.keyClick(QApplication.focusWidget(), Key.Key_Backtab, SHIFT)
    assert page.take.hasFocus()
    QTest.keyClick(page.take, Key.Key_Space)
    assert page.bindings.keys["flick"] == ("N",)
