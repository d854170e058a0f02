"""What mouse and keys do in a grid of pictures: choose, open, drag out, scroll, make larger."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QContextMenuEvent,
    QCursor,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QRubberBand

from phota_desktop.ui.grid_layout import Box, GridLayout

if TYPE_CHECKING:
    from phota_desktop.ui.picture_grid import PictureGrid

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_CTRL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_NOTCH = 120
_EDGE_MS = 30
_EDGE_STEP = 24


class GridInput:
    """One grid's hand: it changes the choice at once, so that each key counts for what is shown."""

    def __init__(self, grid: PictureGrid) -> None:
        self._grid = grid
        self._model = grid.model
        self._pressed = QPoint()
        self._pressed_place = -1
        self._is_down = False
        self._chooses_on_release = False
        self._band_from: QPoint | None = None
        self._band_base: set[int] = set()
        self._band: QRubberBand | None = None
        self._turned = 0
        self._edge = QTimer(grid)
        self._edge.setInterval(_EDGE_MS)
        self._edge.timeout.connect(self._scroll_on)

    # -- the mouse ------------------------------------------------------------------------

    def press(self, event: QMouseEvent) -> None:
        """Choose; a drag from a picture takes it out, a drag from the ground chooses many."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        grid, model = self._grid, self._model
        point, keys = event.position().toPoint(), event.modifiers()
        self._pressed, self._is_down = point, True
        self._chooses_on_release = False
        place = self._pressed_place = grid.place_at(point)
        if place < 0:
            heading = grid.heading_at(point)
            if heading >= 0:
                model.choose_group(model.found.groups[heading])
            elif not grid.is_row:
                self._begin_band(point, adding=bool(keys & (_CTRL | _SHIFT)))
        elif keys & _SHIFT:
            model.extend(place, adding=bool(keys & _CTRL))
        elif keys & _CTRL:
            model.toggle(place)
        elif model.found.numbers[place] in model.selection and len(model.selection) > 1:
            self._chooses_on_release = True  # unless all of them are dragged out
        else:
            model.choose(place)

    def move(self, event: QMouseEvent) -> None:
        """Light up what is below, draw the band, or begin to drag out."""
        point = event.position().toPoint()
        if not self._is_down:
            self.set_hovered(self._grid.place_at(point))
            return
        far = (point - self._pressed).manhattanLength()
        if self._band_from is not None:
            self._stretch(point)
        elif self._pressed_place >= 0 and far >= QGuiApplication.styleHints().startDragDistance():
            self._is_down = self._chooses_on_release = False
            self._grid.drag_asked.emit()

    def release(self, event: QMouseEvent) -> None:
        """End what the press began."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        if self._chooses_on_release:
            self._model.choose(self._pressed_place)
        self._is_down = self._chooses_on_release = False
        self._end_band()

    def double_click(self, event: QMouseEvent) -> None:
        """Open the picture below."""
        place = self._grid.place_at(event.position().toPoint())
        if place >= 0 and event.button() is Qt.MouseButton.LeftButton:
            self._grid.opened.emit(place)

    def menu(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of what is chosen, below the mouse or at the current picture."""
        grid, model = self._grid, self._model
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            if model.selection.current >= 0:
                at = grid.rect_of(model.selection.current).center()
                grid.menu_asked.emit(grid.viewport().mapToGlobal(at))
            return
        place = grid.place_at(event.pos())
        if place < 0:
            return
        if model.found.numbers[place] not in model.selection:
            model.choose(place)
        grid.menu_asked.emit(event.globalPos())

    def wheel(self, event: QWheelEvent) -> bool:
        """Make tiles larger with Ctrl; scroll a strip sideways; False leaves it to Qt."""
        turn = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & _CTRL:
            self._turned += turn
            steps, self._turned = int(self._turned / _NOTCH), self._turned % _NOTCH
            if steps:
                self._grid.size_asked.emit(steps)
            return True
        if self._grid.is_row and turn:
            bar = self._grid.bar
            bar.setValue(bar.value() - turn * self._grid.plan.step // _NOTCH)
            return True
        return False

    def set_hovered(self, place: int) -> None:
        """Light up a tile."""
        grid = self._grid
        if place == grid.hovered:
            return
        for one in (grid.hovered, place):
            if 0 <= one < grid.plan.count:
                grid.viewport().update(grid.rect_of(one))
        grid.hovered = place

    def hover_again(self) -> None:
        """Light up what has come below the mouse."""
        if self._grid.hovered >= 0:
            at = self._grid.viewport().mapFromGlobal(QCursor.pos())
            inside = self._grid.viewport().rect().contains(at)
            self.set_hovered(self._grid.place_at(at) if inside else -1)

    # -- the rubber band ------------------------------------------------------------------

    def _begin_band(self, point: QPoint, *, adding: bool) -> None:
        self._band_from = point + self._grid.offset()
        self._band_base = set(self._model.selection.chosen()) if adding else set()
        if not adding:
            self._model.choose_numbers(set())

    def _stretch(self, point: QPoint) -> None:
        grid = self._grid
        if self._band_from is None or not isinstance(grid.plan, GridLayout):
            return
        if self._band is None:
            self._band = QRubberBand(QRubberBand.Shape.Rectangle, grid.viewport())
        area = QRect(self._band_from, point + grid.offset()).normalized()
        self._band.setGeometry(area.translated(-grid.offset()))
        self._band.show()
        box = Box(area.x(), area.y(), area.width(), area.height())
        numbers = self._model.found.numbers
        touched = {numbers[place] for place in grid.plan.places_in(box)}
        self._model.choose_numbers(self._band_base | touched)
        outside = not 0 <= point.y() < grid.viewport().height()
        if outside != self._edge.isActive():
            (self._edge.start if outside else self._edge.stop)()

    def _scroll_on(self) -> None:
        at = self._grid.viewport().mapFromGlobal(QCursor.pos())
        step = -_EDGE_STEP if at.y() < 0 else _EDGE_STEP
        self._grid.bar.setValue(self._grid.bar.value() + step)
        self._stretch(at)

    def _end_band(self) -> None:
        self._band_from = None
        self._edge.stop()
        if self._band is not None:
            self._band.hide()

    # -- keys -----------------------------------------------------------------------------

    def key(self, event: QKeyEvent) -> bool:
        """Do what a key says within the grid; False leaves it to the window."""
        grid, model = self._grid, self._model
        key, keys = Qt.Key(event.key()), event.modifiers()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not keys & _CTRL:
            if model.selection.current >= 0:
                grid.opened.emit(model.selection.current)
            return True
        if key == Qt.Key.Key_A and keys & _CTRL:
            model.choose_all()
            return True
        if key == Qt.Key.Key_Escape:
            if len(model.selection) > 1:
                model.choose_none()
            else:
                grid.left.emit()
            return True
        if key == Qt.Key.Key_Space and keys & _CTRL:
            model.toggle(model.selection.current)
            return True
        if keys & Qt.KeyboardModifier.AltModifier:
            return False
        place = self._led_to(key)
        if place is None:
            return False
        if keys & _SHIFT:
            model.extend(place, adding=bool(keys & _CTRL))
        elif keys & _CTRL and key in _ARROWS:
            model.go(place)
        else:
            model.choose(place)
        return True

    def _led_to(self, key: Qt.Key) -> int | None:
        """Return the place that an arrow, Home, End or a page key leads to; None for others."""
        grid, plan, at = self._grid, self._grid.plan, self._model.selection.current
        if not plan.count:
            return None
        if at < 0:
            return 0 if key in _ARROWS else None
        if key in _ARROWS:
            across, down = _ARROWS[key]
            if grid.is_row and down:
                return None
            return plan.beside(at, across, down)
        rows = plan.rows_on(grid.bar.pageStep())
        across = rows if grid.is_row else 0
        led: dict[Qt.Key, Callable[[], int]] = {
            Qt.Key.Key_Home: lambda: 0,
            Qt.Key.Key_End: lambda: plan.count - 1,
            Qt.Key.Key_PageDown: lambda: plan.beside(at, across, 0 if across else rows),
            Qt.Key.Key_PageUp: lambda: plan.beside(at, -across, 0 if across else -rows),
        }
        return led[key]() if key in led else None

    def announce(self, words: str) -> None:
        """Tell screen readers, for which the grid is one thing."""
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._grid, words))
