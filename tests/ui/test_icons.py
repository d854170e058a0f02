"""Icons: drawn once, kept as files, and drawn again where a file is of no use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QPixmap
from pytestqt.qtbot import QtBot

from phota_desktop.ui import icons


@pytest.fixture
def folder(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(icons._Kept, "folder", None)
    icons._pixmap.cache_clear()
    icons.keep_in(tmp_path / "icons")
    yield tmp_path / "icons"
    icons._pixmap.cache_clear()


def _draw() -> QPixmap:
    icons._pixmap.cache_clear()
    return icons.pixmap("export", "#e6e6e6", 20, 1.5)


def test_a_kept_icon_is_the_drawn_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = _draw()
    assert len(list(folder.iterdir())) == 1
    monkeypatch.setattr(icons, "_draw", pytest.fail)
    kept = _draw()
    assert kept.toImage() == drawn.toImage()
    assert (kept.width(), kept.devicePixelRatio()) == (30, 1.5)


def test_a_damaged_file_is_drawn_anew(folder: Path) -> None:
    drawn = _draw()
    [file] = folder.iterdir()
    file.write_bytes(file.read_bytes()[:40])
    assert _draw().toImage() == drawn.toImage()
    assert QPixmap(str(file)).width() == 30


def test_another_colour_is_another_file(folder: Path) -> None:
    drawn = _draw()
    other = icons.pixmap("export", "#1d1d1d", 20, 1.5)
    assert other.toImage() != drawn.toImage()
    assert len(list(folder.iterdir())) == 2


def test_a_folder_that_cannot_be_made_costs_nothing(folder: Path) -> None:
    folder.write_text("in the way")
    assert not _draw().isNull()
