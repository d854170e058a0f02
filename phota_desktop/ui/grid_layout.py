"""Where each picture of a grid lies: rows of equal tiles below headings, or all in one row. No Qt.

Only sums over groups are kept, so that a hundred thousand pictures cost no more than ten.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from phota_desktop.core.library import PictureGroup

GAP = 4
MARGIN = 8
HEADING = 40
BELOW_GROUP = 12


@dataclass(frozen=True)
class Box:
    """A rectangle of whole logical pixels within the contents, not the window."""

    x: int
    y: int
    width: int
    height: int


class GridLayout:
    """Tiles in as many columns as fit ``width``, stretched to fill it.

    ``tile`` is the least width of a tile; ``height_of`` a tile's height by its width. Without
    groups there is one without a heading. All measures in logical pixels.
    """

    is_row = False

    def __init__(
        self,
        count: int,
        groups: Sequence[PictureGroup],
        width: int,
        tile: int,
        height: int,
    ) -> None:
        self.count = count
        self.groups = groups
        room = max(width - 2 * MARGIN, tile)
        self.columns = max(1, (room + GAP) // (tile + GAP))
        self.tile_width = (room - GAP * (self.columns - 1)) // self.columns
        self.tile_height = height + (self.tile_width - tile)
        self._spare = room - GAP * (self.columns - 1) - self.tile_width * self.columns
        self.heading = HEADING if groups else 0
        self.row_height = self.tile_height + GAP
        sizes = [group.size for group in groups] if groups else [count]
        self._firsts = [group.first for group in groups] if groups else [0]
        below = BELOW_GROUP if groups else 0
        heights = (
            self.heading + -(-size // self.columns) * self.row_height + below for size in sizes
        )
        self._tops = list(accumulate(heights, initial=0 if groups else MARGIN))
        self._sizes = sizes
        self.extent = self._tops[-1] + (0 if groups else MARGIN - GAP)

    @property
    def step(self) -> int:
        """How far a turn of the wheel goes."""
        return self.row_height

    def box(self, place: int) -> Box:
        """Return where the tile of a place lies."""
        at = max(0, bisect_right(self._firsts, place) - 1)
        row, column = divmod(place - self._firsts[at], self.columns)
        y = self._tops[at] + self.heading + row * self.row_height
        return Box(self._left(column), y, self.tile_width, self.tile_height)

    def _left(self, column: int) -> int:
        # What cannot be shared evenly goes between the columns, a pixel here and there.
        spread = self._spare * column // max(1, self.columns - 1) if self.columns > 1 else 0
        return MARGIN + column * (self.tile_width + GAP) + spread

    def place_at(self, x: int, y: int) -> int:
        """Return the place whose tile is there, -1 for none."""
        at = bisect_right(self._tops, y) - 1
        if not 0 <= at < len(self._sizes):
            return -1
        row, within = divmod(y - self._tops[at] - self.heading, self.row_height)
        if row < 0 or within >= self.tile_height:
            return -1
        column = min(self.columns - 1, max(0, (x - MARGIN) // (self.tile_width + GAP)))
        if column and x < self._left(column):
            column -= 1
        offset = row * self.columns + column
        inside = 0 <= x - self._left(column) < self.tile_width
        return self._firsts[at] + offset if inside and offset < self._sizes[at] else -1

    def group_at(self, y: int) -> int:
        """Return which group lies there, -1 where there are none."""
        if not self.groups:
            return -1
        return min(len(self.groups) - 1, max(0, bisect_right(self._tops, y) - 1))

    def heading_at(self, y: int) -> int:
        """Return the group whose heading lies there (where it has not been scrolled), else -1."""
        at = self.group_at(y)
        return at if at >= 0 and 0 <= y - self._tops[at] < self.heading else -1

    def top_of(self, group: int) -> int:
        """Return where a group begins; of the one after the last, where it all ends."""
        return self._tops[group]

    def span(self, top: int, bottom: int) -> tuple[int, int]:
        """Return the first and last place of the rows between two heights; (0, -1) for none."""
        if not self.count:
            return 0, -1
        return self._row_at(top, ends=False), self._row_at(bottom, ends=True)

    def _row_at(self, y: int, *, ends: bool) -> int:
        at = min(len(self._sizes) - 1, max(0, bisect_right(self._tops, y) - 1))
        row = (y - self._tops[at] - self.heading) // self.row_height
        rows = -(-self._sizes[at] // self.columns)
        row = min(max(row, 0), rows - 1)
        offset = row * self.columns
        if ends:
            offset = min(offset + self.columns, self._sizes[at]) - 1
        return self._firsts[at] + offset

    def groups_between(self, top: int, bottom: int) -> Iterator[int]:
        """Give the groups that have something between two heights."""
        if self.groups:
            yield from range(self.group_at(top), self.group_at(bottom) + 1)

    def beside(self, place: int, across: int, down: int) -> int:
        """Return the place so many columns and rows away, over headings too; clamped."""
        if across:
            return min(max(place + across, 0), self.count - 1)
        step = 1 if down > 0 else -1
        for _ in range(abs(down)):
            to = self._one_row(place, step)
            if to < 0:
                break
            place = to
        return place

    def _one_row(self, place: int, step: int) -> int:
        at = max(0, bisect_right(self._firsts, place) - 1)
        offset = place - self._firsts[at]
        row, column = divmod(offset, self.columns)
        rows = -(-self._sizes[at] // self.columns)
        if 0 <= row + step < rows:
            wanted = (row + step) * self.columns + column
            return self._firsts[at] + min(wanted, self._sizes[at] - 1)
        if not 0 <= at + step < len(self._sizes):
            return -1
        at += step
        row = 0 if step > 0 else -(-self._sizes[at] // self.columns) - 1
        return self._firsts[at] + min(row * self.columns + column, self._sizes[at] - 1)

    def rows_on(self, height: int) -> int:
        """Return how many rows a page key goes."""
        return max(1, (height - self.heading) // self.row_height)

    def places_in(self, area: Box) -> range | list[int]:
        """Return the places whose tiles touch an area: what a rubber band chooses."""
        first, last = self.span(area.y, area.y + area.height)
        return [place for place in range(first, last + 1) if _touch(self.box(place), area)]


class RowLayout:
    """All tiles in one row, scrolled sideways: the film strip. Groups show as wider gaps."""

    is_row = True
    heading = 0
    groups: Sequence[PictureGroup] = ()
    columns = 1

    def __init__(self, count: int, groups: Sequence[PictureGroup], height: int, foot: int) -> None:
        self.count = count
        self.tile_height = height - 2 * GAP
        self.tile_width = self.tile_height - foot + 2 * GAP
        self._firsts = [group.first for group in groups]
        self._pitch = self.tile_width + GAP
        self.extent = 2 * MARGIN - GAP + count * self._pitch + GAP * 2 * max(0, len(groups) - 1)

    @property
    def step(self) -> int:
        """How far a turn of the wheel goes."""
        return self._pitch

    def box(self, place: int) -> Box:
        """Return where the tile of a place lies."""
        wide = max(0, bisect_right(self._firsts, place) - 1)
        left = MARGIN + place * self._pitch + 2 * GAP * wide
        return Box(left, GAP, self.tile_width, self.tile_height)

    def place_at(self, x: int, y: int) -> int:
        """Return the place whose tile is there, -1 for none."""
        place = self._place_near(x)
        box = self.box(place) if 0 <= place < self.count else None
        inside = box is not None and 0 <= x - box.x < box.width and 0 <= y - box.y < box.height
        return place if inside else -1

    def _place_near(self, x: int) -> int:
        return max(0, bisect_right(range(self.count), x, key=lambda place: self.box(place).x) - 1)

    def heading_at(self, y: int) -> int:
        """Return -1: a strip has no headings."""
        return -1

    def group_at(self, x: int) -> int:
        """Return -1: a strip has no headings."""
        return -1

    def span(self, left: int, right: int) -> tuple[int, int]:
        """Return the first and last place between two distances."""
        if not self.count:
            return 0, -1
        return self._place_near(left), min(self.count - 1, self._place_near(right))

    def beside(self, place: int, across: int, down: int) -> int:
        """Return the place so many away; up and down lead nowhere."""
        return min(max(place + across, 0), self.count - 1) if across else place

    def rows_on(self, width: int) -> int:
        """Return how many pictures a page key goes."""
        return max(1, width // self._pitch)


def _touch(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )
