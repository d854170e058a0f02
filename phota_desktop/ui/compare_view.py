"""What comparing adds to the canvas: how panes are laid out, and the swipe divider."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

_GRIP = 12
"""How near to the divider, in logical pixels, a press takes hold of it."""
_NUDGE = 0.01
_HANDLE = 9


class View(StrEnum):
    """The ways of the canvas to show a pair."""

    SINGLE = "single"
    SWIPE = "swipe"
    SIDE = "side"


@dataclass(frozen=True)
class Divider:
    """A line across the canvas at a fraction of its width (vertical) or height."""

    position: float = 0.5
    vertical: bool = True

    def split(self, size: QSize) -> tuple[QRect, QRect]:
        """Return the parts before (left or above) and after the line, in the unit of ``size``."""
        width, height = size.width(), size.height()
        if self.vertical:
            at = round(self.position * width)
            return QRect(0, 0, at, height), QRect(at, 0, width - at, height)
        at = round(self.position * height)
        return QRect(0, 0, width, at), QRect(0, at, width, height - at)


def side_panes(size: QSize, count: int, gap: int) -> tuple[QRect, ...]:
    """Lay out panes of equal size, in the unit of ``size``: two in a row, more in a grid.

    Two stand one above the other where the canvas is taller than wide.
    """
    columns = _columns(size, count)
    rows = -(-count // columns)
    width = max((size.width() - gap * (columns - 1)) // columns, 1)
    height = max((size.height() - gap * (rows - 1)) // rows, 1)
    return tuple(
        QRect(n % columns * (width + gap), n // columns * (height + gap), width, height)
        for n in range(count)
    )


def _columns(size: QSize, count: int) -> int:
    if count <= 2:
        return count if size.width() >= size.height() else 1

    def room(columns: int) -> float:
        """Return how large a 3:2 picture gets."""
        return min(size.width() / columns / 3, size.height() / -(-count // columns) / 2)

    return max(range(1, count + 1), key=room)


class CompareView(QWidget):
    """A clear sheet over the canvas that holds the divider; everything else falls through."""

    moved = Signal(object, object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("compareView")
        self.setAccessibleName("Comparison of original and variant")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._divider = Divider()
        self._shown = False
        self._held = False
        self._dragged = False
        self.hide()

    @property
    def divider(self) -> Divider:
        """Where the line is."""
        return self._divider

    def show_divider(self, shown: bool) -> None:
        """Tell whether there is a line (swipe) or none (side by side)."""
        self._shown = shown
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if shown else Qt.FocusPolicy.NoFocus)
        self._describe()
        self.update()

    def set_divider(self, divider: Divider) -> None:
        """Move the line; ``moved`` tells the old and the new one."""
        divider = Divider(min(max(divider.position, 0.0), 1.0), divider.vertical)
        if divider == self._divider:
            return
        old, self._divider = self._divider, divider
        self.update(self._band(old))
        self.update(self._band(divider))
        self._describe()
        self.moved.emit(old, divider)

    def turn(self) -> None:
        """Turn the line from vertical to horizontal and back."""
        if self._shown:
            self.set_divider(Divider(self._divider.position, not self._divider.vertical))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the line when it is near."""
        if event.button() is Qt.MouseButton.LeftButton and self._is_near(event.position()):
            self._held, self._dragged = True, False
            event.accept()
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the line, or show that it can be dragged."""
        if self._held:
            self._dragged = True
            self.set_divider(Divider(self._fraction(event.position()), self._divider.vertical))
            event.accept()
            return
        if self._is_near(event.position()) and not event.buttons():
            across = Qt.CursorShape.SplitHCursor, Qt.CursorShape.SplitVCursor
            self.setCursor(across[0] if self._divider.vertical else across[1])
        else:
            self.unsetCursor()
        event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of the line; a click gives it the focus, a drag leaves the arrow keys alone."""
        if self._held and event.button() is Qt.MouseButton.LeftButton:
            self._held = False
            if not self._dragged:
                self.setFocus(Qt.FocusReason.MouseFocusReason)
            event.accept()
        else:
            event.ignore()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Turn the line."""
        if event.button() is Qt.MouseButton.LeftButton and self._is_near(event.position()):
            self.turn()
            event.accept()
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the line by arrow keys: one part in a hundred, with Shift ten."""
        back, on = (
            (Qt.Key.Key_Left, Qt.Key.Key_Right)
            if self._divider.vertical
            else (Qt.Key.Key_Up, Qt.Key.Key_Down)
        )
        if not self._shown or event.key() not in {back, on}:
            event.ignore()
            return
        step = -_NUDGE if event.key() == back else _NUDGE
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            step *= 10
        self.set_divider(Divider(self._divider.position + step, self._divider.vertical))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus on the handle."""
        self.update(self._band(self._divider))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the focus mark away."""
        self.update(self._band(self._divider))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line with its handle, light on dark so that it shows on any picture."""
        if not self._shown:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        at = self._line()
        ends = (
            (QPointF(at, 0), QPointF(at, self.height()))
            if self._divider.vertical
            else (QPointF(0, at), QPointF(self.width(), at))
        )
        for colour, width in ((QColor(0, 0, 0, 130), 3.0), (QColor(255, 255, 255), 1.0)):
            painter.setPen(QPen(colour, width))
            painter.drawLine(*ends)
        middle = (ends[0] + ends[1]) / 2
        accent = self.palette().highlight().color()
        painter.setPen(QPen(accent if self.hasFocus() else QColor(0, 0, 0, 160), 2.0))
        painter.setBrush(QColor(255, 255, 255))
        painter.drawEllipse(middle, _HANDLE, _HANDLE)
        painter.end()

    def _line(self) -> float:
        """Return the line in logical pixels, where the device pixels of the pictures meet."""
        ratio = self.devicePixelRatioF()
        length = self.width() if self._divider.vertical else self.height()
        return round(self._divider.position * round(length * ratio)) / ratio

    def _fraction(self, at: QPointF) -> float:
        if self._divider.vertical:
            return at.x() / max(self.width(), 1)
        return at.y() / max(self.height(), 1)

    def _is_near(self, at: QPointF) -> bool:
        offset = at.x() if self._divider.vertical else at.y()
        return self._shown and abs(offset - self._line()) <= _GRIP

    def _band(self, divider: Divider) -> QRect:
        reach = _HANDLE + 3
        if divider.vertical:
            at = divider.position * self.width()
            band = QRectF(at - reach, 0, 2 * reach, self.height())
        else:
            at = divider.position * self.height()
            band = QRectF(0, at - reach, self.width(), 2 * reach)
        return band.toAlignedRect()

    def _describe(self) -> None:
        share = f"Divider at {self._divider.position:.0%}. " if self._shown else ""
        self.setAccessibleDescription(f"{share}Arrow keys move it, R turns it." if share else "")
