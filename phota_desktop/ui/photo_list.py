"""The left panel: the opened photos, one row each."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QListView,
    QMenu,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from phota_desktop.core.library import Flag, Marks
from phota_desktop.ui.mark_art import dim, draw_marks, marks_width
from phota_desktop.ui.rows import paint_ground, paint_line, set_up_rows, small_font
from phota_desktop.ui.theme import GRID, RADIUS, tokens
from phota_desktop.ui.thumbnail_art import ThumbnailArt, draw_picture
from phota_desktop.viewmodels.photos import CAPTION_ROLE, PATH_ROLE
from phota_desktop.viewmodels.studio import StudioViewModel

Index = QModelIndex | QPersistentModelIndex
_THUMB = QSize(60, 44)
_MARKS = 12.0
_NONE = Marks()


class PhotoDelegate(QStyledItemDelegate):
    """Paints a small picture, the file's name and one quiet line."""

    def __init__(self, art: ThumbnailArt, studio: StudioViewModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._art = art
        self._studio = studio

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: D102
        return QSize(120, _THUMB.height() + 2 * GRID - 4)

    def paint(  # noqa: D102
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index
    ) -> None:
        rect: QRect = option.rect
        state = option.state
        states = type(state)  # a look at QStyle itself costs 9 ms before the first paint
        font: QFont = option.font
        colours = tokens()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = bool(state & states.State_Selected)
        body = QRectF(rect).adjusted(GRID, 1, -GRID, -1)
        if selected or state & states.State_MouseOver:
            paint_ground(painter, body, colours.hover if selected else colours.raised)
        if selected:
            painter.setBrush(QColor(colours.accent))
            painter.drawRoundedRect(
                QRectF(body.left(), body.top() + 10, 3, body.height() - 20), 1.5, 1.5
            )
        if state & states.State_HasFocus:
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(body.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        frame = QRectF(
            body.left() + GRID,
            body.center().y() - _THUMB.height() / 2,
            _THUMB.width(),
            _THUMB.height(),
        )
        path: Path = index.data(PATH_ROLE)
        marks = self._studio.marks_of(path) or _NONE
        draw_picture(painter, self._art.find(path), frame)
        if marks.flag is Flag.REJECT:
            dim(painter, frame)
        left = frame.right() + GRID + 2
        width = body.right() - left - GRID / 2
        caption = str(index.data(CAPTION_ROLE) or "")
        line = painter.fontMetrics().height()
        wide = marks_width(marks, _MARKS)
        top = body.center().y() - (line if caption or wide else line / 2)
        painter.setFont(font)
        painter.setPen(QColor(colours.text))
        name = str(index.data(Qt.ItemDataRole.DisplayRole))
        paint_line(painter, QRectF(left, top, width, line), name, middle=True)
        if wide:
            place = QRectF(left, top + line + (line - _MARKS) / 2, wide, _MARKS)
            draw_marks(painter, place, marks, colours.quiet)
            left += wide + GRID
            width -= wide + GRID
        if caption:
            missing = self._studio.photos.is_missing(path)
            painter.setFont(small_font(font, 0.85))
            painter.setPen(QColor(colours.warn if missing else colours.quiet))
            paint_line(painter, QRectF(left, top + line, width, line), caption, middle=True)
        painter.restore()


class PhotoList(QListView):
    """The rows; choosing one shows that photo."""

    show_file_asked = Signal(object)
    find_asked = Signal(object)
    """Carries the :class:`Path` of a photo that is not where it was."""

    def __init__(
        self, studio: StudioViewModel, art: ThumbnailArt, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("photoList")
        self.setAccessibleName("Photos")
        self._studio = studio
        self.setModel(studio.photos)
        self.setItemDelegate(PhotoDelegate(art, studio, self))
        set_up_rows(self)
        self.customContextMenuRequested.connect(self._on_menu)
        art.arrived.connect(self.viewport().update)
        studio.photo_changed.connect(self.follow)
        self.selectionModel().currentChanged.connect(self._on_current)
        self.follow()

    def follow(self) -> None:
        """Mark the shown photo and bring it into view."""
        row = self._studio.photos.row(self._studio.photo)
        index = self._studio.photos.index(row) if row >= 0 else QModelIndex()
        if index != self.currentIndex():
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.selectionModel().setCurrentIndex(index, flags)
        if row >= 0:
            self.scrollTo(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        vertical = (
            Qt.Key.Key_Up,
            Qt.Key.Key_Down,
            Qt.Key.Key_PageUp,
            Qt.Key.Key_PageDown,
            Qt.Key.Key_Home,
            Qt.Key.Key_End,
        )
        if event.key() in vertical:
            super().keyPressEvent(event)
        else:
            event.ignore()  # letters, Space, left and right belong to the window

    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        path = current.data(PATH_ROLE) if current.isValid() else None
        if isinstance(path, Path):
            self._studio.choose_photo(path)

    def _on_menu(self, at: QPoint) -> None:
        path = self.indexAt(at).data(PATH_ROLE)
        if not isinstance(path, Path):
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self._studio.photos.is_missing(path):
            menu.addAction("Find it…", lambda: self.find_asked.emit(path))
        menu.addAction("Show in folder", lambda: self.show_file_asked.emit(path))
        menu.addAction("Close photo", lambda: self._studio.close_photo(path))
        menu.popup(self.viewport().mapToGlobal(at))
