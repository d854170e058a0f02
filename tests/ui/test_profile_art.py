"""Round faces: the middle of a picture as a smooth disc, and initials until there is one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QImage, QPainter
from pytestqt.qtbot import QtBot

from phota_desktop.ui.profile_art import RoundArt
from phota_desktop.ui.thumbnail_art import ThumbnailArt
from phota_desktop.viewmodels.thumbnails import ThumbnailLoader

SIDE = 40


@pytest.fixture
def art(qapp: object, tmp_path: Path) -> Iterator[ThumbnailArt]:
    loader = ThumbnailLoader(tmp_path / "thumbnails")
    yield ThumbnailArt(loader)
    loader.close()


def painted(round_art: RoundArt, picture: Path | None, initials: str) -> QImage:
    image = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
    image.fill(QColor("#000000"))
    painter = QPainter(image)
    round_art.paint(painter, QRectF(0, 0, SIDE, SIDE), picture, initials, QFont())
    painter.end()
    return image


def wide_picture(path: Path) -> Path:
    """Write a picture three times as wide as high, green in the middle, red at both sides."""
    image = QImage(240, 80, QImage.Format.Format_RGB32)
    image.fill(QColor("#d02020"))
    painter = QPainter(image)
    painter.fillRect(80, 0, 80, 80, QColor("#20d020"))
    painter.end()
    assert image.save(str(path))
    return path


def test_initials_stand_in_and_differ(art: ThumbnailArt) -> None:
    round_art = RoundArt(art, SIDE)
    anna, nobody = painted(round_art, None, "A"), painted(round_art, None, "")
    assert anna != nobody
    assert nobody.pixelColor(SIDE // 2, SIDE // 2).lightness() > 10
    assert nobody.pixelColor(0, 0).name() == "#000000"


def test_a_picture_is_cut_to_a_disc_of_its_middle(
    art: ThumbnailArt, qtbot: QtBot, tmp_path: Path
) -> None:
    picture = wide_picture(tmp_path / "anna.png")
    round_art = RoundArt(art, SIDE)
    with qtbot.waitSignal(art.arrived, timeout=10_000):
        before = painted(round_art, picture, "A")
    assert before == painted(round_art, None, "A"), "the initials until the picture has come"
    image = painted(round_art, picture, "A")
    for x, y in ((SIDE // 2, SIDE // 2), (3, SIDE // 2), (SIDE - 4, SIDE // 2), (SIDE // 2, 3)):
        colour = image.pixelColor(x, y)
        assert colour.green() > 150 > 100 > colour.red(), (x, y, colour.name())
    assert image.pixelColor(0, 0).name() == "#000000"
    assert len(round_art._discs) == 1
    painted(round_art, picture, "A")
    assert len(round_art._discs) == 1, "cut once"
