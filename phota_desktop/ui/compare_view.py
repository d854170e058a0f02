"""The clear sheet over the canvas that holds the swipe line: mouse, keys, words, looks."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QRegion,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from phota_desktop.ui.divider import Divider, swept

GRIP = 12
"""How near to the line, in logical pixels, a press takes hold of it."""
TURN = 5.0
"""Degrees of one key or wheel notch."""
_NUDGE = 0.01
_HANDLE = 9
_REACH = 15
"""How far along either axis the handle, with its rim, reaches from a line of any angle."""
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CONTROL = Qt.KeyboardModifier.ControlModifier


class CompareView(QWidget):
    """Holds the line; everything that is not the line's falls through to the canvas."""

    moved = Signal(object, object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("compareView")
        self.setAccessibleName("Divider between original and variant")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._divider = Divider()
        self._sides: tuple[str, str] = ("", "")
        self._covered = QRegion()
        self._words: Callable[[], QRegion] = QRegion
        self._held = False
        self._pivot: QPointF | None = None
        self._dragged = False
        self.hide()

    @property
    def divider(self) -> Divider:
        """Where the line is."""
        return self._divider

    def set_sides(self, before: str, after: str) -> None:
        """Tell the words of the pictures on either side, for those who listen."""
        self._sides = (before, after)
        self._describe()

    def set_words(self, words: Callable[[], QRegion]) -> None:
        """Let the line pass behind words; ``words`` returns where they are."""
        self._words = words

    def set_covered(self, covered: QRegion) -> None:
        """Let the line be seen nowhere in a part of the canvas, under the loupe."""
        # A copy: Qt's regions change in place under ``+=``.
        changed, self._covered = self._covered.xored(covered), QRegion(covered)
        self.update(changed)

    def set_divider(self, divider: Divider) -> None:
        """Move or turn the line; ``moved`` tells the old and the new one."""
        divider = divider.bounded()
        if divider == self._divider:
            return
        old, self._divider = self._divider, divider
        self.update(swept(old, divider, self.size(), _REACH))
        self._describe()
        self.moved.emit(old, divider)

    def turn(self, degrees: float = 90.0) -> None:
        """Turn the line clockwise: by a right angle in its place of the way, else on the spot."""
        if self.isHidden():
            return
        if degrees % 90:
            self.set_divider(self._divider.turned(degrees, self.size()))
        else:
            self.set_divider(Divider(self._divider.position, self._divider.angle + degrees))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the line when it is near; with Shift to turn it."""
        if event.button() is Qt.MouseButton.LeftButton and self._is_near(event.position()):
            self._held, self._dragged = True, False
            self._pivot = self._handle() if event.modifiers() & _SHIFT else None
            event.accept()
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag or turn the line, or show that it can be."""
        at = event.position()
        if self._held:
            self._dragged = True
            if self._pivot is None:
                self.set_divider(self._divider.through(at, self.size()))
            elif (at - self._pivot).manhattanLength() > GRIP:
                self.set_divider(self._divider.aimed(self._pivot, at, self.size()))
            event.accept()
            return
        if self._is_near(at) and not event.buttons():
            self.setCursor(_CURSORS[round(self._divider.angle / 45) % 4])
        else:
            self.unsetCursor()
        event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of the line; a click gives it the focus, a drag leaves the arrow keys alone."""
        if self._held and event.button() is Qt.MouseButton.LeftButton:
            self._held, self._pivot = False, None
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

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn the line with Ctrl near it."""
        if event.modifiers() & _CONTROL and self._is_near(event.position()):
            self.set_divider(self._divider.turned(TURN * event.angleDelta().y() / 120, self.size()))
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
        if event.key() not in {back, on}:
            event.ignore()
            return
        share = -_NUDGE if event.key() == back else _NUDGE
        self.set_divider(self._divider.nudged(share * 10 if event.modifiers() & _SHIFT else share))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus on the handle."""
        self.update(self._band())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the focus mark away."""
        self.update(self._band())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line with its handle, light on dark so that it shows on any picture."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRegion(QRegion(self.rect()) - self._covered - self._words())
        start, end = self._line()
        for colour, width in ((QColor(0, 0, 0, 130), 3.0), (QColor(255, 255, 255), 1.0)):
            painter.setPen(QPen(colour, width))
            painter.drawLine(start, end)
        middle = (start + end) / 2
        accent = self.palette().highlight().color()
        painter.setPen(QPen(accent if self.hasFocus() else QColor(0, 0, 0, 160), 2.0))
        painter.setBrush(QColor(255, 255, 255))
        painter.drawEllipse(middle, _HANDLE, _HANDLE)
        # Two small points where it goes, so that a turned line says so at its handle.
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 170))
        across, down = self._divider.normal
        for way in (-1, 1):
            painter.save()
            painter.translate(middle + QPointF(across, down) * (way * 2.5))
            painter.rotate(self._divider.angle + (0 if way > 0 else 180))
            painter.drawPolygon([QPointF(0, -3), QPointF(3.5, 0), QPointF(0, 3)])
            painter.restore()
        painter.end()

    def _line(self) -> tuple[QPointF, QPointF]:
        """Return the ends in logical pixels, where the device pixels of the pictures meet."""
        ratio = self.devicePixelRatioF()
        size = QSize(round(self.width() * ratio), round(self.height() * ratio))
        start, end = self._divider.ends(size)
        return QPointF(start.toPoint()) / ratio, QPointF(end.toPoint()) / ratio

    def _handle(self) -> QPointF:
        start, end = self._line()
        return (start + end) / 2

    def _is_near(self, at: QPointF) -> bool:
        return abs(self._divider.distance(at, self.size())) <= GRIP

    def _band(self) -> QRegion:
        return QRegion(
            QRectF(self._handle(), QSize(0, 0))
            .adjusted(-_REACH, -_REACH, _REACH, _REACH)
            .toAlignedRect()
        )

    def _describe(self) -> None:
        before, after = self._sides
        sides = f" {before} before it, {after} after it." if before and after else ""
        self.setAccessibleDescription(
            f"{self._divider.words()}{sides} Arrow keys move it, R turns it, [ and ] by 5°."
        )


_CURSORS = (
    Qt.CursorShape.SplitHCursor,
    Qt.CursorShape.SizeFDiagCursor,
    Qt.CursorShape.SplitVCursor,
    Qt.CursorShape.SizeBDiagCursor,
)
"""By the eighth of a turn."""
