"""The keys of the sheet that are not of looking, pressed in the real program."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from phota_desktop.ui.command_table import COMMANDS
from tests.end2end.canvas_pilot import CANVAS
from tests.end2end.pilot import Pilot
from tests.end2end.screen import Screen

pytestmark = [pytest.mark.xvfb, pytest.mark.timeout(60)]

ELSEWHERE = {
    # test_keys.py
    *("side", "survey", "difference", "swipe", "turn", "less", "more", "flick", "pin", "original"),
    *("loupe", "info", "lab", "prompt", "keys", "escape"),
    # test_main_job.py
    *("export", "quit"),
    # test_canvas_gestures.py and test_canvas_comparing.py
    *("previous_photo", "next_photo", "previous_variant", "next_variant", "compare", "align"),
    *("toggle_zoom", "zoom_fit", "zoom_100", "zoom_200", "zoom_in", "zoom_out", "surround"),
    *("full_screen", "panels"),
    # test_mark_keys.py
    *("stars_0", "stars_1", "stars_2", "stars_3", "stars_4", "stars_5", "pick", "reject"),
    *("unflag", "label_red", "label_yellow", "label_green", "label_blue", "label_purple"),
    *("advance", "trash", "undo", "redo"),
    # the tests of their own parts
    *("library", "search", "filmstrip", "lineage", "continue", "recall"),
    *("recall_prompt", "finalize"),
    *("export_again", "copy_recipe", "open_in", "choose_editor", "reveal", "proof", "picks"),
}
"""Commands whose keys other tests press."""

FOLDS = {"fold_strip": "strip_panel", "fold_photos": "photo_panel", "fold_drawer": "drawer"}
TABS = ("enhance", "edit", "generate", "remix")
DIALOGS = {"open": "openDialog", "ledger": "ledgerDialog", "settings": "settingsDialog"}
HERE = {*FOLDS, *TABS, *DIALOGS, "jobs", "copy", "paste", "submit", "generated"}


@pytest.fixture
def pilot(screen: Screen, tmp_path: Path, photographs: list[Path]) -> Iterator[Pilot]:
    made = Pilot(screen, tmp_path, str(photographs[0]), PHOTA_DESKTOP_QT_DIALOGS="1")
    made.wait(f"{CANVAS}.hasFocus() and {CANVAS}.is_settled()", "the canvas has no focus")
    yield made
    made.program.terminate()


def _key(command: str) -> str:
    """Return the first key of a command as xdotool writes it."""
    first = next(one.keys[0] for one in COMMANDS if one.id == command)
    names = {"Ctrl": "ctrl", "Alt": "alt", ",": "comma"}
    parts = [names.get(part, part) for part in first.split("+")]
    return "+".join(part.lower() if len(part) == 1 else part for part in parts)


def test_every_key_of_the_sheet_is_pressed_somewhere() -> None:
    assert {one.id for one in COMMANDS} == ELSEWHERE | HERE


def test_panels_tabs_and_dialogs(pilot: Pilot) -> None:
    for command, panel in FOLDS.items():
        pilot.screen.key(_key(command))
        pilot.wait(f"not window.{panel}.isVisible()", f"{command} does not fold")
        pilot.screen.key(_key(command))
        pilot.wait(f"window.{panel}.isVisible()", f"{command} does not unfold")
    for row in (1, 2, 3, 0):
        pilot.screen.key(_key(TABS[row]))
        pilot.wait(f"find('operationTabs').currentIndex() == {row}", f"no {TABS[row]}")
    pilot.screen.key(_key("jobs"))
    pilot.wait("find('jobPanel').isVisible()", "no jobs")
    pilot.screen.key(_key("jobs"))
    pilot.wait("not window.commands.job_panel.isVisible()", "the jobs stay")
    for command, name in DIALOGS.items():
        pilot.screen.key(_key(command))
        pilot.wait(f"find({name!r}).isActiveWindow()", f"no {name}")
        pilot.screen.key("Escape")
        pilot.wait("window.isActiveWindow()", f"{name} stays")


def test_a_picture_is_copied_asked_for_and_pasted(pilot: Pilot, photographs: list[Path]) -> None:
    pilot.screen.key(_key("generated"))  # there is none: nothing happens
    pilot.screen.key(_key("copy"))
    pilot.wait("app.clipboard().mimeData().hasUrls()", "nothing is copied")
    assert pilot.ask("app.clipboard().mimeData().hasImage()")
    pilot.screen.key(_key("submit"))
    pilot.wait("len(window.studio.strip.entries()) == 2", "nothing is asked for")
    pilot.wait("window.studio.strip.entries()[1].path is not None", "no variant comes", 40)
    assert pilot.ask("window.studio.photo.name") == photographs[0].name
    pilot.screen.key("Right")
    pilot.wait("'enhance' in window.studio.entry.path.name", "it is not chosen")
    pilot.screen.key(_key("copy"))
    pilot.wait("'enhance' in app.clipboard().mimeData().urls()[0].fileName()", "not copied")
    pilot.screen.key(_key("paste"))
    pilot.wait("'enhance' in window.studio.photo.name", "nothing is pasted")
