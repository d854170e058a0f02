"""Round faces: a person's picture cut once to a disc, or initials on one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPixmap, QTransform

from phota_desktop.ui.theme import tokens
from phota_desktop.ui.thumbnail_art import ThumbnailArt

GROUND_ALPHA = 36


class RoundArt:
    """Keeps each disc at the screen's scale, so that scrolling only copies pixels."""

    def __init__(self, art: ThumbnailArt, side: int) -> None:
        self._art = art
        self._side = side
        self._discs: dict[tuple[int, float], QPixmap] = {}

    def paint(
        self, painter: QPainter, where: QRectF, picture: Path | None, initials: str, font: QFont
    ) -> None:
        """Paint the picture; the initials stand in until there is one."""
        found = self._art.find(picture) if picture is not None else None
        if found is not None and not found.isNull():
            scale = painter.device().devicePixelRatioF()
            painter.drawPixmap(where.toAlignedRect().topLeft(), self._disc(found, scale))
            return
        colours = tokens()
        painter.setPen(Qt.PenStyle.NoPen)
        ground = QColor(colours.text)  # thinned, so that it stands out from any row's ground
        ground.setAlpha(GROUND_ALPHA)
        painter.setBrush(ground)
        painter.drawEllipse(where)
        inside = QFont(font)
        inside.setPointSizeF(font.pointSizeF() * 0.95)
        painter.setFont(inside)
        painter.setPen(QColor(colours.text))
        painter.drawText(where, Qt.AlignmentFlag.AlignCenter, initials)

    def _disc(self, picture: QPixmap, scale: float) -> QPixmap:
        key = (picture.cacheKey(), scale)
        disc = self._discs.get(key)
        if disc is None:
            disc = self._discs[key] = _cut(picture, round(self._side * scale))
            disc.setDevicePixelRatio(scale)
        return disc


def _cut(picture: QPixmap, side: int) -> QPixmap:
    """Return the middle of a picture as a disc ``side`` pixels wide."""
    scaled = picture.scaled(
        QSize(side, side),
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )
    whole = QRectF(0, 0, side, side)
    disc = QPixmap(side, side)
    disc.fill(QColor(0, 0, 0, 0))
    painter = QPainter(disc)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    brush = QBrush(scaled)  # its edge is smooth, which that of a clip is not
    brush.setTransform(
        QTransform.fromTranslate((side - scaled.width()) / 2, (side - scaled.height()) / 2)
    )
    painter.setBrush(brush)
    painter.drawEllipse(whole)
    painter.end()
    return disc
