"""What is loaded first, what is kept in memory, and what a step leaves behind."""

from __future__ import annotations

import gc
import io
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtGui import QColorSpace
from pytestqt.qtbot import QtBot

from phota_desktop.imaging import pixels  # noqa: F401 - the program is warm, as after its first photo
from phota_desktop.imaging.display import DisplayTarget
from phota_desktop.viewmodels import decoding
from phota_desktop.viewmodels.image_cache import LoadedImage
from phota_desktop.viewmodels.images import ImageLoader
from tests.unit.imaging import raw_samples
from tests.viewmodels.seen import listen, photo


def test_what_is_on_the_screen_is_decoded_though_it_alone_is_more_than_the_bound(
    qtbot: QtBot, tmp_path: Path
) -> None:
    pair = [photo(tmp_path, f"{n}.jpg", 50 + n, (1600, 1200)) for n in range(2)]
    one = 1600 * 1200 * 16 // 3
    loader = ImageLoader(cache_bytes=one // 2, threads=2)
    loader.set_target(400, 300)
    told = listen(loader)
    loader.request(*pair)
    qtbot.waitUntil(lambda: [kind for kind, _, _ in told].count("ready") == 2)
    assert loader.cached_bytes >= 2 * one * 0.95
    told.clear()
    loader.request(photo(tmp_path, "small.png", 9))
    qtbot.waitUntil(lambda: len(told) == 1)
    assert loader.find(pair[0]) is None
    loader.close()


def test_memory_counts_what_others_still_have(qtbot: QtBot, tmp_path: Path) -> None:
    paths = [photo(tmp_path, f"{n}.png", 9 * n) for n in range(4)]
    one = sum((640 >> n) * (480 >> n) * 4 for n in range(3))
    loader = ImageLoader(cache_bytes=round(2.2 * one), threads=1)
    kept = []
    for path in paths:
        loader.request(path)
        qtbot.waitUntil(lambda path=path: loader.find(path) is not None)
        kept.append(loader.find(path))
    assert loader.memory_bytes >= 4 * one * 0.9
    assert loader.cached_bytes <= 2.2 * one
    kept.clear()
    gc.collect()
    assert loader.memory_bytes <= 2.2 * one
    loader.close()


def test_neighbours_never_drive_out_each_other_or_what_is_shown(
    qtbot: QtBot, tmp_path: Path
) -> None:
    paths = [photo(tmp_path, f"{n}.jpg", 20 * n, (1600, 1200)) for n in range(6)]
    one = 1600 * 1200 * 16 // 3
    loader = ImageLoader(cache_bytes=round(3.8 * one), threads=2)
    loader.set_target(200, 150)
    loader.request(paths[0])
    loader.prefetch(paths[1:])

    def kinds() -> list[bool | None]:
        found = [loader.find(path) for path in paths]
        return [image.complete if image else None for image in found]

    qtbot.waitUntil(lambda: None not in kinds() and kinds().count(True) == 3)
    qtbot.wait(100)
    assert kinds()[0] is True
    assert kinds().count(True) == 3
    assert None not in kinds()
    assert loader.memory_bytes <= 3.3 * one
    loader.close()


def test_a_step_does_not_wait_for_what_is_no_longer_wanted(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = threading.Event()
    decode_full = decoding.decode_full

    def slow(path: str, *others: object) -> LoadedImage:
        if "slow" in path:
            hold.wait(10)
        return decode_full(path, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(decoding, "decode_full", slow)
    loader = ImageLoader(threads=1)
    told = listen(loader)
    for n in range(3):
        loader.request(photo(tmp_path, f"slow{n}.png", 9))
        qtbot.wait(30)
    wanted = photo(tmp_path, "wanted.png", 90)
    loader.request(wanted)
    qtbot.waitUntil(lambda: len(told) == 1)
    assert told[0][:2] == ("ready", str(wanted))
    hold.set()
    qtbot.waitUntil(lambda: len([t for t in threading.enumerate() if t.name == "decoder"]) == 1)
    assert len(told) == 1
    loader.close()


def test_a_raw_is_developed_only_when_it_is_shown(qtbot: QtBot, tmp_path: Path) -> None:
    stream = io.BytesIO()
    Image.new("RGB", (480, 320), (20, 160, 40)).save(stream, "JPEG", quality=95)
    content = raw_samples.dng(Image.new("RGB", (960, 640), (180, 60, 40)), 1, stream.getvalue())
    paths = [tmp_path / f"{n}.dng" for n in range(2)]
    for path in paths:
        path.write_bytes(content)
    loader = ImageLoader(threads=2)
    told = listen(loader)
    loader.request(paths[0])
    loader.prefetch(paths[1:])
    qtbot.waitUntil(lambda: len(told) == 2 and loader.find(paths[1]) is not None)
    notes = [(kind, image.note) for kind, _, image in told if isinstance(image, LoadedImage)]
    assert notes == [("preview", "embedded preview"), ("ready", "")]
    qtbot.wait(100)
    neighbour = loader.find(paths[1])
    assert neighbour is not None
    assert not neighbour.complete
    loader.request(paths[1])
    qtbot.waitUntil(lambda: told[-1][:2] == ("ready", str(paths[1])))
    loader.close()


def test_another_screen_gets_its_own_colours(qtbot: QtBot, tmp_path: Path) -> None:
    loader = ImageLoader(threads=2)
    path = tmp_path / "a.png"
    Image.new("RGB", (300, 200), (200, 90, 40)).save(path)
    told = listen(loader)
    loader.set_display(DisplayTarget())
    loader.request(path)
    qtbot.waitUntil(lambda: len(told) == 1)
    profile = QColorSpace(QColorSpace.NamedColorSpace.AdobeRgb).iccProfile().data()
    wide = DisplayTarget(profile, name="wide")
    loader.set_display(wide)
    loader.set_display(wide)
    qtbot.waitUntil(lambda: len(told) == 2)
    first, second = (image.levels[0].pixelColor(5, 5) for _, _, image in told)  # type: ignore[attr-defined]
    assert first.red() == 200
    assert second.red() < 190
    # What a job decoded is in sRGB: it is decoded again for this screen.
    loader.offer(tmp_path / "a.png", told[0][2])  # type: ignore[arg-type]
    found = loader.find(path)
    assert found is told[1][2]
    qtbot.wait(50)
    assert len(told) == 2
    loader.close()


_COLD = """
import sys
import time
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from phota_desktop.viewmodels.images import ImageLoader
app = QGuiApplication([])
loader = ImageLoader(threads=1)
first = Path(sys.argv[1])
def back():
    if loader.find(first) is None:
        return
    looking.stop()
    loader.request(first)
def ready(path, image):
    sys.stdout.write(Path(path).name)
    app.quit()
loader.ready.connect(ready)
looking = QTimer()
looking.timeout.connect(back)
loader.request(first)
while not loader._busy:
    time.sleep(0)
loader.request()
looking.start(1)
app.exec()
loader.close()
"""


def test_a_first_look_that_came_unwanted_is_followed_by_the_whole(tmp_path: Path) -> None:
    path = photo(tmp_path, "0.jpg", 9, (3000, 2000))
    done = subprocess.run(
        [sys.executable, "-c", _COLD, str(path)],
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.stdout == "0.jpg"
