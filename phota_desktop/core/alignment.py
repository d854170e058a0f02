"""How a variant lies over its original: a map between fractions of their frames, and its words."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

Point = tuple[float, float]
Size = tuple[int, int]
"""Width and height in pixels."""

IN_PLACE_PX = 0.25
"""Below this, in pixels of the smaller picture, nobody sees a shift and no picture is moved."""
FINEST = 1 / 16384
"""Share of the long side (1/16 pixel of a level of 1024) that edits without any move are off."""
SAME_SHAPE = 0.005
"""Relative difference of aspect ratios that rounding to whole pixels and a model's sizes leave."""
_CORNERS: tuple[Point, ...] = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0))


@dataclass(frozen=True)
class FrameMap:
    """A linear map of points given as fractions of a frame: 0 is the left or top edge, 1 the other.

    ``u' = xx·u + xy·v + x`` and ``v' = yx·u + yy·v + y``. Edges, not pixel centres: the centre of
    pixel n of N lies at (n + ½) / N, so that the same map serves every mip level.
    """

    xx: float = 1.0
    xy: float = 0.0
    x: float = 0.0
    yx: float = 0.0
    yy: float = 1.0
    y: float = 0.0

    @classmethod
    def similar(
        cls,
        aspect: float,
        scale: float = 1.0,
        degrees: float = 0.0,
        shift: Point = (0.0, 0.0),
        stretch: float = 1.0,
    ) -> FrameMap:
        """Return the map that scales about the centre, turns clockwise, then shifts.

        ``aspect`` is the width by the height of the frame that is mapped to, where the turn is
        rigid; ``shift`` is in fractions of it. ``stretch`` widens and flattens by its root.
        """
        cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        wide, high = scale * math.sqrt(stretch), scale / math.sqrt(stretch)
        xx, xy = wide * cos, -high * sin / aspect
        yx, yy = wide * sin * aspect, high * cos
        x = 0.5 + shift[0] - (xx + xy) / 2
        y = 0.5 + shift[1] - (yx + yy) / 2
        return cls(xx, xy, x, yx, yy, y)

    @property
    def area(self) -> float:
        """The determinant: how much larger an area becomes, as a share of its frame."""
        return self.xx * self.yy - self.xy * self.yx

    def at(self, point: Point) -> Point:
        """Return where a point goes."""
        u, v = point
        return (self.xx * u + self.xy * v + self.x, self.yx * u + self.yy * v + self.y)

    def inverse(self) -> FrameMap:
        """Return the way back; raises ZeroDivisionError for a map onto a line or a point."""
        area = self.area
        xx, xy, yx, yy = self.yy / area, -self.xy / area, -self.yx / area, self.xx / area
        return FrameMap(xx, xy, -(xx * self.x + xy * self.y), yx, yy, -(yx * self.x + yy * self.y))

    def then(self, after: FrameMap) -> FrameMap:
        """Return the map that does this one first and ``after`` next."""
        x, y = after.at((self.x, self.y))
        return FrameMap(
            after.xx * self.xx + after.xy * self.yx,
            after.xx * self.xy + after.xy * self.yy,
            x,
            after.yx * self.xx + after.yy * self.yx,
            after.yx * self.xy + after.yy * self.yy,
            y,
        )

    def in_pixels(
        self, source: Size, target: Size
    ) -> tuple[float, float, float, float, float, float]:
        """Return xx, xy, x, yx, yy, y between pictures in pixels from their top left corners."""
        width, height = source
        across, down = target
        return (
            self.xx * across / width,
            self.xy * across / height,
            self.x * across,
            self.yx * down / width,
            self.yy * down / height,
            self.y * down,
        )


IDENTITY = FrameMap()


