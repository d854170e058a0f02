"""The heat picture is of the pair that is wanted, made off the window's thread and bounded."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest
from PySide6.QtCore import QThread
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from phota_desktop.core.alignment import Alignment
from phota_desktop.imaging.registration import register
from phota_desktop.viewmodels.difference import (
    FIRST_GAIN,
    FIRST_SIDE,
    GAINS,
    MOST_PIXELS,
    Differ,
)
from phota_desktop.viewmodels.images import ImageLoader
from tests.viewmodels.pairs import Pixels, assert_hardly_waits, moved, photo, save

BLOCKS = range(8)
Told = list[tuple[str, str, QImage]]


def with_block(pixels: Pixels, number: int) -> Pixels:
    """Return a picture with one of eight places made bright green."""
    changed = pixels.copy()
    height, width = pixels.shape[:2]
    left, top = number % 4 * width // 4, number // 4 * height // 2
    changed[top : top + height // 2, left : left + width // 4] = (40, 250, 40)
    return changed


def hottest_block(heat: QImage) -> int:
    means = []
    for number in BLOCKS:
        x = (number % 4 * 2 + 1) * heat.width() // 8
        y = (number // 4 * 2 + 1) * heat.height() // 4
        means.append(QColor(heat.pixel(x, y)).lightness())
    return int(np.argmax(means))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pairs")
    pixels = photo("coffee", 1200)
    save(folder / "photo.png", pixels)
    save(folder / "same.png", pixels)
    for number in BLOCKS:
        save(folder / f"{number}.jpg", with_block(pixels, number))
    save(folder / "moved.png", moved(pixels, (12, 0), 1.01))
    large = photo("astronaut", 4096)
    save(folder / "large.jpg", large)
    save(folder / "large-block.jpg", with_block(large, 2))
    return folder


@pytest.fixture
def differ(loader: ImageLoader) -> Iterator[Differ]:
    differ = Differ(loader)
    yield differ
    differ.close()


def listen(differ: Differ) -> Told:
    told: Told = []
    main = QThread.currentThread()

    def keep(reference: str, variant: str, heat: QImage) -> None:
        assert QThread.currentThread() is main
        told.append((reference, variant, heat))

    differ.heated.connect(keep)
    return told


def show(
    loader: ImageLoader,
    differ: Differ,
    reference: Path,
    variant: Path,
    alignment: Alignment | None = None,
) -> None:
    loader.request(reference, variant)
    differ.want(reference, variant, alignment)


def test_an_unchanged_picture_is_black_and_said_so(
    loader: ImageLoader, differ: Differ, folder: Path, qtbot: QtBot
) -> None:
    told = listen(differ)
    show(loader, differ, folder / "photo.png", folder / "same.png")
    assert differ.words == ""
    qtbot.waitUntil(lambda: bool(told))
    heat = told[0][2]
    assert heat.format() is QImage.Format.Format_RGB32
    assert max(heat.width(), heat.height()) == FIRST_SIDE
    pixels = np.frombuffer(heat.constBits(), np.uint8).reshape(-1, 4)[:, :3]
    assert pixels.max() == 0
    assert differ.words == "nothing changed that can be seen"


def test_a_change_is_hot_where_it_is_and_its_share_is_told(
    loader: ImageLoader, differ: Differ, folder: Path, qtbot: QtBot
) -> None:
    told, words = listen(differ), []
    differ.told.connect(lambda _one, _other, text: words.append(text))
    show(loader, differ, folder / "photo.png", folder / "5.jpg")
    qtbot.waitUntil(lambda: bool(told) and bool(words))
    assert hottest_block(told[0][2]) == 5
    assert words == [differ.words]
    assert int(differ.words.split()[1]) == pytest.approx(100 / 8, abs=2)


def test_alignment_takes_the_shift_out(
    loader: ImageLoader, differ: Differ, folder: Path, qtbot: QtBot
) -> None:
    told = listen(differ)
    pair = (folder / "photo.png", folder / "moved.png")
    found = register(*(np.asarray(cv2.imread(str(path)), np.uint8) for path in pair))
    show(loader, differ, *pair)
    qtbot.waitUntil(lambda: "changed" in differ.words)
    assert "nothing" not in differ.words
    differ.want(*pair, found)
    assert differ.words == ""
    qtbot.waitUntil(lambda: bool(differ.words))
    assert differ.words == "nothing changed that can be seen"
    # Of what was enlarged nothing of the original lies outside, but a strip came from nowhere.
    assert QColor(told[-1][2].pixel(2, 300)).name() == "#777777"


def test_more_gain_is_brighter_and_costs_no_new_comparison(
    loader: ImageLoader, differ: Differ, folder: Path, qtbot: QtBot
) -> None:
    told, gains = listen(differ), []
    differ.gain_changed.connect(gains.append)
    show(loader, differ, folder / "photo.png", folder / "moved.png")
    qtbot.waitUntil(lambda: bool(told) and differ.is_idle)

    def brightness() -> int:
        return told[-1][2].scaled(1, 1).pixelColor(0, 0).lightness()

    before, count = brightness(), len(told)
    for gain in GAINS:
        differ.set_gain(gain)
    assert gains == [gain for gain in GAINS if gain != FIRST_GAIN or gains.index(gain) > 0]
    qtbot.waitUntil(lambda: differ.is_idle and len(told) > count)
    qtbot.wait(30)
    assert brightness() > before
    assert len(told) <= count + 3
    differ.set_gain(99)
    assert differ.gain == 16
    differ.step_gain(1)
    assert differ.gain == 16
    differ.step_gain(-2)
    assert differ.gain == 8
    qtbot.waitUntil(lambda: differ.is_idle)


def test_a_zoom_gets_a_sharper_one_within_bounds_and_the_same_words(
    loader: ImageLoader, differ: Differ, folder: Path, qtbot: QtBot
) -> None:
    told = listen(differ)
    show(loader, differ, folder / "large.jpg", folder / "large-block.jpg")
    qtbot.waitUntil(lambda: bool(told) and differ.is_idle)
    assert max(told[-1][2].width(), told[-1][2].height()) == FIRST_SIDE
    words = differ.words
    for side in (1100, 1300, 1500, 1536):
        differ.set_side(side)
    qtbot.waitUntil(lambda: told[-1][2].width() == 1536)
    differ.set_side(30_000)
    qtbot.waitUntil(lambda: told[-1][2].width() > 1536, timeout=20_000)
    qtbot.waitUntil(lambda: differ.is_idle)
    last = told[-1][2]
    assert MOST_PIXELS * 0.99 < last.width() * last.height() <= MOST_PIXELS
    assert differ.words == words
    assert hottest_block(last) == 2
    count = len(told)
    differ.set_side(800)
    qtbot.wait(200)
    assert len(told) == count


def test_a_fast_finger_never_sees_another_pairs_heat(
    loader: ImageLoader, differ: Differ, folder: Path, qtbot: QtBot
) -> None:
    chance = random.Random(11)  # noqa: S311 - not for secrets
    wanted = ""
    seen: list[str] = []

    def check(_reference: str, variant: str, heat: QImage) -> None:
        assert variant == wanted
        assert hottest_block(heat) == int(Path(variant).stem)
        seen.append(variant)

    differ.heated.connect(check)
    differ.set_gain(1.0)
    for _ in range(150):
        variant = folder / f"{chance.choice(BLOCKS)}.jpg"
        wanted = str(variant)
        if chance.random() < 0.1:
            wanted = ""
            differ.stop()
        else:
            show(loader, differ, folder / "photo.png", variant)
        differ.set_side(chance.choice((900, 1100)))
        if chance.random() < 0.2:
            differ.step_gain(chance.choice((-1, 1)))
            differ.set_gain(max(differ.gain, 0.7) if differ.gain < 2 else 1.0)
        if chance.random() < 0.5:
            qtbot.wait(chance.choice((1, 10, 60, 150)))
    wanted = str(folder / "3.jpg")
    seen.clear()
    show(loader, differ, folder / "photo.png", folder / "3.jpg")
    differ.want(folder / "photo.png", folder / "3.jpg")
    qtbot.waitUntil(lambda: bool(seen) and differ.is_idle)
    assert {thread.name for thread in threading.enumerate()} >= {"differ"}


def test_memory_comes_back_and_the_loop_hardly_waits(
    loader: ImageLoader, differ: Differ, folder: Path, qtbot: QtBot
) -> None:
    told = listen(differ)
    pair = (folder / "large.jpg", folder / "large-block.jpg")
    loader.request(*pair)
    qtbot.waitUntil(
        lambda: all((found := loader.find(path)) and found.complete for path in pair),
        timeout=20_000,
    )
    process = psutil.Process()
    before = process.memory_info().rss
    peak = 0
    differ.set_side(4096)

    def work() -> None:
        nonlocal peak
        told.clear()
        differ.want(*pair)
        while len(told) < 2:
            qtbot.wait(2)
            peak = max(peak, process.memory_info().rss - before)
        for gain in (1.0, 16.0):
            told.clear()
            differ.set_gain(gain)
            qtbot.waitUntil(lambda: bool(told) and differ.is_idle)
        told.clear()
        differ.stop()
        qtbot.waitUntil(lambda: differ.is_idle)

    work()
    assert_hardly_waits(work)
    assert peak < 260e6, peak
    assert process.memory_info().rss - before < 90e6
