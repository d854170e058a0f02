"""The canvas: shows a photo, its variant or both, with one zoom and place for all."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, QTimer, Signal, Slot
from PySide6.QtGui import (
    QImage,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from phota_desktop.ui.canvas_input import CanvasInput
from phota_desktop.ui.canvas_labels import INSET, draw_message, label_plate, label_rect
from phota_desktop.ui.canvas_paint import (
    SURROUNDS,
    PaneScene,
    Scene,
    device_space,
    paint,
    paint_halved,
)
from phota_desktop.ui.compare_view import CompareView, Divider, View, side_panes
from phota_desktop.viewmodels.image_cache import LoadedImage
from phota_desktop.viewmodels.images import ImageLoader
from phota_desktop.viewmodels.viewport import Extent, Placement, Viewport, ZoomMode, percent_text

_STILL_MS = 100
_DENSE = 1.5
_NOWHERE = Placement(1.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class _Slot:
    """A picture to show, by its path, with the words of its label."""

    path: str
    label: str


@dataclass(frozen=True)
class _Frame:
    """What is on the screen: of which photo, in which view, which pictures (the leader last)."""

    photo: str = ""
    view: View = View.SINGLE
    slots: tuple[_Slot, ...] = ()


class ImageCanvas(CanvasInput):
    """One engine for every view; panes share one ``Viewport``.

    A new picture appears when all that its view needs has a preview; until then the last one
    stays with its own label, so that words and pixels always belong together.
    """

    zoom_changed = Signal(str)
    view_changed = Signal(object)
    original_shown = Signal(bool)

    def __init__(self, loader: ImageLoader, parent: QWidget | None = None) -> None:
        self._viewport = Viewport()
        super().__init__(self._viewport, parent)
        self.setObjectName("imageCanvas")
        self.setAccessibleName("Photo canvas")
        self._loader = loader
        self._images: dict[str, LoadedImage] = {}
        self._errors: dict[str, str] = {}
        self._photo = ""
        self._original = _Slot("", "")
        self._variant: _Slot | None = None
        self._view = View.SINGLE
        self._showing_original = False
        self._frame = _Frame()
        self._message = ""
        self._surround = SURROUNDS["grey"]
        self._zoom_label = ""
        self._buffer = QImage()
        self._moving = False
        self._still = QTimer(self, singleShot=True, interval=_STILL_MS)
        self._still.timeout.connect(self._on_still)
        self.compare = CompareView(self)
        self.compare.moved.connect(self._on_divider)
        self._viewport.changed.connect(self._on_viewport)
        loader.preview.connect(self._on_image)
        loader.ready.connect(self._on_image)
        loader.failed.connect(self._on_failed)

    @property
    def viewport(self) -> Viewport:
        """The shared zoom and place."""
        return self._viewport

    @property
    def view(self) -> View:
        """How the pair is shown; a photo without a variant is always shown alone."""
        return self._view

    @property
    def showing_original(self) -> bool:
        """Whether the original stands in for the variant."""
        return self._showing_original

    @property
    def shown_paths(self) -> tuple[str, ...]:
        """The paths of the pictures on the screen, original first."""
        return tuple(slot.path for slot in self._frame.slots)

    def is_settled(self) -> bool:
        """Tell whether all that was asked for is there in full, or known to be unreadable."""
        asked = {slot.path for slot in (self._original, self._variant) if slot and slot.path}
        full = {path for path, image in self._images.items() if image.complete}
        return asked <= full | set(self._errors)

    def labels(self) -> tuple[str, ...]:
        """Return the words on each picture: “v2 · 2048 × 1365 · 50 %”."""
        return tuple(self._label(slot, extent) for slot, _, extent in self._panes())

    def show_pair(
        self,
        original: Path,
        variant: Path | None,
        *,
        original_label: str = "Original",
        variant_label: str = "",
    ) -> None:
        """Show a photo and, where there is one, a variant of it.

        Zoom and place stay for another variant of the same photo; another photo begins at fit.
        """
        self._photo = os.fspath(original)
        self._original = _Slot(self._photo, original_label)
        self._variant = _Slot(os.fspath(variant), variant_label) if variant else None
        if self._photo != self._frame.photo or self._variant is None:
            self.set_showing_original(False)
        needed = self._slots()
        others = [slot for slot in (self._variant, self._original) if slot and slot not in needed]
        wanted = {slot.path for slot in (*needed, *others)}
        self._errors = {path: text for path, text in self._errors.items() if path not in wanted}
        self._loader.request(*(Path(slot.path) for slot in (*needed, *others)))
        self._compose()

    def clear(self) -> None:
        """Show no picture, only the message."""
        self._photo, self._original, self._variant = "", _Slot("", ""), None
        self._loader.request()
        self._images.clear()
        self._errors.clear()
        self._show(_Frame())

    def set_view(self, view: View) -> None:
        """Change how the pair is shown; place and true scale stay."""
        if view != self._view:
            self._view = view
            self.view_changed.emit(view)
            self._compose()

    @Slot(bool)
    def set_showing_original(self, shown: bool) -> None:
        """Let the original stand in for the variant."""
        if shown != self._showing_original:
            self._showing_original = shown
            self.original_shown.emit(shown)
            self._compose()

    def set_message(self, text: str) -> None:
        """Say something on the empty canvas."""
        if text != self._message:
            self._message = text
            self.update()

    def set_surround(self, name: str) -> None:
        """Choose black, grey, light or white; raises KeyError for others."""
        self._surround = SURROUNDS[name]
        self.update()

    @Slot()
    def turn_divider(self) -> None:
        """Turn the swipe divider from vertical to horizontal and back."""
        self.compare.turn()

    def scene(self) -> Scene:
        """Return all that the next frame shows, in device pixels."""
        size = self._device_size()
        clips = [pane for _, pane, _ in self._panes()]
        if self._frame.view is View.SWIPE and len(clips) == 2:
            clips = list(self.compare.divider.split(size))
        panes = []
        for (slot, pane, extent), clip in zip(self._panes(), clips, strict=True):
            placed = _NOWHERE if extent.is_empty else self._viewport.place(extent)
            panes.append(PaneScene(self._images.get(slot.path), placed, pane, clip))
        return Scene(tuple(panes), self._surround, self._moving)

    def mark_moving(self) -> None:
        """Say that the person is panning or zooming: frames get lighter, decoders fewer."""
        if not self._moving:
            self._moving = True
            self._loader.set_moving(True)
        self._still.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the exposed part in device pixels, then the words in logical ones."""
        ratio = self.devicePixelRatioF()
        exposed = [_device_rect(event.rect(), ratio)]
        painter = QPainter(self)
        device_space(painter)
        if self._moving and ratio > _DENSE:
            half = (self._device_size() + QSize(3, 3)) / 2
            if self._buffer.width() < half.width() or self._buffer.height() < half.height():
                self._buffer = QImage(half, QImage.Format.Format_RGB32)
            paint_halved(painter, exposed, self.scene(), self._buffer)
        else:
            paint(painter, exposed, self.scene())
        painter.resetTransform()
        self._paint_words(painter, event.rect(), ratio)
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Follow the window to a display of another scale."""
        if event.type() is QEvent.Type.DevicePixelRatioChange:
            self._arrange()
            self.update()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the panes follow the canvas."""
        self.compare.setGeometry(self.rect())
        self._arrange()
        super().resizeEvent(event)

    def pane_at(self, at: QPointF | None) -> tuple[Extent, tuple[float, float]] | None:
        """Return the picture under a logical point, and the point in its pane in device pixels."""
        panes = [pane for pane in self._panes() if not pane[2].is_empty]
        if not panes or at is None:
            return None
        ratio = self.devicePixelRatioF()
        spot = QPointF(at.x() * ratio, at.y() * ratio)
        clips = [clip.clip for clip in self.scene().panes]
        for (_, pane, extent), clip in zip(self._panes(), clips, strict=True):
            if not extent.is_empty and QRectF(clip).contains(spot):
                return extent, (spot.x() - pane.left(), spot.y() - pane.top())
        return None

    def _slots(self) -> tuple[_Slot, ...]:
        """Return the pictures that the chosen view needs, the leader last."""
        if not self._photo:
            return ()
        if self._variant is None or self._showing_original:
            return (self._original,)
        return (self._variant,) if self._view is View.SINGLE else (self._original, self._variant)

    def _compose(self) -> None:
        """Go over to what is wanted as soon as every picture of it can be shown."""
        slots = self._slots()
        if all(slot.path in self._images or slot.path in self._errors for slot in slots):
            view = self._view if len(slots) > 1 else View.SINGLE
            self._show(_Frame(self._photo, view, slots))

    def _show(self, frame: _Frame) -> None:
        before, self._frame = self._frame, frame
        kept = {slot.path for slot in (*frame.slots, self._original, self._variant) if slot}
        self._images = {path: image for path, image in self._images.items() if path in kept}
        if before.photo != frame.photo:
            self._viewport.set_mode(ZoomMode.FIT)
        if self.compare.hasFocus() and frame.view is not View.SWIPE:
            self.setFocus()
        self.compare.show_divider(frame.view is View.SWIPE)
        self.compare.setVisible(frame.view is not View.SINGLE)
        self._arrange()
        self.update()

    def _arrange(self) -> None:
        """Tell the viewport what is where."""
        panes = self._panes()
        self.setAccessibleDescription("; ".join(self.labels()))
        if panes:
            self._loader.set_target(panes[-1][1].width(), panes[-1][1].height())
            self._viewport.set_panes([extent for _, _, extent in panes], leader=len(panes) - 1)
        else:
            size = self._device_size()
            self._loader.set_target(size.width(), size.height())
        self._tell_zoom()

    def _device_size(self) -> QSize:
        ratio = self.devicePixelRatioF()
        return QSize(round(self.width() * ratio), round(self.height() * ratio))

    def _panes(self) -> list[tuple[_Slot, QRect, Extent]]:
        """Return each picture on the screen with its pane (device pixels)."""
        size, slots = self._device_size(), self._frame.slots
        rects: tuple[QRect, ...] = (QRect(0, 0, size.width(), size.height()),) * len(slots)
        if self._frame.view is View.SIDE:
            rects = side_panes(size, len(slots), round(2 * self.devicePixelRatioF()))
        panes = []
        for slot, rect in zip(slots, rects, strict=True):
            image = self._images.get(slot.path)
            width, height = (image.full_width, image.full_height) if image else (0, 0)
            panes.append((slot, rect, Extent(width, height, rect.width(), rect.height())))
        return panes

    def _label(self, slot: _Slot, extent: Extent) -> str:
        if extent.is_empty:
            return slot.label
        size = f"{extent.image_width} × {extent.image_height}"
        scale = percent_text(self._viewport.percent(extent))
        parts = (slot.label, size, scale, self._errors.get(slot.path, ""))
        return " · ".join(part for part in parts if part)

    def _paint_words(self, painter: QPainter, exposed: QRect, ratio: float) -> None:
        panes = self._panes()
        font = self.font().toString()
        if not panes and self._message:
            draw_message(painter, QRectF(self.rect()), self._message, self._surround)
        for n, (slot, rect, extent) in enumerate(panes):
            pane = QRectF(
                rect.x() / ratio, rect.y() / ratio, rect.width() / ratio, rect.height() / ratio
            )
            text = self._label(slot, extent)
            right = self._frame.view is View.SWIPE and n == 1
            plate = label_plate(text, font, int(pane.width() - 2 * INSET), ratio)
            box = label_rect(plate, pane, right=right)
            if text and box.intersects(QRectF(exposed)):
                painter.drawImage(box.topLeft(), plate)
            if slot.path in self._errors and extent.is_empty:
                draw_message(painter, pane, self._errors[slot.path], self._surround)

    @Slot(object, object)
    def _on_image(self, path: str, image: LoadedImage) -> None:
        if path not in {slot.path for slot in (self._original, self._variant) if slot}:
            return
        self._images[path] = image
        self._errors.pop(path, None)
        self._compose()

    @Slot(object, str)
    def _on_failed(self, path: str, message: str) -> None:
        if path in {slot.path for slot in (self._original, self._variant) if slot}:
            self._errors[path] = message
            self._compose()

    @Slot()
    def _on_viewport(self) -> None:
        self.update()
        self._tell_zoom()

    @Slot(object, object)
    def _on_divider(self, old: Divider, new: Divider) -> None:
        """Repaint only what lies between the old and the new line."""
        if old.vertical != new.vertical:
            self.update()
            return
        low, high = sorted((old.position, new.position))
        if new.vertical:
            start, end = math.floor(low * self.width()) - 1, math.ceil(high * self.width()) + 1
            self.update(QRect(start, 0, end - start, self.height()))
        else:
            start, end = math.floor(low * self.height()) - 1, math.ceil(high * self.height()) + 1
            self.update(QRect(0, start, self.width(), end - start))

    @Slot()
    def _on_still(self) -> None:
        self._moving = False
        self._loader.set_moving(False)
        self.update()
        self.setAccessibleDescription("; ".join(self.labels()))

    def _tell_zoom(self) -> None:
        label = self._viewport.label()
        if label != self._zoom_label:
            self._zoom_label = label
            self.zoom_changed.emit(label)


def _device_rect(rect: QRect, ratio: float) -> QRect:
    """Return the device pixels that a logical rectangle touches, with one to spare for rounding."""
    left, top = math.floor(rect.x() * ratio) - 1, math.floor(rect.y() * ratio) - 1
    right = math.ceil((rect.x() + rect.width()) * ratio) + 1
    bottom = math.ceil((rect.y() + rect.height()) * ratio) + 1
    return QRect(left, top, right - left, bottom - top)
