"""The geometry of the swipe line."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QRegion

from phota_desktop.ui.divider import Divider

lines = st.builds(Divider, st.floats(0, 1), st.floats(0, 359.9))
sizes = st.builds(QSize, st.integers(20, 4000), st.integers(20, 3000))


@given(lines, sizes)
def test_both_parts_are_the_whole_and_share_nothing(line: Divider, size: QSize) -> None:
    before, after = (QRegion(part) for part in line.parts(size))
    assert before.intersected(after).isEmpty()
    union = before.united(after)
    assert union.boundingRect().size() == size
    assert union.rectCount() == 1


@given(lines, sizes, st.floats(0, 1), st.floats(0, 1))
def test_a_line_goes_through_the_point_it_is_moved_to(
    line: Divider, size: QSize, x: float, y: float
) -> None:
    at = QPointF(x * size.width(), y * size.height())
    assert abs(line.through(at, size).distance(at, size)) < 0.01


@given(st.floats(0.1, 0.9), st.floats(0, 359), st.floats(-90, 90))
def test_turning_keeps_the_middle_on_the_line(
    position: float, angle: float, degrees: float
) -> None:
    size = QSize(600, 400)
    line = Divider(position, angle)
    start, end = line.ends(size)
    assert abs(line.turned(degrees, size).distance((start + end) / 2, size)) < 0.02


@given(lines)
@example(Divider(0.0, 5.96e-08))
@example(Divider(0.3, 1e-4))
def test_the_ends_are_on_the_line_and_on_the_edge(line: Divider) -> None:
    size = QSize(600, 400)
    for end in line.ends(size):
        assert abs(line.distance(end, size)) < 1e-6
        assert -0.01 <= end.x() <= 600.01  # a hundredth of a pixel
        assert -0.01 <= end.y() <= 400.01


def test_right_angles_are_exact() -> None:
    assert [Divider(0.5, angle).normal for angle in (0, 90, 180, 270)] == [
        (1, 0),
        (0, 1),
        (-1, 0),
        (0, -1),
    ]
    assert Divider(1.2, 365).bounded() == Divider(1, 5)
    assert Divider(0.25, 0).nudged(0.01).position == pytest.approx(0.26)
    assert Divider(0.25, 180).nudged(0.01).position == pytest.approx(0.24)
