"""Measures the registered compare: how exact, how often sure without reason, and how fast."""

from __future__ import annotations

import ctypes
import gc
import time
from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest

from phota_desktop.imaging.difference import difference, heat
from phota_desktop.imaging.registration import register
from tests.benchmarks import shifted
from tests.benchmarks.measure import median, peak_rss_mb, percentile, table

SEED = 20261123
GROUPS = {"looked at": shifted.TUNED, "held out": shifted.HELD, "strange": shifted.OTHERS}
EACH = {"looked at": 16, "held out": 40, "strange": 16}
UNRELATED = 500
MOST_PX, LEAST_SHARE = 0.25, 0.95
"""Acceptance 2 of the issue: root mean square over the frame, in pixels of the variant."""
REGISTER_MS, DIFFERENCE_MS, HEAT_MS = 300.0, 60.0, 10.0
"""Goals on one core: two pictures of 2048 pixels; 2 MP with an alignment; 2 MP."""
MEGABYTES = 120.0


@pytest.fixture(autouse=True)
def one_core() -> Iterator[None]:
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    yield
    cv2.setNumThreads(before)


@pytest.mark.benchmark
@pytest.mark.timeout(1800)
def test_moved_variants_are_aligned_to_a_quarter_pixel() -> None:
    rows: list[list[object]] = [
        [
            "photos",
            "pairs",
            "not aligned",
            "≤ 0.25 px",
            "median px",
            "95 % px",
            "worst px",
            "corner",
            "least alike",
        ]
    ]
    shares = {}
    for group, names in GROUPS.items():
        errors, corners, unsure, count, lowest = [], [], 0, 0, 1.0
        for one in shifted.pairs(names, EACH[group], SEED):
            found = register(one.original, one.variant)
            count += 1
            lowest = min(lowest, found.confidence)
            if not found.is_sure:
                unsure += 1
                continue
            errors.append(found.error_px(one.truth))
            # Two steps: the four corners, where the map is worst.
            corners.append(found.error_px(one.truth, steps=2))
        shares[group] = sum(error <= MOST_PX for error in errors) / count
        figures = [median(errors), percentile(errors, 0.95), max(errors), percentile(corners, 0.95)]
        rows.append([group, count, unsure, f"{shares[group]:.1%}", *figures, lowest])
    table("Where the variant lies (root mean square over the frame, px of 2048)", rows)
    assert shares["looked at"] >= LEAST_SHARE
    assert shares["held out"] >= LEAST_SHARE


@pytest.mark.benchmark
@pytest.mark.timeout(1800)
def test_unrelated_pictures_are_never_aligned() -> None:
    names = shifted.TUNED + shifted.HELD + shifted.OTHERS + shifted.TEXTURES
    count, sure, highest = 0, [], 0.0
    for told, one, two in shifted.unrelated(names, UNRELATED, SEED):
        found = register(one, two)
        count += 1
        highest = max(highest, found.confidence)
        if found.is_sure:
            sure.append(f"{told}: {found.words()}")
    table(
        "Unrelated pictures",
        [["pairs", "aligned", "highest share alike"], [count, len(sure), highest]],
    )
    assert not sure, sure


def core_ms(work: Callable[[], object], repeats: int = 9) -> list[float]:
    """Return the milliseconds of this thread's core: other programs' turns do not count."""
    times = []
    for _ in range(repeats + 1):
        gc.collect()
        began = time.thread_time()
        work()
        times.append((time.thread_time() - began) * 1000)
    return times[1:]


@pytest.mark.benchmark
@pytest.mark.timeout(600)
def test_it_is_quick_on_one_core() -> None:
    pair = next(shifted.pairs(shifted.HELD, 1, SEED))
    size = pair.variant.shape[1], pair.variant.shape[0]
    original, variant = (
        np.asarray(cv2.cvtColor(cv2.resize(bgr, size), cv2.COLOR_BGR2BGRA), np.uint8)
        for bgr in (pair.original, pair.variant)
    )
    other = cv2.resize(shifted.master("camera"), size)
    small = tuple(np.ascontiguousarray(cv2.resize(p, (1732, 1155))) for p in (original, variant))
    found = register(original, variant)
    delta = difference(*small, found).delta
    times = {
        f"register, {size[0]}×{size[1]}": (
            REGISTER_MS,
            core_ms(lambda: register(original, variant)),
        ),
        "register, unrelated": (REGISTER_MS, core_ms(lambda: register(original, other))),
        "difference, 2 MP, aligned": (DIFFERENCE_MS, core_ms(lambda: difference(*small, found))),
        "difference, 2 MP, frame on frame": (DIFFERENCE_MS, core_ms(lambda: difference(*small))),
        "difference, a look at 512": (
            DIFFERENCE_MS,
            core_ms(lambda: difference(*small, found, max_side=512)),
        ),
        "heat, 2 MP": (HEAT_MS, core_ms(lambda: heat(delta))),
    }
    memory = peak_rss_mb(
        lambda: register(original, variant),
        # What earlier work has freed would otherwise be taken again, and count for nothing.
        lambda: ctypes.CDLL(None).malloc_trim(0),
    )
    rows: list[list[object]] = [["", "ms of a core", "worst", "goal"]]
    rows += [[name, median(spent), max(spent), goal] for name, (goal, spent) in times.items()]
    table("Time", [*rows, ["register's memory, MB", memory, "", MEGABYTES]])
    assert all(median(spent) <= goal for goal, spent in times.values())
    assert memory <= MEGABYTES
