"""The keys of marking, pressed in the real program on a real X server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end2end.canvas_pilot import CANVAS
from tests.end2end.pilot import Pilot
from tests.end2end.screen import Screen

pytestmark = [pytest.mark.xvfb, pytest.mark.timeout(90)]

MARKS = "window.studio.marks_of(window.studio.strip.entries()[{}].path)"


@pytest.fixture
def pilot(screen: Screen, tmp_path: Path, photographs: list[Path]) -> Iterator[Pilot]:
    made = Pilot(screen, tmp_path, str(photographs[0]), str(photographs[1]))
    made.wait(f"{CANVAS}.hasFocus() and {CANVAS}.is_settled()", "the canvas has no focus")
    made.screen.key("ctrl+Return")
    made.wait("len(window.studio.strip.entries()) == 2", "nothing is asked for")
    made.wait("window.studio.strip.entries()[1].path is not None", "no variant comes", 40)
    yield made
    made.program.terminate()


def _holds(pilot: Pilot, row: int, what: str) -> None:
    pilot.wait(f"{MARKS.format(row)}.{what}", f"place {row} has no {what}")


def test_each_mark_by_its_key_and_back(pilot: Pilot) -> None:
    screen = pilot.screen
    for key in "123450":
        screen.key(key)
        _holds(pilot, 0, f"stars == {key}")
    for key, flag in (("p", "pick"), ("x", "reject"), ("u", "")):
        screen.key(key)
        _holds(pilot, 0, f"flag.value == {flag!r}")
    for key, label in (("6", "red"), ("7", "yellow"), ("8", "green"), ("9", "blue"), ("9", "")):
        screen.key(key)
        _holds(pilot, 0, f"label.value == {label!r}")
    screen.key("ctrl+z")
    _holds(pilot, 0, "label.value == 'blue'")
    screen.key("ctrl+shift+z")
    _holds(pilot, 0, "label.value == ''")
    # Keys without one of their own are in the menu.
    pilot.ask("window.commands.calls()['label_purple']()")
    _holds(pilot, 0, "label.value == 'purple'")
    pilot.ask("window.commands.calls()['advance']()")
    screen.key("1")
    _holds(pilot, 0, "stars == 1")
    assert pilot.ask("window.studio.entry.key") != "original"


def test_shift_and_caps_lock_go_on(pilot: Pilot) -> None:
    screen = pilot.screen
    screen.key("shift+3")  # a number sign on this keyboard
    _holds(pilot, 0, "stars == 3")
    assert pilot.ask("window.studio.strip.row(window.studio.entry.key)") == 1
    screen.key("Left")
    screen.xdotool("key", "Caps_Lock")
    try:
        screen.xdotool("key", "5")  # screen.key() would lift the lock
        _holds(pilot, 0, "stars == 5")
        assert pilot.ask("window.studio.strip.row(window.studio.entry.key)") == 1
        screen.xdotool("key", "p")
        pilot.wait("window.studio.photos.row(window.studio.photo) == 1", "it does not go on")
    finally:
        screen.xdotool("key", "Caps_Lock")
    screen.key("2")
    _holds(pilot, 0, "stars == 2")
    assert pilot.ask("window.studio.photos.row(window.studio.photo)") == 1


def test_a_variant_goes_to_the_trash_and_comes_back(pilot: Pilot) -> None:
    screen = pilot.screen
    screen.key("Right")
    file = Path(str(pilot.ask("str(window.studio.entry.path)")))
    content = file.read_bytes()
    screen.key("Delete")
    pilot.wait("len(window.studio.strip.entries()) == 1", "it stays")
    assert not file.exists()
    pilot.click("noticeAction")
    pilot.wait("len(window.studio.strip.entries()) == 2", "it does not come back")
    assert file.read_bytes() == content
