"""The screen of the canvas: lays out pictures in panes and paints them with their words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QPainter,
    QPaintEvent,
    QPen,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from phota_desktop.ui import theme
from phota_desktop.ui.canvas_input import CanvasInput
from phota_desktop.ui.canvas_labels import (
    INSET,
    Corner,
    difference_text,
    draw_message,
    glass_text,
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
    exposed_rects,
    paint,
    paint_halved,
)
from phota_desktop.ui.canvas_pictures import CanvasPictures
from phota_desktop.ui.compare_view import TURN, CompareView
from phota_desktop.ui.divider import Divider, swept
from phota_desktop.ui.loupe import Glass, draw_rim, glasses, percent_in_glass
from phota_desktop.ui.panes import Pane, aligned_extent, clips_for, extent_of, rects_for
from phota_desktop.viewmodels.comparison import Pair, Shown, View
from phota_desktop.viewmodels.image_cache import LoadedImage
from phota_desktop.viewmodels.viewport import Placement, Point, Viewport

_DENSE = 1.5
_NOWHERE = Placement(1.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Frame:
    """What is on the screen: of which photo, in which view, which pictures (the leader last)."""

    photo: str = ""
    view: View = View.SINGLE
    slots: tuple[Shown, ...] = ()
    pairs: tuple[Pair, ...] = ()

    def pair(self, path: str) -> Pair | None:
        """Return the pair in which a picture is laid over another."""
        return next((pair for pair in self.pairs if pair[1] == path), None)


class CanvasScreen(CanvasInput):
    """Shows a :class:`Frame` of pictures; which one, and with what pixels, others decide."""

    zoom_changed = Signal(str)
    cursor_moved = Signal(object, object)
    """The fraction of the shared frame under the cursor and whose picture; None outside."""
    gain_asked = Signal(int)
    """Steps of more (+1) or less (−1) gain that a key asks for in a difference."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._viewport = Viewport()
        super().__init__(self._viewport, parent)
        self._pictures = CanvasPictures()
        self._frame = Frame()
        self._panes: tuple[Pane, ...] = ()
        self._glasses: tuple[Glass, ...] = ()
        self._offsets: dict[str, Point] = {}
        self._spot: tuple[Point | None, Shown | None] = (None, None)
        self._message = ""
        self._surround = SURROUNDS["grey"]
        self._zoom_label = ""
        self._buffer = QImage()
        self._moving = False
        self._ringed = False
        self._foot = QRectF()
        self.compare = CompareView(self)
        self.compare.moved.connect(self._on_divider)
        self.compare.set_words(self._words)
        self._viewport.changed.connect(self._on_viewport)

    @property
    def viewport(self) -> Viewport:
        """The shared zoom and place."""
        return self._viewport

    @property
    def shown_paths(self) -> tuple[str, ...]:
        """The paths of the pictures on the screen, the leader last."""
        return tuple(slot.path for slot in self._frame.slots)

    @property
    def shown_view(self) -> View:
        """The view on the screen."""
        return self._frame.view

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

    def set_message(self, text: str) -> None:
        """Say something on the empty canvas."""
        if text != self._message:
            self._message = text
            self.update()

    def set_surround(self, name: str) -> None:
        """Choose black, grey, light or white; raises KeyError for others."""
        self._surround = SURROUNDS[name]
        self.update()

    def set_foot(self, foot: QRect) -> None:
        """Tell where something stands at the bottom edge, that labels are to stand above."""
        self._foot = QRectF(foot)
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
        self.arrange()
        self.update()

    def move_together(self) -> None:
        """Lay all pictures at the same place again."""
        if self._offsets:
            self._offsets = {}
            self.arrange()
            self.update()

    def set_loupe(self, at: QPointF | None) -> None:
        """Show the loupe at a logical point, or no more."""
        self._loupe_at = at
        under = self.pane_at(at)
        before, self._glasses = self._glasses, ()
        if under is not None:
            percent = percent_in_glass(self._loupe_percent, self._viewport.percent())
            ratio = self.devicePixelRatioF()
            self._glasses = glasses(self._panes, self._viewport, *under, percent, ratio)
        covered = QRegion()
        for glass in self._glasses:
            covered += self._logical(glass.pane.rect).toAlignedRect()
        self.compare.set_covered(covered)
        for glass in before:
            covered += self._logical(glass.pane.rect).toAlignedRect()
        self.update(covered)

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

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the exposed parts in device pixels, then the words in logical ones."""
        ratio = self.devicePixelRatioF()
        exposed = exposed_rects(event.region(), ratio)
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
        self._paint_words(painter, event.rect())
        if self._ringed:
            painter.setPen(QPen(self.palette().highlight().color(), 2.0))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.end()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show a ring when the focus came by keys: a frame round every photo would disturb."""
        by_keys = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._set_ringed(event.reason() in by_keys)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        self._set_ringed(False)
        super().focusOutEvent(event)

    def _set_ringed(self, ringed: bool) -> None:
        if ringed != self._ringed:
            self._ringed = ringed
            self.update()

    def event(self, event: QEvent) -> bool:
        """Follow the window to a display of another scale."""
        if event.type() is QEvent.Type.DevicePixelRatioChange:
            self.arrange()
            self.update()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the panes follow the canvas."""
        self.compare.setGeometry(self.rect())
        self.arrange()
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

    def set_target(self, size: QSize) -> None:
        """Hear how large a picture is seen, in device pixels."""
        raise NotImplementedError

    def arrange(self) -> None:
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
        self.set_target(panes[-1].rect.size() if panes else size)
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

    def _paint_words(self, painter: QPainter, exposed: QRect) -> None:
        if not self._panes and self._message:
            draw_message(painter, QRectF(self.rect()), self._message, self._surround)
        plates = [*self._plates()]
        for pane in self._panes:
            error = self._pictures.error(pane.shown.path)
            if error and pane.extent.is_empty:
                draw_message(painter, self._logical(pane.rect), error, self._surround)
        for glass in self._glasses:
            box = self._logical(glass.pane.rect)
            draw_rim(painter, box)
            text = glass_text(glass.pane, glass.port)
            plates.append(self._plate(text, box, Corner.BOTTOM_LEFT))
        for place, plate in plates:
            if place.intersects(QRectF(exposed)):
                painter.drawImage(place.topLeft(), plate)

    def _plates(self) -> Iterator[tuple[QRectF, QImage]]:
        """Yield the words on each picture, and where they stand."""
        corners: tuple[Corner, ...] = (Corner.TOP_LEFT,) * len(self._panes)
        if self._frame.view is View.SWIPE:
            corners = swipe_corners(self.compare.divider)
        for pane, text, corner in zip(self._panes, self.labels(), corners, strict=False):
            if text:
                yield self._plate(text, self._logical(pane.rect), corner)

    def _plate(self, text: str, box: QRectF, corner: Corner) -> tuple[QRectF, QImage]:
        limit = int(box.width() - 2 * INSET)
        plate = label_plate(text, self.font().toString(), limit, self.devicePixelRatioF())
        return label_rect(plate, box, corner, self._foot), plate

    def _words(self) -> QRegion:
        region = QRegion()
        for place, _ in self._plates():
            region += place.toAlignedRect()
        return region

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
        clips = clips_for(self._frame.view, [pane.rect for pane in self._panes], new)
        pairs = zip(self._panes, clips, strict=True)
        self._panes = tuple(replace(pane, clip=clip) for pane, clip in pairs)
        self.tell_cursor()
        self.update(swept(old, new, self.size(), 1))

    def _tell_zoom(self) -> None:
        label = self._viewport.label()
        if label != self._zoom_label:
            self._zoom_label = label
            self.zoom_changed.emit(label)
