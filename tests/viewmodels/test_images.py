"""Pictures come from files, off the window's thread, and never under another's name."""

from __future__ import annotations

import gc
import os
import random
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from phota_desktop.imaging import pixels  # noqa: F401 - the program is warm, as after its first photo
from phota_desktop.viewmodels.image_cache import ImageCache, LoadedImage
from phota_desktop.viewmodels.images import ImageLoader, ThumbnailLoader
from tests.viewmodels.seen import grey, listen, photo


@pytest.fixture
def loader(qapp: object) -> Iterator[ImageLoader]:
    loader = ImageLoader(threads=2)
    loader.set_target(160, 120)
    yield loader
    loader.close()


def test_a_preview_comes_first_then_all_levels(
    loader: ImageLoader, qtbot: QtBot, tmp_path: Path
) -> None:
    path = photo(tmp_path, "a.jpg", 90, (2000, 1500))
    told = listen(loader)
    loader.request(path)
    qtbot.waitUntil(lambda: len(told) == 2)
    (_, first_path, first), (kind, _, full) = told
    assert (told[0][0], first_path, kind) == ("preview", str(path), "ready")
    assert isinstance(first, LoadedImage)
    assert isinstance(full, LoadedImage)
    assert not first.complete
    assert (first.full_width, first.full_height) == (2000, 1500)
    assert [level.width() for level in first.levels] == [250]
    assert full.complete
    assert [level.width() for level in full.levels] == [2000, 1000, 500, 250]
    assert full.levels[-1].cacheKey() == first.levels[0].cacheKey()
    assert {level.format() for level in full.levels} == {QImage.Format.Format_RGB32}
    assert abs(grey(full) - 90) <= 1


def test_a_cached_picture_is_told_at_once_and_again_after_the_file_changed(
    loader: ImageLoader, qtbot: QtBot, tmp_path: Path
) -> None:
    path = photo(tmp_path, "a.png", 50)
    told = listen(loader)
    loader.request(path)
    qtbot.waitUntil(lambda: len(told) == 1)
    loader.request(path)
    assert len(told) == 2
    assert told[0][2] is told[1][2]
    photo(tmp_path, "a.png", 200)
    os.utime(path, ns=(1, 1))
    loader.request(path)

    def changed() -> bool:
        last = told[-1][2]
        return isinstance(last, LoadedImage) and grey(last) == 200

    qtbot.waitUntil(changed)


