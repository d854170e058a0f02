"""Goal 2: from the start with a photo to its final picture, beside native viewers and bare C++."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import simplejpeg

from tests.benchmarks.desktop import Desktop, Launch
from tests.benchmarks.measure import median, ratio, table

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

SIZES = {"24 MP": (6000, 4000), "45 MP": (8208, 5472)}
TINTS = ((230, 20, 20), (20, 200, 20), (20, 20, 230), (230, 220, 20))
ROUNDS = 5
FLOOR_GOAL = 1.45
OURS, FLOOR = "Phota Desktop", "bare C++/Qt"
VIEWERS = {
    "nsxiv": "nsxiv -g 2560x1400 -s f {}",
    "gpicview": "gpicview {}",
    "feh": "feh --scale-down --auto-zoom -g 2560x1400 {}",
    "viewnior": "viewnior {}",
    "geeqie": "geeqie -t {}",
    "gwenview": "gwenview {}",
    "eog": "eog -n {}",
}


def quadrant_photo(path: Path, size: tuple[int, int]) -> Path:
    """Write a JPEG with the detail of a photo and four tints that any viewer shows apart."""
    width, height = size
    noise = np.random.default_rng(1)
    grey = np.zeros((height, width), np.float32)
    for step, weight in ((256, 18), (64, 11), (16, 6.3), (4, 3.6), (1, 1.8)):
        small = noise.standard_normal((-(-height // step), -(-width // step)), np.float32)
        grey += weight * small.repeat(step, 0)[:height].repeat(step, 1)[:, :width]
    pixels = np.empty((height, width, 3), np.uint8)
    for place, tint in enumerate(TINTS):
        rows = slice(place // 2 * height // 2, (place // 2 + 1) * height // 2)
        columns = slice(place % 2 * width // 2, (place % 2 + 1) * width // 2)
        for channel, value in enumerate(tint):
            pixels[rows, columns, channel] = np.clip(grey[rows, columns] + value, 0, 255)
    path.write_bytes(simplejpeg.encode_jpeg(pixels, 98, "RGB", "422"))
    return path


def build_floor(folder: Path) -> Path | None:
    """Compile the bare viewer; None where there is no compiler or Qt for it."""
    program = folder / "bare_viewer"
    for version in ("Qt6Widgets", "Qt5Widgets"):
        try:
            flags = subprocess.run(
                ["pkg-config", "--cflags", "--libs", version],
                capture_output=True,
                text=True,
                check=True,
            ).stdout.split()
            source = str(Path(__file__).with_name("bare_viewer.cpp"))
            subprocess.run(
                ["g++", "-O2", "-fPIC", "-std=c++17", source, "-o", str(program), *flags],
                check=True,
                capture_output=True,
            )
        except (OSError, subprocess.CalledProcessError):
            continue
        return program
    return None


@pytest.fixture(scope="module")
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    """Give a private display; skip where there is none."""
    if not shutil.which("Xvfb") or not shutil.which("openbox"):
        pytest.skip("launching is measured under Xvfb with openbox, which are not here")
    made = Desktop(tmp_path_factory.mktemp("desktop"))
    yield made
    made.close()


@pytest.mark.parametrize("size", SIZES)
def test_launch(size: str, desktop: Desktop, tmp_path: Path) -> None:
    """The final picture comes before every viewer's and near to the floor's."""
    photo = str(quadrant_photo(tmp_path / "photo.jpg", SIZES[size]))
    commands = {OURS: [sys.executable, "-m", "phota_desktop", photo]}
    floor = build_floor(tmp_path)
    if floor is not None:
        commands[FLOOR] = [str(floor), photo]
    for name, line in VIEWERS.items():
        if shutil.which(name):
            commands[name] = [word.replace("{}", photo) for word in line.split()]
    if len(commands) == 1:
        pytest.skip("no viewer to compare with is installed, nor a compiler with Qt")
    seen: dict[str, list[Launch]] = {name: [] for name in commands}
    for round_ in range(ROUNDS + 1):
        for name, command in commands.items():
            one = desktop.launch(command)
            if round_:  # the first round warms the page cache and takes first-run dialogs
                seen[name].append(one)
    finals = {name: [one.final for one in launches] for name, launches in seen.items()}
    rows: list[tuple[object, ...]] = [("program", "picture ms", "final ms", "ours ×", "area")]
    for name in sorted(finals, key=lambda name: median(finals[name])):
        picture = median([one.picture for one in seen[name]])
        area = median([one.area for one in seen[name]])
        ours = ratio(finals[OURS], finals[name])
        rows.append((name, picture, median(finals[name]), ours, area))
    table(f"Launch with a photo of {size} (medians of {ROUNDS})", rows)
    slower = [name for name in VIEWERS if name in finals and ratio(finals[OURS], finals[name]) >= 1]
    assert not slower
    if FLOOR in finals:
        assert ratio(finals[OURS], finals[FLOOR]) <= FLOOR_GOAL
