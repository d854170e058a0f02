"""Measures enhance on spoiled photographs beside Pillow autocontrast and CLAHE with grey world."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Mapping

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

from phota_desktop.engine.enhance import enhance
from tests.benchmarks import degrade
from tests.benchmarks.measure import interleaved, median, table

Pixels = NDArray[np.uint8]
SEED, ROUNDS = 20261121, 4
WINS, CLOSER, UNCHANGED, SECONDS = 0.90, 0.35, 3.0, 3.0
"""The goals: share of cases, median share of the error removed, ΔE00, seconds for 24 MP."""


def natural(rgb: Pixels) -> Pixels:
    return enhance(rgb)[0]


def autocontrast(rgb: Pixels) -> Pixels:
    return np.array(ImageOps.autocontrast(Image.fromarray(rgb), cutoff=0.5), np.uint8)


def clahe_grey_world(rgb: Pixels) -> Pixels:
    means = rgb.reshape(-1, 3).mean(axis=0)
    grey = np.clip(rgb * (means.mean() / np.maximum(means, 1)), 0, 255).astype(np.uint8)
    lab = cv2.cvtColor(grey, cv2.COLOR_RGB2LAB)
    lab[..., 0] = cv2.createCLAHE(2.0, (8, 8)).apply(lab[..., 0])
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), np.uint8)


WAYS: Mapping[str, Callable[[Pixels], Pixels]] = {
    "enhance": natural,
    "autocontrast": autocontrast,
    "CLAHE + grey world": clahe_grey_world,
}


def error(good: Pixels, other: Pixels) -> float:
    """Return the mean CIEDE2000 between two pictures."""
    from skimage.color import deltaE_ciede2000, rgb2lab

    return float(deltaE_ciede2000(rgb2lab(good), rgb2lab(other)).mean())


def removed_shares(rounds: int) -> dict[str, dict[str, list[float]]]:
    """Return way → (kind, photo group, or all) → the share of the error removed in each case."""
    shares: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in WAYS}
    for case in degrade.cases(degrade.photos(), rounds, SEED):
        before = error(case.good, case.spoiled)
        group = "photos looked at" if case.photo in degrade.TUNED else "photos held out"
        for name, way in WAYS.items():
            share = 1 - error(case.good, way(case.spoiled)) / before
            for key in (case.kind, group, "all"):
                shares[name][key].append(share)
    return shares


def wins(values: list[float]) -> float:
    return sum(value > 0 for value in values) / len(values)


@pytest.mark.benchmark
@pytest.mark.timeout(600)
def test_spoiled_photos_come_closer_to_the_good_ones() -> None:
    shares = removed_shares(ROUNDS)
    ours = shares["enhance"]
    rows: list[list[object]] = [
        ["spoiled by", "cases", *(f"{name}: wins / median" for name in WAYS)]
    ]
    for key in (*degrade.KINDS, "photos looked at", "photos held out", "all"):
        cells = [
            f"{wins(one[key]):.0%} / {statistics.median(one[key]):+.0%}" for one in shares.values()
        ]
        rows.append([key, len(ours[key]), *cells])
    table("Share of cases closer to the good photo, and median share of ΔE00 removed", rows)
    print(f"left out: {degrade.LEFT_OUT}")
    for key in ("all", "photos held out"):
        assert wins(ours[key]) >= WINS
        assert statistics.median(ours[key]) >= CLOSER
    for name in WAYS:
        if name != "enhance":
            assert wins(ours["all"]) > wins(shares[name]["all"])
            assert statistics.median(ours["all"]) > statistics.median(shares[name]["all"])


@pytest.mark.benchmark
def test_good_photos_come_back_nearly_unchanged() -> None:
    rows: list[list[object]] = [["good photo", *WAYS]]
    for name, photo in degrade.photos().items():
        changes = [error(photo, way(photo)) for way in WAYS.values()]
        rows.append([name, *changes])
        assert changes[0] <= UNCHANGED, name
    table("ΔE00 done to good photos", rows)


@pytest.mark.benchmark
@pytest.mark.timeout(300)
def test_24_megapixels_take_less_than_three_seconds() -> None:
    photo = degrade.photos(("china",))["china"]
    large = np.asarray(cv2.resize(photo, (6000, 4000), interpolation=cv2.INTER_CUBIC), np.uint8)
    rng = np.random.default_rng(SEED)
    grain = rng.normal(0, 12, large.shape).astype(np.float32)
    noisy = np.clip(large + grain, 0, 255).astype(np.uint8)
    dark = degrade.compressed(degrade.underexposed(large, 1.5), 15)
    pictures = {"good": large, "noisy": noisy, "dark, quality 15": dark}
    work = {name: lambda one=one: natural(one) for name, one in pictures.items()}
    times = interleaved(work, repeats=3)
    rows = [["24 MP", "ms"], *([name, median(times[name])] for name in times)]
    table("Natural variant of 24 MP", rows)
    assert max(median(spent) for spent in times.values()) < SECONDS * 1000


if __name__ == "__main__":
    test_spoiled_photos_come_closer_to_the_good_ones()
    test_good_photos_come_back_nearly_unchanged()
    test_24_megapixels_take_less_than_three_seconds()