def test_a_broken_or_missing_file_is_said_in_words(
    loader: ImageLoader, qtbot: QtBot, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff\xe0 no picture")
    told = listen(loader)
    loader.request(broken, tmp_path / "missing.png")
    qtbot.waitUntil(lambda: len(told) == 2)
    assert {kind for kind, _, _ in told} == {"failed"}
    assert all(str(words).strip() for _, _, words in told)


def test_fast_stepping_tells_only_of_what_was_asked_and_ends_with_the_last(
    loader: ImageLoader, qtbot: QtBot, tmp_path: Path
) -> None:
    paths = [photo(tmp_path, f"{level}.jpg", level) for level in range(10, 250, 20)]
    wanted: list[str] = []
    told: list[tuple[str, int]] = []

    def keep(path: str, image: LoadedImage) -> None:
        assert path in wanted
        assert abs(grey(image) - int(Path(path).stem)) <= 2
        told.append((path, grey(image)))

    loader.preview.connect(keep)
    loader.ready.connect(keep)
    chance = random.Random(7)  # noqa: S311 - not for secrets
    for _ in range(120):
        pair = chance.sample(paths, 2)
        wanted = [str(path) for path in pair]
        loader.request(*pair)
        loader.prefetch(chance.sample(paths, 2))
        if chance.random() < 0.3:
            qtbot.wait(2)
    wanted = [str(paths[3])]
    loader.request(paths[3])
    qtbot.waitUntil(lambda: bool(told) and told[-1][0] == wanted[0])


def test_the_cache_stays_below_its_bytes(qtbot: QtBot, tmp_path: Path) -> None:
    paths = [photo(tmp_path, f"{n}.jpg", 9 * n) for n in range(12)]
    one = 640 * 480 * 4 * 4 // 3
    loader = ImageLoader(cache_bytes=4 * one, threads=2)
    told = listen(loader)
    for path in paths:
        loader.request(path)
        qtbot.waitUntil(lambda path=path: any(entry[1] == str(path) for entry in told))
        assert loader.cached_bytes <= 4.2 * one
    assert loader.find(paths[-1]) is not None
    assert loader.find(paths[0]) is None
    loader.close()
    assert loader.cached_bytes == 0


def test_neighbours_are_ready_without_a_word(
    loader: ImageLoader, qtbot: QtBot, tmp_path: Path
) -> None:
    told = listen(loader)
    neighbour = photo(tmp_path, "n.jpg", 30)
    loader.prefetch([neighbour])
    qtbot.waitUntil(lambda: (found := loader.find(neighbour)) is not None and found.complete)
    assert not told


def test_close_leaves_no_thread_and_no_signal(qtbot: QtBot, tmp_path: Path) -> None:
    before = set(threading.enumerate())
    loader = ImageLoader(threads=2)
    told = listen(loader)
    loader.request(*(photo(tmp_path, f"{n}.png", n, (3000, 2000)) for n in range(4)))
    loader.close()
    assert set(threading.enumerate()) <= before
    qtbot.wait(20)
    assert not told


def test_the_least_recently_used_goes_first_and_a_pinned_one_stays() -> None:
    def image() -> LoadedImage:
        level = QImage(10, 10, QImage.Format.Format_RGB32)
        return LoadedImage((level,), 10, 10, complete=True)

    cache = ImageCache(1200 * 8 // 7 + 1)
    for name in "abc":
        cache.put((name, 1), image())
    assert cache.find("a") is not None
    cache.put(("d", 1), image())
    assert cache.find("b") is None
    cache.put(("e", 1), image(), pinned=["c"])
    assert cache.find("c") is not None
    cache.put(("c", 2), image())
    found = cache.find("c")
    assert found is not None
    assert found[0] == ("c", 2)
    assert cache.size_bytes == 1200


def test_qt_keeps_the_array_of_an_image_alive_and_lets_it_go() -> None:
    class Array(np.ndarray):
        pass

    array = np.full((20, 20, 4), 7, np.uint8).view(Array)
    alive = weakref.ref(array)
    image = QImage(array.data, 20, 20, 80, QImage.Format.Format_RGB32)
    copy = QImage(image)
    del array, image
    gc.collect()
    assert alive() is not None
    assert copy.pixel(3, 3) & 0xFF == 7
    del copy
    gc.collect()
    assert alive() is None


_COLD = """
import sys
from pathlib import Path
from PySide6.QtGui import QGuiApplication
from phota_desktop.viewmodels.images import ImageLoader
loader = ImageLoader()
loader.request(Path(sys.argv[1]))  # before there is an application, as at start
app = QGuiApplication([])
said = []
def preview(path, image):
    heavy = sorted({"numpy", "cv2", "PIL", "simplejpeg"} & set(sys.modules))
    said.append(f"{image.full_width}x{image.full_height} {image.levels[0].width()} {heavy}")
def ready(path, image):
    said.append(f"{image.complete}")
    app.quit()
loader.failed.connect(lambda path, words: app.exit(1))
loader.preview.connect(preview)
loader.ready.connect(ready)
app.exec()
loader.close()
sys.stdout.write("; ".join(said))
"""


@pytest.mark.parametrize(
    ("name", "turned", "said"),
    [
        ("a.jpg", False, "600x400 600 []; True"),
        ("a.jpg", True, "400x600 400 []; True"),
        ("a.png", False, "600x400 600 []; True"),
        ("a.webp", False, "True"),
        # Qt would show these on their side, so they wait for the other decoders.
        ("a.png", True, "True"),
        ("a.webp", True, "True"),
    ],
)
def test_the_very_first_picture_loads_nothing_heavy(
    tmp_path: Path, name: str, turned: bool, said: str
) -> None:
    path = tmp_path / name
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (600, 400), (9, 99, 199)).save(path, **({"exif": exif} if turned else {}))
    done = subprocess.run(
        [sys.executable, "-c", _COLD, str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.stdout == said
    assert not done.stderr


def test_a_thumbnail_arrives_under_its_own_path(qtbot: QtBot, tmp_path: Path) -> None:
    loader = ThumbnailLoader(tmp_path / "cache", side=64)
    told: dict[str, QImage] = {}
    failed: list[str] = []
    loader.ready.connect(told.__setitem__)
    loader.failed.connect(lambda path, _words: failed.append(path))
    paths = [photo(tmp_path, f"{level}.jpg", level) for level in (20, 120, 220)]
    for path in (*paths, tmp_path / "missing.jpg"):
        loader.request(path)
    qtbot.waitUntil(lambda: len(told) == 3 and len(failed) == 1)
    for path in paths:
        image = told[str(path)]
        assert (image.width(), image.height()) == (64, 48)
        assert abs(QColor(image.pixel(5, 5)).red() - int(path.stem)) <= 2
    loader.close()
