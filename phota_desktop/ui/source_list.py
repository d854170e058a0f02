"""The photos of an edit as small pictures: drop to add, drag to reorder, the first is primary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QListView,
    QMenu,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from phota_desktop.core.requests import ImageInput
from phota_desktop.ui.icons import pixmap
from phota_desktop.ui.picture_drops import PictureDrops
from phota_desktop.ui.rows import paint_ground, small_font
from phota_desktop.ui.theme import RADIUS, tokens
from phota_desktop.ui.thumbnail_art import ThumbnailArt, draw_picture
from phota_desktop.viewmodels.words import plain, plain_tip

Index = QModelIndex | QPersistentModelIndex
INPUT_ROLE = int(Qt.ItemDataRole.UserRole)
_ACROSS = 3
"""Pictures in a row."""
_GAP = 6
"""Pixels between two pictures; shared out in a row so that both ends are flush."""
_CROSS = 18
"""Side in pixels of the mark that removes a picture."""


def name_of(picture: ImageInput) -> str:
    """Return what an input picture is called, harmless to show."""
    return plain(picture.name if isinstance(picture, Path) else picture.url, 120)


class SourceModel(QAbstractListModel):
    """The input pictures in the order they are sent."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pictures: tuple[ImageInput, ...] = ()

    def take(self, pictures: Sequence[ImageInput]) -> None:
        """Show these pictures."""
        self.beginResetModel()
        self.pictures = tuple(pictures)
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: D102
        return 0 if parent is not None and parent.isValid() else len(self.pictures)

    def data(self, index: Index, role: int = 0) -> object:  # noqa: D102
        if not index.isValid() or index.row() >= len(self.pictures):
            return None
        picture = self.pictures[index.row()]
        place = "Primary" if index.row() == 0 else str(index.row() + 1)
        if role == INPUT_ROLE:
            return picture
        if role == Qt.ItemDataRole.DisplayRole:
            return place
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(f"{place}: {name_of(picture)}")
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{place if index.row() == 0 else f'Photo {place}'}: {name_of(picture)}"
        return None


class SourceDelegate(QStyledItemDelegate):
    """Paints a picture with its place on it, and under the pointer a mark to remove it."""

    def __init__(self, art: ThumbnailArt | None, view: SourceList) -> None:
        super().__init__(view)
        self._art = art
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: D102
        return self._view.tile

    def paint(  # noqa: D102
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index
    ) -> None:
        colours = tokens()
        rect: QRect = option.rect
        state = option.state
        states = type(state)
        frame = picture_frame(rect)
        picture = index.data(INPUT_ROLE)
        small = self._art.find(picture) if self._art and isinstance(picture, Path) else None
        draw_picture(painter, small, frame)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if small is None:
            scale = painter.device().devicePixelRatio()
            drawn = pixmap("photo", colours.disabled, 24, scale)
            painter.drawPixmap(
                QRectF(frame.center().x() - 12, frame.center().y() - 16, 24, 24),
                drawn,
                QRectF(drawn.rect()),
            )
        chosen = bool(state & states.State_HasFocus) and self._view.hasFocus()
        if chosen:
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(frame.adjusted(1, 1, -1, -1), RADIUS - 2, RADIUS - 2)
        self._place(painter, frame, str(index.data()), option.font)
        if self._view.is_editable and (state & states.State_MouseOver or chosen):
            where = cross_frame(rect)
            paint_ground(painter, where, colours.panel, 4)
            drawn = pixmap("close", colours.text, 16, painter.device().devicePixelRatio())
            painter.drawPixmap(where.adjusted(1, 1, -1, -1), drawn, QRectF(drawn.rect()))
        painter.restore()

    def _place(self, painter: QPainter, frame: QRectF, words: str, font: QFont) -> None:
        painter.setFont(small_font(font, 0.8))
        metrics = painter.fontMetrics()
        plate = QRectF(0, 0, metrics.horizontalAdvance(words) + 10, metrics.height() + 2)
        plate.moveBottomLeft(frame.bottomLeft() + QPoint(3, -3))
        paint_ground(painter, plate, tokens().panel, 4)
        painter.setPen(QColor(tokens().text))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, words)


