"""One zoom and one place, shared by every picture that is compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

Point = tuple[float, float]

STEPS = (25, 33, 50, 66, 100, 200, 400, 800)
"""The percentages of design.md that stepping visits, besides fit and fill."""

_SAME = 1e-9
_ON_STEP = 1e-4


class ZoomMode(StrEnum):
    """What decides the scale: the pane (fit, fill) or a number."""

    FIT = "fit"
    FILL = "fill"
    FREE = "free"


@dataclass(frozen=True)
class Extent:
    """A picture in its pane: both sizes in pixels, the pane's in device pixels.

    A picture that is laid over another has that one's frame, in pixels of its own: parts of them
    count. ``offset`` moves it alone in its pane, in fractions of its frame.
    """

    image_width: float
    image_height: float
    pane_width: int
    pane_height: int
    offset: Point = (0.0, 0.0)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to place."""
        return min(self.image_width, self.image_height, self.pane_width, self.pane_height) < 1

    @property
    def fit_scale(self) -> float:
        """Device pixels per image pixel at which the whole picture just fits the pane."""
        if self.is_empty:
            return 1.0
        return min(self.pane_width / self.image_width, self.pane_height / self.image_height)

    @property
    def fill_zoom(self) -> float:
        """Fit-relative zoom at which the picture just covers the pane."""
        if self.is_empty:
            return 1.0
        across = self.pane_width / self.image_width
        down = self.pane_height / self.image_height
        return max(across, down) / min(across, down)


@dataclass(frozen=True)
class Placement:
    """Where a picture lies in its pane; ``scale`` is device pixels per image pixel."""

    scale: float
    left: float
    top: float
    width: float
    height: float


