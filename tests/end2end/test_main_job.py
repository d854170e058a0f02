"""The main job, as a photographer does it: drop a photo, press Enhance, compare, export."""

from __future__ import annotations

import hashlib
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.end2end.screen import ROOT, Screen, wait_until

pytestmark = [pytest.mark.xvfb, pytest.mark.timeout(180)]

ACCENT = (0x5A, 0xA9, 0xE6)
DRAWER = (1150, 700, 290, 170)
STRIP = (220, 715, 500, 75)
CANVAS = (slice(140, 640), slice(300, 1100))


def _sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _dropped_and_enhanced(screen: Screen, tmp_path: Path, photo: Path) -> list[Path]:
    """Drop the photo with the mouse, press the button with the mouse, wait for the files."""
    results = tmp_path / "phota" / "results"
    screen.start_window(tmp_path)
    screen.start(sys.executable, str(ROOT / "tests" / "end2end" / "drag_source.py"), str(photo))
    screen.window("drag source")
    before = screen.shot()[CANVAS]
    screen.drag((100, 330), (700, 400))
    wait_until(
        lambda: bool((screen.shot()[CANVAS] != before).mean() > 0.5), 10, "the drop opened nothing"
    )
    screen.click(*screen.find(ACCENT, DRAWER))
    wait_until(lambda: len(list(results.glob("*.jpg"))) >= 1, 60, "no variant came")
    return sorted(results.glob("*.jpg"))


def test_a_dropped_photo_comes_back_as_variants(
    screen: Screen, tmp_path: Path, photographs: list[Path]
) -> None:
    photo = photographs[0]
    before = _sha(photo), photo.stat().st_mtime_ns
    made = _dropped_and_enhanced(screen, tmp_path, photo)
    assert [path.name for path in made] == ["china-enhance-1.jpg"]
    with Image.open(made[0]) as picture:
        assert picture.size == (640, 427)

    # The original is first in the strip; → chooses the variant, and the canvas shows it. The
    # samples of the first start are shown with the divider, so S takes it away first.
    screen.click(700, 400)
    screen.key("s")
    shown = screen.shot()[CANVAS].copy()
    screen.key("Right")
    wait_until(lambda: _differs(screen, shown), 10, "→ did not show the variant")
    variant = screen.shot()[CANVAS].copy()

    # \ held or tapped shows the original in its place, and the variant again.
    screen.key("backslash")
    wait_until(lambda: _differs(screen, variant), 10, "\\ did not show the original")
    screen.key("backslash")
    wait_until(lambda: not _differs(screen, variant), 10, "\\ did not show the variant again")

    # S: the swipe divider has the original on its left and the variant on its right.
    screen.key("s")
    wait_until(lambda: _differs(screen, variant), 10, "s did not swipe")
    swiped = screen.shot(tmp_path / "swipe.png")[CANVAS]
    left, right = (slice(100, 400), slice(0, 250)), (slice(100, 400), slice(-250, None))
    assert 3 * _distance(swiped[left], shown[left]) < _distance(swiped[left], variant[left])
    assert 3 * _distance(swiped[right], variant[right]) < _distance(swiped[right], shown[right])

    # Export writes a file next to the photo: Ctrl+S and Return, with nothing to be chosen.
    target = photo.with_name(made[0].name)
    screen.key("ctrl+s")
    screen.active("Export")
    screen.key("Return")
    wait_until(target.is_file, 60, "nothing was exported")
    with Image.open(target) as exported, Image.open(made[0]) as kept:
        assert np.array_equal(np.asarray(exported), np.asarray(kept))
    assert (_sha(photo), photo.stat().st_mtime_ns) == before


def test_a_variant_is_dragged_out_as_a_file(screen: Screen, tmp_path: Path) -> None:
    """The first start shows a sample with four variants; the second place of the strip is one."""
    dropped = tmp_path / "dropped.txt"
    screen.start_window(tmp_path)
    screen.start(sys.executable, str(ROOT / "tests" / "end2end" / "drop_target.py"), str(dropped))
    screen.window("drop target")
    wait_until(lambda: _has_colours(screen, STRIP), 15, "the strip stayed empty")
    screen.drag((STRIP[0] + 180, STRIP[1] + 40), (100, 540))
    wait_until(dropped.is_file, 10, "nothing was dropped")
    path, image = dropped.read_text().splitlines()
    assert Path(path).name == "portrait-natural.jpg"
    assert Path(path).is_file()
    assert image == "image True"


def test_a_second_start_hands_its_photos_to_the_window(
    screen: Screen, tmp_path: Path, photographs: list[Path]
) -> None:
    screen.start_window(tmp_path, str(photographs[0]))
    screen.window("china")
    home = {"HOME": str(tmp_path), "PHOTA_DESKTOP_HOME": str(tmp_path / "phota")}
    second = screen.start(sys.executable, "-m", "phota_desktop", str(photographs[1]), **home)
    assert second.wait(10) == 0
    screen.window("flower")


def test_the_window_closes_cleanly(screen: Screen, tmp_path: Path, photographs: list[Path]) -> None:
    program = screen.start_window(tmp_path, str(photographs[0]))
    screen.window("china")

    def closed() -> bool:
        # A key pressed while the window is still being made may find nobody.
        screen.xdotool("key", "--clearmodifiers", "ctrl+q", check=False)
        time.sleep(0.5)
        return program.poll() is not None

    wait_until(closed, 15, "Ctrl+Q did not close the window")
    _, said = program.communicate(timeout=5)
    assert (program.returncode, said) == (0, b"")


def _has_colours(screen: Screen, box: tuple[int, int, int, int]) -> bool:
    left, top, width, height = box
    part = screen.shot()[top : top + height, left : left + width].astype(np.int16)
    return bool((part.max(axis=2) - part.min(axis=2) > 60).mean() > 0.05)


def _differs(screen: Screen, from_pixels: np.ndarray) -> bool:  # type: ignore[type-arg]
    return _distance(screen.shot()[CANVAS], from_pixels) > 0.5


def _distance(one: np.ndarray, other: np.ndarray) -> float:  # type: ignore[type-arg]
    return float(np.abs(one.astype(np.int16) - other.astype(np.int16)).mean())
