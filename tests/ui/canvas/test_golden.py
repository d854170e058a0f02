"""Golden pixels: charts through every view of the real canvas, at four device ratios."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SMOOTH = 2
"""Levels by which smooth scaling may miss the average over the area, on a slow gradient."""


@pytest.mark.parametrize("ratio", ["1", "1.25", "1.5", "2"])
def test_every_view_shows_the_pixels_that_arithmetic_gives(ratio: str, tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, "-m", "tests.ui.canvas.golden", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        cwd=root,
        env={
            **os.environ,
            "QT_QPA_PLATFORM": "offscreen",
            "QT_SCALE_FACTOR": ratio,
            "PYTHONPATH": str(root),
        },
    )
    assert done.returncode == 0, done.stderr
    found = {
        name: (int(error), int(count))
        for name, error, count in (line.split() for line in done.stdout.splitlines())
    }
    assert len(found) >= 8 + 15 * 8
    assert all(count > 300 for _, count in found.values()), found
    exact = {
        name: error for name, (error, _) in found.items() if name.split("/")[1] in {"100", "800"}
    }
    assert len([name for name in exact if name.startswith("turned")]) == 8
    assert {name: error for name, error in exact.items() if error} == {}
    worse = {name: error for name, (error, _) in found.items() if error > SMOOTH}
    assert worse == {}
