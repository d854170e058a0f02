"""Pixmaps of many pictures within a bound, the newest uses kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from phota_desktop.ui.thumbnail_art import ThumbnailArt
from phota_desktop.viewmodels.thumbnail_work import Wanted
from phota_desktop.viewmodels.thumbnails import ThumbnailLoader

from .conftest import picture

BYTES = 64 * 48 * 4


@pytest.fixture
def loader(qapp: object, tmp_path: Path) -> Iterator[ThumbnailLoader]:
    made = ThumbnailLoader(tmp_path / "thumbnails")
    yield made
    made.close()


def test_the_bound_holds_and_what_is_drawn_stays(
    loader: ThumbnailLoader, qtbot: QtBot, tmp_path: Path
) -> None:
    art = ThumbnailArt(loader, limit=4 * BYTES)
    paths = [picture(tmp_path / f"{n}.png") for n in range(8)]
    for path in paths:
        assert art.find(path) is None
        qtbot.waitUntil(lambda path=path: art.find(path) is not None)
        assert art.find(paths[0]) is not None, "it is drawn all the time"
        assert art._size <= 4 * BYTES
    assert art.find(paths[1]) is None, "it went, and is asked for again"
    qtbot.waitUntil(lambda: art.find(paths[1]) is not None)


def test_another_size_stands_in_until_the_right_one_comes(
    loader: ThumbnailLoader, qtbot: QtBot, tmp_path: Path
) -> None:
    art = ThumbnailArt(loader)
    path = picture(tmp_path / "a.png", width=400, height=300)
    small, large = Wanted(str(path), "aa", 100), Wanted(str(path), "aa", 200)
    art.want("grid", [small])
    qtbot.waitUntil(lambda: art.find_fitted(small) is not None)
    found = art.find_fitted(large)
    assert found is not None
    assert found.width() == 100
    art.want("grid", [large])
    qtbot.waitUntil(lambda: (art.find_fitted(large) or found).width() == 200)
    assert art.find_fitted(small).width() == 100  # type: ignore[union-attr]


def test_what_cannot_be_read_is_asked_for_once(
    loader: ThumbnailLoader, qtbot: QtBot, tmp_path: Path
) -> None:
    art = ThumbnailArt(loader)
    wanted = Wanted(str(tmp_path / "gone.png"), "aa", 100)
    with qtbot.waitSignal(art.came):
        art.want("grid", [wanted])
    assert art.is_bad(wanted)
    assert art.find_fitted(wanted) is None
    art.want("grid", [wanted])
    assert not loader._work._to_find["grid"]
    picture(tmp_path / "gone.png")
    art.try_again()
    art.want("grid", [wanted])
    qtbot.waitUntil(lambda: art.find_fitted(wanted) is not None)
