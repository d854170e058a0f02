"""The photos of a training: picture, name, verdict with its reason, and a tick to use it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QTextLayout,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from phota_desktop.ui.icons import pixmap
from phota_desktop.ui.rows import paint_ground, paint_line, set_up_rows, small_font
from phota_desktop.ui.theme import GRID, RADIUS, tokens
from phota_desktop.ui.thumbnail_art import ThumbnailArt, draw_picture
from phota_desktop.ui.ticks import BOX, paint_tick
from phota_desktop.viewmodels.training_photos import (
    CHECK_ROLE,
    COLOUR_ROLE,
    PATH_ROLE,
    REASON_ROLE,
    SIZE_ROLE,
    VERDICT_ROLE,
    TrainingPhotosModel,
)
from phota_desktop.viewmodels.words import count

Index = QModelIndex | QPersistentModelIndex
_PICTURE = QSize(66, 46)
_TICK_WIDTH = BOX + 3 * GRID
"""The left end of a row that a click ticks: wider than the box, so that it is easy to hit."""
_LEFT_OUT = 0.45
"""Opacity of the picture of a photo that is left out."""
EMPTY = "Drop photos or folders here"
EMPTY_MORE = "JPEG, PNG, WebP, HEIC or RAW. Each is checked on this computer, free."


class TrainingPhotoDelegate(QStyledItemDelegate):
    """Paints one photo; a click on the left end ticks."""

    def __init__(self, art: ThumbnailArt | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._art = art

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: D102
        small = QFontMetricsF(small_font(option.font, 0.9)).height()
        words = QFontMetricsF(option.font).height() + 2 * small
        return QSize(240, round(max(_PICTURE.height(), words)) + GRID + 4)

    def paint(  # noqa: D102
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index
    ) -> None:
        colours = tokens()
        rect: QRect = option.rect
        body = QRectF(rect).adjusted(2, 1, -2, -1)
        used = _is_used(index)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            paint_ground(painter, body, colours.hover if chosen else colours.raised)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(body.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        box = QRectF(body.left() + GRID, body.center().y() - BOX / 2, BOX, BOX)
        can_use = bool(index.flags() & Qt.ItemFlag.ItemIsUserCheckable)
        paint_tick(painter, box, on=used, can_turn=can_use)
        frame = QRectF(QPointF(), _PICTURE.toSizeF())
        frame.moveCenter(
            QPointF(rect.left() + _TICK_WIDTH + _PICTURE.width() / 2, body.center().y())
        )
        self._paint_picture(painter, frame, index, used)
        left = frame.right() + GRID + 4
        self._paint_words(
            painter,
            option,
            index,
            QRectF(left, body.top(), body.right() - GRID - left, body.height()),
        )
        painter.restore()

    def _paint_picture(self, painter: QPainter, frame: QRectF, index: Index, used: bool) -> None:
        small = self._art.find(index.data(PATH_ROLE)) if self._art else None
        painter.setOpacity(1.0 if used else _LEFT_OUT)
        draw_picture(painter, small, frame)
        if small is None:
            drawn = pixmap("photo", tokens().disabled, 20, painter.device().devicePixelRatio())
            at = QRectF(frame.center().x() - 10, frame.center().y() - 10, 20, 20)
            painter.drawPixmap(at, drawn, QRectF(drawn.rect()))
        painter.setOpacity(1.0)

    def _paint_words(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index, room: QRectF
    ) -> None:
        colours = tokens()
        small = small_font(option.font, 0.9)
        line, lower = QFontMetricsF(option.font).height(), QFontMetricsF(small).height()
        word, reason = str(index.data(VERDICT_ROLE)), str(index.data(REASON_ROLE))
        said = f"{word}  {reason}"
        first, rest = _first_line(said, small, room.width())
        top = room.center().y() - (line + lower * (2 if rest else 1)) / 2
        size = str(index.data(SIZE_ROLE))
        size_width = QFontMetricsF(small).horizontalAdvance(size) + 1
        painter.setFont(small)
        painter.setPen(QColor(colours.quiet))
        paint_line(painter, QRectF(room.right() - size_width, top, size_width + 1, line), size)
        painter.setFont(option.font)
        painter.setPen(QColor(colours.text if _is_used(index) else colours.quiet))
        name = QRectF(room.left(), top, room.width() - size_width - 2 * GRID, line)
        paint_line(painter, name, str(index.data()), middle=True)
        painter.setFont(small)
        painter.setPen(QColor(str(getattr(colours, str(index.data(COLOUR_ROLE))))))
        second = QRectF(room.left(), top + line, room.width(), lower)
        paint_line(painter, second, word)
        painter.setPen(QColor(colours.quiet))
        left = QFontMetricsF(small).horizontalAdvance(f"{word}  ")
        paint_line(painter, second.adjusted(left, 0, 0, 0), first[len(word) + 2 :])
        if rest:
            paint_line(painter, second.translated(0, lower), rest)

    def editorEvent(  # noqa: D102
        self, event: QEvent, model: object, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        wanted = (QEvent.Type.MouseButtonRelease, QEvent.Type.MouseButtonDblClick)
        if event.type() not in wanted or not isinstance(event, QMouseEvent):
            return False
        rect: QRect = option.rect
        on_tick = event.position().x() < rect.left() + _TICK_WIDTH
        if event.button() is not Qt.MouseButton.LeftButton or not on_tick:
            return False
        new = Qt.CheckState.Unchecked if _is_used(index) else Qt.CheckState.Checked
        listed = index.model()
        return bool(listed.setData(listed.index(index.row(), 0), new, CHECK_ROLE))


def _first_line(text: str, font: QFont, width: float) -> tuple[str, str]:
    """Return what of a text has room on a line, and what goes on the next one."""
    layout = QTextLayout(text, font)
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(width)
    layout.endLayout()
    return text[: line.textLength()].rstrip(), text[line.textLength() :].strip()


def _is_used(index: Index) -> bool:
    return Qt.CheckState(index.data(CHECK_ROLE)) is Qt.CheckState.Checked


class TrainingPhotoList(QListView):
    """Space ticks, Delete removes, both for all that is selected; the menu says the same."""

    def __init__(
        self, photos: TrainingPhotosModel, art: ThumbnailArt | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("trainingPhotoList")
        self.setAccessibleName("Training photos")
        self.setAccessibleDescription("Space uses a photo or leaves it out, Delete removes it.")
        self._photos = photos
        self._under_drop = False
        self.setModel(photos)
        self.setItemDelegate(TrainingPhotoDelegate(art, self))
        set_up_rows(self)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.customContextMenuRequested.connect(self._on_menu)
        if art is not None:
            art.arrived.connect(self.viewport().update)

    def show_hovered(self, hovered: bool) -> None:
        """Light the frame while something that can be dropped is held over it."""
        self._under_drop = hovered
        self.viewport().update()

    def places(self) -> list[int]:
        """Return the rows that are selected."""
        return sorted(index.row() for index in self.selectionModel().selectedIndexes())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        places = self.places()
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._remove(places)
        elif event.key() == Qt.Key.Key_Space:
            self._turn(places)
        else:
            super().keyPressEvent(event)

    def _turn(self, places: Sequence[int]) -> None:
        """Leave them out if all are used, else use them all."""
        rows = self._photos.rows
        turned = [place for place in places if rows[place].can_use]
        if turned:
            self._photos.set_used(turned, not all(rows[place].is_used for place in turned))

    def _remove(self, places: Sequence[int]) -> None:
        if not places:
            return
        self._photos.remove(places)
        left = self._photos.rowCount()
        if left:
            self.setCurrentIndex(self._photos.index(min(places[0], left - 1)))

    def _on_menu(self, at: QPoint) -> None:
        places = self.places()
        if not self.indexAt(at).isValid() or not places:
            return
        rows = [self._photos.rows[place] for place in places]
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def add(words: str, call: Callable[[], object], allowed: bool = True) -> None:
            if allowed:
                menu.addAction(words, call)

        use, leave = (
            (lambda: self._photos.set_used(places, True)),
            (lambda: self._photos.set_used(places, False)),
        )
        add("Use", use, any(row.can_use and not row.is_used for row in rows))
        add("Leave out", leave, any(row.is_used for row in rows))
        add(f"Remove {count(len(places), 'photo')} from the list", lambda: self._remove(places))
        menu.popup(self.viewport().mapToGlobal(at))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        super().paintEvent(event)
        if self._photos.rowCount() and not self._under_drop:
            return
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.viewport().rect()).adjusted(GRID, GRID, -GRID, -GRID)
        pen = QPen(QColor(tokens().accent if self._under_drop else tokens().disabled), 1.5)
        if not self._under_drop:
            pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
        if self._photos.rowCount():
            return
        line = painter.fontMetrics().height()
        middle = frame.center().y()
        centre = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(tokens().text))
        painter.drawText(QRectF(frame.left(), middle - line, frame.width(), line), centre, EMPTY)
        painter.setFont(small_font(self.font(), 0.9))
        painter.setPen(QColor(tokens().quiet))
        more = QRectF(frame.left(), middle + 4, frame.width(), line)
        painter.drawText(more, centre, EMPTY_MORE)
