"""The two pictures of a remix: the photo, and a slot for the reference whose style it takes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QWidget

from phota_desktop.core.requests import ImageInput
from phota_desktop.ui.controls import IconButton
from phota_desktop.ui.icons import pixmap
from phota_desktop.ui.picture_drops import PictureDrops
from phota_desktop.ui.source_list import name_of
from phota_desktop.ui.theme import GRID, RADIUS, tokens
from phota_desktop.ui.thumbnail_art import ThumbnailArt, draw_picture
from phota_desktop.viewmodels.words import plain_tip

_HEIGHT = 88


class PictureTile(QWidget):
    """Shows one picture, or words where there is none."""

    def __init__(
        self, name: str, role: str, words: str, art: ThumbnailArt | None, parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._role = role
        self._words = words
        self._art = art
        self.picture: ImageInput | None = None
        self.setMinimumHeight(_HEIGHT)
        self.show_picture(None)
        if art is not None:
            art.arrived.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(120, _HEIGHT)

    def show_picture(self, picture: ImageInput | None) -> None:
        """Show a picture, or that there is none."""
        self.picture = picture
        words = name_of(picture) if picture is not None else self._words
        self.setAccessibleName(f"{self._role}: {words}")
        self.setToolTip(plain_tip(words) if picture is not None else "")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        painter = QPainter(self)
        paint_tile(painter, QRectF(self.rect()), self.picture, self._art, self._words)


def paint_tile(
    painter: QPainter,
    frame: QRectF,
    picture: ImageInput | None,
    art: ThumbnailArt | None,
    words: str,
    edge: str = "",
) -> None:
    """Paint a picture into a frame, or words in a dashed one; ``edge`` is a colour around it."""
    colours = tokens()
    inner = frame.adjusted(1, 1, -1, -1)
    if picture is not None:
        small = art.find(picture) if art is not None and isinstance(picture, Path) else None
        draw_picture(painter, small, inner)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if picture is None:
        pen = QPen(QColor(edge or colours.disabled), 1.5)
        if not edge:
            pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.drawRoundedRect(inner, RADIUS, RADIUS)
        drawn = pixmap("photo", colours.quiet, 20, painter.device().devicePixelRatio())
        room = inner.adjusted(GRID / 2, 0, -GRID / 2, 0)
        flags = int(Qt.AlignmentFlag.AlignHCenter) | int(Qt.TextFlag.TextWordWrap)
        text = painter.boundingRect(room, flags, words)
        top = inner.center().y() - (20 + 4 + text.height()) / 2
        painter.drawPixmap(QPointF(inner.center().x() - 10, top), drawn)
        painter.setPen(QColor(colours.quiet))
        painter.drawText(QRectF(room.left(), top + 24, room.width(), text.height()), flags, words)
    elif edge:
        painter.setPen(QPen(QColor(edge), 2))
        painter.drawRoundedRect(inner, RADIUS - 1, RADIUS - 1)
    painter.restore()


class ReferenceSlot(QAbstractButton):
    """A button that shows the reference: a click asks for one, a drop sets it, Delete takes it."""

    dropped = Signal(object)
    """Carries an ``Offered``: what was dropped here."""
    removed = Signal()

    _WORDS = "Drop a picture\nor click"

    def __init__(self, art: ThumbnailArt | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("referenceSlot")
        drops = PictureDrops(self)
        drops.dropped.connect(self.dropped)
        drops.hovered.connect(self._on_hovered)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMinimumHeight(_HEIGHT)
        self._art = art
        self._under_drop = False
        self.picture: ImageInput | None = None
        self.remove = IconButton(
            "removeReferenceButton", "close", "Remove the reference", self, key="Delete"
        )
        self.remove.setIconSize(QSize(16, 16))
        self.remove.setFixedSize(24, 24)
        self.remove.clicked.connect(lambda _on=False: self.removed.emit())
        if art is not None:
            art.arrived.connect(self.update)
        self.show_picture(None)

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(120, _HEIGHT)

    def show_picture(self, picture: ImageInput | None) -> None:
        """Show the reference, or the invitation to choose one."""
        self.picture = picture
        words = name_of(picture) if picture is not None else "none yet. Choose a picture"
        self.setAccessibleName(f"Reference: {words}")
        self.setAccessibleDescription("Its light, palette and mood are taken over.")
        self.setToolTip(
            plain_tip(f"{words}\nClick to choose another, Delete removes it")
            if picture is not None
            else "The picture whose light, palette and mood are taken over"
        )
        self.remove.setVisible(picture is not None)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        self.remove.move(self.width() - self.remove.width() - GRID // 2, GRID // 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            if self.picture is not None:
                self.removed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        edge = ""
        if self._under_drop or self.hasFocus():
            edge = tokens().accent
        elif self.underMouse():
            edge = tokens().quiet
        painter = QPainter(self)
        paint_tile(painter, QRectF(self.rect()), self.picture, self._art, self._WORDS, edge)

    def enterEvent(self, event: object) -> None:  # noqa: D102
        self.update()

    def leaveEvent(self, event: object) -> None:  # noqa: D102
        self.update()

    def _on_hovered(self, hovered: bool) -> None:
        self._under_drop = hovered
        self.update()
