"""The size rules by themselves."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from phota_desktop.engine import sizes
from phota_desktop.engine.fields import RATIOS

SIDES = st.integers(1, 12_000)


@given(SIDES, SIDES, st.integers(1, 5000))
def test_fitted_never_enlarges(width: int, height: int, longest: int) -> None:
    made = sizes.fitted(width, height, longest)
    assert 1 <= made[0] <= width
    assert 1 <= made[1] <= height
    assert max(made) <= longest


@given(SIDES, SIDES, st.sampled_from(RATIOS))
def test_cropped_stays_inside(width: int, height: int, ratio: str) -> None:
    made = sizes.cropped(width, height, ratio)
    assert 1 <= made[0] <= width
    assert 1 <= made[1] <= height
    assert made[0] == width or made[1] == height


@given(st.integers(600, 9000), st.integers(600, 9000), st.sampled_from(RATIOS))
def test_reduced_for_leaves_room_for_the_crop(width: int, height: int, ratio: str) -> None:
    reduced = sizes.reduced_for(width, height, ratio, "1K")
    assert reduced[0] <= width
    assert reduced[1] <= height
    long_side = max(sizes.cropped(*reduced, ratio))
    assert abs(long_side - min(1024, max(sizes.cropped(width, height, ratio)))) <= 2


def test_canvases() -> None:
    assert sizes.canvas("auto", "1K") == (1024, 1024)
    assert sizes.canvas("16:9", "4K") == (4096, 2304)
    assert sizes.canvas("9:16", "2K") == (1152, 2048)
