"""Fixtures of the tests that drive the real program."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.end2end.screen import ROOT, Screen


@pytest.fixture
def screen() -> Iterator[Screen]:
    on = Screen()
    yield on
    on.close()


@pytest.fixture
def photographs(tmp_path: Path) -> list[Path]:
    """Copy three real photographs that ship with the test packages."""
    folder = tmp_path / "photos"
    folder.mkdir()
    found = []
    for package, inner in (
        ("sklearn", "datasets/images/china.jpg"),
        ("sklearn", "datasets/images/flower.jpg"),
        ("skimage", "data/rocket.jpg"),
    ):
        spec = importlib.util.find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        copy = folder / Path(inner).name
        shutil.copy(Path(spec.origin).parent / inner, copy)
        found.append(copy)
    return found


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Path, ...]]:
    """Return a home with four variants of the first of three photos, made by the local engine.

    The photos are 2560 pixels wide; the third is the first, turned, shifted, larger and smaller.
    """
    home = tmp_path_factory.mktemp("home")
    spec = importlib.util.find_spec("sklearn")
    assert spec is not None
    assert spec.origin is not None
    photos = [home / f"{name}.jpg" for name in ("china", "flower", "moved")]
    for photo in photos[:2]:
        with Image.open(Path(spec.origin).parent / "datasets/images" / photo.name) as small:
            large = small.resize((small.width * 4, small.height * 4), Image.Resampling.LANCZOS)
            large.save(photo, quality=92)
    with Image.open(photos[0]) as first:
        move = cv2.getRotationMatrix2D((1280, 854), 0.4, 1.012)
        move[:, 2] += (14, -9)
        pixels = cv2.warpAffine(np.asarray(first), move, first.size, borderMode=cv2.BORDER_REFLECT)
        Image.fromarray(pixels).resize((2048, 1366)).save(photos[2], quality=92)
    subprocess.run(
        [
            *(sys.executable, "-m", "phota_desktop", "enhance", str(photos[0])),
            *("--engine", "local", "-n", "4", "--out", str(home / "out")),
        ],
        cwd=ROOT,
        env={**os.environ, "HOME": str(home), "PHOTA_DESKTOP_HOME": str(home / "phota")},
        check=True,
        capture_output=True,
    )
    return home, tuple(photos)
