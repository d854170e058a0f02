"""Hands on the library, its filmstrip and tree in the real program."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.end2end.canvas_pilot import CANVAS
from tests.end2end.pilot import Pilot
from tests.end2end.screen import PATIENCE, ROOT, Screen, wait_until

PARTS = "window.parts.library"
MODEL = f"{PARTS}.model"
TREE = f"{PARTS}.lineage.view.lineage"
Place = tuple[int, int]


def run(home: Path, *arguments: str) -> None:
    """Run the program without a window over a home."""
    done = subprocess.run(
        [sys.executable, "-m", "phota_desktop", *arguments],
        cwd=ROOT,
        env={**os.environ, "HOME": str(home), "PHOTA_DESKTOP_HOME": str(home / "phota")},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


class LibraryPilot(Pilot):
    """The program over a home; places are indexes into what the library found."""

    def __init__(self, screen: Screen, home: Path, *photos: Path, **environ: str) -> None:
        environ = {"PHOTA_DESKTOP_QT_DIALOGS": "1", "XDG_DATA_HOME": "", **environ}
        super().__init__(screen, home, *map(str, photos), **environ)
        self.wait(f"{PARTS} is not None", "there is no library")
        self.wait(f"{CANVAS}.hasFocus() and {CANVAS}.is_settled()", "the canvas has no focus")

    # -- what is there ------------------------------------------------------------------------

    def names(self) -> list[str]:
        """Return the file names of what is found, empty ones while they are read."""
        found = self.ask(
            f"(lambda m: [getattr(m.picture(n), 'name', '') for n in range(len(m.found.numbers))])"
            f"({MODEL})"
        )
        assert isinstance(found, list)
        return found

    def place_named(self, name: str) -> int:
        """Return the place of a file name, once it is read."""
        wait_until(lambda: name in self.names(), PATIENCE, f"{name} is not found")
        return self.names().index(name)

    def path(self, name: str) -> Path:
        """Return the file of a picture that is found."""
        return Path(str(self.ask(f"str({MODEL}.picture({self.place_named(name)}).path)")))

    def marks(self) -> dict[str, object]:
        """Return stars, flag and label of all that is found, by file name."""
        found = self.ask(
            f"(lambda m: {{p.name: [p.marks.stars, p.marks.flag.value, p.marks.label.value]"
            f" for p in map(m.picture, range(len(m.found.numbers)))}})({MODEL})"
        )
        assert isinstance(found, dict)
        return found

    def wait_found(self, number: int) -> None:
        """Wait until so many pictures are found and read."""
        self.wait(
            f"len({MODEL}.found.numbers) == {number} and all({MODEL}.picture(n) is not None"
            f" for n in range({number}))",
            f"not {number} pictures are found",
        )

    def wait_marks(self, name: str, stars: int = 0, flag: str = "", label: str = "") -> None:
        """Wait until a picture has exactly these marks."""
        wish = [stars, flag, label]
        wait_until(lambda: self.marks().get(name) == wish, PATIENCE, f"{name} is not {wish}")

    def current(self) -> str:
        """Return the name of the current picture, empty for none."""
        return str(self.ask(f"getattr({MODEL}.current, 'name', '')"))

    def wait_current(self, name: str) -> None:
        """Wait until a picture is the current one, and chosen alone."""
        self.wait(
            f"getattr({MODEL}.current, 'name', '') == {name!r} and len({MODEL}.selection) == 1",
            f"{name} is not chosen",
        )

    # -- hands ------------------------------------------------------------------------------

    def open_library(self) -> None:
        """Press Ctrl+B until the grid is there and has the keys."""
        self.screen.key("ctrl+b")
        self.wait("find('pictureGrid').hasFocus()", "the library does not open")
        self.wait(f"{MODEL}.is_found", "the library does not answer")

    def tile(self, place: int, grid: str = "pictureGrid") -> Place:
        """Return the middle of a tile."""
        return self.centre(f"(lambda w: box(w.viewport(), w.rect_of({place})))(find({grid!r}))")

    def choose(self, name: str, *held: str) -> None:
        """Click a picture, with keys held."""
        x, y = self.tile(self.place_named(name))
        down, up = ([word for key in held for word in (way, key)] for way in ("keydown", "keyup"))
        self.screen.xdotool("mousemove", str(x), str(y), *down, "click", "1", *up)
        if not held:
            self.wait_current(name)

    def choose_all(self, names: Sequence[str]) -> None:
        """Choose several pictures with Ctrl."""
        self.choose(names[0])
        for name in names[1:]:
            self.choose(name, "ctrl")
        self.wait(f"len({MODEL}.selection) == {len(names)}", "not all of them are chosen")

    def open_tree(self) -> None:
        """Press T, and wait until the tree is there with the keys."""
        self.screen.key("t")
        self.wait(f"find('lineageTree').hasFocus() and bool({TREE}.current)", "no tree")

    def quit(self) -> None:
        """Leave the program as a person does."""
        self.screen.key("ctrl+q")
        wait_until(lambda: self.program.poll() is not None, PATIENCE, "it does not quit")
        assert self.program.returncode == 0
