"""The words on the canvas: a label per picture, and a message where there is none."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from enum import Enum
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from phota_desktop.ui.canvas_pictures import CanvasPictures
from phota_desktop.ui.divider import Divider
from phota_desktop.ui.panes import Pane
from phota_desktop.viewmodels.viewport import Viewport, percent_text

_PAD = 8.0
_PIXELS = re.compile(r"\d+ × \d+")
INSET = 12.0


@lru_cache(maxsize=64)
def label_plate(text: str, font: str, limit: int, ratio: float) -> QImage:
    """Draw white on a dark plate, readable on any picture (above 7:1 even on white).

    ``font`` is a font as text, ``limit`` the largest width in logical pixels. Kept, since setting
    text anew in every frame costs a tenth of the frame.
    """
    face = QFont()
    face.fromString(font)
    metrics = QFontMetricsF(face)
    room = max(limit - 2 * _PAD, 1.0)
    if metrics.horizontalAdvance(text) > room:
        # The true scale is worth more than the pixels, which the strip tells as well.
        text = " · ".join(part for part in text.split(" · ") if not _PIXELS.fullmatch(part))
    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
    width, height = metrics.horizontalAdvance(text) + 2 * _PAD, metrics.height() + _PAD
    size = QSize(math.ceil(width * ratio), math.ceil(height * ratio))
    plate = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    plate.setDevicePixelRatio(ratio)
    plate.fill(Qt.GlobalColor.transparent)
    painter = QPainter(plate)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(20, 20, 20, 200))
    painter.drawRoundedRect(QRectF(0, 0, width, height), 6, 6)
    painter.setPen(QColor(240, 240, 240))
    painter.setFont(face)
    painter.drawText(QPointF(_PAD, _PAD / 2 + metrics.ascent()), text)
    painter.end()
    return plate


class Corner(Enum):
    """Where a label lies in its pane."""

    TOP_LEFT = (False, False)
    TOP_RIGHT = (True, False)
    BOTTOM_LEFT = (False, True)


def swipe_corners(divider: Divider) -> tuple[Corner, Corner]:
    """Return the corners that the parts before and after a line hold longest."""
    across, down = divider.normal
    far = Corner.TOP_RIGHT if divider.vertical else Corner.BOTTOM_LEFT
    forward = (across if divider.vertical else down) > 0
    return (Corner.TOP_LEFT, far) if forward else (far, Corner.TOP_LEFT)


def label_rect(
    plate: QImage, pane: QRectF, corner: Corner = Corner.TOP_LEFT, foot: QRectF | None = None
) -> QRectF:
    """Return where a plate lies in its pane, above what stands there, in logical pixels."""
    size = plate.deviceIndependentSize()
    right, bottom = corner.value
    left = pane.right() - INSET - size.width() if right else pane.left() + INSET
    top = pane.bottom() - INSET - size.height() if bottom else pane.top() + INSET
    place = QRectF(QPointF(left, top), size)
    if bottom and foot is not None and place.intersects(foot):
        place.moveBottom(foot.top() - _PAD / 2)
    return place


def label_text(pane: Pane, pictures: CanvasPictures, port: Viewport) -> str:
    """Return what is said of a picture: “v2 · 3 stars · 2048 × 1365 · 50 %”, with notes."""
    path = pane.shown.path
    image = pictures.image(path)
    parts = [pane.shown.label, pictures.thought(path)]
    if image is not None:
        parts.append(image.note)
        parts.append(f"{image.full_width} × {image.full_height}")
        parts.append(percent_text(port.percent(pane.extent)))
        parts.append(pictures.error(path))
    return " · ".join(part for part in parts if part)


def glass_text(pane: Pane, port: Viewport) -> str:
    """Return what is said of a picture in a glass, where there is little room."""
    return f"{percent_text(port.percent(pane.extent))} · {pane.shown.label}"


def difference_text(panes: Sequence[Pane], port: Viewport, *, is_there: bool) -> str:
    """Return what is said of a difference: which pictures, and the true scale of each."""
    scales = [
        f"{pane.shown.label} ({percent_text(port.percent(pane.extent))})"
        for pane in panes
        if not pane.extent.is_empty
    ]
    return " · ".join(["Difference" if is_there else "Comparing…", *scales])


def draw_message(painter: QPainter, pane: QRectF, text: str, surround: QColor) -> None:
    """Draw a few words in the middle of a pane, dark or light against the surround."""
    painter.setPen(QColor(20, 20, 20) if surround.lightness() > 100 else QColor(230, 230, 230))
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    inner = pane.adjusted(2 * INSET, 2 * INSET, -2 * INSET, -2 * INSET)
    painter.drawText(inner, int(flags), text)
