"""A fast finger: every picture stands under its own name, memory keeps its bound, nothing stalls.

The one with 45 MP photos: ``python -m pytest -m benchmark tests/ui/canvas/test_many_steps.py -s``.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest
import simplejpeg
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QPolygon
from pytestqt.qtbot import QtBot

from phota_desktop.ui.image_canvas import ImageCanvas
from phota_desktop.viewmodels.comparison import View
from phota_desktop.viewmodels.image_cache import DEFAULT_BYTES
from phota_desktop.viewmodels.images import ImageLoader
from tests.benchmarks.measure import percentile, table
from tests.benchmarks.pictures import camera_jpeg
from tests.benchmarks.watching import GuiGap

VIEWS = (View.SINGLE, View.SWIPE, View.SIDE)
STEPS = 200
LONGEST_STALL_MS = 50
_COLOURS = 6
"""Steps of each channel: what marks a picture must survive JPEG and halving."""


def mark(n: int) -> tuple[int, int, int]:
    """Return blue, green and red of the n-th picture, a colour far from every other."""
    step = 255 // (_COLOURS - 1)
    return (n % _COLOURS * step, n // _COLOURS % _COLOURS * step, n // _COLOURS**2 * step)


def marked(folder: Path, n: int, picture: np.ndarray) -> Path:
    """Write a JPEG whose middle has the colour of its number."""
    height, width = picture.shape[:2]
    copy = picture.copy()
    across, down = width // 4, height // 4
    copy[height // 2 - down : height // 2 + down, width // 2 - across : width // 2 + across] = mark(
        n
    )
    path = folder / f"{n}.jpg"
    path.write_bytes(simplejpeg.encode_jpeg(copy, 93, "BGR", "420"))
    return path


_MARKS = np.array([mark(n) for n in range(_COLOURS**3)])


def number(colour: QColor) -> int:
    """Return the number of the picture that has this colour in its middle."""
    seen = np.array((colour.blue(), colour.green(), colour.red()))
    return int(np.abs(_MARKS - seen).sum(1).argmin())


def middle(image: QImage) -> QColor:
    return image.pixelColor(image.width() // 2, image.height() // 2)


@dataclass
class Finger:
    """Steps through pairs of pictures by chance, and looks at what the canvas then has."""

    canvas: ImageCanvas
    loader: ImageLoader
    pairs: list[tuple[Path, Path]]
    chance: random.Random
    at: int = 0
    wrong: list[str] = field(default_factory=list)
    looked: int = 0

    def __post_init__(self) -> None:
        # After the canvas, which was connected before: what it shows now is looked at.
        self.loader.preview.connect(self.look)
        self.loader.ready.connect(self.look)

    def step(self) -> None:
        """Go to a neighbour, now and then anywhere, back, to another view, or to the original."""
        kind = self.chance.random()
        if kind < 0.7:
            self.go(self.at + 1)
        elif kind < 0.85:
            self.go(self.at - 1)
        elif kind < 0.9:
            self.go(self.chance.randrange(len(self.pairs)))
        elif kind < 0.96:
            self.canvas.set_view(self.chance.choice(VIEWS))
        else:
            self.canvas.set_showing_original(not self.canvas.showing_original)
        self.look()

    def go(self, place: int) -> None:
        """Show a pair, as the window does: its neighbours are decoded ahead."""
        self.at = place % len(self.pairs)
        original, variant = self.pairs[self.at]
        self.canvas.show_pair(
            original, variant, original_label=original.stem, variant_label=variant.stem
        )
        around = [self.pairs[(self.at + n) % len(self.pairs)] for n in (1, -1)]
        self.loader.prefetch([path for pair in around for path in pair])

    def look(self, *_: object) -> None:
        """Compare the pictures of the canvas with the names that they stand under."""
        panes = self.canvas.scene().panes
        for path, words, pane in zip(
            self.canvas.shown_paths, self.canvas.labels(), panes, strict=True
        ):
            if pane.image is None:
                continue
            found = {number(middle(level)) for level in pane.image.levels}
            said = re.match(r"\d+", words)
            self.looked += 1
            if found != {int(Path(path).stem)} or said is None or int(said[0]) not in found:
                self.wrong.append(f"{found} under {path}, “{words}”")

    def look_at_screen(self) -> None:
        """Compare the pixels painted in the middle of each pane with its name."""
        grabbed = self.canvas.grab().toImage()
        panes, paths = self.canvas.scene().panes, self.canvas.shown_paths
        for path, pane in zip(paths, panes, strict=True):
            # Beside the swipe's line and handle, which lie in the middle.
            spots = [pane.pane.center() + QPoint(dx, -30) for dx in (-40, 40)]
            clip = QPolygon(pane.clip)
            spot = next(at for at in spots if clip.containsPoint(at, Qt.FillRule.OddEvenFill))
            found = number(grabbed.pixelColor(spot))
            self.looked += 1
            if found != int(Path(path).stem):
                self.wrong.append(f"{found} painted under {path}")


class Memory:
    """The highest resident memory of this process above what it was at the beginning, in bytes.

    ``counted`` is the highest that the loader knows of.
    """

    def __init__(self, loader: ImageLoader) -> None:
        self.highest = self.counted = 0
        self._loader = loader
        self._first = self._now()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="memory watcher")
        self._thread.start()

    def end(self) -> None:
        self._ended.set()
        self._thread.join()

    @staticmethod
    def _now() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

    def _watch(self) -> None:
        while not self._ended.wait(0.005):
            self.highest = max(self.highest, self._now() - self._first)
            self.counted = max(self.counted, self._loader.memory_bytes)


def walk(finger: Finger, qtbot: QtBot, steps: int, pause_ms: tuple[float, float]) -> None:
    """Take steps at random times, slower every now and then so that full pictures arrive."""
    left = steps
    timer = QTimer()
    timer.setSingleShot(True)

    def step() -> None:
        nonlocal left
        finger.step()
        left -= 1
        if left:
            low, high = pause_ms
            slow = finger.chance.random() < 0.1
            timer.start(round(finger.chance.uniform(low, high) * (8 if slow else 1)))

    timer.timeout.connect(step)
    timer.start(0)
    qtbot.waitUntil(lambda: left == 0 and finger.canvas.is_settled(), timeout=300_000)
    finger.look()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_picture_ever_stands_under_anothers_name(
    canvas: ImageCanvas, loader: ImageLoader, qtbot: QtBot, tmp_path: Path, seed: int
) -> None:
    picture = np.random.default_rng(3).integers(0, 256, (400, 600, 3), np.uint8)
    picture = cv2.resize(picture, (1500, 1000))
    paths = [marked(tmp_path, n, picture) for n in range(16)]
    pairs = list(zip(paths[::2], paths[1::2], strict=True))
    finger = Finger(canvas, loader, pairs, random.Random(seed))  # noqa: S311 - not for secrets
    walk(finger, qtbot, 80, (0, 12))
    finger.look_at_screen()
    assert not finger.wrong
    assert finger.looked > 100


@pytest.fixture
def large(qtbot: QtBot) -> Iterator[tuple[ImageCanvas, ImageLoader]]:
    loader = ImageLoader()
    canvas = ImageCanvas(loader)
    qtbot.addWidget(canvas)
    canvas.resize(1920, 1200)
    with qtbot.waitExposed(canvas):
        canvas.show()
    yield canvas, loader
    loader.close()


@pytest.mark.benchmark
@pytest.mark.timeout(600)
def test_steps_through_45_mp_photos(
    large: tuple[ImageCanvas, ImageLoader], qtbot: QtBot, tmp_path: Path
) -> None:
    canvas, loader = large
    source = cv2.imread(str(camera_jpeg(tmp_path, "45 MP")))
    paths = [marked(tmp_path, n, source) for n in range(12)]
    del source
    pairs = list(zip(paths[::2], paths[1::2], strict=True))
    finger = Finger(canvas, loader, pairs, random.Random(11))  # noqa: S311 - not for secrets
    canvas.set_view(View.SIDE)
    rows: list[tuple[object, ...]] = [
        (
            "pace",
            "s",
            "stall p99 ms",
            "worst",
            "> 16 ms",
            "MB above start",
            "counted",
            "bound",
            "looked",
        )
    ]
    worst, highest = 0.0, 0
    memory = Memory(loader)
    for pace, pause in (("fast", (10.0, 60.0)), ("browsing", (100.0, 350.0))):
        gap, began = GuiGap(), time.perf_counter()
        gap.start()
        walk(finger, qtbot, STEPS // 2, pause)
        late = gap.stop()
        finger.look_at_screen()
        worst = max(worst, *late)
        highest = max(highest, memory.highest)
        rows.append(
            (
                pace,
                time.perf_counter() - began,
                percentile(late, 0.99),
                max(late),
                sum(one > 16 for one in late),
                memory.highest / 1e6,
                memory.counted / 1e6,
                DEFAULT_BYTES / 1e6,
                finger.looked,
            )
        )
    memory.end()
    table(f"{STEPS} steps through pairs of 45 MP photos, side by side and swiped", rows)
    assert not finger.wrong
    assert highest <= DEFAULT_BYTES
    assert worst <= LONGEST_STALL_MS
