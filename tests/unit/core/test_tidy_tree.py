"""Whatever tree there is, nothing overlaps, children keep their order, parents are centred."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phota_desktop.core.tidy_tree import Place, tidy

TREES = st.lists(st.integers(-1, 40), min_size=1, max_size=60).map(
    # Each node's parent is an earlier one, or none.
    lambda parents: [min(parent, n - 1) for n, parent in enumerate(parents)]
)


def forest(parents: list[int]) -> tuple[dict[str, list[str]], list[str]]:
    children: dict[str, list[str]] = {}
    roots = []
    for n, parent in enumerate(parents):
        if parent < 0:
            roots.append(str(n))
        else:
            children.setdefault(str(parent), []).append(str(n))
    return children, roots


def room(one: str, other: str) -> float:
    return 1.0 if (int(one) + int(other)) % 3 else 1.5


@given(TREES)
@settings(max_examples=200, deadline=None)
def test_any_tree_is_tidy(parents: list[int]) -> None:
    children, roots = forest(parents)
    places = tidy(children, roots, room)
    assert set(places) == {str(n) for n in range(len(parents))}
    rows: dict[int, list[float]] = {}
    for place in places.values():
        rows.setdefault(place.depth, []).append(place.across)
        assert place.across >= -1e-9
    for row in rows.values():
        for one, other in pairwise(sorted(row)):
            assert other - one >= 1.0 - 1e-9
    for parent, its in children.items():
        across = [places[child].across for child in its]
        assert across == sorted(across)
        assert places[parent].across == pytest.approx((across[0] + across[-1]) / 2)
        assert all(places[child].depth == places[parent].depth + 1 for child in its)
        for one, other in pairwise(its):
            assert places[other].across - places[one].across >= room(one, other) - 1e-9
    assert [places[root].across for root in roots] == sorted(places[root].across for root in roots)


@given(TREES)
@settings(max_examples=60, deadline=None)
def test_siblings_do_not_mingle_with_their_cousins(parents: list[int]) -> None:
    children, roots = forest(parents)
    places = tidy(children, roots, room)
    for one_parent, one in children.items():
        for other_parent, other in children.items():
            if one_parent < other_parent and places[one[0]].depth == places[other[0]].depth:
                spans = sorted(
                    (places[its[0]].across, places[its[-1]].across) for its in (one, other)
                )
                assert spans[0][1] < spans[1][0]


def test_a_chain_is_straight_however_long() -> None:
    children = {str(n): [str(n + 1)] for n in range(3000)}
    places = tidy(children, ["0"], room)
    assert places["3000"] == Place(3000, 0.0)


def test_no_tree_at_all() -> None:
    assert tidy({}, [], room) == {}
