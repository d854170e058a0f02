"""Mouse, touchpad and keys of the canvas, as slots that a shortcut can be bound to as well."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QInputDevice,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from phota_desktop.ui.canvas_keys import CanvasKeys
from phota_desktop.ui.panes import Pane
from phota_desktop.viewmodels.viewport import Extent, Point, Viewport, ZoomMode

_NOTCH = 1.25
"""Zoom of one wheel notch (120 eighths of a degree)."""

_TAP_SECONDS = 0.25
_REPEAT_MS = 20
"""So long the press of a repeat may come after its release, before that is believed."""
_LOUPE_STEP = 0.02
"""How far, in parts of the canvas, an arrow key moves the loupe."""
_CONTROL = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class CanvasInput(QWidget):
    """Turns events into moves of the viewport; what is painted is the canvas's own matter."""

    def __init__(self, viewport: Viewport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._port = viewport
        self._keys = CanvasKeys()
        self._held: dict[int, str] = {}
        self._cursor: QPointF | None = None
        self._grabbed: QPointF | None = None
        self._alone = ""
        self._space_dragged = False
        self._held_since: dict[int, float] = {}
        self._let_go: tuple[int, int, float] = (0, 0, 0.0)
        self._repeated: set[int] = set()
        self._going = 0
        self._soon = QTimer(self, singleShot=True, interval=_REPEAT_MS)
        self._soon.timeout.connect(self._end_going)
        self._loupe_at: QPointF | None = None
        self._loupe_percent = 100
        self._presses: dict[str, Callable[[], object]] = {
            "original": self._hold_original,
            "flick": self.flick,
            "loupe": self._show_loupe,
            "turn": self.turn_divider,
            "less": lambda: self.turn_or_gain(-1),
            "more": lambda: self.turn_or_gain(1),
            "toggle_zoom": self.toggle_zoom,
            "pan": self._hold_space,
            "zoom_fit": self.zoom_fit,
            "zoom_100": lambda: self.zoom_to(100),
            "zoom_200": lambda: self.zoom_to(200),
            "zoom_in": self.zoom_in,
            "zoom_out": self.zoom_out,
        }

    @property
    def showing_original(self) -> bool:
        """Whether the original stands in for the variant."""
        raise NotImplementedError

    def set_showing_original(self, shown: bool) -> None:
        """Let the original stand in for the variant."""
        raise NotImplementedError

    def flick(self) -> None:
        """Swap variant and reference in place."""
        raise NotImplementedError

    def turn_divider(self) -> None:
        """Turn the swipe divider."""
        raise NotImplementedError

    def turn_or_gain(self, steps: int) -> None:
        """Turn the swipe divider a little, or ask for more or less gain."""
        raise NotImplementedError

    def mark_moving(self) -> None:
        """Say that the person is panning or zooming."""
        raise NotImplementedError

    def pane_at(self, at: QPointF | None) -> tuple[Pane, Point] | None:
        """Return the picture under a logical point, and the point in its pane in device pixels."""
        raise NotImplementedError

    def move_alone(self, path: str, dx: float, dy: float) -> None:
        """Move one picture by device pixels, and no other."""
        raise NotImplementedError

    def move_together(self) -> None:
        """Lay all pictures at the same place again."""
        raise NotImplementedError

    def set_loupe(self, at: QPointF | None) -> None:
        """Show the loupe at a logical point, or no more."""
        raise NotImplementedError

    def tell_cursor(self) -> None:
        """Say where in the pictures the cursor is."""
        raise NotImplementedError

    def set_keys(self, keys: Mapping[str, Sequence[str]]) -> None:
        """Let commands of ``CANVAS_KEYS`` have other keys."""
        self._keys.set(keys)

    @Slot()
    def zoom_fit(self) -> None:
        """Show the whole picture, all at the same place."""
        self.move_together()
        self._port.set_mode(ZoomMode.FIT)

    @Slot(float)
    def zoom_to(self, percent: float) -> None:
        """Show a percentage (100 is one image pixel per device pixel), at the cursor."""
        extent, at = self._under(self._cursor)
        self._port.set_percent(percent, at, extent)

    @Slot()
    def zoom_in(self) -> None:
        """Go to the next larger step, at the cursor."""
        self._step(1)

    @Slot()
    def zoom_out(self) -> None:
        """Go to the next smaller step, at the cursor."""
        self._step(-1)

    @Slot()
    def toggle_zoom(self) -> None:
        """Go from fit to 100 % at the cursor, or back."""
        extent, at = self._under(self._cursor)
        self._port.toggle_fit_100(at, extent)
        if self._port.mode is ZoomMode.FIT:
            self.move_together()

    def handle_press(self, event: QKeyEvent) -> bool:
        """Act on a key; False leaves it to others. The window may hand on keys it does not use."""
        if self._going and event.key() != self._going:
            self._end_going()
        if self._loupe_at is not None and event.key() in _ARROWS:
            self._move_loupe(*_ARROWS[Qt.Key(event.key())])
            return True
        command = self._keys.command(event)
        if command is None:
            return False
        if command in {"original", "loupe", "pan"}:
            if event.key() == self._going:
                self._soon.stop()
                self._going = 0
            if event.isAutoRepeat():
                self._repeated.add(event.key())
            if event.isAutoRepeat() or command in self._held.values():
                return True
            self._held[event.key()] = command
            self._held_since[event.key()] = self._since(event)
        self._presses[command]()
        return True

    def handle_release(self, event: QKeyEvent) -> bool:
        """End a held key; False leaves it to others."""
        if event.isAutoRepeat() or event.key() not in self._held:
            return False
        self._let_go = (event.key(), event.timestamp(), self._held_since[event.key()])
        if event.key() in self._repeated:
            self._going = event.key()
            self._soon.start()
        else:
            self._end(event.key())
        return True

    @Slot()
    def _end_going(self) -> None:
        """Believe that a key was let go."""
        key, self._going = self._going, 0
        self._soon.stop()
        if key in self._held:
            self._end(key)

    def _end(self, key: int) -> None:
        command, since = self._held.pop(key), self._held_since.pop(key)
        self._repeated.discard(key)
        was_tap = time.monotonic() - since <= _TAP_SECONDS
        if command == "pan" and was_tap and not self._space_dragged:
            self.toggle_zoom()
        elif command == "original" and not was_tap:
            self.set_showing_original(not self.showing_original)
        elif command == "loupe":
            self.set_loupe(None)

    def event(self, event: QEvent) -> bool:
        """Take pinch and smart zoom of touchpads."""
        if isinstance(event, QNativeGestureEvent):
            return self._gesture(event)
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor by wheel, move sideways with Shift, pan by two fingers."""
        angle, pixels = event.angleDelta(), event.pixelDelta()
        ratio = self.devicePixelRatioF()
        event.accept()
        if self._loupe_at is not None:
            self._loupe_percent = 200 if angle.y() > 0 else 100
            self.set_loupe(self._loupe_at)
            return
        self.mark_moving()
        fingers = event.device().type() == QInputDevice.DeviceType.TouchPad or (
            not pixels.isNull() and event.phase() != Qt.ScrollPhase.NoScrollPhase
        )
        if fingers and not event.modifiers() & _CONTROL:
            move = pixels if not pixels.isNull() else angle
            self._port.pan(move.x() * ratio, move.y() * ratio)
        elif event.modifiers() & _SHIFT:
            self._port.pan((angle.y() or angle.x()) * ratio, 0)
        else:
            extent, at = self._under(event.position())
            self._port.zoom_at(_NOTCH ** (angle.y() / 120), at, extent)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the picture (middle; left when it is larger than its pane), or the loupe.

        With Shift only the picture under the cursor moves.
        """
        self._cursor = event.position()
        button = event.button()
        left = button is Qt.MouseButton.LeftButton
        if button is Qt.MouseButton.RightButton:
            self._show_loupe()
        elif button is Qt.MouseButton.MiddleButton or (
            left and ("pan" in self._held.values() or self._port.is_pannable())
        ):
            under = self.pane_at(event.position())
            self._alone = under[0].shown.path if under and event.modifiers() & _SHIFT else ""
            self._grabbed = event.position()
            self._space_dragged = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif not left:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan while held; the loupe follows."""
        self._cursor = event.position()
        self.tell_cursor()
        if self._loupe_at is not None:
            self.set_loupe(event.position())
        if self._grabbed is None:
            event.ignore()
            return
        ratio = self.devicePixelRatioF()
        move = (event.position() - self._grabbed) * ratio
        self._grabbed = event.position()
        self.mark_moving()
        if self._alone:
            self.move_alone(self._alone, move.x(), move.y())
        else:
            self._port.pan(move.x(), move.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the picture or the loupe go."""
        if event.button() is Qt.MouseButton.RightButton and self._loupe_at is not None:
            self.set_loupe(None)
        elif self._grabbed is None:
            event.ignore()
        else:
            self._grabbed = None
            self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go from fit to 100 % there, or back."""
        self._cursor = event.position()
        if event.button() is Qt.MouseButton.LeftButton:
            self.move_together()
            self.toggle_zoom()
        else:
            event.ignore()

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the cursor: keys then zoom at the middle."""
        self._cursor = None
        self.tell_cursor()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take keys that reach the canvas itself."""
        if not self.handle_press(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Take keys that reach the canvas itself."""
        if not self.handle_release(event):
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Let go of held keys, whose release will not be seen."""
        held, self._held, self._held_since = set(self._held.values()), {}, {}
        self._repeated = set()
        if "original" in held:
            self.set_showing_original(not self.showing_original)
        if self._loupe_at is not None:
            self.set_loupe(None)
        super().focusOutEvent(event)

    def _since(self, event: QKeyEvent) -> float:
        """Return since when a key is held that is pressed now.

        X repeats a held key by a release and a press of one time stamp. A busy program may see
        the first before the second is there, and takes both for real: then it was held before.
        """
        key, stamp, since = self._let_go
        is_repeat = stamp and (key, stamp) == (event.key(), event.timestamp())
        return since if is_repeat else time.monotonic()

    def _hold_original(self) -> None:
        self.set_showing_original(not self.showing_original)

    def _hold_space(self) -> None:
        self._space_dragged = False

    def _show_loupe(self) -> None:
        self.set_loupe(self._cursor or QPointF(self.width() / 2, self.height() / 2))

    def _move_loupe(self, across: int, down: int) -> None:
        if self._loupe_at is not None:
            x = self._loupe_at.x() + across * _LOUPE_STEP * self.width()
            y = self._loupe_at.y() + down * _LOUPE_STEP * self.height()
            self.set_loupe(
                QPointF(min(max(x, 0), self.width() - 1), min(max(y, 0), self.height() - 1))
            )

    def _under(self, at: QPointF | None) -> tuple[Extent | None, Point | None]:
        under = self.pane_at(at)
        return (under[0].extent, under[1]) if under else (None, None)

    def _step(self, direction: int) -> None:
        extent, at = self._under(self._cursor)
        self._port.step(direction, at, extent)

    def _gesture(self, event: QNativeGestureEvent) -> bool:
        extent, at = self._under(event.position())
        if event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture:
            self.mark_moving()
            self._port.zoom_at(max(1 + event.value(), 0.1), at, extent)
        elif event.gestureType() is Qt.NativeGestureType.SmartZoomNativeGesture:
            self._port.toggle_fit_100(at, extent)
        elif event.gestureType() is Qt.NativeGestureType.PanNativeGesture:
            ratio = self.devicePixelRatioF()
            self.mark_moving()
            self._port.pan(event.delta().x() * ratio, event.delta().y() * ratio)
        else:
            return False
        return True
