"""The maths of zoom and place: nothing here needs a window."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phota_desktop.viewmodels.viewport import Extent, Viewport, ZoomMode, percent_text

sides = st.integers(1, 12000)
panes = st.integers(50, 5120)
extents = st.builds(Extent, sides, sides, panes, panes)
parts = st.floats(0, 1)


def make(*shown: Extent, leader: int = 0) -> Viewport:
    viewport = Viewport()
    viewport.set_panes(shown, leader)
    return viewport


PHOTO = Extent(6000, 4000, 1500, 900)
VARIANT = Extent(2048, 1365, 1500, 900)


def test_fit_shows_the_whole_picture_in_the_middle() -> None:
    placed = make(PHOTO).place(PHOTO)
    assert placed.scale == pytest.approx(0.225)
    assert (placed.left, placed.top) == (pytest.approx(75), 0)


def test_hundred_percent_is_one_image_pixel_per_device_pixel_exactly() -> None:
    viewport = make(VARIANT)
    for percent in (25, 33, 50, 66, 100, 200, 400, 800):
        viewport.set_percent(percent)
        assert viewport.scale() == percent / 100
    assert viewport.label() == "800 %"


def test_pictures_of_different_sizes_match_by_fraction() -> None:
    viewport = make(PHOTO, VARIANT, leader=1)
    viewport.set_percent(100, (300, 200), VARIANT)
    assert viewport.percent(VARIANT) == 100
    assert viewport.percent(PHOTO) == pytest.approx(100 * 1365 / 4000)
    for spot in ((0, 0), (700, 333), (1499, 899)):
        ours, theirs = viewport.fraction_at(spot, PHOTO), viewport.fraction_at(spot, VARIANT)
        assert ours == pytest.approx(theirs, abs=0.001)


def test_steps_pass_fit_and_fill_in_order_of_scale() -> None:
    viewport = make(PHOTO)
    seen = []
    for _ in range(10):
        viewport.step(1)
        seen.append(viewport.label())
    # fit is 22.5 %, fill (1500 / 6000) is 25 % and so takes the place of that step.
    assert (
        seen == ["Fill", "33 %", "50 %", "66 %", "100 %", "200 %", "400 %", "800 %"] + ["800 %"] * 2
    )
    for _ in range(8):
        viewport.step(-1)
    assert viewport.mode is ZoomMode.FIT


def test_a_small_picture_can_be_stepped_below_fit() -> None:
    viewport = make(Extent(1000, 1000, 900, 900))
    viewport.step(-1)
    assert viewport.label() == "66 %"


def test_fit_follows_the_pane_and_a_percentage_survives_it() -> None:
    viewport = make(PHOTO)
    small = Extent(6000, 4000, 700, 500)
    viewport.set_panes([small])
    assert viewport.mode is ZoomMode.FIT
    assert viewport.place(small).width == pytest.approx(700)
    viewport.set_percent(100)
    viewport.set_panes([PHOTO])
    assert viewport.percent() == 100


def test_zoom_and_place_stay_for_a_picture_of_another_size() -> None:
    viewport = make(VARIANT)
    viewport.set_percent(100, (0, 0))
    before = viewport.fraction_at((0, 0))
    larger = Extent(4096, 2730, 1500, 900)
    viewport.set_panes([larger])
    assert viewport.percent() == pytest.approx(50)
    assert viewport.fraction_at((0, 0)) == pytest.approx(before, abs=1e-9)


def test_toggle_goes_to_hundred_percent_at_the_point_and_back() -> None:
    viewport = make(PHOTO)
    under = viewport.fraction_at((400, 300))
    viewport.toggle_fit_100((400, 300))
    assert viewport.percent() == 100
    assert viewport.fraction_at((400, 300)) == pytest.approx(under)
    viewport.toggle_fit_100()
    assert viewport.mode is ZoomMode.FIT


def test_changed_is_emitted_only_on_change() -> None:
    viewport = make(PHOTO)
    told = []
    viewport.changed.connect(lambda: told.append(1))
    viewport.set_panes([PHOTO])
    viewport.set_mode(ZoomMode.FIT)
    viewport.pan(50, 50)
    assert not told
    viewport.set_percent(100)
    viewport.set_percent(100)
    viewport.pan(5, 0)
    assert len(told) == 2


def test_nothing_is_divided_by_zero_before_there_is_a_picture() -> None:
    viewport = Viewport()
    viewport.set_panes([Extent(0, 0, 10, 10)])
    viewport.zoom_at(2)
    viewport.pan(3, 3)
    viewport.step(1)
    viewport.toggle_fit_100()
    assert viewport.fraction_at((1, 1)) == (0.5, 0.5)


def test_an_offset_moves_one_picture_and_no_gap_opens() -> None:
    viewport = make(VARIANT)
    viewport.set_percent(100)
    plain = viewport.place(VARIANT)
    moved = replace(VARIANT, offset=viewport.moved_alone(VARIANT, -30, 20))
    placed = viewport.place(moved)
    assert (placed.left, placed.top) == pytest.approx((plain.left - 30, plain.top + 20))
    assert viewport.place(VARIANT) == plain
    far = replace(VARIANT, offset=viewport.moved_alone(moved, 9000, 9000))
    assert viewport.place(far).left == pytest.approx(0)
    back = replace(VARIANT, offset=viewport.moved_alone(far, -10, -10))
    assert viewport.place(back).left == pytest.approx(-10)


def test_what_is_looked_at_comes_to_the_middle() -> None:
    viewport = make(VARIANT)
    viewport.set_percent(200)
    viewport.look_at((0.4, 0.6))
    assert viewport.fraction_at((750, 450)) == pytest.approx((0.4, 0.6))
    viewport.look_at((-1, 2))
    assert viewport.fraction_at((0, 900)) == pytest.approx((0, 1))


def test_percentages_read_well() -> None:
    assert [percent_text(value) for value in (7.46, 9.96, 34.1, 100.0)] == [
        "7.5 %",
        "10 %",
        "34 %",
        "100 %",
    ]


@given(extents, parts, parts, st.floats(0.3, 5), st.floats(0.3, 5))
def test_zooming_in_keeps_the_point_under_the_cursor(
    extent: Extent, x: float, y: float, first: float, factor: float
) -> None:
    viewport = make(extent)
    viewport.zoom_at(first)
    placed = viewport.place(extent)
    covers = placed.width > extent.pane_width and placed.height > extent.pane_height
    at = (x * extent.pane_width, y * extent.pane_height)
    before = viewport.fraction_at(at)
    viewport.zoom_at(factor, at)
    placed = viewport.place(extent)
    if covers and factor >= 1:
        after = viewport.fraction_at(at)
        assert after[0] * placed.width == pytest.approx(before[0] * placed.width, abs=0.01)
        assert after[1] * placed.height == pytest.approx(before[1] * placed.height, abs=0.01)


@given(
    st.lists(extents, min_size=1, max_size=3),
    st.lists(st.tuples(st.floats(-9000, 9000), st.floats(-9000, 9000), st.floats(0.1, 9))),
)
def test_no_move_opens_a_gap_or_leaves_the_bounds(
    shown: list[Extent], moves: list[tuple[float, float, float]]
) -> None:
    viewport = make(*shown)
    for dx, dy, factor in moves:
        viewport.pan(dx, dy)
        viewport.zoom_at(factor, (abs(dx), abs(dy)))
        for extent in shown:
            placed = viewport.place(extent)
            assert _well_placed(placed.left, placed.width, extent.pane_width)
            assert _well_placed(placed.top, placed.height, extent.pane_height)
        highest = max(8 / extent.fit_scale for extent in shown)
        lowest = min(0.25 / extent.fit_scale for extent in shown)
        assert min(1, lowest) * 0.999 <= viewport.zoom <= max(1, highest) * 1.001


def _well_placed(start: float, length: float, pane: int) -> bool:
    if length <= pane:
        return abs(start - (pane - length) / 2) < 0.01
    return start <= 0.01 and start + length >= pane - 0.01


@given(extents, extents)
def test_fit_after_any_resize_still_fits(one: Extent, other: Extent) -> None:
    viewport = make(one)
    resized = Extent(one.image_width, one.image_height, other.pane_width, other.pane_height)
    viewport.set_panes([resized])
    placed = viewport.place(resized)
    assert placed.width <= resized.pane_width + 0.01
    assert placed.height <= resized.pane_height + 0.01
