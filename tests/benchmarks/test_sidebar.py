"""Goal of issue 4: 300 people scroll at 60 frames a second, and a status costs its row alone.

Times are of the window's thread on the processor, so that other work on the machine falls out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.benchmarks.measure import median, percentile, table

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(240)]

Times = dict[str, list[float]]
PEOPLE = 300
ROUNDS = 5
STEP = 40
"""Pixels of one frame: 2400 a second, which is a quick flick."""
FRAME_MS = 16.0
REFRESH_MS = 8.0
WIDTH, HEIGHT = 240, 900


def run(factor: str) -> Times:
    """Measure in a process of its own, since the display scale is fixed at start."""
    root = Path(__file__).resolve().parents[2]
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.test_sidebar", home],
            capture_output=True,
            text=True,
            check=True,
            cwd=root,
            env={
                **os.environ,
                "PHOTA_DESKTOP_HOME": home,
                "QT_QPA_PLATFORM": "offscreen",
                "QT_SCALE_FACTOR": factor,
                "PYTHONPATH": str(root),
            },
        )
    times: Times = json.loads(done.stdout.splitlines()[-1])
    return times


@pytest.mark.parametrize("factor", ["1", "2"])
def test_three_hundred_people_scroll_and_change_without_a_hitch(factor: str) -> None:
    times = run(factor)
    table(
        f"Sidebar: {PEOPLE} people, device ratio {factor}",
        [["ms", "p50", "p99", "worst"]]
        + [
            [name, median(values), percentile(values, 0.99), max(values)]
            for name, values in times.items()
        ],
    )
    assert percentile(times["frame while scrolling"], 0.99) <= FRAME_MS
    assert percentile(times["first frame of new pictures"], 0.99) <= FRAME_MS
    assert median(times["list, 100 states changed"]) <= REFRESH_MS
    assert median(times["list, nothing changed"]) <= REFRESH_MS


def _measure(home: Path) -> Times:
    """Run in the child: scroll by real frames from end to end, and refresh."""
    import cv2
    import numpy as np
    from PySide6.QtWidgets import QApplication

    from phota_desktop.core.profiles import ProfileStatus
    from phota_desktop.services.people import Person
    from phota_desktop.store.paths import AppFolders
    from phota_desktop.store.settings import SettingsStore
    from phota_desktop.ui.profile_list import ProfileList
    from phota_desktop.ui.theme import apply_theme
    from phota_desktop.ui.thumbnail_art import ThumbnailArt
    from phota_desktop.viewmodels.form import RequestForm
    from phota_desktop.viewmodels.people import PeopleViewModel
    from phota_desktop.viewmodels.settings import SettingsViewModel
    from phota_desktop.viewmodels.thumbnails import ThumbnailLoader

    app = QApplication([])
    apply_theme(app, "dark")
    store = SettingsStore(AppFolders.find().settings_file)
    people = PeopleViewModel(RequestForm(), SettingsViewModel(store, store.load()))
    chance = np.random.default_rng(1)
    states = tuple(ProfileStatus)

    def face(n: int) -> Path:
        rough = chance.integers(0, 256, (8, 8, 3), np.uint8)
        path = home / f"face-{n}.jpg"
        cv2.imwrite(str(path), cv2.resize(rough, (512, 512), interpolation=cv2.INTER_CUBIC))
        return path

    everyone = tuple(
        Person(f"id{n:04}", f"Person number {n:03}", states[n % 6], "No subject.", face(n))
        for n in range(PEOPLE)
    )
    loader = ThumbnailLoader(home / "thumbnails")
    art = ThumbnailArt(loader)
    rows = ProfileList(people, art)
    rows.resize(WIDTH, HEIGHT)
    rows.show()
    times: Times = {}

    def timed(name: str, began: float) -> None:
        times.setdefault(name, []).append((time.thread_time() - began) * 1000)

    def show(name: str, shown: tuple[Person, ...]) -> None:
        people._people = shown
        began = time.thread_time()
        people._show()
        timed(name, began)
        app.processEvents()

    show("list, first time", everyone)
    bar = rows.verticalScrollBar()

    def scroll(name: str, *, fresh: bool = False) -> None:
        """Keep each frame's median over the rounds: what other processes do to one falls out."""
        rounds: list[list[float]] = []
        for _ in range(ROUNDS):
            if fresh:
                rows._delegate._art._discs.clear()
            rounds.append([])
            for value in range(0, bar.maximum(), STEP):
                began = time.thread_time()
                bar.setValue(value)
                rows.viewport().repaint()
                rounds[-1].append((time.thread_time() - began) * 1000)
        times[name] = [median(list(frame)) for frame in zip(*rounds, strict=True)]

    scroll("frame without pictures")
    until = time.monotonic() + 60
    while any(art.find(one.picture) is None for one in everyone if one.picture):
        app.processEvents()  # a benchmark's own loop: no coroutine waits below it
        time.sleep(0.002)
        assert time.monotonic() < until
    scroll("first frame of new pictures", fresh=True)
    scroll("frame while scrolling")
    for turn in range(20):
        state = states[turn % 6]
        changed = tuple(
            replace(one, status=state) if n % 3 == 0 else one for n, one in enumerate(everyone)
        )
        show("list, 100 states changed", changed)
        show("list, nothing changed", changed)
    show("list, 5 gone", everyone[5:])
    loader.close()
    return times


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_measure(Path(sys.argv[1]))) + "\n")
    sys.stdout.flush()
    os._exit(0)