@dataclass(frozen=True)
class Alignment:
    """Where each point of an original is in its variant, and how far that can be relied on.

    ``frames`` maps fractions of the original's frame to fractions of the variant's; the sizes are
    those of the pictures that were aligned, or of the whole ones (``of_sizes``). ``confidence`` is
    the share (0 to 1) of the parts with detail that look alike once aligned. ``residual`` is the
    median distance of matched points from the map, ``uncertainty`` the expected error of the map
    over the frame (root mean square); both in pixels of the smaller picture. When not ``is_sure``,
    ``frames`` lays frame on frame.
    """

    frames: FrameMap
    original_size: Size
    variant_size: Size
    confidence: float = 0.0
    residual: float = 0.0
    uncertainty: float = 0.0
    is_sure: bool = False

    @classmethod
    def unsure(cls, original_size: Size, variant_size: Size, confidence: float = 0.0) -> Alignment:
        """Return frame laid on frame, as pictures are compared that cannot be aligned."""
        return cls(IDENTITY, original_size, variant_size, confidence)

    @classmethod
    def same(cls, original_size: Size, variant_size: Size) -> Alignment:
        """Return the alignment of identical pictures."""
        return cls(IDENTITY, original_size, variant_size, 1.0, is_sure=True)

    @property
    def unit(self) -> Size:
        """Width and height of the smaller picture, in whose pixels lengths are told."""
        return min(self.original_size, self.variant_size, key=lambda size: size[0] * size[1])

    @property
    def scale(self) -> float:
        """How much larger things are in the variant, relative to frame laid on frame."""
        return math.sqrt(abs(self.frames.area))

    @property
    def rotation(self) -> float:
        """Degrees by which the variant is turned clockwise."""
        across, along = self._axes()
        return math.degrees(math.atan2(across[1] - along[0], across[0] + along[1]))

    @property
    def stretch(self) -> float:
        """Width by height of what is square when frame lies on frame; 1 for a true similarity."""
        across, along = self._axes()
        return math.hypot(*across) / math.hypot(*along)

    @property
    def true_stretch(self) -> float:
        """Width by height in the variant of what is square in the original, in pixels."""
        width, height = self.original_size
        return self.stretch * self._aspect * height / width

    @property
    def shift(self) -> Point:
        """Where the centre goes, as fractions of the variant's frame."""
        u, v = self.frames.at((0.5, 0.5))
        return (u - 0.5, v - 0.5)

    @property
    def shift_px(self) -> Point:
        """Where the centre goes, in pixels of the smaller picture."""
        return (self.shift[0] * self.unit[0], self.shift[1] * self.unit[1])

    @property
    def is_in_place(self) -> bool:
        """Whether no point of the frame is visibly away from frame on frame.

        That is ``IN_PLACE_PX``, in large pictures what a pass over levels can tell (``FINEST``).
        """
        least = max(IN_PLACE_PX, FINEST * max(self.unit))
        return self.is_sure and self.displacement <= least

    @property
    def displacement(self) -> float:
        """The furthest that a corner goes, in pixels of the smaller picture."""
        width, height = self.unit
        moved = (self.frames.at(corner) for corner in _CORNERS)
        return max(
            math.hypot((u - corner[0]) * width, (v - corner[1]) * height)
            for corner, (u, v) in zip(_CORNERS, moved, strict=True)
        )

    @property
    def is_another_crop(self) -> bool:
        """Whether the frames have different shapes and nothing in them is stretched."""
        width, height = self.original_size
        shapes = abs(self._aspect * height / width - 1)
        return self.is_sure and shapes > SAME_SHAPE and abs(self.true_stretch - 1) <= SAME_SHAPE

    def error_px(self, truth: FrameMap, steps: int = 9) -> float:
        """Return the root mean square distance from ``truth`` over a grid, in variant pixels."""
        width, height = self.variant_size
        total = 0.0
        for row in range(steps):
            for column in range(steps):
                point = (column / (steps - 1), row / (steps - 1))
                (u, v), (true_u, true_v) = self.frames.at(point), truth.at(point)
                total += ((u - true_u) * width) ** 2 + ((v - true_v) * height) ** 2
        return math.sqrt(total) / steps

    def inverted(self) -> Alignment:
        """Return where each point of the variant is in the original."""
        return replace(
            self,
            frames=self.frames.inverse(),
            original_size=self.variant_size,
            variant_size=self.original_size,
        )

    def of_sizes(self, original_size: Size, variant_size: Size) -> Alignment:
        """Return the same for the whole pictures, where smaller levels of them were aligned."""
        found = replace(self, original_size=original_size, variant_size=variant_size)
        larger = found.unit[0] / self.unit[0]
        return replace(
            found, residual=self.residual * larger, uncertainty=self.uncertainty * larger
        )

    def words(self) -> str:
        """Say it for reading: "in place", "shifted 3 px, 0.4 % larger", "not aligned"."""
        if not self.is_sure:
            return "not aligned"
        if self.is_in_place:
            return "in place"
        half = math.hypot(*self.unit) / 2
        said = []
        if self.is_another_crop:
            said.append("another crop")
        distance = math.hypot(*self.shift_px)
        if distance >= IN_PLACE_PX:
            said.append(f"shifted {_number(distance)} px")
        percent = (self.scale - 1) * 100
        if not self.is_another_crop:
            if abs(percent) / 100 * half >= IN_PLACE_PX:
                kind = "larger" if percent > 0 else "smaller"
                said.append(f"{_number(abs(percent))} % {kind}")
            sides = (self.stretch - 1) * 100
            if abs(sides) / 200 * half >= IN_PLACE_PX:
                said.append(f"{_number(abs(sides))} % {'wider' if sides > 0 else 'taller'}")
        if math.radians(abs(self.rotation)) * half >= IN_PLACE_PX:
            said.append(f"turned {_number(abs(self.rotation))}°")
        return ", ".join(said) or "in place"

    @property
    def _aspect(self) -> float:
        return self.variant_size[0] / self.variant_size[1]

    def _axes(self) -> tuple[Point, Point]:
        """Return where one step across and one step down go, in a frame of the true shape."""
        aspect, frames = self._aspect, self.frames
        return (frames.xx, frames.yx / aspect), (frames.xy * aspect, frames.yy)


def _number(value: float) -> str:
    """Write two digits that count: 0.04, 0.4, 3.2, 14."""
    if value >= 10:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 0.1 else f"{value:.2f}"
