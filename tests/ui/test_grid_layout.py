"""Where tiles lie, for any groups and widths: nothing overlaps, and every point finds its tile."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from phota_desktop.core.library import PictureGroup
from phota_desktop.ui.grid_layout import GridLayout, RowLayout

sizes = st.lists(st.integers(1, 23), min_size=1, max_size=8)


def groups_of(counts: list[int]) -> list[PictureGroup]:
    return [PictureGroup(str(n), sum(counts[:n]), size) for n, size in enumerate(counts)]


@settings(max_examples=120, deadline=None)
@given(sizes, st.booleans(), st.integers(60, 1600), st.integers(96, 300))
def test_tiles_do_not_overlap_and_are_found(
    counts: list[int], grouped: bool, width: int, tile: int
) -> None:
    total = sum(counts)
    plan = GridLayout(total, groups_of(counts) if grouped else [], width, tile, tile + 20)
    boxes = [plan.box(place) for place in range(total)]
    for place, box in enumerate(boxes):
        assert box.y + box.height <= plan.extent
        assert plan.place_at(box.x, box.y) == place
        assert plan.place_at(box.x + box.width - 1, box.y + box.height - 1) == place
        first, last = plan.span(box.y, box.y)
        assert first <= place <= last
    for one, other in pairwise(boxes):
        assert other.y >= one.y + one.height or (other.y == one.y and other.x >= one.x + one.width)


@settings(max_examples=80, deadline=None)
@given(sizes, st.integers(100, 900), st.data())
def test_arrows_lead_everywhere_and_back(
    counts: list[int], width: int, data: st.DataObject
) -> None:
    total = sum(counts)
    plan = GridLayout(total, groups_of(counts), width, 120, 140)
    place, seen = 0, [0]
    while (below := plan.beside(place, 0, 1)) != place:
        assert below > place
        place = below
        seen.append(place)
    assert plan.box(place).y == plan.box(total - 1).y
    start = data.draw(st.integers(0, total - 1))
    assert plan.beside(plan.beside(start, 1, 0), -1, 0) in (start, total - 2)


@given(st.integers(1, 500), st.integers(0, 499), st.integers(70, 160))
def test_a_strip_finds_its_tiles(count: int, place: int, height: int) -> None:
    plan = RowLayout(count, [], height, 0)
    place %= count
    box = plan.box(place)
    assert plan.place_at(box.x + 1, box.y + 1) == place
    assert plan.span(box.x, box.x) == (place, place)
    assert box.x + box.width <= plan.extent
