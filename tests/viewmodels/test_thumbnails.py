"""Small pictures for views of many: at the size asked for, newest wish first, kept by content."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from phota_desktop.imaging import thumbnails
from phota_desktop.store.thumbnails import ThumbnailStore
from phota_desktop.viewmodels.thumbnail_work import Wanted
from phota_desktop.viewmodels.thumbnails import ThumbnailLoader
from tests.viewmodels.seen import photo

Told = list[tuple[Wanted, QImage]]


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "thumbnails"


@pytest.fixture
def loader(qapp: object, cache: Path) -> Iterator[ThumbnailLoader]:
    made = ThumbnailLoader(cache)
    yield made
    made.close()


def fitted(loader: ThumbnailLoader) -> Told:
    told: Told = []
    loader.fitted.connect(lambda wanted, image: told.append((wanted, image)))
    return told


def test_a_picture_comes_at_exactly_the_size_that_is_wanted(
    loader: ThumbnailLoader, qtbot: QtBot, tmp_path: Path
) -> None:
    path = photo(tmp_path, "a.jpg", 120, (1600, 1200))
    told = fitted(loader)
    for side, size in ((173, (173, 130)), (500, (500, 375))):
        wanted = Wanted(str(path), "aa", side)
        loader.want("grid", [wanted])
        qtbot.waitUntil(lambda wanted=wanted: any(one == wanted for one, _ in told))
        image = next(image for one, image in told if one == wanted)
        assert (image.width(), image.height()) == size
        assert abs(QColor(image.pixel(5, 5)).red() - 120) <= 2


def test_a_coarse_one_comes_first_where_it_is_kept(
    loader: ThumbnailLoader, qtbot: QtBot, tmp_path: Path
) -> None:
    path = photo(tmp_path, "a.jpg", 120, (1600, 1200))
    told = fitted(loader)
    loader.want("grid", [Wanted(str(path), "aa", 200)])
    qtbot.waitUntil(lambda: len(told) == 1)
    loader.want("grid", [Wanted(str(path), "aa", 700)])
    qtbot.waitUntil(lambda: len(told) == 3)
    assert [one.side for one, _ in told] == [200, 320, 700]
    assert [image.width() for _, image in told] == [200, 320, 700]


def test_content_is_known_by_its_digest_wherever_the_file_lies(
    cache: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    path = photo(tmp_path, "a.jpg", 90, (400, 300))
    first = ThumbnailLoader(cache)
    told = fitted(first)
    first.want("grid", [Wanted(str(path), "aa", 320)])
    qtbot.waitUntil(lambda: len(told) == 1)
    first.close()
    path.unlink()
    second = ThumbnailLoader(cache)
    told = fitted(second)
    second.want("grid", [Wanted(str(tmp_path / "elsewhere.jpg"), "aa", 320)])
    qtbot.waitUntil(lambda: len(told) == 1)
    second.close()
    assert told[0][1].width() == 320


def test_a_picture_that_a_job_brought_needs_no_decoding(
    cache: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    path = photo(tmp_path, "a.jpg", 90, (400, 300))
    store = ThumbnailStore(cache.with_suffix(".sqlite3"))
    other = photo(tmp_path, "b.jpg", 200, (400, 300))
    store.keep(thumbnails.path_key(path, 320), thumbnails.make(other, 320))
    store.close()
    loader = ThumbnailLoader(cache)
    told = fitted(loader)
    loader.want("grid", [Wanted(str(path), "aa", 320)])
    qtbot.waitUntil(lambda: len(told) == 1)
    loader.close()
    assert abs(QColor(told[0][1].pixel(5, 5)).red() - 200) <= 2
    store = ThumbnailStore(cache.with_suffix(".sqlite3"))
    assert store.find(thumbnails.content_key("aa", 320)) is not None
    store.close()


def test_what_scrolled_away_is_not_made(
    loader: ThumbnailLoader,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate, made = threading.Event(), []
    make = thumbnails.make

    def slow(path: Path, side: int) -> bytes:
        gate.wait(10)
        made.append(path.name)
        return make(path, side)

    monkeypatch.setattr(thumbnails, "make", slow)
    paths = [photo(tmp_path, f"{n}.jpg", 20 * n, (64, 48)) for n in range(1, 11)]
    told = fitted(loader)
    loader.want("grid", [Wanted(str(path), path.stem, 64) for path in paths])
    qtbot.waitUntil(lambda: bool(loader._work._making))
    last = Wanted(str(paths[-1]), "10", 64)
    loader.want("grid", [last])
    gate.set()
    qtbot.waitUntil(lambda: any(one == last for one, _ in told))
    assert made[-1] == "10.jpg"
    begun = max(1, len(loader._work._threads) - 1)
    assert len(made) <= begun + 1


def test_views_do_not_take_each_others_wishes_away(
    loader: ThumbnailLoader, qtbot: QtBot, tmp_path: Path
) -> None:
    a, b, c = (photo(tmp_path, f"{name}.jpg", 90, (64, 48)) for name in "abc")
    told, ready = fitted(loader), []
    loader.ready.connect(lambda name, _image: ready.append(name))
    loader.request(c)
    loader.want("grid", [Wanted(str(a), "a", 64)])
    loader.want("strip", [Wanted(str(b), "b", 64)])
    qtbot.waitUntil(lambda: len(told) == 2 and len(ready) == 1)
    assert {one.sha256 for one, _ in told} == {"a", "b"}
    assert ready == [str(c)]


def test_files_that_are_gone_are_told_of(
    loader: ThumbnailLoader, qtbot: QtBot, tmp_path: Path
) -> None:
    here, gone = photo(tmp_path, "a.jpg", 90, (64, 48)), tmp_path / "gone.jpg"
    told, seen = fitted(loader), []
    loader.seen.connect(seen.append)
    wanted = [Wanted(str(here), "a", 64), Wanted(str(gone), "g", 64)]
    loader.want("grid", wanted, look_for=[str(here), str(gone)])
    qtbot.waitUntil(lambda: len(told) == 2 and bool(seen))
    assert seen == [{str(here): True, str(gone): False}]
    assert {one.sha256: image.isNull() for one, image in told} == {"a": False, "g": True}


def test_a_damaged_thumbnail_is_made_anew(cache: Path, qtbot: QtBot, tmp_path: Path) -> None:
    path = photo(tmp_path, "a.jpg", 90, (400, 300))
    store = ThumbnailStore(cache.with_suffix(".sqlite3"))
    store.keep(thumbnails.content_key("aa", 320), b"no picture")
    store.close()
    loader = ThumbnailLoader(cache)
    told = fitted(loader)
    loader.want("grid", [Wanted(str(path), "aa", 100)])
    qtbot.waitUntil(lambda: len(told) == 1)
    loader.close()
    assert told[0][1].width() == 100
