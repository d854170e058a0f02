"""The library by real keys and a real mouse: found, judged, deleted, compared, dragged out."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end2end.canvas_pilot import CANVAS, VIEW
from tests.end2end.library_pilot import MODEL, LibraryPilot, run
from tests.end2end.screen import PATIENCE, ROOT, Screen, wait_until

pytestmark = [pytest.mark.xvfb, pytest.mark.timeout(240)]

CHINA, FLOWER, ROCKET = (f"{stem}-enhance-1.jpg" for stem in ("china", "flower", "rocket"))
RESULTS = [CHINA, FLOWER, ROCKET]


def _sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def library(screen: Screen, tmp_path: Path, photographs: list[Path]) -> Iterator[LibraryPilot]:
    """Open the library over three photos with a result each."""
    run(tmp_path, "enhance", *map(str, photographs), "--engine", "local", "--out", str(tmp_path))
    pilot = LibraryPilot(screen, tmp_path, *photographs)
    pilot.open_library()
    pilot.wait_found(6)
    yield pilot
    pilot.program.terminate()


def test_what_is_enhanced_is_found_marked_filtered_and_still_there_tomorrow(
    screen: Screen, tmp_path: Path, photographs: list[Path]
) -> None:
    pilot = LibraryPilot(screen, tmp_path, *photographs)
    for n in range(len(photographs)):
        pilot.wait(f"window.studio.photos.row(window.studio.photo) == {n}", "↓ does not step")
        pilot.wait("find('submitButton').isEnabled()", "nothing can be asked for")
        screen.key("ctrl+Return")
        pilot.wait(f"len(window.jobs.jobs()) == {n + 1}", "nothing is asked for")
        if n < 2:
            screen.key("Down")
    pilot.wait("all(job.state.is_final for job in window.jobs.jobs())", "they do not end", 90)
    pilot.open_library()
    pilot.wait_found(6)
    assert set(RESULTS) | {photo.name for photo in photographs} == set(pilot.names())

    # Typing searches; Return goes on to the pictures.
    screen.key("ctrl+f")
    pilot.wait("find('librarySearch').hasFocus()", "Ctrl+F does not lead to the search")
    screen.type("flow")
    pilot.wait_found(2)
    assert set(pilot.names()) == {FLOWER, photographs[1].name}
    screen.key("ctrl+a", "BackSpace")
    pilot.wait_found(6)
    screen.key("Return")
    pilot.wait("find('pictureGrid').hasFocus()", "Return does not lead to the pictures")

    # Each mark by its key, to what is chosen when it is pressed.
    pilot.choose(ROCKET)
    for key in "12345":
        screen.key(key)
        pilot.wait_marks(ROCKET, stars=int(key))
    screen.key("x")
    pilot.wait_marks(ROCKET, 5, "reject")
    screen.key("u", "p", "8")
    pilot.wait_marks(ROCKET, 5, "pick", "green")
    # Shift and Caps Lock go on to the next picture.
    second, third = pilot.names()[1:3]
    pilot.choose(pilot.names()[0])
    screen.key("shift+4")
    pilot.wait_current(second)
    screen.xdotool("key", "Caps_Lock")
    try:
        screen.xdotool("key", "3")
        pilot.wait_current(third)
    finally:
        screen.xdotool("key", "Caps_Lock")
    pilot.wait_marks(second, 3)
    marks = pilot.marks()

    # Undo takes back one press each, redo brings it again.
    screen.key("ctrl+z", "ctrl+z")
    pilot.wait_marks(second)
    screen.key("ctrl+shift+z", "ctrl+shift+z")
    wait_until(lambda: pilot.marks() == marks, PATIENCE, "redo does not bring it again")

    # Filters by the mouse: four stars or more, then picks alone; a click takes them off.
    screen.click(*pilot.place_in("libraryStars", "w.rect().adjusted(20 + 54, 0, -24, 0)"))
    starred = sorted(name for name, (stars, *_) in marks.items() if stars >= 4)  # type: ignore[misc]
    pilot.wait_found(len(starred))
    assert sorted(pilot.names()) == starred
    pilot.click("libraryFlags_pick")
    picked = [name for name in starred if marks[name][1] == "pick"]  # type: ignore[index]
    pilot.wait_found(len(picked))
    pilot.click("libraryClear")
    pilot.wait_found(6)

    pilot.quit()
    again = LibraryPilot(screen, tmp_path)
    again.open_library()
    again.wait_found(6)
    assert again.marks() == marks
    again.quit()


def test_a_result_goes_to_the_trash_of_the_home_and_comes_back(library: LibraryPilot) -> None:
    home = library.path(FLOWER).parent
    files = [library.path(FLOWER), *(home / "phota" / "vault").glob("*-0.jpg")]
    before = {path: _sha(path) for path in files}
    trash = home / ".local" / "share" / "Trash" / "files"
    library.choose_all([FLOWER, CHINA])
    library.screen.key("Delete")
    library.wait_found(4)
    assert not files[0].exists()
    assert before[files[0]] in {_sha(path) for path in trash.iterdir()}
    library.screen.key("ctrl+z")
    library.wait_found(6)
    assert {path: _sha(path) for path in files} == before
    # Photos of the person are never touched.
    photo = library.path("flower.jpg")
    library.choose("flower.jpg")
    library.screen.key("Delete")
    library.wait("find('noticeBar').isVisible()", "nobody says why")
    assert photo.exists()
    assert len(library.names()) == 6

    # Cleaning up says first what would go: what was rejected.
    library.choose(FLOWER)
    library.screen.key("x")
    library.wait_marks(FLOWER, flag="reject")
    library.click("libraryDiskUse")
    library.wait("find('cleanupPlan').text() == 'To go: 1 rejected picture.'", "no plan")
    library.click("cleanupAgree")
    library.wait_found(5)
    assert not files[0].exists()
    library.wait("window.isActiveWindow()", "the dialog stays")
    library.screen.key("ctrl+z")
    library.wait_found(6)
    assert {path: _sha(path) for path in files} == before


def test_pictures_open_on_the_canvas_are_compared_and_stand_in_the_filmstrip(
    library: LibraryPilot,
) -> None:
    screen = library.screen
    library.choose(ROCKET)
    screen.key("Return")
    library.wait(f"{CANVAS}.shown_paths[-1].endswith({ROCKET!r})", "it is not shown")
    assert library.ask("window.studio.photo.name") == "rocket.jpg"

    library.open_library()
    library.choose_all([CHINA, FLOWER])
    screen.key("c")
    library.wait(f"{VIEW} == 'survey'", "they are not compared")
    shown = f"sorted(p.rsplit('/', 1)[-1] for p in {CANVAS}.shown_paths)"
    library.wait(f"{shown} == {sorted([CHINA, FLOWER])!r}", "others are compared")

    screen.key("F9")
    library.wait("find('filmstripGrid').hasFocus()", "no filmstrip")
    library.wait(f"len({MODEL}.found.numbers) == 6", "the filmstrip is empty")
    screen.click(*library.tile(library.place_named(ROCKET), "filmstripGrid"))
    library.wait(f"{CANVAS}.shown_paths[-1].endswith({ROCKET!r})", "a click shows nothing")
    place = library.place_named(ROCKET)
    beside = library.names()[place + 1]
    screen.key("Right")
    library.wait(f"{CANVAS}.shown_paths[-1].endswith({beside!r})", "→ shows nothing")
    screen.key("F9")
    library.wait("window.parts.library.filmstrip.isHidden()", "the filmstrip stays")

    # The wheel scrolls, with Ctrl it makes tiles larger.
    library.open_library()
    tile = "find('pictureGrid').tile"
    before = library.ask(tile)
    x, y = map(str, library.tile(0))
    larger = ("click", "--repeat", "6", "4")
    screen.xdotool("mousemove", x, y, "keydown", "ctrl", *larger, "keyup", "ctrl")
    library.wait(f"{tile} > {before} + 120", "Ctrl and the wheel make nothing larger")
    screen.xdotool("mousemove", x, y, "click", "--repeat", "3", "5")
    library.wait("find('pictureGrid').bar.value() > 0", "the wheel does not scroll")


def test_several_pictures_are_dragged_out_as_files(library: LibraryPilot) -> None:
    home = library.path(FLOWER).parent
    before = {path: _sha(path) for path in map(library.path, RESULTS)}
    dropped = home / "dropped.txt"
    target = str(ROOT / "tests" / "end2end" / "drop_target.py")
    library.screen.start(sys.executable, target, str(dropped))
    library.screen.window("drop target")
    library.choose_all(RESULTS)
    library.screen.drag(library.tile(library.place_named(FLOWER)), (110, 540))
    wait_until(dropped.is_file, PATIENCE, "nothing was dropped")
    wait_until(lambda: "image" in dropped.read_text(), PATIENCE, "the drop is not whole")
    *files, image = dropped.read_text().splitlines()
    assert sorted(Path(name).name for name in files) == sorted(RESULTS)
    assert sorted(_sha(Path(name)) for name in files) == sorted(before.values())
    assert image == "image False", "several are files alone"
