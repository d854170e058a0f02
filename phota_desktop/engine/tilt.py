"""Finds how far a horizon is tilted, and turns pictures without empty corners."""

from __future__ import annotations

import math

import cv2
import numpy as np

from phota_desktop.engine.colour import Pixels, reduced

FURTHEST = 12.0
"""Degrees; a line further from upright or level is meant to be slanted."""


def turned(rgb: Pixels, degrees: float) -> Pixels:
    """Turn clockwise; quarter turns move pixels only, others crop the empty corners away."""
    quarters, rest = divmod(degrees + 45, 90)
    rest -= 45
    upright = np.rot90(rgb, -int(quarters) % 4)
    if abs(rest) < 0.01:
        return np.ascontiguousarray(upright)
    height, width = upright.shape[:2]
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -rest, 1.0)
    whole = cv2.warpAffine(
        np.ascontiguousarray(upright), turn, (width, height),
        flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101,
    )  # fmt: skip
    inner_width, inner_height = _inside(width, height, math.radians(abs(rest)))
    left, top = (width - inner_width) // 2, (height - inner_height) // 2
    return np.asarray(whole[top : top + inner_height, left : left + inner_width], np.uint8)


def levelled(rgb: Pixels) -> Pixels:
    """Turn the picture back by the tilt found; unchanged when lines give no clear answer."""
    return turned(rgb, -found(rgb))


def found(rgb: Pixels) -> float:
    """Return by how many degrees the picture leans clockwise, 0 when that is not clear."""
    grey = cv2.cvtColor(reduced(rgb, 900), cv2.COLOR_RGB2GRAY)
    edges = cv2.Canny(cv2.GaussianBlur(grey, (0, 0), 1.2), 40, 120)
    shortest = max(20, min(grey.shape) // 8)
    lines = cv2.HoughLinesP(edges, 1, math.pi / 1440, 50, None, shortest, shortest / 12)
    if lines is None:
        return 0.0
    ends = np.asarray(lines, np.float64).reshape(-1, 4)
    across, down = ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1]
    lean = (np.degrees(np.arctan2(down, across)) + 45) % 90 - 45
    length = np.hypot(across, down)
    near = np.abs(lean) < FURTHEST
    if length[near].sum() < 0.6 * max(grey.shape):
        return 0.0
    # The densest half degree; lines that agree are no chance.
    support = [length[near & (np.abs(lean - one) < 0.5)].sum() for one in lean]
    best = float(lean[int(np.argmax(np.where(near, support, 0)))])
    agreeing = near & (np.abs(lean - best) < 0.75)
    if length[agreeing].sum() < 0.35 * length[near].sum():
        return 0.0
    return float(np.average(lean[agreeing], weights=length[agreeing]))


def _inside(width: int, height: int, angle: float) -> tuple[int, int]:
    """Return the largest upright rectangle inside ``width`` × ``height`` turned by ``angle``.

    ``angle`` is in radians, above 0 and up to a quarter of a turn by half.
    """
    sine, cosine = math.sin(angle), math.cos(angle)
    long, short = max(width, height), min(width, height)
    if short <= 2 * sine * cosine * long:
        half = short / 2
        across, down = (
            (half / sine, half / cosine) if width >= height else (half / cosine, half / sine)
        )
    else:
        double = cosine * cosine - sine * sine
        across = (width * cosine - height * sine) / double
        down = (height * cosine - width * sine) / double
    return max(1, min(width, int(across))), max(1, min(height, int(down)))
