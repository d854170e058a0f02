"""The strip below the canvas: the original, then variants, running places and reasons why not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import (
    QItemSelectionModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    QUrl,
)
from PySide6.QtGui import QColor, QDrag, QFont, QKeyEvent, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from phota_desktop.core.library import Marks
from phota_desktop.ui.icons import pixmap
from phota_desktop.ui.mark_art import draw_marks_on
from phota_desktop.ui.rows import paint_line, small_font
from phota_desktop.ui.strip_panel import BRACKET, PICTURE_HEIGHT
from phota_desktop.ui.theme import GRID, RADIUS, tokens
from phota_desktop.ui.thumbnail_art import ThumbnailArt, draw_picture
from phota_desktop.viewmodels.studio import StudioViewModel
from phota_desktop.viewmodels.variants import DETAIL_ROLE, ENTRY_ROLE, Entry, EntryKind

Index = QModelIndex | QPersistentModelIndex
THUMB = QSize(108, PICTURE_HEIGHT)
_BADGES = {
    EntryKind.FAILED: ("failed", "bad"),
    EntryKind.REFUSED: ("refused", "warn"),
    EntryKind.UNKNOWN: ("unknown", "warn"),
    EntryKind.WAITING: ("waiting", "quiet"),
}


class EntryDelegate(QStyledItemDelegate):
    """Paints one place: bracket, picture or badge, title and one quiet line."""

    def __init__(
        self, art: ThumbnailArt, marks_of: Callable[[Path | None], Marks | None], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._art = art
        self._marks_of = marks_of

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: D102
        line = option.fontMetrics.height()
        return QSize(THUMB.width() + GRID, BRACKET + THUMB.height() + 2 * line + GRID)

    def paint(  # noqa: D102
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index
    ) -> None:
        entry: Entry = index.data(ENTRY_ROLE)
        rect: QRect = option.rect
        state = option.state
        states = type(state)  # a look at QStyle itself costs 9 ms before the first paint
        font: QFont = option.font
        colours = tokens()
        frame = QRectF(rect.left() + GRID / 2, rect.top() + BRACKET, THUMB.width(), THUMB.height())
        painter.save()
        self._bracket(painter, rect, index, entry)
        if entry.can_show and entry.path is not None:
            draw_picture(painter, self._art.find(entry.path), frame)
            marks = self._marks_of(entry.path)
            if marks is not None:
                draw_marks_on(painter, frame, marks)
        else:
            self._place(painter, frame, entry, str(index.data(DETAIL_ROLE) or ""), font)
        selected = bool(state & states.State_Selected)
        if selected or state & states.State_MouseOver:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(colours.accent if selected else colours.disabled), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(frame.adjusted(-2, -2, 2, 2), RADIUS - 1, RADIUS - 1)
        if state & states.State_HasFocus:
            painter.setPen(QPen(QColor(colours.text), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(frame.adjusted(-3.5, -3.5, 3.5, 3.5), RADIUS, RADIUS)
        top = frame.bottom() + GRID / 2
        painter.setFont(font)
        painter.setPen(QColor(colours.text if selected else colours.quiet))
        paint_line(painter, QRectF(frame.left(), top, frame.width(), 18), entry.title)
        painter.setFont(small_font(font, 0.85))
        painter.setPen(QColor(colours.quiet))
        detail = "" if entry.kind is EntryKind.RUNNING else str(index.data(DETAIL_ROLE) or "")
        height = painter.fontMetrics().height()
        paint_line(painter, QRectF(frame.left(), top + 18, frame.width(), height), detail)
        painter.restore()

    def _bracket(self, painter: QPainter, rect: QRect, index: Index, entry: Entry) -> None:
        if not entry.group:
            return
        rows = index.model().rowCount()
        before = index.sibling(index.row() - 1, 0).data(ENTRY_ROLE) if index.row() else None
        after = (
            index.sibling(index.row() + 1, 0).data(ENTRY_ROLE) if index.row() + 1 < rows else None
        )
        first = before is None or before.group != entry.group
        last = after is None or after.group != entry.group
        y = rect.top() + 3.5
        left = rect.left() + (GRID / 2 if first else 0)
        right = rect.left() + THUMB.width() + (GRID / 2 if last else GRID)
        painter.setPen(QPen(QColor(tokens().disabled), 1))
        painter.drawLine(QPointF(left, y), QPointF(right, y))
        for is_end, x in ((first, left), (last, right)):
            if is_end:
                painter.drawLine(QPointF(x, y), QPointF(x, y + 3))

    def _place(
        self, painter: QPainter, frame: QRectF, entry: Entry, detail: str, font: QFont
    ) -> None:
        colours = tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        shape.addRoundedRect(frame, RADIUS - 2, RADIUS - 2)
        painter.fillPath(shape, QColor(colours.raised))
        if entry.kind is EntryKind.RUNNING:
            self._shimmer(painter, frame, shape, detail)
            painter.setFont(font)
            painter.setPen(QColor(colours.text))
            painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, detail)
            return
        icon_name, colour = _BADGES.get(entry.kind, ("photo", "quiet"))
        scale = painter.device().devicePixelRatio()
        drawn = pixmap(icon_name, str(getattr(colours, colour)), 24, scale)
        painter.drawPixmap(QPointF(frame.center().x() - 12, frame.center().y() - 12), drawn)

    def _shimmer(self, painter: QPainter, frame: QRectF, shape: QPainterPath, detail: str) -> None:
        """Draw a slanted band that moves with the seconds: no timer of its own, no animation."""
        second = int(detail.rpartition(":")[2] or 0)
        left = frame.left() + frame.width() * ((second % 4) / 4) - 8
        band = QPainterPath()
        band.moveTo(left + 20, frame.top())
        band.lineTo(left + 52, frame.top())
        band.lineTo(left + 32, frame.bottom())
        band.lineTo(left, frame.bottom())
        band.closeSubpath()
        painter.fillPath(band.intersected(shape), QColor(tokens().hover))


class VariantStrip(QListView):
    """One row of places; the current one is what the canvas shows, others may be selected too."""

    def __init__(
        self, studio: StudioViewModel, art: ThumbnailArt, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("variantStrip")
        self.setAccessibleName("Variants")
        self._studio = studio
        self.setModel(studio.strip)
        self.setItemDelegate(EntryDelegate(art, studio.marks_of, self))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalScrollBar().setSingleStep(THUMB.width() // 2)
        art.arrived.connect(self.viewport().update)
        studio.entry_changed.connect(self.follow)
        studio.photo_changed.connect(self.follow)
        studio.strip.rowsInserted.connect(self.follow)
        self.selectionModel().currentChanged.connect(self._on_current)
        self.follow()

    def follow(self) -> None:
        """Mark the chosen place as current and bring it into view."""
        entry = self._studio.entry
        row = self._studio.strip.row(entry.key) if entry else -1
        if row < 0:
            return
        index = self._studio.strip.index(row)
        if index != self.currentIndex():
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.selectionModel().setCurrentIndex(index, flags)
        self.scrollTo(index)

    def selected_entries(self) -> list[Entry]:
        """Return the selected places that have a picture, in their order."""
        rows = sorted(index.row() for index in self.selectedIndexes())
        entries = self._studio.strip.entries()
        return [entries[row] for row in rows if row < len(entries) and entries[row].can_show]

    def drag_data(self) -> QMimeData | None:
        """Return the selected files as addresses, and the picture itself if it is one."""
        files = self._studio.saver.drag_files(self.selected_entries(), self._studio.photo)
        if not files:
            return None
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path)) for path in files])
        if len(files) == 1:
            from phota_desktop.viewmodels.decoding import whole_picture

            image = whole_picture(files[0])
            if not image.isNull():
                mime.setImageData(image)
        return mime

    def startDrag(self, supported: Qt.DropAction) -> None:  # noqa: D102
        mime = self.drag_data()
        if mime is None:
            return
        drag = QDrag(self)
        drag.setMimeData(mime)
        delegate = self.itemDelegate()
        if isinstance(delegate, EntryDelegate):
            entry = self.selected_entries()[0]
            small = delegate._art.find(entry.path) if entry.path else None
            if small is not None:
                drag.setPixmap(small.scaledToWidth(THUMB.width()))
        drag.exec(Qt.DropAction.CopyAction)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End):
            super().keyPressEvent(event)
        else:
            event.ignore()  # letters, Space, up and down belong to the window

    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        entry = current.data(ENTRY_ROLE) if current.isValid() else None
        if isinstance(entry, Entry):
            self._studio.choose_entry(entry.key)
