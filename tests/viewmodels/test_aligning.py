"""Pairs are aligned off the window's thread, and never told of under another pair's name."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from phota_desktop.core.alignment import Alignment
from phota_desktop.viewmodels import aligning
from phota_desktop.viewmodels.aligning import Aligner
from phota_desktop.viewmodels.images import ImageLoader
from tests.viewmodels.pairs import assert_hardly_waits, moved, photo, save

Told = list[tuple[str, str, Alignment]]
SHIFTS = (3, 6, 9, 12, 15, 18)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Original photos of 1500 px, copies of them shifted by what their names say, and a crop."""
    folder = tmp_path_factory.mktemp("pairs")
    for name in ("coffee", "astronaut"):
        pixels = photo(name, 1500)
        save(folder / f"{name}.jpg", pixels)
        for shift in SHIFTS:
            save(folder / f"{name}-{shift}.jpg", moved(pixels, (shift, -shift)))
    coffee = photo("coffee", 1500)
    save(folder / "coffee-larger.jpg", moved(coffee, (12, 0), 1.01))
    save(folder / "coffee-crop.png", coffee[:, 250:1250])
    return folder


@pytest.fixture
def aligner(loader: ImageLoader) -> Iterator[Aligner]:
    aligner = Aligner(loader)
    yield aligner
    aligner.close()


def listen(aligner: Aligner) -> Told:
    told: Told = []
    main = QThread.currentThread()

    def keep(reference: str, variant: str, alignment: Alignment) -> None:
        assert QThread.currentThread() is main
        assert (reference, variant) in aligner.wanted
        told.append((reference, variant, alignment))

    aligner.aligned.connect(keep)
    return told


def show(loader: ImageLoader, aligner: Aligner, reference: Path, *variants: Path) -> None:
    """Do what the window does."""
    loader.request(reference, *variants)
    aligner.want(reference, *variants)


def test_a_shifted_and_enlarged_variant_is_found_and_said(
    loader: ImageLoader, aligner: Aligner, folder: Path, qtbot: QtBot
) -> None:
    told = listen(aligner)
    original, variant = folder / "coffee.jpg", folder / "coffee-larger.jpg"
    show(loader, aligner, original, variant)
    assert aligner.find(original, variant) is None
    qtbot.waitUntil(lambda: bool(told))
    assert told[0][:2] == (str(original), str(variant))
    assert told[0][2].words() == "shifted 12 px, 1.0 % larger"
    assert told[0][2].original_size == (1500, 1000)
    assert aligner.find(original, variant) is told[0][2]


def test_unrelated_pictures_are_not_aligned_and_another_crop_is(
    loader: ImageLoader, aligner: Aligner, folder: Path, qtbot: QtBot
) -> None:
    told = listen(aligner)
    original = folder / "coffee.jpg"
    show(loader, aligner, original, folder / "astronaut.jpg", folder / "coffee-crop.png")
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told[0][2].words() == "not aligned"
    assert told[1][2].is_another_crop


def test_what_was_found_is_told_at_once_until_the_file_changes(
    loader: ImageLoader, aligner: Aligner, tmp_path: Path, qtbot: QtBot
) -> None:
    pixels = photo("coffee", 1100)
    original = save(tmp_path / "a.png", pixels)
    variant = save(tmp_path / "b.png", moved(pixels, (4, 0)))
    told = listen(aligner)
    show(loader, aligner, original, variant)
    qtbot.waitUntil(lambda: len(told) == 1)
    aligner.stop()
    show(loader, aligner, original, variant)
    assert len(told) == 2
    assert told[1][2] is told[0][2]
    qtbot.waitUntil(lambda: aligner.is_idle)
    assert len(told) == 2
    save(variant, moved(pixels, (9, 0)))
    os.utime(variant, ns=(1, 1))
    loader.request(original, variant)
    qtbot.waitUntil(lambda: len(told) == 3)
    assert round(told[2][2].shift_px[0]) == 9
    aligner.stop()
    save(variant, moved(pixels, (2, 0)))
    os.utime(variant, ns=(2, 2))
    show(loader, aligner, original, variant)
    qtbot.waitUntil(lambda: len(told) > 3 and round(told[-1][2].shift_px[0]) == 2)


def test_a_fast_finger_never_sees_another_pairs_alignment(
    loader: ImageLoader, aligner: Aligner, folder: Path, qtbot: QtBot
) -> None:
    """Random steps: each answer is of a wanted pair and right for its very files."""
    told = listen(aligner)
    chance = random.Random(5)  # noqa: S311 - not for secrets
    for _ in range(100):
        name = chance.choice(("coffee", "astronaut"))
        variants = [
            folder / f"{name}-{n}.jpg" for n in chance.sample(SHIFTS, chance.choice((1, 1, 3)))
        ]
        show(loader, aligner, folder / f"{name}.jpg", *variants)
        if chance.random() < 0.4:
            qtbot.wait(chance.choice((1, 5, 30, 120, 400)))
    last = (folder / "coffee.jpg", folder / "coffee-18.jpg")
    show(loader, aligner, *last)
    qtbot.waitUntil(lambda: bool(told) and told[-1][:2] == tuple(map(str, last)))
    qtbot.waitUntil(lambda: aligner.is_idle)
    assert len({one[:2] for one in told}) >= 5
    for _, variant, alignment in told:
        shift = int(Path(variant).stem.split("-")[1])
        assert alignment.shift_px == pytest.approx((shift, -shift), abs=0.25)


def test_a_lost_picture_is_said(
    loader: ImageLoader, aligner: Aligner, folder: Path, qtbot: QtBot
) -> None:
    lost: list[str] = []
    aligner.failed.connect(lambda _one, other, words: lost.extend((other, words)))
    missing = folder / "missing.jpg"
    show(loader, aligner, folder / "coffee.jpg", missing)
    qtbot.waitUntil(lambda: len(lost) == 2)
    assert lost[0] == str(missing)
    assert lost[1]


def test_only_so_many_are_remembered(
    loader: ImageLoader,
    aligner: Aligner,
    folder: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(aligning, "KEPT", 2)
    told = listen(aligner)
    original = folder / "coffee.jpg"
    variants = [folder / f"coffee-{shift}.jpg" for shift in SHIFTS[:3]]
    show(loader, aligner, original, *variants)
    qtbot.waitUntil(lambda: len(told) == 3)
    assert aligner.find(original, variants[0]) is None
    assert aligner.find(original, variants[2]) is not None


def test_the_loop_hardly_waits_and_closing_ends_the_work(
    loader: ImageLoader, folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = folder / "coffee.jpg"
    variants = [folder / f"coffee-{shift}.jpg" for shift in SHIFTS]
    aligner = Aligner(loader)
    told = listen(aligner)
    loader.request(original, *variants)
    qtbot.waitUntil(lambda: all(loader.find(path) for path in (original, *variants)))
    qtbot.wait(100)

    def work() -> None:
        told.clear()
        aligner.want(original, *variants)
        qtbot.waitUntil(lambda: len(told) == len(variants))
        aligner.stop()

    monkeypatch.setattr(aligning, "KEPT", 0)  # so that another attempt begins anew
    assert_hardly_waits(work)
    aligner.want(original, folder / "coffee-larger.jpg")
    aligner.close()
    assert aligner.is_idle
    told.clear()
    qtbot.wait(50)
    assert not told
