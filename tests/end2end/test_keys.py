"""The keys of looking and comparing, pressed in the real program on a real X server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end2end.pilot import Pilot
from tests.end2end.screen import Screen

pytestmark = [pytest.mark.xvfb, pytest.mark.timeout(180)]

CANVAS = "find('imageCanvas')"
COMPARISON = f"{CANVAS}.comparison"
VIEW = f"{CANVAS}.shown_view.value"


@pytest.fixture
def pilot(screen: Screen, tmp_path: Path) -> Iterator[Pilot]:
    """Open a window with the sample photos and their finished variants."""
    made = Pilot(screen, tmp_path)
    made.wait(f"{VIEW} == 'swipe'", "the sample is not compared")
    made.wait(f"{CANVAS}.hasFocus()", "the canvas has no focus")
    yield made
    made.program.terminate()


def test_every_view_by_its_key(pilot: Pilot) -> None:
    screen = pilot.screen
    for key, view in (("y", "side"), ("n", "survey"), ("d", "difference"), ("s", "swipe")):
        screen.key(key)
        pilot.wait(f"{VIEW} == {view!r}", f"{key} does not show {view}")
        assert pilot.ask("window.top.views.value") == view
    screen.key("r")
    pilot.wait(f"{CANVAS}.compare.divider.angle == 90", "R does not turn the line")
    screen.key("bracketright")
    pilot.wait(f"{CANVAS}.compare.divider.angle == 95", "] does not turn the line")
    screen.key("bracketleft")
    pilot.wait(f"{CANVAS}.compare.divider.angle == 90", "[ does not turn the line back")
    screen.key("Escape")
    pilot.wait(f"{VIEW} == 'single'", "Esc does not leave")
    for key in ("comma", "period"):
        flicked = pilot.ask(f"{COMPARISON}.flicked")
        screen.key(key)
        pilot.wait(f"{COMPARISON}.flicked is not {flicked}", f"{key} does not flick")
    screen.key("shift+r")
    pilot.wait(f"{COMPARISON}.pinned is not None", "nothing is pinned")
    screen.key("shift+r")
    pilot.wait(f"{COMPARISON}.pinned is None", "the pin stays")


def test_what_is_held_lasts_while_it_is_held(pilot: Pilot) -> None:
    screen = pilot.screen
    for key, holds in (
        ("b", f"{CANVAS}.showing_original"),
        ("backslash", f"{CANVAS}.showing_original"),
        ("g", f"bool({CANVAS}._glasses)"),
    ):
        x, y = pilot.place("imageCanvas")
        screen.xdotool("mousemove", str(x - 80), str(y - 40))
        screen.xdotool("keydown", key)
        pilot.wait(holds, f"{key} does nothing")
        time.sleep(0.4)  # longer than a tap
        screen.xdotool("keyup", key)
        pilot.wait(f"not {holds}", f"{key} acts on")


def test_information_follows_the_real_cursor(pilot: Pilot) -> None:
    screen = pilot.screen
    screen.key("y")
    pilot.wait(f"{VIEW} == 'side'", "not side by side")
    screen.key("i")
    pilot.wait("find('infoOverlay').isVisible()", "no information")
    x, y = pilot.place("imageCanvas")
    screen.xdotool("mousemove", str(x + 90), str(y + 30))
    inspector = "window.commands.comparing.inspector"
    pilot.wait(f"len({inspector}.readings()) == 2", "the cursor reads nothing")
    pilot.wait(f"{inspector}.tones is not None", "no histogram")
    colours = pilot.ask(f"[[r.red, r.green, r.blue] for r in {inspector}.readings()][-1]")
    assert isinstance(colours, list)
    seen = screen.shot()[y + 30, x + 90]
    # The screen shows it scaled, with its neighbours.
    assert max(abs(int(a) - int(b)) for a, b in zip(seen, colours, strict=True)) < 60
    screen.key("shift+i")
    pilot.wait(f"{inspector}.with_lab", "no Lab")
    screen.key("i")
    pilot.wait(f"not {inspector}.is_on", "the information stays")


def test_letters_sleep_in_the_prompt_and_wake_on_the_canvas(pilot: Pilot) -> None:
    screen = pilot.screen
    screen.key("ctrl+e")
    pilot.wait("find('promptEditor').hasFocus()", "no prompt")
    screen.type("ynd,.i")
    pilot.wait("find('promptEditor').toPlainText() == 'ynd,.i'", "the letters went elsewhere")
    assert pilot.ask(VIEW) == "swipe"
    screen.key("Escape")
    pilot.wait(f"{CANVAS}.hasFocus()", "Esc does not lead back")
    screen.key("y")
    pilot.wait(f"{VIEW} == 'side'", "Y sleeps on")


def test_a_key_is_changed_in_the_settings_and_acts_at_once(pilot: Pilot) -> None:
    screen = pilot.screen
    screen.key("question")
    pilot.click("changeKeys")
    pilot.wait("find('keySearch').hasFocus()", "the keys are not shown")
    screen.type("survey")
    pilot.wait("find('keyTable').model().rowCount() == 1", "nothing is found")
    pilot.click("changeKeyButton")
    pilot.wait("find('keyCapture').hasFocus()", "no key is waited for")
    screen.key("y")
    pilot.wait("'Side by side' in find('keyProblem').text()", "the conflict is not named")
    pilot.click("takeKeyButton")
    pilot.wait("find('keyEditor').bindings.keys['survey'] == ('Y',)", "the key is not taken")
    screen.key("Escape")
    pilot.wait(f"{CANVAS}.isActiveWindow()", "the settings stay")
    screen.key("y")
    pilot.wait(f"{VIEW} == 'survey'", "the new key does nothing")
    assert "Y" in str(pilot.ask("window.top.views.button('survey').toolTip()"))