def picture_frame(tile: QRect) -> QRectF:
    """Return where in a tile the picture is."""
    share = _GAP // _ACROSS
    left = tile.left() + share * (tile.left() // max(1, tile.width()))
    width = tile.width() - share * (_ACROSS - 1)
    return QRectF(left, tile.top(), width, tile.height() - _GAP)


def cross_frame(tile: QRect) -> QRectF:
    """Return where in a tile the mark that removes it is."""
    frame = picture_frame(tile)
    return QRectF(frame.right() - _CROSS - 3, frame.top() + 3, _CROSS, _CROSS)


class SourceList(QListView):
    """Tells what a person wants with the pictures; it changes none itself."""

    dropped = Signal(object)
    """Carries an ``Offered``: what was dropped here."""
    moved = Signal(int, int)
    """From a row to a row."""
    removed = Signal(int)

    def __init__(self, art: ThumbnailArt | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sourceList")
        self.setAccessibleName("Photos to edit")
        self.setAccessibleDescription(
            "The first photo is the primary one. Alt+Left and Alt+Right move a photo, "
            "Delete removes it."
        )
        self.is_editable = False
        self.tile = QSize(84, 68)
        self._pressed = -1
        self._gap = -1
        self._at = QPoint()
        self._under_drop = False
        self._model = SourceModel(self)
        self.setModel(self._model)
        self.setItemDelegate(SourceDelegate(art, self))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        drops = PictureDrops(self.viewport())
        drops.dropped.connect(self.dropped)
        drops.hovered.connect(self._on_hovered)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._on_menu)
        if art is not None:
            art.arrived.connect(self.viewport().update)

    def show_pictures(self, pictures: Sequence[ImageInput], *, editable: bool) -> None:
        """Show these pictures; ``editable`` ones can be moved and removed."""
        if tuple(pictures) != self._model.pictures:
            row = self.currentIndex().row()
            self._model.take(pictures)
            self._choose(min(max(row, 0), len(pictures) - 1))
        if editable is not self.is_editable:
            self.is_editable = editable
            self.viewport().update()
        self._fit()

    def _choose(self, row: int) -> None:
        self.setCurrentIndex(self._model.index(row))

    def _fit(self) -> None:
        """Take the height that all pictures need: the drawer scrolls, not the list."""
        side = max(48, (self.width() - 1) // _ACROSS)
        tile = QSize(side, round((side - 4) * 0.78) + _GAP)
        if tile != self.tile:
            self.tile = tile
            self.scheduleDelayedItemsLayout()
        rows = -(-max(1, len(self._model.pictures)) // _ACROSS)
        if self.height() != rows * tile.height():
            self.setFixedHeight(rows * tile.height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._fit()

    # -- keys -----------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        row, key = self.currentIndex().row(), event.key()
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(key), 0)
        if self.is_editable and row >= 0 and key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit(row)
        elif step and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._move(row, row + step)
        elif step or key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End):
            super().keyPressEvent(event)
        else:
            event.ignore()  # letters and Space belong to the window

    def _move(self, row: int, to: int) -> None:
        if self.is_editable and 0 <= row < len(self._model.pictures) != to and to >= 0:
            self.moved.emit(row, to)
            self._choose(to)

    # -- the mouse ------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        super().mousePressEvent(event)
        if event.button() is Qt.MouseButton.LeftButton:
            self._at = event.position().toPoint()
            self._pressed = self.indexAt(self._at).row()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if self._pressed < 0 or not event.buttons() & Qt.MouseButton.LeftButton:
            super().mouseMoveEvent(event)
            return
        at = event.position().toPoint()
        far = (at - self._at).manhattanLength() >= QApplication.startDragDistance()
        if self.is_editable and (far or self._gap >= 0):
            self._gap = self._gap_at(at)
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        super().mouseReleaseEvent(event)
        row, gap = self._pressed, self._gap
        self._pressed = self._gap = -1
        self.unsetCursor()
        self.viewport().update()
        if row < 0 or not self.is_editable:
            return
        crossed = cross_frame(self.visualRect(self._model.index(row)))
        if gap >= 0:
            to = gap - 1 if gap > row else gap
            if to != row:
                self._move(row, to)
        elif crossed.contains(event.position()) and crossed.contains(self._at):
            self.removed.emit(row)

    def _gap_at(self, at: QPoint) -> int:
        """Return before which row a picture let go here would come."""
        across = min(max(0, at.x() + self.tile.width() // 2) // self.tile.width(), _ACROSS)
        down = min(max(0, at.y()), self.height() - 1) // self.tile.height()
        return int(min(down * _ACROSS + across, len(self._model.pictures)))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        super().paintEvent(event)
        if self._gap < 0 and not self._under_drop and self._model.pictures:
            return
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._gap >= 0:
            after = self._gap and (
                self._gap % _ACROSS == 0 or self._gap == len(self._model.pictures)
            )
            tile = self.visualRect(self._model.index(self._gap - 1 if after else self._gap))
            near = picture_frame(tile)
            x = near.right() - 1.5 if after else max(near.left() - _GAP / 2, 1.5)
            painter.setPen(QPen(QColor(tokens().accent), 3))
            painter.drawLine(QPointF(x, near.top() + 2), QPointF(x, near.bottom() - 2))
            return
        frame = QRectF(self.viewport().rect()).adjusted(1, 1, -1, -1 - _GAP)
        colour = tokens().accent if self._under_drop else tokens().disabled
        pen = QPen(QColor(colour), 1.5)
        if not self._under_drop:
            pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
        if not self._model.pictures:
            painter.setPen(QColor(tokens().quiet))
            painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, "Drop photos here")

    # -- drops and the menu ---------------------------------------------------------------

    def _on_hovered(self, hovered: bool) -> None:
        self._under_drop = hovered
        self.viewport().update()

    def _on_menu(self, at: QPoint) -> None:
        index = self.indexAt(at)
        if not index.isValid() or not self.is_editable:
            return
        row, last = index.row(), len(self._model.pictures) - 1
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def add(words: str, call: Callable[[], object], allowed: bool = True) -> None:
            if allowed:
                menu.addAction(words, call)

        add("Make primary", lambda: self._move(row, 0), row > 0)
        add("Move left", lambda: self._move(row, row - 1), row > 1)
        add("Move right", lambda: self._move(row, row + 1), row < last)
        add("Remove", lambda: self.removed.emit(row))
        menu.popup(self.viewport().mapToGlobal(at))
