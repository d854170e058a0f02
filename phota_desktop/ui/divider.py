"""The line of the swipe view: a place and an angle, and what lies on either side of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from PySide6.QtCore import QPoint, QPointF, QRect, QSize
from PySide6.QtGui import QPolygon, QRegion

_SLABS = 24
"""Parts into which what a slanted line sweeps over is cut, so that little of it is waste."""


@dataclass(frozen=True)
class Divider:
    """A line across the canvas; what is compared with lies before it, the other after.

    ``angle`` is in degrees clockwise: at 0 the line is upright and "before" is left, at 90 it is
    level and "before" is above. ``position`` is how far the line has gone, from 0 where nothing
    lies before it to 1 where all does.
    """

    position: float = 0.5
    angle: float = 0.0

    @property
    def normal(self) -> tuple[float, float]:
        """The direction from "before" to "after"; exact at right angles."""
        quarter, rest = divmod(self.angle, 90)
        if not rest:
            return ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))[int(quarter) % 4]
        return math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))

    @property
    def vertical(self) -> bool:
        """Whether the line is rather upright than level."""
        across, down = self.normal
        return abs(across) >= abs(down)

    def bounded(self) -> Divider:
        """Return the same line with its numbers in their ranges."""
        return Divider(min(max(self.position, 0.0), 1.0), self.angle % 360)

    def parts(self, size: QSize) -> tuple[QPolygon, QPolygon]:
        """Return what lies before and after the line, in whole units of ``size``."""
        corners = _corners(size)
        sides = [self._offset(corner, size) for corner in corners]
        before, after = QPolygon(), QPolygon()
        for n, (corner, side) in enumerate(zip(corners, sides, strict=True)):
            point, other = QPoint(round(corner[0]), round(corner[1])), sides[(n + 1) % 4]
            (before if side < 0 else after).append(point)
            if (side < 0) != (other < 0):
                share = side / (side - other)
                following = corners[(n + 1) % 4]
                crossing = QPoint(
                    round(corner[0] + share * (following[0] - corner[0])),
                    round(corner[1] + share * (following[1] - corner[1])),
                )
                before.append(crossing)
                after.append(crossing)
        return before, after

    def ends(self, size: QSize) -> tuple[QPointF, QPointF]:
        """Return where the line meets the edges, in the unit of ``size``."""
        across, down = self.normal
        reach = size.width() + size.height()
        foot = self._foot(size)
        spans = [(-float(reach), float(reach))]
        for start, step, length in (
            (foot[0], -down, size.width()),
            (foot[1], across, size.height()),
        ):
            if abs(step) > 1e-6:  # straighter than that, the other edge alone ends it
                spans.append(tuple(sorted((-start / step, (length - start) / step))))  # type: ignore[arg-type]
        low, high = max(span[0] for span in spans), min(span[1] for span in spans)
        return (
            QPointF(foot[0] - down * low, foot[1] + across * low),
            QPointF(foot[0] - down * high, foot[1] + across * high),
        )

    def distance(self, at: QPointF, size: QSize) -> float:
        """Return how far a point is from the line, negative before it."""
        return self._offset((at.x(), at.y()), size)

    def through(self, at: QPointF, size: QSize) -> Divider:
        """Return the line moved to a point."""
        low, length = self._range(size)
        across, down = self.normal
        return replace(
            self, position=(across * at.x() + down * at.y() - low) / max(length, 1e-9)
        ).bounded()

    def turned(self, degrees: float, size: QSize) -> Divider:
        """Return the line turned clockwise about its middle."""
        start, end = self.ends(size)
        return replace(self, angle=self.angle + degrees).bounded().through((start + end) / 2, size)

    def aimed(self, pivot: QPointF, at: QPointF, size: QSize) -> Divider:
        """Return the line through two points that is nearest to the present one in its turn."""
        along = math.degrees(math.atan2(at.y() - pivot.y(), at.x() - pivot.x()))
        turn = (along - 90 - self.angle + 90) % 180 - 90
        return replace(self, angle=self.angle + turn).bounded().through(pivot, size)

    def nudged(self, share: float) -> Divider:
        """Return the line moved right or down by a part of its way."""
        across, down = self.normal
        forward = (across if self.vertical else down) > 0
        return replace(self, position=self.position + (share if forward else -share)).bounded()

    def words(self) -> str:
        """Say where the line is."""
        turn = f", turned {self.angle:.0f}°" if self.angle else ""
        return f"Divider at {self.position:.0%}{turn}."

    def _offset(self, at: tuple[float, float], size: QSize) -> float:
        low, length = self._range(size)
        across, down = self.normal
        return across * at[0] + down * at[1] - (low + self.position * length)

    def _range(self, size: QSize) -> tuple[float, float]:
        across, down = self.normal
        reach = [across * x + down * y for x, y in _corners(size)]
        return min(reach), max(reach) - min(reach)

    def _foot(self, size: QSize) -> tuple[float, float]:
        """Return the point of the line that is nearest to the middle."""
        middle = (size.width() / 2, size.height() / 2)
        offset = self._offset(middle, size)
        across, down = self.normal
        return middle[0] - across * offset, middle[1] - down * offset


def swept(old: Divider, new: Divider, size: QSize, reach: int) -> QRegion:
    """Return what may differ between two lines, with ``reach`` on either side."""
    facing = sum(one * two for one, two in zip(old.normal, new.normal, strict=True))
    if old.vertical != new.vertical or facing <= 0:
        return QRegion(QRect(QPoint(0, 0), size))
    upright = new.vertical
    length = size.height() if upright else size.width()
    count = 1 if old.angle == new.angle and not old.angle % 90 else _SLABS
    region = QRegion()
    for n in range(count):
        start, end = length * n // count, length * (n + 1) // count
        ways = [_way(line, at, size) for line in (old, new) for at in (start, end)]
        low, high = math.floor(min(ways)) - reach, math.ceil(max(ways)) + reach
        slab = (
            (low, start, high - low, end - start)
            if upright
            else (start, low, end - start, high - low)
        )
        region += QRect(*slab)
    return region.intersected(QRect(QPoint(0, 0), size))


def _way(line: Divider, at: float, size: QSize) -> float:
    """Return how far right an upright line is at a height, or how far down a level one."""
    across, down = line.normal
    if line.vertical:
        return -line.distance(QPointF(0, at), size) / across
    return -line.distance(QPointF(at, 0), size) / down


def _corners(size: QSize) -> tuple[tuple[float, float], ...]:
    width, height = float(size.width()), float(size.height())
    return ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height))
