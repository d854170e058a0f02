"""The list at the cursor after an ``@``: people and pets to mention, with face, name and status."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from phota_desktop.ui.controls import Caption
from phota_desktop.ui.mention_chip import paint_face, units
from phota_desktop.ui.profile_art import RoundArt
from phota_desktop.ui.rows import paint_ground, paint_line, small_font
from phota_desktop.ui.theme import GRID, RADIUS, tokens
from phota_desktop.viewmodels.mention_list import PERSON_ROLE, STATUS_ROLE, MentionListModel

if TYPE_CHECKING:
    from phota_desktop.services.people import Person
    from phota_desktop.ui.prompt_editor import PromptEditor
    from phota_desktop.ui.thumbnail_art import ThumbnailArt

Index = QModelIndex | QPersistentModelIndex
_FACE = 24
_ROWS = 6
_WIDTH = 248
_NOBODY = "No people or pets yet. You can train them with Phota."


class _Rows(QStyledItemDelegate):
    """Paints a face, the name, and the status at the right."""

    def __init__(self, parent: QListView) -> None:
        super().__init__(parent)
        self.faces: RoundArt | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(160, _FACE + GRID)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colours = tokens()
        body = QRectF(option.rect)
        font: QFont = option.font
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            paint_ground(painter, body, colours.hover, RADIUS - 2)
        face = QRectF(body.left() + GRID / 2, body.top() + GRID / 2, _FACE, _FACE)
        paint_face(painter, face, index.data(PERSON_ROLE), self.faces, font)
        painter.setFont(small_font(font, 0.9))
        status = str(index.data(STATUS_ROLE)).partition(":")[0]
        room = painter.fontMetrics().horizontalAdvance(status) + 1
        right = QRectF(body.right() - room - GRID, body.top(), room, body.height())
        is_ready = index.data(PERSON_ROLE).is_ready
        painter.setPen(QColor(colours.quiet if is_ready else colours.warn))
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(right, middle, status)
        painter.setFont(font)
        painter.setPen(QColor(colours.text))
        left = face.right() + GRID
        name = QRectF(left, body.top(), right.left() - GRID - left, body.height())
        paint_line(painter, name, str(index.data()))
        painter.restore()


class MentionPopup(QFrame):
    """A child of the window above everything else; the keys stay with the field."""

    taken = Signal(str, int)
    """A profile id, and how many places behind the ``@`` it replaces."""

    def __init__(self, editor: PromptEditor) -> None:
        super().__init__(editor.window())
        self.setObjectName("mentionPopup")
        self.setAccessibleName("People and pets to mention")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._editor = editor
        self._length = 0
        self.model = MentionListModel(self)
        self.list = QListView(self)
        self.list.setObjectName("mentionList")
        self.list.setAccessibleName("People and pets to mention")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setModel(self.model)
        self._rows = _Rows(self.list)
        self.list.setItemDelegate(self._rows)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(lambda index: self.take(index.row()))
        self._nobody = Caption(_NOBODY, self)
        self._nobody.setWordWrap(True)
        self._nobody.setContentsMargins(GRID // 2, 0, GRID // 2, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID // 2, GRID // 2, GRID // 2, GRID // 2)
        column.addWidget(self.list)
        column.addWidget(self._nobody)
        editor.destroyed.connect(self.deleteLater)
        self.hide()

    def set_people(self, people: Sequence[Person], pictures: ThumbnailArt | None) -> None:
        """Offer these people."""
        if self._rows.faces is None and pictures is not None:
            self._rows.faces = RoundArt(pictures, _FACE)
            pictures.arrived.connect(self.list.viewport().update)
        self.model.set_people(people)

    def suggest(self, query: str | None) -> None:
        """Show who fits what was typed behind the ``@``; None, or nobody, hides the list."""
        if query is not None:
            self.model.set_query(query)
        rows = self.model.rowCount() if query is not None else 0
        is_empty = query == "" and not self.model.people
        if not rows and not is_empty:
            self.hide()
            return
        self._length = units(query or "")
        self.list.setVisible(rows > 0)
        self._nobody.setVisible(is_empty)
        self.setStyleSheet(f"QListView {{ background: {tokens().raised}; }}")
        self._place(rows)
        self.show()
        self.raise_()
        if rows:
            self._choose(0)

    def take_key(self, event: QKeyEvent) -> bool:
        """Do what a key of the field says to the open list; False if it says nothing."""
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if not self.isVisible() or plain != Qt.KeyboardModifier.NoModifier:
            return False
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.hide()
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return self.take()
        steps: dict[int, int] = {
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: 1 - _ROWS,
            Qt.Key.Key_PageDown: _ROWS - 1,
        }
        by = steps.get(key, 0)
        rows = self.model.rowCount()
        if not by or not rows:
            return False
        row = self.list.currentIndex().row() + by
        self._choose(row % rows if abs(by) == 1 else max(0, min(rows - 1, row)))
        return True

    def take(self, row: int = -1) -> bool:
        """Mention the person of a row, the chosen one where none is named; False for nobody."""
        person = self.model.person(row if row >= 0 else self.list.currentIndex().row())
        if person is None:
            return False
        self.hide()
        self.taken.emit(person.id, self._length)
        return True

    def _choose(self, row: int) -> None:
        from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

        self.list.setCurrentIndex(self.model.index(row))
        person = self.model.index(row)
        if QAccessible.isActive():
            said = f"{self.model.words(row)}, {row + 1} of {self.model.rowCount()}"
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._editor, said))
        self.list.scrollTo(person)

    def _place(self, rows: int) -> None:
        """Stand below the cursor, above it where there is no room, and inside the window."""
        window = self._editor.window()
        if self.parentWidget() is not window:
            self.setParent(window)
        lines = (
            min(rows, _ROWS) * (_FACE + GRID)
            if rows
            else self._nobody.heightForWidth(_WIDTH - GRID) + GRID
        )
        size = QSize(min(_WIDTH, window.width()), lines + GRID + 1)
        caret = self._editor.cursorRect()
        below = self._editor.viewport().mapTo(window, caret.bottomLeft()) + QPoint(0, 4)
        top = below.y()
        if top + size.height() > window.height():
            above = self._editor.viewport().mapTo(window, caret.topLeft()).y() - 4
            top = max(0, above - size.height())
        left = max(0, min(below.x() - GRID, window.width() - size.width() - GRID))
        self.setGeometry(left, top, size.width(), size.height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        paint_panel(self)


def paint_panel(widget: QWidget) -> None:
    """Paint the raised ground and the thin line of a list that floats above the window."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(tokens().line), 1.0))
    painter.setBrush(QColor(tokens().raised))
    painter.drawRoundedRect(QRectF(widget.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
    painter.end()
