"""The rows of the sidebar: a round picture, name and status in words, progress and the tick."""

from __future__ import annotations

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import (
    QInputDialog,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from phota_desktop.ui.profile_art import RoundArt
from phota_desktop.ui.rows import paint_ground, paint_line, set_up_rows, small_font
from phota_desktop.ui.theme import GRID, RADIUS, tokens
from phota_desktop.ui.thumbnail_art import ThumbnailArt
from phota_desktop.ui.ticks import BOX, paint_tick
from phota_desktop.viewmodels.people import PeopleViewModel
from phota_desktop.viewmodels.people_list import CHECK_ROLE, ID_ROLE, ROW_ROLE
from phota_desktop.viewmodels.people_rows import Row

Index = QModelIndex | QPersistentModelIndex
_FACE = 36
_LINE = 3
"""Pixels in height of the line that shows how far a training is."""
_TICK_WIDTH = 40
"""The right end of a row that a click ticks: wider than the box, so that it is easy to hit."""


class ProfileDelegate(QStyledItemDelegate):
    """Paints one person; a click on the right end ticks."""

    def __init__(self, art: ThumbnailArt, parent: QWidget) -> None:
        super().__init__(parent)
        self._art = RoundArt(art, _FACE)
        self.target = -1
        """The row over which photos are held; -1 for none."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: D102
        lines = 2 * QFontMetricsF(option.font).height()
        return QSize(120, round(max(_FACE, lines)) + GRID + 2)

    def paint(  # noqa: D102
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index
    ) -> None:
        rect: QRect = option.rect
        state = option.state
        row = index.data(ROW_ROLE)
        if not isinstance(row, Row):
            return
        states = type(state)  # a look at QStyle itself costs 9 ms before the first paint
        colours = tokens()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(rect).adjusted(GRID, 1, -GRID, -1)
        selected, focused = states.State_Selected, states.State_HasFocus
        if state & (selected | states.State_MouseOver):
            paint_ground(painter, body, colours.hover if state & selected else colours.raised)
        if state & focused and state & selected:
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(body.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        face = QRectF(body.left() + GRID, body.center().y() - _FACE / 2, _FACE, _FACE)
        self._art.paint(painter, face, row.picture, row.initials, option.font)
        tick = index.data(CHECK_ROLE)
        right = body.right() - (_TICK_WIDTH - GRID if tick is not None else GRID)
        self._paint_words(painter, option.font, row, QRectF(body), face.right(), right)
        if index.row() == self.target:
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(body.adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        if tick is not None:
            on = Qt.CheckState(tick) is Qt.CheckState.Checked
            paint_tick(painter, _box(body), on=on)
        painter.restore()

    def _paint_words(
        self,
        painter: QPainter,
        font: QFont,
        row: Row,
        body: QRectF,
        left: float,
        right: float,
    ) -> None:
        colours = tokens()
        left += GRID + 2
        line = QFontMetricsF(font).height()
        top = body.center().y() - line
        painter.setFont(font)
        painter.setPen(QColor(colours.text))
        paint_line(painter, QRectF(left, top, right - left, line), row.name)
        painter.setFont(small_font(font, 0.85))
        painter.setPen(QColor(str(getattr(colours, row.colour))))
        width = right - left
        fits = painter.fontMetrics().horizontalAdvance(row.words) <= width
        words = row.words if fits else row.brief
        paint_line(painter, QRectF(left, top + line, width, line), words)
        if row.share is not None:
            groove = QRectF(left, body.bottom() - _LINE, right - left, _LINE)
            paint_ground(painter, groove, colours.line, _LINE / 2)
            groove.setWidth(max(_LINE, groove.width() * row.share))
            paint_ground(painter, groove, colours.accent, _LINE / 2)

    def editorEvent(  # noqa: D102
        self,
        event: QEvent,
        model: object,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        wanted = (QEvent.Type.MouseButtonRelease, QEvent.Type.MouseButtonDblClick)
        if event.type() not in wanted or not isinstance(event, QMouseEvent):
            return False
        rect: QRect = option.rect
        on_tick = event.position().x() >= rect.right() - _TICK_WIDTH
        if event.button() is not Qt.MouseButton.LeftButton or not on_tick:
            return False
        return turn_tick(index)


def turn_tick(index: Index) -> bool:
    """Turn the tick of a row; False where there is none."""
    tick = index.data(CHECK_ROLE)
    if tick is None:
        return False
    was = Qt.CheckState(tick) is Qt.CheckState.Checked
    new = Qt.CheckState.Unchecked if was else Qt.CheckState.Checked
    model = index.model()
    return bool(model.setData(model.index(index.row(), 0), new, CHECK_ROLE))


def _box(body: QRectF) -> QRectF:
    return QRectF(body.right() - GRID - BOX, body.center().y() - BOX / 2, BOX, BOX)


class ProfileList(QListView):
    """Space ticks, F2 renames, Enter mentions, Delete asks; the menu says the same."""

    mention_asked = Signal(str)
    """Carries the profile id to be mentioned in the prompt."""
    add_asked = Signal(str)
    """Carries the profile id to which photos are to be added."""
    privacy_asked = Signal(str)
    """Carries the profile id whose sent photos are to be shown."""
    current_changed = Signal()

    def __init__(
        self, people: PeopleViewModel, art: ThumbnailArt, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("profileList")
        self.setAccessibleName("People and pets")
        self._people = people
        self._kept = ("", 0)
        self.setModel(people.model)
        self._delegate = ProfileDelegate(art, self)
        self.setItemDelegate(self._delegate)
        set_up_rows(self)
        self.customContextMenuRequested.connect(self._on_menu)
        people.model.modelAboutToBeReset.connect(self._keep_place)
        people.model.modelReset.connect(self._find_place)
        self.selectionModel().currentChanged.connect(lambda *_: self.current_changed.emit())
        art.arrived.connect(self.viewport().update)

    def row_height(self) -> int:
        """Return the height of one row in pixels."""
        option = QStyleOptionViewItem()
        option.font = self.font()
        return self.itemDelegate().sizeHint(option, QModelIndex()).height()

    @property
    def current(self) -> Row | None:
        """The chosen row."""
        return self._people.model.item(self.currentIndex().row())

    def profile_at(self, at: QPoint) -> str:
        """Return the profile at a point of the viewport, empty for none."""
        return str(self.indexAt(at).data(ID_ROLE) or "")

    def mark_target(self, profile_id: str) -> None:
        """Frame the row of a profile, over which photos are held; none for an empty id."""
        target = self._people.model.row(profile_id) if profile_id else -1
        if target != self._delegate.target:
            self._delegate.target = target
            self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        key = Qt.Key
        current = self.currentIndex()
        profile_id = str(current.data(ID_ROLE) or "")
        walking = (key.Key_Up, key.Key_Down, key.Key_PageUp, key.Key_PageDown)
        if event.key() in (*walking, key.Key_Home, key.Key_End):
            super().keyPressEvent(event)
        elif event.key() == key.Key_Space and turn_tick(current):
            event.accept()
        elif event.key() == key.Key_F2 and profile_id:
            self.ask_name(profile_id)
        elif event.key() in (key.Key_Return, key.Key_Enter) and profile_id:
            self.mention_asked.emit(profile_id)
        elif event.key() == key.Key_Delete and profile_id:
            self._people.ask_deletion(profile_id)
        elif event.key() == key.Key_Menu and current.isValid():
            self._on_menu(self.visualRect(current).center())
        else:
            event.ignore()  # letters, left and right belong to the window

    def ask_name(self, profile_id: str) -> None:
        """Ask for another name."""
        row = self._people.model.item(self._people.model.row(profile_id))
        if row is None:
            return
        dialog = QInputDialog(self)
        dialog.setObjectName("renameDialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Rename")
        dialog.setLabelText("Name, kept on this computer:")
        dialog.setTextValue(self._people.name_of(profile_id) or row.name)
        dialog.setOkButtonText("Rename")
        dialog.textValueSelected.connect(lambda name: self._people.rename(profile_id, name))
        dialog.open()

    def _on_menu(self, at: QPoint) -> None:
        from phota_desktop.ui.profile_menu import ProfileMenu

        row = self._people.model.item(self.indexAt(at).row())
        if row is not None:
            ProfileMenu(row, self._people, self).popup(self.viewport().mapToGlobal(at))

    def _keep_place(self) -> None:
        row = self.current
        self._kept = (row.key if row is not None else "", self.verticalScrollBar().value())

    def _find_place(self) -> None:
        key, scrolled = self._kept
        place = self._people.model.find(key)
        if place >= 0:
            self.setCurrentIndex(self._people.model.index(place))
        self.verticalScrollBar().setValue(scrolled)
