"""Which pictures are shown and compared, without a window."""

from __future__ import annotations

import pytest

from phota_desktop.viewmodels.comparison import Comparison, Shown, View

PHOTO, V1, V2, V3 = (Shown(name, name) for name in ("photo", "v1", "v2", "v3"))


def make(variant: Shown | None = V1, view: View = View.SINGLE) -> Comparison:
    comparison = Comparison()
    comparison.set_pair(PHOTO, variant)
    comparison.set_view(view)
    return comparison


def paths(comparison: Comparison) -> list[str]:
    return [shown.path for shown in comparison.slots()]


def test_nothing_is_shown_without_a_photo() -> None:
    comparison = Comparison()
    comparison.set_pair(None, V1)
    comparison.pin(V1)
    for view in View:
        comparison.set_view(view)
        assert not comparison.slots()
        assert not comparison.pairs()
        assert comparison.shown_view is View.SINGLE


@pytest.mark.parametrize("view", [View.SWIPE, View.SIDE, View.SURVEY, View.DIFFERENCE])
def test_a_pair_is_shown_in_every_view_the_variant_last(view: View) -> None:
    comparison = make(view=view)
    assert paths(comparison) == ["photo", "v1"]
    assert comparison.pairs() == (("photo", "v1"),)
    assert comparison.shown_view is view


@pytest.mark.parametrize("view", list(View))
def test_a_photo_without_a_variant_is_shown_alone(view: View) -> None:
    comparison = make(None, view)
    assert paths(comparison) == ["photo"]
    assert comparison.shown_view is View.SINGLE
    assert comparison.pairs() == ()


@pytest.mark.parametrize("view", list(View))
def test_the_original_stands_in_for_everything_while_held(view: View) -> None:
    comparison = make(view=view)
    comparison.set_showing_original(True)
    assert paths(comparison) == ["photo"]
    comparison.set_showing_original(False)
    assert paths(comparison)[-1] == "v1"
    comparison.set_showing_original(True)
    comparison.set_pair(PHOTO, V2)
    assert comparison.showing_original
    comparison.set_pair(V3, V2)
    assert not comparison.showing_original


def test_a_survey_shows_the_selection_each_once_and_six_at_most() -> None:
    comparison = make(view=View.SURVEY)
    many = [V1, V2, V1, *(Shown(str(n)) for n in range(9))]
    comparison.set_selection(many)
    assert paths(comparison) == ["v1", "v2", "0", "1", "2", "3"]
    assert [pair[0] for pair in comparison.pairs()] == ["v1"] * 5
    comparison.set_selection([PHOTO, V1, V3])
    assert comparison.pairs() == (("photo", "v1"), ("photo", "v3"))
    comparison.set_selection([V3])
    assert paths(comparison) == ["photo", "v1", "v3"]
    comparison.set_pair(V2, V1)
    assert comparison.selection == ()


def test_a_pinned_picture_is_what_everything_is_compared_with() -> None:
    comparison = make(view=View.SWIPE)
    comparison.pin(V2)
    assert comparison.slots() == (Shown("v2", "v2 · pinned"), V1)
    comparison.set_pair(PHOTO, None)
    assert paths(comparison) == ["v2", "photo"]
    comparison.set_pair(PHOTO, V2)
    assert comparison.slots() == (Shown("v2", "v2 · pinned"),)
    comparison.set_pair(V3, V1)
    assert comparison.reference == V2
    comparison.pin(None)
    assert comparison.reference == V3
    comparison.pin(V2)
    comparison.set_pair(None, None)
    assert comparison.pinned is None


def test_flick_swaps_in_place_and_ends_with_the_next_picture_or_view() -> None:
    comparison = make()
    assert comparison.pairs() == ()
    comparison.flick()
    assert paths(comparison) == ["photo"]
    assert comparison.pairs() == (("photo", "v1"),)
    comparison.flick()
    assert paths(comparison) == ["v1"]
    assert comparison.pairs() == (("photo", "v1"),)
    comparison.flick()
    comparison.set_pair(PHOTO, V2)
    assert paths(comparison) == ["v2"]
    assert comparison.pairs() == ()
    comparison.flick()
    comparison.set_view(View.SIDE)
    comparison.flick()
    assert paths(comparison) == ["photo", "v2"]
    comparison.set_view(View.SINGLE)
    assert paths(comparison) == ["v2"]


def test_changed_is_emitted_once_for_each_change_and_not_without() -> None:
    comparison = make(None)
    told: list[int] = []
    comparison.changed.connect(lambda: told.append(1))
    comparison.set_pair(PHOTO, None)
    comparison.set_view(View.SINGLE)
    comparison.set_selection([])
    comparison.pin(None)
    comparison.flick()
    comparison.set_showing_original(False)
    assert not told
    comparison.set_pair(PHOTO, V1)
    comparison.flick()
    comparison.set_view(View.SURVEY)
    comparison.set_selection([V1, V2])
    comparison.pin(V1)
    assert len(told) == 5
