"""Whatever a person binds, no key does two things, and no setting of another version is lost."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from phota_desktop.ui.command_table import COMMANDS, RESERVED, command
from phota_desktop.ui.key_bindings import Bindings, is_quiet, key_name, normal, shown, why_not

IDS = [one.id for one in COMMANDS]
FREE = [one.id for one in COMMANDS if not one.fixed]
SOME = [
    *(key for one in COMMANDS for key in one.keys),
    *RESERVED,
    *("Q", "Ctrl+Shift+K", "F5", "Shift+F5", "PgUp", "Ö", ";", "Meta+Left", "Num+1", "Ctrl+K, S"),
    *("", "nonsense", "Shift", "ctrl+b", " "),
]
KEYS = st.lists(st.sampled_from(SOME), max_size=4)
OVERRIDES = st.dictionaries(
    st.one_of(st.sampled_from(IDS), st.sampled_from(["stars", "from_the_future"])),
    st.one_of(KEYS.map(" or ".join), st.text(max_size=20)),
    max_size=12,
)
Press = QEvent.Type.KeyPress
Mods = Qt.KeyboardModifier


def all_once(bindings: Bindings) -> bool:
    counted = Counter(key for keys in bindings.keys.values() for key in keys)
    return max(counted.values()) == 1


@pytest.mark.usefixtures("qapp")
def test_the_tables_keys_are_valid_and_each_does_one_thing() -> None:
    bindings = Bindings.of({})
    assert all_once(bindings)
    for one in COMMANDS:
        assert bindings.keys[one.id] == one.keys
        assert all(normal(key) == key for key in one.keys)
        assert one.fixed or not any(why_not(one, key) for key in one.keys)


@pytest.mark.usefixtures("qapp")
@settings(max_examples=300, deadline=None)
@given(overrides=OVERRIDES)
def test_whatever_the_settings_hold_no_two_commands_share_a_key(
    overrides: dict[str, str],
) -> None:
    bindings = Bindings.of(overrides)
    assert all_once(bindings)
    assert set(bindings.keys) == set(IDS)
    assert bindings.keys["escape"] == ("Esc",)
    free = {key for one in FREE for key in bindings.keys[one]}
    assert not free & set(RESERVED)
    # What is written is read as the same.
    again = bindings.overrides(overrides)
    assert Bindings.of(again) == bindings
    assert {n: k for n, k in again.items() if n not in IDS} == {
        n: k for n, k in overrides.items() if n not in IDS
    }


@pytest.mark.usefixtures("qapp")
@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(FREE), KEYS), max_size=10))
def test_however_often_a_person_binds_no_two_commands_share_a_key(
    steps: list[tuple[str, list[str]]],
) -> None:
    saved: dict[str, str] = {"stars": "1"}
    for command_id, keys in steps:
        bindings = Bindings.of(saved)
        wanted = [normal(key) for key in keys]
        if any(why_not(command(command_id), key) for key in wanted):
            with pytest.raises(ValueError, match=r"."):
                bindings.bound(command_id, wanted)
            continue
        after = bindings.bound(command_id, wanted)
        assert after.keys[command_id] == tuple(dict.fromkeys(wanted))
        assert all_once(after)
        lost = bindings.conflicts(command_id, wanted)
        for other, had in bindings.keys.items():
            if other != command_id:
                assert after.keys[other] == tuple(key for key in had if key not in lost)
        saved = after.overrides(saved)
        assert Bindings.of(saved) == after
        assert saved["stars"] == "1"


@pytest.mark.usefixtures("qapp")
def test_a_persons_key_goes_before_the_tables() -> None:
    bindings = Bindings.of({"export": "S"})
    assert bindings.keys["export"] == ("S",)
    assert bindings.keys["swipe"] == ()
    found = bindings.at("S")
    assert found is not None
    assert found.id == "export"
    assert Bindings.of({"flick": ""}).keys["flick"] == ()


@pytest.mark.usefixtures("qapp")
def test_a_setting_that_makes_no_sense_leaves_the_tables_keys() -> None:
    bindings = Bindings.of({"original": "Ctrl+B", "swipe": "nonsense", "side": "Tab or Q"})
    assert bindings.keys["original"] == ("B", "\\")
    assert bindings.keys["swipe"] == ("S",)
    assert bindings.keys["side"] == ("Q",)


@pytest.mark.usefixtures("qapp")
def test_what_is_held_needs_a_key_that_can_be_held() -> None:
    assert why_not(command("original"), "Ctrl+B")
    assert why_not(command("loupe"), "F4")
    assert not why_not(command("loupe"), "Shift+G")
    assert not why_not(command("swipe"), "Ctrl+B")


@pytest.mark.usefixtures("qapp")
def test_a_sign_is_the_same_key_on_every_keyboard() -> None:
    for event in (
        QKeyEvent(Press, Qt.Key.Key_Question, Mods.ShiftModifier, "?"),
        QKeyEvent(Press, Qt.Key.Key_Question, Mods.NoModifier, "?"),
    ):
        assert key_name(event) == "?"
    bracket = QKeyEvent(Press, Qt.Key.Key_BracketLeft, Mods.GroupSwitchModifier, "[")
    assert key_name(bracket) == "["
    assert key_name(QKeyEvent(Press, Qt.Key.Key_R, Mods.ShiftModifier, "R")) == "Shift+R"
    assert key_name(QKeyEvent(Press, Qt.Key.Key_Comma, Mods.ControlModifier, ",")) == "Ctrl+,"
    assert key_name(QKeyEvent(Press, Qt.Key.Key_1, Mods.KeypadModifier, "1")) == "1"
    assert key_name(QKeyEvent(Press, Qt.Key.Key_Shift, Mods.ShiftModifier, "")) == ""


@pytest.mark.usefixtures("qapp")
def test_keys_read_well() -> None:
    assert [shown(key) for key in ("Up", "Ctrl+Return", "Ctrl++", "Ctrl+-", "+")] == [
        *("↑", "Ctrl+Enter", "Ctrl++", "Ctrl+−", "+"),
    ]
    assert is_quiet("Shift+R")
    assert not is_quiet("Shift+F5")
    assert Bindings.of({}).words("submit") == "Ctrl+Enter"
    assert isinstance(QApplication.instance(), QApplication)
