"""I tells what is known of the picture, and the colour below the cursor in each one shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest

from phota_desktop.imaging.tones import Tones
from phota_desktop.ui.histogram import clipping_words, draw_histogram
from phota_desktop.ui.info_overlay import InfoOverlay
from phota_desktop.viewmodels.comparison import View

from .conftest import Desk, until

Key = Qt.Key


def overlay(desk: Desk) -> InfoOverlay:
    found = desk.window.findChild(InfoOverlay)
    assert found is not None
    return found


async def shown(desk: Desk, photos: list[Path]) -> InfoOverlay:
    desk.studio.add_sample(photos[0], photos[1:])
    canvas = desk.window.canvas
    canvas.set_view(View.SINGLE)
    canvas.setFocus()
    await until(canvas.is_settled)
    QTest.keyClick(canvas, Key.Key_I)
    await until(lambda: desk.window.commands.comparing.inspector.tones is not None)
    return overlay(desk)


async def test_i_shows_and_hides_it(desk: Desk, photos: list[Path]) -> None:
    made = await shown(desk, photos)
    assert made.isVisible()
    lines = dict(made.lines())
    assert lines["File"] == "IMG_2.jpg"
    assert lines["Pixels"] == "64 × 48 · 0.0 MP"
    assert lines["Scale"] == f"{desk.window.canvas.viewport.percent():.0f} %"
    assert "Histogram" in made.accessibleDescription()
    assert "Pixels: 64 × 48" in made.accessibleDescription()
    QTest.keyClick(desk.window.canvas, Key.Key_I)
    assert not made.isVisible()


async def test_it_follows_variant_and_zoom(desk: Desk, photos: list[Path]) -> None:
    made = await shown(desk, photos)
    QTest.keyClick(desk.window.canvas, Key.Key_Right)
    await until(lambda: dict(made.lines()).get("Pixels"))
    assert dict(made.lines())["File"] == "IMG_3.jpg"
    QTest.keyClick(desk.window, Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert dict(made.lines())["Scale"] == "100 %"


async def test_the_pixel_below_the_cursor_is_read_in_every_pane(
    desk: Desk, photos: list[Path]
) -> None:
    made = await shown(desk, photos)
    canvas = desk.window.canvas
    canvas.set_view(View.SIDE)
    await until(lambda: canvas.shown_view is View.SIDE)
    QTest.mouseMove(canvas, QPoint(canvas.width() // 4, canvas.height() // 2))
    await until(lambda: len(desk.window.commands.comparing.inspector.readings()) == 2)
    found = desk.window.commands.comparing.inspector.readings()
    for reading, path in zip(found, photos[:2], strict=True):
        colour = QImage(str(path)).pixelColor(32, 24)
        near = (reading.red, reading.green, reading.blue)
        assert near == pytest.approx(colour.getRgb()[:3], abs=40)  # JPEG, and a pixel beside it
    assert [reading.label for reading in found] == ["Original", "Natural"]
    assert "Original: " in made.accessibleDescription()
    QTest.keyClick(canvas, Key.Key_I, Qt.KeyboardModifier.ShiftModifier)
    assert "L " in made.accessibleDescription()


async def test_lab_alone_opens_it(desk: Desk, photos: list[Path]) -> None:
    desk.studio.add_sample(photos[0], photos[1:])
    QTest.keyClick(desk.window.canvas, Key.Key_I, Qt.KeyboardModifier.ShiftModifier)
    inspector = desk.window.commands.comparing.inspector
    assert inspector.is_on
    assert inspector.with_lab


@pytest.mark.parametrize("size", [(900, 600), (300, 200), (120, 90)])
async def test_it_stays_within_the_canvas(
    desk: Desk, photos: list[Path], size: tuple[int, int]
) -> None:
    made = await shown(desk, photos)
    canvas = desk.window.canvas
    canvas.setMinimumSize(1, 1)
    canvas.resize(*size)
    assert canvas.rect().contains(made.geometry())
    made.grab()


async def test_panning_draws_nothing_anew(
    desk: Desk, photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await shown(desk, photos)
    canvas = desk.window.canvas
    canvas.zoom_to(800)
    canvas.grab()
    monkeypatch.setattr(made, "_draw", pytest.fail)
    canvas.viewport.pan(-3, 5)
    canvas.grab()


async def test_the_mouse_goes_through_and_the_tab_key_stops(desk: Desk, photos: list[Path]) -> None:
    made = await shown(desk, photos)
    spot = made.geometry().center()
    found = desk.window.canvas.childAt(spot)
    assert found is not made
    before = made.grab().toImage()
    made.setFocus(Qt.FocusReason.TabFocusReason)
    assert made.hasFocus()
    assert made.grab().toImage() != before


def flat(level: int, total: int = 1000) -> tuple[int, ...]:
    return tuple(total if n == level else 0 for n in range(256))


def test_clipped_ends_are_marked_in_the_colour_of_what_is_lost(qapp: object) -> None:
    grey = flat(128)
    tones = Tones(flat(255), grey, grey, grey, 1000)
    assert clipping_words(tones) == "highlights clipped: red 100.0 %"
    assert clipping_words(Tones(grey, grey, grey, grey, 1000)) == "nothing clipped"
    image = QImage(256, 64, QImage.Format.Format_RGB32)
    image.fill(QColor("#202020"))
    painter = QPainter(image)
    draw_histogram(painter, QRectF(0, 0, 256, 64), tones)
    painter.end()
    mark = image.pixelColor(256 - 5, 5)
    assert mark.red() > 200
    assert mark.green() < 100
    assert image.pixelColor(5, 5).red() < 60


def test_the_curves_stand_where_the_tones_are(qapp: object) -> None:
    image = QImage(256, 64, QImage.Format.Format_RGB32)
    image.fill(QColor(0, 0, 0))
    painter = QPainter(image)
    zero = tuple([0] * 256)
    ramp = tuple(100 if 50 <= n < 100 else 0 for n in range(256))
    draw_histogram(painter, QRectF(0, 0, 256, 64), Tones(ramp, zero, zero, zero, 5000))
    painter.end()
    assert image.pixelColor(75, 40).red() > 120
    assert image.pixelColor(75, 40).green() < 80
    assert image.pixelColor(150, 40).red() < 40
