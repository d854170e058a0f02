"""What may be dropped or pasted: files, folders and pictures; links are never fetched."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from phota_desktop.ui.theme import GRID, RADIUS, tokens


@dataclass(frozen=True)
class Offered:
    """What a drop or the clipboard holds, in the order of preference."""

    paths: tuple[Path, ...] = ()
    image: QImage | None = None
    link: str = ""

    @property
    def can_open(self) -> bool:
        """True when a photo can come of it."""
        return bool(self.paths) or self.image is not None


def may_open(mime: QMimeData) -> bool:
    """Tell quickly, while a drag moves, whether it could be opened."""
    schemes = {url.scheme() for url in mime.urls()}
    return mime.hasImage() or bool(schemes & {"file", "http", "https"})


def offered(mime: QMimeData) -> Offered:
    """Return what is in a drop: local files first, then a picture, then a link as text."""
    paths = tuple(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())
    if paths:
        return Offered(paths=paths)
    if mime.hasImage():
        image = mime.imageData()
        if isinstance(image, QImage) and not image.isNull():
            return Offered(image=image)
    links = [url.toString() for url in mime.urls() if url.scheme() in ("http", "https")]
    if not links and mime.hasText() and mime.text().strip().startswith(("http://", "https://")):
        links = [mime.text().strip()]
    return Offered(link=links[0] if links else "")


class DropHint(QWidget):
    """A frame over the canvas while something that can be opened is dragged."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("dropHint")
        self.setAccessibleName("Drop to open")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def cover(self) -> None:
        """Lie over the whole parent and show."""
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(GRID, GRID, -GRID, -GRID)
        painter.setPen(QPen(QColor(tokens().accent), 2))
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
        text = "Drop to open. Nothing is sent."
        size = painter.fontMetrics().size(0, text)
        plate = QRectF(0, 0, size.width() + 4 * GRID, size.height() + 2 * GRID)
        plate.moveCenter(frame.center())
        painter.setPen(QPen(QColor(tokens().line), 1))
        painter.setBrush(QColor(tokens().raised))
        painter.drawRoundedRect(plate, RADIUS, RADIUS)
        painter.setPen(QColor(tokens().text))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