class Viewport(QObject):
    """Zoom as a mode or a fit-relative number, place as a fraction of the picture.

    Pictures of different sizes match by fraction: the same eye at the same size in every pane.
    All lengths are device pixels, so 100 % is one image pixel per device pixel on any display.
    The leader is the picture whose percentage is spoken of; others are shown at their own true
    scale, so that 100 % means the same on every key and over every pane.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mode = ZoomMode.FIT
        self._zoom = 1.0
        self._centre: Point = (0.5, 0.5)
        self._extents: tuple[Extent, ...] = ()
        self._leader = Extent(0, 0, 0, 0)

    @property
    def mode(self) -> ZoomMode:
        """What decides the scale."""
        return self._mode

    @property
    def zoom(self) -> float:
        """Scale relative to fit; 1.0 shows the whole picture."""
        if self._mode is ZoomMode.FIT:
            return 1.0
        return self._leader.fill_zoom if self._mode is ZoomMode.FILL else self._zoom

    @property
    def centre(self) -> Point:
        """The fraction of the picture (0–1 across, 0–1 down) in the middle of the pane."""
        return self._centre

    @property
    def leader(self) -> Extent:
        """The picture and pane whose percentage is told."""
        return self._leader

    def scale(self, extent: Extent | None = None) -> float:
        """Return device pixels per image pixel, exact at whole percentages."""
        scale = (extent or self._leader).fit_scale * self.zoom
        percent = round(scale * 100)
        if percent and abs(scale * 100 - percent) < _SAME * percent * 100:
            return percent / 100
        return scale

    def percent(self, extent: Extent | None = None) -> float:
        """Return the true scale of a picture in percent."""
        return 100 * self.scale(extent)

    def label(self) -> str:
        """Return what a zoom button says: “Fit”, “Fill” or “50 %”."""
        if self._mode is ZoomMode.FREE:
            return percent_text(self.percent())
        return self._mode.value.capitalize()

    def place(self, extent: Extent) -> Placement:
        """Return where a picture lies in its pane."""
        scale = self.scale(extent)
        width, height = extent.image_width * scale, extent.image_height * scale
        across = _within(self._centre[0] + extent.offset[0], width, extent.pane_width)
        down = _within(self._centre[1] + extent.offset[1], height, extent.pane_height)
        left = extent.pane_width / 2 - across * width
        top = extent.pane_height / 2 - down * height
        return Placement(scale, left, top, width, height)

    def fraction_at(self, at: Point, extent: Extent | None = None) -> Point:
        """Return the fraction of the picture under a point of the pane, in device pixels."""
        placed = self.place(extent or self._leader)
        if not placed.width or not placed.height:
            return (0.5, 0.5)
        return ((at[0] - placed.left) / placed.width, (at[1] - placed.top) / placed.height)

    def is_pannable(self) -> bool:
        """Tell whether some picture is larger than its pane."""
        return any(
            placed.width > extent.pane_width + 0.5 or placed.height > extent.pane_height + 0.5
            for extent in self._extents
            for placed in (self.place(extent),)
        )

    def set_panes(self, extents: Sequence[Extent], leader: int = 0) -> None:
        """Tell what is shown where; a free zoom keeps its percentage when only the pane changes.

        When the picture changes, the fit-relative zoom stays, so that the same part is seen.
        """
        before = self._state()
        shown = tuple(extent for extent in extents if not extent.is_empty)
        if not shown:
            return
        new = extents[leader] if not extents[leader].is_empty else shown[0]
        old, self._leader, self._extents = self._leader, new, shown
        if self._mode is ZoomMode.FREE and not old.is_empty:
            as_before = Extent(new.image_width, new.image_height, old.pane_width, old.pane_height)
            self._zoom = self._bounded(self._zoom * as_before.fit_scale / new.fit_scale)
        self._settle(before)

    def set_mode(self, mode: ZoomMode) -> None:
        """Go to fit or fill; ``FREE`` keeps the present scale as a number."""
        before = self._state()
        self._zoom, self._mode = self.zoom, mode
        self._settle(before)

    def zoom_at(self, factor: float, at: Point | None = None, extent: Extent | None = None) -> None:
        """Scale by a factor; what lies under ``at`` (device pixels in the pane) stays there."""
        self._zoom_to(self.zoom * factor, at, extent or self._leader)

    def set_percent(
        self, percent: float, at: Point | None = None, extent: Extent | None = None
    ) -> None:
        """Show the leader at a percentage; ``at`` is a point in the pane of ``extent``."""
        self._zoom_to(percent / 100 / self._leader.fit_scale, at, extent or self._leader)

    def step(self, direction: int, at: Point | None = None, extent: Extent | None = None) -> None:
        """Go to the leader's next larger (+1) or smaller (−1) of fit, fill and ``STEPS``."""
        leader = self._leader
        stops: list[tuple[float, ZoomMode]] = [(1.0, ZoomMode.FIT)]
        if leader.fill_zoom > 1 + _ON_STEP:
            stops.append((leader.fill_zoom, ZoomMode.FILL))
        stops += [(percent / 100 / leader.fit_scale, ZoomMode.FREE) for percent in STEPS]
        present = self.zoom
        if direction > 0:
            beyond = [stop for stop in stops if stop[0] > present * (1 + _ON_STEP)]
            target = min(beyond, default=None, key=lambda stop: stop[0])
        else:
            beyond = [stop for stop in stops if stop[0] < present * (1 - _ON_STEP)]
            target = max(beyond, default=None, key=lambda stop: stop[0])
        if target is None:
            return
        if target[1] is ZoomMode.FREE:
            self._zoom_to(target[0], at, extent or leader)
        else:
            self.set_mode(target[1])

    def toggle_fit_100(self, at: Point | None = None, extent: Extent | None = None) -> None:
        """Go from fit to 100 % at a point, from anything else back to fit."""
        if self._mode is ZoomMode.FIT:
            self.set_percent(100, at, extent)
        else:
            self.set_mode(ZoomMode.FIT)

    def pan(self, dx: float, dy: float, extent: Extent | None = None) -> None:
        """Move the picture by device pixels, as far as its edges allow."""
        before = self._state()
        extent = extent or self._leader
        placed = self.place(extent)
        if placed.width and placed.height:
            across, down = self._centre
            self._centre = (across - dx / placed.width, down - dy / placed.height)
        self._settle(before)

    def look_at(self, centre: Point) -> None:
        """Bring a fraction of the picture to the middle, as far as its edges allow."""
        before = self._state()
        self._centre = centre
        self._settle(before)

    def moved_alone(self, extent: Extent, dx: float, dy: float) -> Point:
        """Return the ``offset`` that moves one picture by device pixels, as its edges allow."""
        placed = self.place(extent)
        if not placed.width or not placed.height:
            return extent.offset
        across = (extent.pane_width / 2 - placed.left - dx) / placed.width
        down = (extent.pane_height / 2 - placed.top - dy) / placed.height
        return (
            _within(across, placed.width, extent.pane_width) - self._centre[0],
            _within(down, placed.height, extent.pane_height) - self._centre[1],
        )

    def _zoom_to(self, zoom: float, at: Point | None, extent: Extent) -> None:
        if extent.is_empty:
            return
        before = self._state()
        at = at or (extent.pane_width / 2, extent.pane_height / 2)
        fixed = self.fraction_at(at, extent)
        # A point of the surround has no place in the picture to hold on to.
        across, down = (min(max(part, 0.0), 1.0) for part in fixed)
        self._zoom, self._mode = self._bounded(zoom), ZoomMode.FREE
        scale = self.scale(extent)
        self._centre = (
            across
            - extent.offset[0]
            + (extent.pane_width / 2 - at[0]) / (extent.image_width * scale),
            down
            - extent.offset[1]
            + (extent.pane_height / 2 - at[1]) / (extent.image_height * scale),
        )
        self._settle(before)

    def _bounded(self, zoom: float) -> float:
        """Keep between the smallest and largest step of any picture shown; fit is always inside."""
        fits = [extent.fit_scale for extent in (*self._extents, self._leader)]
        low = min(1.0, *(STEPS[0] / 100 / fit for fit in fits))
        high = max(1.0, *(STEPS[-1] / 100 / fit for fit in fits))
        return min(max(zoom, low), high)

    def _state(self) -> tuple[object, ...]:
        return (self._mode, self.zoom, self._centre, self._extents, self._leader)

    def _settle(self, before: tuple[object, ...]) -> None:
        """Hold the centre where at least one picture covers its pane; emit only on change."""
        shown = self._extents or (self._leader,)
        self._centre = (
            _within(self._centre[0], *_longest([(self._width(e), e.pane_width) for e in shown])),
            _within(self._centre[1], *_longest([(self._height(e), e.pane_height) for e in shown])),
        )
        if self._state() != before:
            self.changed.emit()

    def _width(self, extent: Extent) -> float:
        return extent.image_width * self.scale(extent)

    def _height(self, extent: Extent) -> float:
        return extent.image_height * self.scale(extent)


def percent_text(percent: float) -> str:
    """Write a scale for reading: whole percent, one decimal below ten."""
    return f"{percent:.1f} %" if percent < 9.95 else f"{percent:.0f} %"


def _within(centre: float, length: float, pane: float) -> float:
    """Return the centre nearest to the wish at which no gap is left that could be filled."""
    if length <= pane or length <= 0:
        return 0.5
    half = pane / (2 * length)
    return min(max(centre, half), 1 - half)


def _longest(lengths: Sequence[tuple[float, int]]) -> tuple[float, int]:
    return max(lengths, key=lambda pair: pair[0] / max(pair[1], 1))
