"""Small pictures for lists: asked for once, kept as pixmaps, repainted when they arrive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, QSize, Signal
from PySide6.QtGui import QPixmap

from phota_desktop.ui.theme import RADIUS, tokens

if TYPE_CHECKING:
    from PySide6.QtGui import QImage, QPainter

    from phota_desktop.viewmodels.images import ThumbnailLoader


class ThumbnailArt(QObject):
    """Pixmaps of photos by path; ``arrived`` asks the lists to repaint."""

    arrived = Signal()

    def __init__(self, loader: ThumbnailLoader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loader = loader
        self._known: dict[str, QPixmap | None] = {}
        loader.ready.connect(self._take)

    def find(self, path: Path) -> QPixmap | None:
        """Return the small picture of a file, or None while it is made."""
        name = str(path)
        if name not in self._known:
            self._known[name] = None
            self._loader.request(path)
        return self._known[name]

    def _take(self, name: str, image: QImage) -> None:
        self._known[str(name)] = QPixmap.fromImage(image)
        self.arrived.emit()


def draw_picture(
    painter: QPainter, picture: QPixmap | None, frame: QRectF, *, cover: bool = True
) -> None:
    """Draw a picture into a frame with round corners: covering it, or whole within it."""
    from PySide6.QtCore import Qt  # makes all of its enums, see controls.py
    from PySide6.QtGui import QColor, QPainter, QPainterPath

    shape = QPainterPath()
    shape.addRoundedRect(frame, RADIUS - 2, RADIUS - 2)
    painter.save()
    painter.setRenderHints(
        QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
    )
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens().raised))
    painter.drawPath(shape)
    if picture is not None and not picture.isNull():
        painter.setClipPath(shape)
        painter.drawPixmap(frame, picture, _source(picture.size(), frame, cover))
    painter.restore()


def _source(size: QSize, frame: QRectF, cover: bool) -> QRectF:
    """Return the part of the picture that has the frame's shape."""
    if not cover or not size.height() or not frame.height():
        return QRectF(0, 0, size.width(), size.height())
    wanted = frame.width() / frame.height()
    if size.width() / size.height() > wanted:
        width = size.height() * wanted
        return QRectF((size.width() - width) / 2, 0, width, size.height())
    height = size.width() / wanted
    return QRectF(0, (size.height() - height) / 2, size.width(), height)
