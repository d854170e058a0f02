"""Real hands on the canvas of the real program, and what is really seen there."""

from __future__ import annotations

import math
import time
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from tests.end2end.pilot import Pilot
from tests.end2end.screen import Pixels, Screen, wait_until

CANVAS = "find('imageCanvas')"
VIEW = f"{CANVAS}.shown_view.value"
PORT = f"{CANVAS}.viewport"
Place = tuple[int, int]
_HALF = 36
"""Pixels about a place that are looked for in a photo."""
_SEARCH = 12


class CanvasPilot(Pilot):
    """The program with photos, the first of which has four finished variants.

    Places are device pixels of the screen; a fraction is of the canvas or of a photo as said.
    """

    def __init__(self, screen: Screen, home: Path, *photos: Path) -> None:
        super().__init__(screen, home, *map(str, photos))
        self.photos = photos
        self._decoded: dict[Path, Pixels] = {}
        self.wait("len(window.studio.strip.entries()) == 5", "the variants are not there")
        self.wait(f"{CANVAS}.hasFocus()", "the canvas has no focus")
        self.wait(f"{VIEW} == 'single'", "it begins with a comparison")
        self.choose(1)
        self.settle()

    # -- what is there --------------------------------------------------------------------

    @property
    def box(self) -> tuple[int, int, int, int]:
        found = self.ask(f"box({CANVAS})")
        assert isinstance(found, list)
        left, top, width, height = found
        return left, top, width, height

    def at(self, across: float, down: float) -> Place:
        """Return a place by fractions of the canvas."""
        left, top, width, height = self.box
        return left + round(across * width), top + round(down * height)

    @property
    def percent(self) -> float:
        found = self.ask(f"{PORT}.percent()")
        assert isinstance(found, float | int)
        return float(found)

    def wait_percent(self, percent: float) -> None:
        self.wait(f"abs({PORT}.percent() - {percent}) < 0.02 * {percent}", f"not {percent} %")

    def paths(self) -> list[str]:
        """Return the names of the pictures on the canvas, the leader last."""
        found = self.ask(f"[p.rsplit('/', 1)[-1] for p in {CANVAS}.shown_paths]")
        assert isinstance(found, list)
        return found

    def variant(self, n: int) -> str:
        """Return the name of a place of the strip; 0 is the original."""
        return str(self.ask(f"window.studio.strip.entries()[{n}].path.name"))

    def file(self, n: int) -> Path:
        """Return the file of a place of the strip."""
        return Path(str(self.ask(f"str(window.studio.strip.entries()[{n}].path)")))

    # -- what is seen ---------------------------------------------------------------------

    def settle(self) -> None:
        """Wait until pictures are whole, nothing moves and the screen stays as it is."""
        self.wait(f"{CANVAS}.is_settled() and not {CANVAS}._moving", "the canvas is not settled")
        last = self.seen()

        def is_still() -> bool:
            nonlocal last
            before, last = last, self.seen()
            return before.shape == last.shape and bool((before == last).all())

        wait_until(is_still, 15, "the canvas does not come to rest")

    def seen(self) -> Pixels:
        """Return the canvas as it is on the screen."""
        left, top, width, height = self.box
        return self.screen.shot()[top : top + height, left : left + width].copy()

    def wait_seen(self, wish: Pixels, what: str) -> None:
        """Wait until the canvas looks so, but for a few levels."""
        wait_until(lambda: _distance(self.seen(), wish) < 0.5, 10, what)

    def wait_seen_but_bar(self, wish: Pixels, what: str) -> None:
        """Wait until the canvas looks so above the bar of the comparison."""
        most = wish.shape[0] * 4 // 5
        wait_until(lambda: _distance(self.seen()[:most], wish[:most]) < 0.5, 10, what)

    def wait_changed(self, from_pixels: Pixels, what: str) -> None:
        """Wait until the canvas looks otherwise."""
        wait_until(lambda: _distance(self.seen(), from_pixels) > 0.5, 10, what)

    def fraction(self, place: Place) -> tuple[float, float]:
        """Return what the program says is below a place, as fractions of the picture."""
        left, top, *_ = self.box
        spot = f"__import__('PySide6.QtCore').QtCore.QPointF({place[0] - left}, {place[1] - top})"
        found = self.ask(
            f"(lambda u: {PORT}.fraction_at(u[1], u[0].extent))({CANVAS}.pane_at({spot}))"
        )
        assert isinstance(found, list)
        return found[0], found[1]

    def point(self, photo: Path, place: Place) -> tuple[float, float]:
        """Find what the screen shows at a place in the photo; return where it is, in its pixels.

        Only the search begins where the program says; AssertionError where it looks otherwise.
        """
        return self.point_like(photo, place, self.fraction(place), self.percent)

    def point_like(
        self, photo: Path, place: Place, fraction: tuple[float, float], percent: float
    ) -> tuple[float, float]:
        """Find the same about a fraction of the photo, at a true scale."""
        picture = self._picture(photo)
        scale = percent / 100
        across, down = fraction
        height, width = picture.shape[:2]
        reach = _HALF + _SEARCH
        corner = (across * width - reach / scale, down * height - reach / scale)
        # Made smaller by the mean of what falls on a pixel, made larger by its neighbours.
        fine = 4 if scale < 1 else 1
        step, side = 1 / scale / fine, 2 * reach
        turn = np.array(
            [[step, 0, corner[0] + step / 2 - 0.5], [0, step, corner[1] + step / 2 - 0.5]]
        )
        flags = cv2.WARP_INVERSE_MAP | (cv2.INTER_NEAREST if scale >= 3 else cv2.INTER_LINEAR)
        scene = cv2.warpAffine(picture, turn, (side * fine, side * fine), flags=flags)
        scene = cv2.resize(scene, (side, side), interpolation=cv2.INTER_AREA)
        x, y = place
        patch = self.screen.shot()[y - _HALF : y + _HALF, x - _HALF : x + _HALF]
        # Blurred, since how a picture is made smaller is not what is asked here.
        one, other = (cv2.GaussianBlur(p.astype(np.float32), (0, 0), 1.0) for p in (scene, patch))
        found = cv2.matchTemplate(one, other[4:-4, 4:-4], cv2.TM_SQDIFF)
        _, _, (column, row), _ = cv2.minMaxLoc(found)
        least = math.sqrt(max(float(found[row, column]), 0) / patch.size)
        assert least < 12, f"the screen shows something else there ({least:.1f} levels)"
        return (
            corner[0] + (_finer(found[row], column) + _HALF - 4) / scale,
            corner[1] + (_finer(found[:, column], row) + _HALF - 4) / scale,
        )

    def _picture(self, photo: Path) -> Pixels:
        if photo not in self._decoded:
            with Image.open(photo) as opened:
                self._decoded[photo] = np.asarray(opened.convert("RGB"))
        return self._decoded[photo]

    # -- hands ------------------------------------------------------------------------------

    def key(self, *keys: str) -> None:
        self.screen.key(*keys)

    def choose(self, n: int) -> None:
        """Go to a place of the strip by the arrow keys."""
        row = "window.studio.strip.row(window.studio.entry.key)"
        while (here := self.ask(row)) != n:
            assert isinstance(here, int)
            self.key("Right" if n > here else "Left")
            self.wait(f"{row} != {here}", "the arrow key does not step")
        self.wait(f"{CANVAS}.shown_paths[-1].endswith({self.variant(n)!r})", "it is not shown")

    def show(self, view: str, key: str) -> None:
        """Go to a view by its key."""
        self.key(key)
        self.wait(f"{VIEW} == {view!r}", f"{key} does not show {view}")
        self.settle()

    def move(self, place: Place) -> None:
        self.screen.xdotool("mousemove", str(place[0]), str(place[1]))
        left, top, *_ = self.box
        x, y = place[0] - left, place[1] - top
        here = f"(lambda p: p is not None and [p.x(), p.y()] == [{x}, {y}])({CANVAS}._cursor)"
        self.wait(here, "the mouse did not arrive")

    def wheel(self, place: Place, notches: int, *held: str) -> None:
        """Turn the wheel there: up for larger."""
        self.move(place)
        button = "4" if notches > 0 else "5"
        turns = ("click", "--repeat", str(abs(notches)), "--delay", "25", button)
        self.screen.xdotool(*_held("keydown", held), *turns, *_held("keyup", held))

    def drag(self, start: Place, end: Place, button: int = 1, *held: str) -> None:
        """Drag in ten steps, with keys held."""
        way: list[str] = []
        for step in range(1, 11):
            x = start[0] + (end[0] - start[0]) * step // 10
            y = start[1] + (end[1] - start[1]) * step // 10
            way += ["sleep", "0.015", "mousemove", str(x), str(y)]
        self.screen.xdotool("mousemove", str(start[0]), str(start[1]))
        self.screen.xdotool(
            *_held("keydown", held), "mousedown", str(button), *way, "sleep", "0.05",
            "mouseup", str(button), *_held("keyup", held)
        )  # fmt: skip

    def double_click(self, place: Place) -> None:
        self.screen.xdotool("mousemove", str(place[0]), str(place[1]))
        time.sleep(0.5)  # longer than a double click, or an earlier click would count
        self.screen.xdotool("click", "--repeat", "2", "--delay", "60", "1")

    def select(self, *rows: int) -> None:
        """Click places of the strip, with Ctrl for more than one."""
        for n, row in enumerate(rows):
            place = self.place_in("variantStrip", f"w.visualRect(w.model().index({row}, 0))")
            held = ("ctrl",) if n else ()
            x, y = map(str, place)
            self.screen.xdotool(
                *("mousemove", x, y), *_held("keydown", held), "click", "1", *_held("keyup", held)
            )
        strip = "window.strip_panel.strip.selected_entries()"
        self.wait(f"len({strip}) == {len(rows)}", "the strip does not take the selection")


def _held(event: str, keys: tuple[str, ...]) -> list[str]:
    return [word for key in keys for word in (event, key)]


def _distance(one: Pixels, other: Pixels) -> float:
    if one.shape != other.shape:
        return math.inf
    return float(np.abs(one.astype(np.int16) - other.astype(np.int16)).mean())


def _finer(line: np.ndarray, at: int) -> float:
    """Return the minimum between samples, by the parabola through it and its neighbours."""
    if not 0 < at < len(line) - 1:
        return float(at)
    before, here, after = (float(line[n]) for n in (at - 1, at, at + 1))
    bend = before - 2 * here + after
    return at + (0.5 * (before - after) / bend if bend > 0 else 0.0)
