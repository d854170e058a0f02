"""Finds the widgets of a real window, so that real mouse and key events can be aimed at them."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.end2end.screen import PATIENCE, ROOT, Screen, wait_until


class Pilot:
    """A real program on a screen, with a way to ask where its widgets are."""

    def __init__(self, screen: Screen, home: Path, *arguments: str, **environ: str) -> None:
        self.screen = screen
        self._address = home / "pilot.socket"
        self._address.unlink(missing_ok=True)  # a killed program leaves its own
        self.program = screen.start(
            *(sys.executable, str(ROOT / "tests" / "end2end" / "piloted.py"), str(self._address)),
            *arguments,
            **{"HOME": str(home), "PHOTA_DESKTOP_HOME": str(home / "phota"), **environ},
        )
        screen.window("Phota Desktop")
        wait_until(self._address.exists, PATIENCE, "the program does not answer")
        self.wait("window.parts is not None", "the window was not finished")

    def ask(self, expression: str) -> object:
        """Return what an expression is in the program; ``window``, ``find``, ``box`` are there."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(30)
            connection.connect(str(self._address))
            with connection.makefile("rw") as stream:
                stream.write(json.dumps(expression) + "\n")
                stream.flush()
                answer = json.loads(stream.readline())
        if "problem" in answer:
            raise AssertionError(f"{expression}: {answer['problem']}")
        return answer["value"]

    def wait(self, expression: str, what: str, seconds: float = PATIENCE) -> None:
        """Wait until an expression is true in the program."""

        def holds() -> bool:
            try:
                return bool(self.ask(expression))
            except (AssertionError, OSError, json.JSONDecodeError):
                return False  # or it is just ending

        wait_until(holds, seconds, what)

    def place(self, name: str) -> tuple[int, int]:
        """Return the centre of the visible widget of that name, in device pixels."""
        return self.centre(f"box(find({name!r}))")

    def centre(self, expression: str) -> tuple[int, int]:
        """Return the centre of a box in device pixels, that an expression gives."""
        found = self.ask(expression)
        assert isinstance(found, list)
        left, top, width, height = found
        return left + width // 2, top + height // 2

    def click(self, name: str) -> None:
        """Click the visible widget of that name, once it is there and can be clicked."""
        self.wait(f"find({name!r}).isEnabled()", f"{name} cannot be clicked")
        self.screen.click(*self.place(name))

    def place_in(self, name: str, expression: str) -> tuple[int, int]:
        """Return the centre of a part of a widget ``w``: ``expression`` gives its rectangle."""
        return self.centre(f"(lambda w: box(w, {expression}))(find({name!r}))")

    def click_in(self, name: str, expression: str) -> None:
        """Click within a widget ``w``: ``expression`` gives a rectangle of it."""
        self.screen.click(*self.place_in(name, expression))

    def drop(self, photos: Sequence[Path], end: tuple[int, int], taken: str) -> None:
        """Drag files from another program to a place, until an expression says they are there."""
        program = str(ROOT / "tests" / "end2end" / "drag_source.py")
        source = self.screen.start(sys.executable, program, *map(str, photos))
        self.screen.window("drag source")
        self.screen.drag((100, 330), end)
        self.wait(taken, "the drop was not taken")
        source.terminate()

    def text(self, name: str) -> str:
        """Return what a label, button or field says."""
        return str(
            self.ask(
                f"(lambda w: w.text() if hasattr(w, 'text') else w.toPlainText())(find({name!r}))"
            )
        )
