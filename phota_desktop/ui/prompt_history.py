"""Prompts used before: search, use, pin and delete them, of all photos or the shown one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from phota_desktop.ui.controls import Caption, push_button
from phota_desktop.ui.icons import pixmap
from phota_desktop.ui.mention_popup import paint_panel
from phota_desktop.ui.rows import paint_ground, paint_line, small_font
from phota_desktop.ui.segmented import Segment, SegmentedControl
from phota_desktop.ui.theme import GRID, RADIUS, tokens
from phota_desktop.viewmodels.prompt_list import ROW_ROLE, PromptListModel, Row

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QPaintEvent

    from phota_desktop.core.options import Operation
    from phota_desktop.viewmodels.prompts import PromptsViewModel

Index = QModelIndex | QPersistentModelIndex
_ICON = 16
_CELL = 28
_SIZE = QSize(380, 420)
_KEYS = "Enter uses it, Ctrl+P pins, Shift+Delete deletes"
_EMPTY = "Prompts you send are kept here, also when their pictures are deleted."


class _Rows(QStyledItemDelegate):
    """Paints up to two lines of a prompt over operation and date; pin and bin at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row: Row | None = index.data(ROW_ROLE)
        line = option.fontMetrics.height()
        if row is None or row.is_heading:
            return QSize(160, line + GRID + 4)
        view = self.parent()
        width = view.viewport().width() if isinstance(view, QListView) else _SIZE.width()
        lines = len(_folded(row.text, option.fontMetrics, _room(row, width)))
        return QSize(160, (lines + (row.entry is not None)) * line + GRID + 4)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: Row | None = index.data(ROW_ROLE)
        if row is None:
            return
        colours = tokens()
        body = QRect(option.rect)
        font: QFont = option.font
        states = QStyle.StateFlag
        is_chosen = bool(option.state & states.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if is_chosen or (option.state & states.State_MouseOver and not row.is_heading):
            paint_ground(painter, QRectF(body), colours.hover, RADIUS - 2)
        small = small_font(font, 0.9)
        inside = body.adjusted(GRID, 4, -GRID, -4)
        entry = row.entry
        if entry is not None:
            inside.setRight(pin_cell(body).left())
            shown = is_chosen or bool(option.state & states.State_MouseOver)
            scale = painter.device().devicePixelRatioF()
            if shown or entry.pinned:
                colour = colours.accent if entry.pinned else colours.quiet
                _icon(painter, "pin", colour, pin_cell(body), scale)
            if shown:
                _icon(painter, "trash", colours.quiet, bin_cell(body), scale)
        painter.setFont(small if row.is_heading else font)
        painter.setPen(QColor(colours.quiet if row.is_heading else colours.text))
        lines = _folded(row.text, painter.fontMetrics(), inside.width())
        line = QRect(inside)
        line.setHeight(inside.height() // (len(lines) + (entry is not None)))
        for words in lines:
            paint_line(painter, QRectF(line), words)
            line.translate(0, line.height())
        if entry is not None:
            painter.setFont(small)
            painter.setPen(QColor(colours.quiet))
            paint_line(painter, QRectF(line), row.below)
        painter.restore()


def _room(row: Row, width: int) -> int:
    """Return the width in pixels that a row of ``width`` has for its words."""
    body = QRect(0, 0, width, _CELL)
    right = pin_cell(body).left() if row.entry is not None else body.right() - GRID
    return right - GRID + 1


def _folded(text: str, metrics: QFontMetrics, width: int) -> list[str]:
    """Return a text as one line, or as two of which the second may be too long."""
    if metrics.horizontalAdvance(text) <= width:
        return [text]
    words = text.split(" ")
    first = words[0]
    for word in words[1:]:
        if metrics.horizontalAdvance(f"{first} {word}") > width:
            break
        first = f"{first} {word}"
    rest = text[len(first) :].lstrip()
    return [first, rest] if rest else [first]


def pin_cell(row: QRect) -> QRect:
    """Return where the pin of a row is."""
    return bin_cell(row).translated(-_CELL, 0)


def bin_cell(row: QRect) -> QRect:
    """Return where the bin of a row is."""
    return QRect(row.right() - _CELL - 2, row.top(), _CELL, row.height())


def _icon(painter: QPainter, name: str, colour: str, cell: QRect, scale: float) -> None:
    place = QPoint(cell.center().x() - _ICON // 2 + 1, cell.center().y() - _ICON // 2 + 1)
    painter.drawPixmap(place, pixmap(name, colour, _ICON, scale))


class PromptHistoryPopup(QFrame):
    """Opens below its button; the search field has the keys, arrows go through the list."""

    chosen = Signal(str)
    """The wire text of a prompt to use."""

    def __init__(self, prompts: PromptsViewModel, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("promptHistory")
        self.setAccessibleName("Prompts used before")
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self._prompts = prompts
        self.model = PromptListModel(prompts, self)
        self.field = QLineEdit(self)
        self.field.setObjectName("promptSearch")
        self.field.setAccessibleName("Search prompts")
        self.field.setPlaceholderText("Search prompts")
        self.field.setClearButtonEnabled(True)
        self.scope = SegmentedControl(
            "promptScope",
            "Prompts of",
            [
                Segment("all", "All photos", "All photos"),
                Segment("photo", "This photo", "This photo"),
            ],
            self,
            stretch=True,
        )
        self.list = QListView(self)
        self.list.setObjectName("promptList")
        self.list.setAccessibleName("Prompts")
        self.list.setModel(self.model)
        self.list.setItemDelegate(_Rows(self.list))
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self._empty = Caption(_EMPTY, self)
        self._empty.setWordWrap(True)
        self._foot = Caption(_KEYS, self)
        for words in (self._empty, self._foot):
            words.setContentsMargins(GRID, 0, GRID, 0)
        self.undo = push_button("promptUndo", "Undo delete", self)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(GRID)
        column.addWidget(self.field)
        column.addWidget(self.scope)
        column.addWidget(self._empty)
        column.addWidget(self.list, 1)
        foot = QHBoxLayout()
        foot.addWidget(self._foot, 1)
        foot.addWidget(self.undo)
        column.addLayout(foot)

    def _connect(self) -> None:
        self.field.textChanged.connect(self._search)
        self.scope.chosen.connect(self._search)
        self.field.installEventFilter(self)
        self.list.installEventFilter(self)
        self.list.viewport().installEventFilter(self)
        self.list.clicked.connect(lambda index: self._use(index.row()))
        self.undo.clicked.connect(lambda _on=False: self._prompts.undo_forget())
        self.model.modelReset.connect(self._refresh)
        self._prompts.found.connect(self._refresh)

    def open_at(self, below: QWidget, operation: Operation) -> None:
        """Open below a widget, inside the screen."""
        self.setStyleSheet(f"QListView {{ background: {tokens().raised}; }}")
        self.field.clear()
        self.scope.set_value("all")
        has_photo = self._prompts.photo is not None
        self.scope.setVisible(has_photo)
        self.model.set_operation(operation)
        self._search()
        screen = below.screen().availableGeometry()
        place = below.mapToGlobal(QPoint(below.width() - _SIZE.width(), below.height() + 4))
        left = max(screen.left(), min(place.x(), screen.right() - _SIZE.width()))
        top = max(screen.top(), min(place.y(), screen.bottom() - _SIZE.height()))
        self.setGeometry(QRect(QPoint(left, top), _SIZE))
        self.show()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def row(self) -> Row | None:
        """Return the chosen row."""
        return self.model.row(self.list.currentIndex().row())

    def _search(self) -> None:
        only_photo = self.scope.value == "photo"
        self._prompts.search(self.field.text(), only_photo=only_photo)
        self.model.refresh()

    def _refresh(self) -> None:
        is_new = not self._prompts.entries and not self.field.text()
        only_photo = self.scope.value == "photo"
        self._empty.setText("No prompt was used on this photo yet." if only_photo else _EMPTY)
        self._empty.setVisible(is_new and self._prompts.forgotten is None)
        self.undo.setVisible(self._prompts.forgotten is not None)
        self._foot.setText("Prompt deleted" if self._prompts.forgotten is not None else _KEYS)
        if not self.list.currentIndex().isValid():
            self._move(1)

    def _move(self, by: int) -> None:
        """Choose the next row in a direction that is no heading."""
        number = self.list.currentIndex().row() + by
        row = self.model.row(number)
        while row is not None and row.is_heading:
            number += by
            row = self.model.row(number)
        if row is not None:
            self.list.setCurrentIndex(self.model.index(number))

    def _use(self, number: int) -> None:
        row = self.model.row(number)
        if row is not None and row.wire:
            self.close()
            self.chosen.emit(row.wire)

    def _pin(self, row: Row | None) -> None:
        if row is not None and row.entry is not None:
            self._prompts.pin(row.entry, not row.entry.pinned)

    def _forget(self, row: Row | None) -> None:
        if row is not None and row.entry is not None:
            self._prompts.forget(row.entry)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event, in_list=watched is self.list)
        if (
            event.type() is QEvent.Type.MouseButtonRelease
            and watched is self.list.viewport()
            and isinstance(event, QMouseEvent)
        ):
            return self._click(event.position().toPoint())
        return False

    def _key(self, event: QKeyEvent, *, in_list: bool) -> bool:
        key, mods = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        steps: dict[int, int] = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if mods == Qt.KeyboardModifier.NoModifier and key in steps:
            self._move(steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._use(self.list.currentIndex().row())
        elif key == Qt.Key.Key_P and mods == Qt.KeyboardModifier.ControlModifier:
            self._pin(self.row())
        elif key == Qt.Key.Key_Delete and (in_list or mods == Qt.KeyboardModifier.ShiftModifier):
            self._forget(self.row())
        else:
            return False
        return True

    def _click(self, place: QPoint) -> bool:
        """Pin or delete where the icons are; elsewhere the row is used."""
        index = self.list.indexAt(place)
        row, body = self.model.row(index.row()), self.list.visualRect(index)
        if row is None or row.entry is None:
            return False
        if pin_cell(body).contains(place):
            self._pin(row)
        elif bin_cell(body).contains(place):
            self._forget(row)
        else:
            return False
        return True

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: D102
        super().hideEvent(event)
        self._prompts.settle()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        paint_panel(self)
