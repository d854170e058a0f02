"""Small pictures for lists and the library: kept as pixmaps, repainted when they arrive."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, QSize, Signal
from PySide6.QtGui import QPixmap

from phota_desktop.ui.theme import RADIUS, tokens

if TYPE_CHECKING:
    from PySide6.QtGui import QImage, QPainter

    from phota_desktop.viewmodels.images import ThumbnailLoader
    from phota_desktop.viewmodels.thumbnail_work import Wanted


LIMIT_BYTES = 128 << 20
"""Pixels that are kept: some 400 small pictures, or two screens of 4K full of them."""


class ThumbnailArt(QObject):
    """Pixmaps of photos; what was not drawn for longest goes when there are too many.

    Lists ask by path (:meth:`find`) and repaint at ``arrived``. Views of many pictures say which
    they want now and how large (:meth:`want`) and repaint at ``came``, which names what came.
    """

    arrived = Signal()
    came = Signal(object)

    def __init__(
        self,
        loader: ThumbnailLoader,
        parent: QObject | None = None,
        *,
        limit: int = LIMIT_BYTES,
    ) -> None:
        super().__init__(parent)
        self.loader = loader
        self._limit = limit
        self._size = 0
        self._kept: dict[str | Wanted, QPixmap] = {}
        self._asked: set[str] = set()
        self._bad: set[Wanted] = set()
        self._other_sizes: dict[str, Wanted] = {}
        loader.ready.connect(self._take)
        loader.fitted.connect(self._take_fitted)

    def find(self, path: Path) -> QPixmap | None:
        """Return the small picture of a file, or None while it is made."""
        name = str(path)
        found = self._used(name)
        if found is None and name not in self._asked:
            self._asked.add(name)
            self.loader.request(path)
        return found

    def find_fitted(self, wanted: Wanted) -> QPixmap | None:
        """Return the picture at the size that is wanted, else at the last one that it had."""
        found = self._used(wanted)
        if found is None:
            other = self._other_sizes.get(wanted.sha256 or wanted.path)
            found = self._used(other) if other is not None else None
        return found

    def is_bad(self, wanted: Wanted) -> bool:
        """Tell whether the picture could not be read."""
        return wanted in self._bad

    def want(self, owner: str, wanted: Sequence[Wanted], *, look_for: Sequence[str] = ()) -> None:
        """Ask for those of these that are not here, and for nothing else of this owner."""
        missing = [one for one in wanted if one not in self._kept and one not in self._bad]
        self.loader.want(owner, missing, look_for=look_for)

    def try_again(self) -> None:
        """Ask anew, when next wanted, for what could not be read: it may be there by now."""
        self._bad.clear()

    def _used(self, key: str | Wanted) -> QPixmap | None:
        found = self._kept.pop(key, None)
        if found is not None:
            self._kept[key] = found  # to the end: the first ones go first
        return found

    def _keep(self, key: str | Wanted, picture: QPixmap) -> None:
        self._drop(key)
        self._kept[key] = picture
        self._size += _bytes(picture)
        while self._size > self._limit and len(self._kept) > 1:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: str | Wanted) -> None:
        old = self._kept.pop(key, None)
        if old is None:
            return
        self._size -= _bytes(old)
        if isinstance(key, str):
            self._asked.discard(key)
        elif self._other_sizes.get(key.sha256 or key.path) == key:
            del self._other_sizes[key.sha256 or key.path]

    def _take(self, name: str, image: QImage) -> None:
        self._keep(str(name), QPixmap.fromImage(image))
        self._asked.add(str(name))
        self.arrived.emit()

    def _take_fitted(self, wanted: Wanted, image: QImage) -> None:
        if image.isNull():
            self._bad.add(wanted)
        else:
            self._keep(wanted, QPixmap.fromImage(image))
            self._other_sizes[wanted.sha256 or wanted.path] = wanted
        self.came.emit(wanted)


def _bytes(picture: QPixmap) -> int:
    return picture.width() * picture.height() * 4


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
