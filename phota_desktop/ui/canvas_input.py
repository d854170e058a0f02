"""Mouse, touchpad and keys of the canvas, as slots that a shortcut can be bound to as well."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, QPointF, Qt, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QInputDevice,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from phota_desktop.viewmodels.viewport import Extent, Viewport, ZoomMode

_NOTCH = 1.25
"""Zoom of one wheel notch (120 eighths of a degree)."""

_TAP_SECONDS = 0.25
_CONTROL = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier


class CanvasInput(QWidget):
    """Turns events into moves of the viewport; what is painted is the canvas's own matter."""

    def __init__(self, viewport: Viewport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._port = viewport
        self._cursor: QPointF | None = None
        self._grabbed: QPointF | None = None
        self._space = False
        self._space_dragged = False
        self._held_since: float | None = None

    @property
    def showing_original(self) -> bool:
        """Whether the original stands in for the variant."""
        raise NotImplementedError

    def set_showing_original(self, shown: bool) -> None:
        """Let the original stand in for the variant."""
        raise NotImplementedError

    def turn_divider(self) -> None:
        """Turn the swipe divider."""
        raise NotImplementedError

    def mark_moving(self) -> None:
        """Say that the person is panning or zooming."""
        raise NotImplementedError

    def pane_at(self, at: QPointF | None) -> tuple[Extent, tuple[float, float]] | None:
        """Return the picture under a logical point, and the point in its pane in device pixels."""
        raise NotImplementedError

    @Slot()
    def zoom_fit(self) -> None:
        """Show the whole picture."""
        self._port.set_mode(ZoomMode.FIT)

    @Slot(float)
    def zoom_to(self, percent: float) -> None:
        """Show a percentage (100 is one image pixel per device pixel), at the cursor."""
        extent, at = self.pane_at(self._cursor) or (None, None)
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
        extent, at = self.pane_at(self._cursor) or (None, None)
        self._port.toggle_fit_100(at, extent)

    def handle_press(self, event: QKeyEvent) -> bool:
        """Act on a key; False leaves it to others. The window may hand on keys it does not use."""
        key, modifiers = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if modifiers & ~_SHIFT == _CONTROL:
            return self._control_key(key)
        if modifiers:
            return False
        if key == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._space, self._space_dragged = True, False
        elif key == Qt.Key.Key_Z:
            self.toggle_zoom()
        elif key in {Qt.Key.Key_B, Qt.Key.Key_Backslash}:
            if not event.isAutoRepeat():
                self._held_since = time.monotonic()
                self.set_showing_original(not self.showing_original)
        elif key == Qt.Key.Key_R:
            self.turn_divider()
        else:
            return False
        return True

    def handle_release(self, event: QKeyEvent) -> bool:
        """End a held key; False leaves it to others."""
        if event.isAutoRepeat():
            return False
        if event.key() == Qt.Key.Key_Space and self._space:
            self._space = False
            if not self._space_dragged:
                self.toggle_zoom()
            return True
        if event.key() in {Qt.Key.Key_B, Qt.Key.Key_Backslash} and self._held_since is not None:
            held, self._held_since = time.monotonic() - self._held_since, None
            if held > _TAP_SECONDS:
                self.set_showing_original(not self.showing_original)
            return True
        return False

    def event(self, event: QEvent) -> bool:
        """Take pinch and smart zoom of touchpads."""
        if isinstance(event, QNativeGestureEvent):
            return self._gesture(event)
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor by wheel, move sideways with Shift, pan by two fingers."""
        angle, pixels = event.angleDelta(), event.pixelDelta()
        ratio = self.devicePixelRatioF()
        spot = event.position()
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
            extent, at = self.pane_at(spot) or (None, None)
            self._port.zoom_at(_NOTCH ** (angle.y() / 120), at, extent)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the picture: left when it is larger than its pane, middle always."""
        self._cursor = event.position()
        left = event.button() is Qt.MouseButton.LeftButton
        if event.button() is Qt.MouseButton.MiddleButton or (
            left and (self._space or self._port.is_pannable())
        ):
            self._grabbed = event.position()
            self._space_dragged = self._space
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif not left:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan while held."""
        self._cursor = event.position()
        if self._grabbed is None:
            event.ignore()
            return
        ratio = self.devicePixelRatioF()
        move = (event.position() - self._grabbed) * ratio
        self._grabbed = event.position()
        self.mark_moving()
        self._port.pan(move.x(), move.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the picture go."""
        if self._grabbed is None:
            event.ignore()
            return
        self._grabbed = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go from fit to 100 % there, or back."""
        self._cursor = event.position()
        if event.button() is Qt.MouseButton.LeftButton:
            self.toggle_zoom()
        else:
            event.ignore()

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the cursor: keys then zoom at the middle."""
        self._cursor = None

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
        self._space = False
        if self._held_since is not None:
            self._held_since = None
            self.set_showing_original(not self.showing_original)
        super().focusOutEvent(event)

    def _control_key(self, key: int) -> bool:
        if key == Qt.Key.Key_0:
            self.zoom_fit()
        elif key == Qt.Key.Key_1:
            self.zoom_to(100)
        elif key == Qt.Key.Key_2:
            self.zoom_to(200)
        elif key in {Qt.Key.Key_Plus, Qt.Key.Key_Equal}:
            self.zoom_in()
        elif key in {Qt.Key.Key_Minus, Qt.Key.Key_Underscore}:
            self.zoom_out()
        else:
            return False
        return True

    def _step(self, direction: int) -> None:
        extent, at = self.pane_at(self._cursor) or (None, None)
        self._port.step(direction, at, extent)

    def _gesture(self, event: QNativeGestureEvent) -> bool:
        extent, at = self.pane_at(event.position()) or (None, None)
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
