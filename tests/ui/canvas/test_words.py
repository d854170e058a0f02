"""The words on the canvas can be read, whatever else stands there."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from phota_desktop.ui.canvas_labels import INSET, Corner, label_plate, label_rect
from phota_desktop.ui.divider import Divider
from phota_desktop.ui.image_canvas import ImageCanvas
from phota_desktop.viewmodels.comparison import View

Pixels = NDArray[np.uint8]


def _seen(canvas: ImageCanvas, part: QRect | None = None) -> Pixels:
    image = canvas.grab(part or canvas.rect()).toImage()
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def _plate(canvas: ImageCanvas, slot: int, corner: Corner) -> QRect:
    """Return where the label of a picture is, without its round corners."""
    plate = label_plate(canvas.labels()[slot], canvas.font().toString(), 600, 1.0)
    inner = label_rect(plate, QRectF(canvas.rect()), corner).toAlignedRect()
    return inner.adjusted(4, 4, -4, -4)


@pytest.mark.parametrize("button", [Qt.MouseButton.RightButton, None])
def test_the_line_is_whole_again_after_the_loupe(
    pair: ImageCanvas, button: Qt.MouseButton | None
) -> None:
    pair.set_view(View.SWIPE)
    before = _seen(pair)
    for at in (QPoint(300, 120), QPoint(310, 300)):
        if button is None:
            QTest.mouseMove(pair, at)
            QTest.keyPress(pair, Qt.Key.Key_G)
            QTest.keyRelease(pair, Qt.Key.Key_G)
        else:
            QTest.mousePress(pair, button, pos=at)
            QTest.mouseMove(pair, at + QPoint(0, 40))
            QTest.mouseRelease(pair, button, pos=at + QPoint(0, 40))
    assert np.array_equal(_seen(pair), before)


@pytest.mark.parametrize(("position", "slot"), [(0.1, 0), (0.9, 1)])
def test_the_line_passes_behind_the_words(pair: ImageCanvas, position: float, slot: int) -> None:
    corner = Corner.TOP_LEFT if slot == 0 else Corner.TOP_RIGHT
    pair.set_view(View.SWIPE)
    part = _plate(pair, slot, corner)
    assert part.left() < position * pair.width() < part.right()
    before = _seen(pair, part)
    pair.compare.set_divider(Divider(position))
    after = _seen(pair, part).astype(int)
    plain = before.max(axis=2) < before.min() + 5
    assert plain.mean() > 0.3
    # Half of the plate lies on another picture now; the line itself would be 255.
    assert after[plain].max() < 90, "the line crosses the plate"


def test_a_label_at_the_bottom_stands_above_the_bar(pair: ImageCanvas) -> None:
    pair.set_view(View.SWIPE)
    pair.compare.set_divider(Divider(0.5, 90))
    usual = _plate(pair, 1, Corner.BOTTOM_LEFT)
    assert _seen(pair, usual).max() > 230, "white words"
    bar = QRect(usual.center().x(), pair.height() - 60, 300, 50)
    pair.set_foot(bar)
    plate = label_plate(pair.labels()[1], pair.font().toString(), 600, 1.0)
    raised = label_rect(plate, QRectF(pair.rect()), Corner.BOTTOM_LEFT, QRectF(bar))
    assert raised.bottom() < bar.top()
    assert raised.left() == INSET
    assert _seen(pair, raised.toAlignedRect().adjusted(4, 4, -4, -4)).min() < 110
    pair.set_foot(QRect())
    assert label_rect(plate, QRectF(pair.rect()), Corner.BOTTOM_LEFT, QRectF()).bottom() > 380


def test_where_there_is_little_room_the_scale_stays(pair: ImageCanvas, qtbot: QtBot) -> None:
    font = pair.font().toString()
    whole = label_plate("v2 · 2048 × 1365 · 50 %", font, 600, 1.0)
    limit = int(whole.deviceIndependentSize().width()) - 4
    assert label_plate("v2 · 2048 × 1365 · 50 %", font, limit, 1.0) == label_plate(
        "v2 · 50 %", font, 600, 1.0
    )
