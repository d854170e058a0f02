"""The canvas: shows pictures in any view, with one zoom and place for all."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QWidget

from phota_desktop.core.alignment import Alignment
from phota_desktop.ui import theme
from phota_desktop.ui.canvas_input import CanvasInput
from phota_desktop.ui.canvas_labels import (
    INSET,
    Corner,
    difference_text,
    draw_message,
    label_plate,
    label_rect,
    label_text,
    swipe_corners,
)
from phota_desktop.ui.canvas_paint import (
    SURROUNDS,
    PaneScene,
    Scene,
    device_space,
    paint,
    paint_halved,
)
from phota_desktop.ui.canvas_pictures import CanvasPictures
from phota_desktop.ui.compare_view import TURN, CompareView
from phota_desktop.ui.divider import Divider, swept
from phota_desktop.ui.loupe import Glass, draw_rim, glasses
from phota_desktop.ui.panes import Pane, aligned_extent, clips_for, extent_of, rects_for
from phota_desktop.viewmodels.comparison import Comparison, Pair, Shown, View
from phota_desktop.viewmodels.image_cache import LoadedImage
from phota_desktop.viewmodels.images import ImageLoader
from phota_desktop.viewmodels.viewport import Placement, Point, Viewport, ZoomMode

_STILL_MS = 100
_DENSE = 1.5
_NOWHERE = Placement(1.0, 0.0, 0.0, 0.0, 0.0)
_NAMES = {
    View.SINGLE: "Photo canvas",
    View.SWIPE: "Photo canvas, before and after",
    View.SIDE: "Photo canvas, side by side",
    View.SURVEY: "Photo canvas, survey",
    View.DIFFERENCE: "Photo canvas, difference",
}


@dataclass(frozen=True)
class _Frame:
    """What is on the screen: of which photo, in which view, which pictures (the leader last)."""

    photo: str = ""
    view: View = View.SINGLE
    slots: tuple[Shown, ...] = ()
    pairs: tuple[Pair, ...] = ()

    def pair(self, path: str) -> Pair | None:
        """Return the pair in which a picture is laid over another."""
        return next((pair for pair in self.pairs if pair[1] == path), None)


class ImageCanvas(CanvasInput):
    """One engine for every view; panes share one ``Viewport``.

    A new picture appears when all that its view needs has a preview; until then the last one
    stays with its own label, so that words and pixels always belong together.
    """

    zoom_changed = Signal(str)
    view_changed = Signal(object)
    original_shown = Signal(bool)
    compared = Signal(object, object)
    """Paths of a reference and of a picture that is now compared with it."""
    cursor_moved = Signal(object, object)
    """The fraction of the shared frame under the cursor and whose picture; None outside."""
    gain_asked = Signal(int)
    """Steps of more (+1) or less (−1) gain that a key asks for in a difference."""

    def __init__(
        self,
        loader: ImageLoader,
        parent: QWidget | None = None,
        *,
        comparison: Comparison | None = None,
    ) -> None:
        self._viewport = Viewport()
        super().__init__(self._viewport, parent)
        self.setObjectName("imageCanvas")
        self.setAccessibleName(_NAMES[View.SINGLE])
        self._loader = loader
        self.comparison = comparison or Comparison(self)
        self._pictures = CanvasPictures()
        self._offsets: dict[str, Point] = {}
        self._frame = _Frame()
        self._panes: tuple[Pane, ...] = ()
        self._glasses: tuple[Glass, ...] = ()
        self._told: tuple[View, bool] = (View.SINGLE, False)
        self._spot: tuple[Point | None, Shown | None] = (None, None)
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
        self.comparison.changed.connect(self._on_comparison)
        loader.preview.connect(self._on_image)
        loader.ready.connect(self._on_image)
        loader.failed.connect(self._on_failed)
        if self.comparison.slots():
            self._on_comparison()

    @property
    def viewport(self) -> Viewport:
        """The shared zoom and place."""
        return self._viewport

    @property
    def view(self) -> View:
        """The chosen view; a photo without a variant is always shown alone."""
        return self.comparison.view

    @property
    def showing_original(self) -> bool:
        """Whether the original stands in for the variant."""
        return self.comparison.showing_original

    @property
    def shown_paths(self) -> tuple[str, ...]:
        """The paths of the pictures on the screen, the leader last."""
        return tuple(slot.path for slot in self._frame.slots)

    @property
    def shown_view(self) -> View:
        """The view on the screen."""
        return self._frame.view

    def is_settled(self) -> bool:
        """Tell whether all that was asked for is there in full, or known to be unreadable."""
        return all(self._pictures.is_settled(path) for path in self._wanted())

    def labels(self) -> tuple[str, ...]:
        """Return the words on each picture: “v2 · 2048 × 1365 · 50 %”."""
        port = self._viewport
        if self._frame.view is View.DIFFERENCE:
            return (difference_text(self._panes, port, is_there=self._heat() is not None),)
        return tuple(label_text(pane, self._pictures, port) for pane in self._panes)

    def spots(self) -> tuple[tuple[Shown, Point], ...]:
        """Return each picture with the fraction of it (its own) that is under the cursor."""
        fraction, shown = self._spot
        over = next((pane for pane in self._panes if pane.shown == shown), None)
        if fraction is None or over is None:
            return ()
        own = over.extent.offset
        return tuple(
            (pane.shown, pane.own((fraction[0] - own[0] + x, fraction[1] - own[1] + y)))
            for pane in self._panes
            for x, y in (pane.extent.offset,)
        )

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
        first = Shown(os.fspath(original), original_label)
        second = Shown(os.fspath(variant), variant_label) if variant else None
        if (first, second) == (self.comparison.original, self.comparison.variant):
            self._on_comparison()
        else:
            self.comparison.set_pair(first, second)

    def clear(self) -> None:
        """Show no picture, only the message."""
        self.comparison.set_pair(None, None)

    def set_view(self, view: View) -> None:
        """Change how the pictures are shown; place and true scale stay."""
        self.comparison.set_view(view)

    @Slot(bool)
    def set_showing_original(self, shown: bool) -> None:
        """Let the original stand in for the variant."""
        self.comparison.set_showing_original(shown)

    @Slot()
    def flick(self) -> None:
        """Swap variant and reference in place."""
        self.comparison.flick()

    def set_alignment(self, pair: Pair, alignment: Alignment | None) -> None:
        """Lay the second picture of a pair (paths) over the first; unsure or None: as it is."""
        if pair in self._frame.pairs or pair in self.comparison.pairs():
            self._pictures.set_alignment(pair, alignment)
            self._arrange()
            self.update()

    def set_heat(self, pair: Pair, heat: QImage | None) -> None:
        """Show what changed between a pair (paths), on the frame of the second."""
        if pair in self._frame.pairs or pair in self.comparison.pairs():
            self._pictures.set_heat(pair, heat)
            self._arrange()
            self.update()

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
        """Turn the swipe divider by a right angle."""
        self.compare.turn()

    def turn_or_gain(self, steps: int) -> None:
        """Turn the swipe divider by 5° each, or ask for more or less gain."""
        if self._frame.view is View.SWIPE:
            self.compare.turn(TURN * steps)
        elif self._frame.view is View.DIFFERENCE:
            self.gain_asked.emit(steps)

    def move_alone(self, path: str, dx: float, dy: float) -> None:
        """Move one picture by device pixels, and no other."""
        for pane in self._panes:
            if pane.shown.path == path and not pane.extent.is_empty:
                self._offsets[path] = self._viewport.moved_alone(pane.extent, dx, dy)
        self._arrange()
        self.update()

    def move_together(self) -> None:
        """Lay all pictures at the same place again."""
        if self._offsets:
            self._offsets = {}
            self._arrange()
            self.update()

    def set_loupe(self, at: QPointF | None) -> None:
        """Show the loupe at a logical point, or no more."""
        self._loupe_at = at
        under = self.pane_at(at)
        before, self._glasses = self._glasses, ()
        if under is not None:
            self._glasses = glasses(
                self._panes, self._viewport, *under, self._loupe_percent, self.devicePixelRatioF()
            )
        for glass in (*before, *self._glasses):
            self.update(self._logical(glass.pane.rect).toAlignedRect())

    def scene(self) -> Scene:
        """Return all that the next frame shows, in device pixels."""
        panes = [self._pane_scene(pane, self._viewport) for pane in self._panes]
        heat = self._heat()
        if heat is not None and panes:
            last = panes[-1]
            panes[-1] = PaneScene(heat, last.placement, last.pane, last.clip, last.frames)
        panes += [self._pane_scene(glass.pane, glass.port) for glass in self._glasses]
        tokens = theme.tokens()
        checks = (QColor(tokens.panel), QColor(tokens.line))
        return Scene(tuple(panes), self._surround, self._moving, checks)

    def mark_moving(self) -> None:
        """Say that the person is panning or zooming: frames get lighter, decoders fewer."""
        if not self._moving:
            self._moving = True
            self._loader.set_moving(True)
        self._still.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the exposed parts in device pixels, then the words in logical ones."""
        ratio = self.devicePixelRatioF()
        exposed = [_device_rect(rect, ratio) for rect in _rects(event.region())]
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

    def pane_at(self, at: QPointF | None) -> tuple[Pane, Point] | None:
        """Return the picture under a logical point, and the point in its pane in device pixels."""
        if at is None:
            return None
        spot = at * self.devicePixelRatioF()
        for pane in self._panes:
            if not pane.extent.is_empty and pane.holds(spot):
                return pane, (spot.x() - pane.rect.left(), spot.y() - pane.rect.top())
        return None

    def tell_cursor(self) -> None:
        """Say where in the pictures the cursor is."""
        under = self.pane_at(self._cursor)
        spot: tuple[Point | None, Shown | None] = (None, None)
        if under is not None:
            fraction = self._viewport.fraction_at(under[1], under[0].extent)
            if all(0 <= part < 1 for part in fraction):
                spot = (fraction, under[0].shown)
        if spot != self._spot:
            self._spot = spot
            self.cursor_moved.emit(*spot)

    def _wanted(self) -> dict[str, None]:
        """Return the paths of all that may be shown next, the needed ones first."""
        wish = self.comparison
        others = (wish.variant, wish.original, wish.pinned)
        return dict.fromkeys(slot.path for slot in (*wish.slots(), *others) if slot is not None)

    @Slot()
    def _on_comparison(self) -> None:
        """Load what is wanted, and go over to it when it is there."""
        wish, wanted = self.comparison, self._wanted()
        self._pictures.ask_again(wanted)
        self._loader.request(*(Path(path) for path in wanted))
        (view, original), self._told = self._told, (wish.view, wish.showing_original)
        if view is not wish.view:
            self.view_changed.emit(wish.view)
        if original != wish.showing_original:
            self.original_shown.emit(wish.showing_original)
        self._compose()

    def _compose(self) -> None:
        """Go over to what is wanted as soon as every picture of it can be shown."""
        wish = self.comparison
        slots = wish.slots()
        if all(self._pictures.is_known(slot.path) for slot in slots):
            photo = wish.original.path if wish.original is not None else ""
            self._show(_Frame(photo, wish.shown_view, slots, wish.pairs()))

    def _show(self, frame: _Frame) -> None:
        before, self._frame = self._frame, frame
        self._pictures.keep({*self.shown_paths, *self._wanted()}, frame.pairs)
        if before.photo != frame.photo:
            self._offsets = {}
            self._viewport.set_mode(ZoomMode.FIT)
        swipe = frame.view is View.SWIPE
        if self.compare.hasFocus() and not swipe:
            self.setFocus()
        self.compare.setVisible(swipe)
        if swipe:
            self.compare.set_sides(*(slot.label for slot in frame.slots))
        self.setAccessibleName(_NAMES[frame.view])
        self._arrange()
        self.update()
        for pair in frame.pairs:
            if pair not in before.pairs:
                self.compared.emit(*pair)

    def _arrange(self) -> None:
        """Lay out the pictures and tell the viewport what is where."""
        size, slots, view = self._device_size(), self._frame.slots, self._frame.view
        rects = rects_for(view, size, len(slots), round(2 * self.devicePixelRatioF()))
        clips = clips_for(view, rects, self.compare.divider)
        panes = []
        for slot, rect, clip in zip(slots, rects, clips, strict=True):
            own, pair = self._pictures.size(slot.path), self._frame.pair(slot.path)
            offset, frames = self._offsets.get(slot.path, (0.0, 0.0)), self._pictures.frames(pair)
            extent = extent_of(own, rect, offset)
            if frames is not None and pair is not None:
                base = self._pictures.size(pair[0])
                extent = aligned_extent(own, base, frames, rect, offset)
            panes.append(Pane(slot, rect, clip, extent, own, frames))
        self._panes = tuple(panes)
        target = panes[-1].rect.size() if panes else size
        self._loader.set_target(target.width(), target.height())
        if panes:
            self._viewport.set_panes([pane.extent for pane in panes], leader=len(panes) - 1)
        self.setAccessibleDescription("; ".join(self.labels()))
        if self._loupe_at is not None:
            self.set_loupe(self._loupe_at)
        self.tell_cursor()
        self._tell_zoom()

    def _device_size(self) -> QSize:
        ratio = self.devicePixelRatioF()
        return QSize(round(self.width() * ratio), round(self.height() * ratio))

    def _logical(self, rect: QRect) -> QRectF:
        ratio = self.devicePixelRatioF()
        return QRectF(
            rect.x() / ratio, rect.y() / ratio, rect.width() / ratio, rect.height() / ratio
        )

    def _pane_scene(self, pane: Pane, port: Viewport) -> PaneScene:
        placed = _NOWHERE if pane.extent.is_empty else port.place(pane.extent)
        image = self._pictures.image(pane.shown.path)
        return PaneScene(image, placed, pane.rect, pane.clip, pane.frames)

    def _heat(self) -> LoadedImage | None:
        """Return the difference picture, where one is to be shown and is there."""
        if self._frame.view is not View.DIFFERENCE or not self._frame.pairs:
            return None
        return self._pictures.heat(self._frame.pairs[-1])

    def _paint_words(self, painter: QPainter, exposed: QRect, ratio: float) -> None:
        if not self._panes and self._message:
            draw_message(painter, QRectF(self.rect()), self._message, self._surround)
        corners: tuple[Corner, ...] = (Corner.TOP_LEFT,) * len(self._panes)
        if self._frame.view is View.SWIPE:
            corners = swipe_corners(self.compare.divider)
        for pane, text, corner in zip(self._panes, self.labels(), corners, strict=False):
            box = self._logical(pane.rect)
            self._paint_plate(painter, text, box, corner, exposed)
            error = self._pictures.error(pane.shown.path)
            if error and pane.extent.is_empty:
                draw_message(painter, box, error, self._surround)
        for glass in self._glasses:
            box = self._logical(glass.pane.rect)
            draw_rim(painter, box)
            text = label_text(glass.pane, self._pictures, glass.port)
            self._paint_plate(painter, text, box, Corner.BOTTOM_LEFT, exposed)

    def _paint_plate(
        self, painter: QPainter, text: str, box: QRectF, corner: Corner, exposed: QRect
    ) -> None:
        limit = int(box.width() - 2 * INSET)
        plate = label_plate(text, self.font().toString(), limit, self.devicePixelRatioF())
        place = label_rect(plate, box, corner)
        if text and place.intersects(QRectF(exposed)):
            painter.drawImage(place.topLeft(), plate)

    @Slot(object, object)
    def _on_image(self, path: str, image: LoadedImage) -> None:
        if path in self._wanted():
            self._pictures.put(path, image)
            self._compose()

    @Slot(object, str)
    def _on_failed(self, path: str, message: str) -> None:
        if path in self._wanted():
            self._pictures.fail(path, message)
            self._compose()

    @Slot()
    def _on_viewport(self) -> None:
        if self._loupe_at is not None:
            self.set_loupe(self._loupe_at)
        self.update()
        self.tell_cursor()
        self._tell_zoom()

    @Slot(object, object)
    def _on_divider(self, old: Divider, new: Divider) -> None:
        """Repaint only what lies between the old and the new line."""
        self._arrange()
        self.update(swept(old, new, self.size(), 1))

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


def _rects(region: QRegion) -> list[QRect]:
    """Return the rectangles of a region, or the whole where they are many."""
    return list(region) if region.rectCount() <= 40 else [region.boundingRect()]  # type: ignore[call-overload]


def _device_rect(rect: QRect, ratio: float) -> QRect:
    """Return the device pixels that a logical rectangle touches, with one to spare for rounding."""
    left, top = math.floor(rect.x() * ratio) - 1, math.floor(rect.y() * ratio) - 1
    right = math.ceil((rect.x() + rect.width()) * ratio) + 1
    bottom = math.ceil((rect.y() + rect.height()) * ratio) + 1
    return QRect(left, top, right - left, bottom - top)
