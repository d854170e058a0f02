"""Enhance keeps its promise in small: spoiled photos come closer, good ones stay."""

from __future__ import annotations

import statistics

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.color import deltaE_ciede2000, rgb2lab

from phota_desktop.engine import artefacts, noise
from phota_desktop.engine.adjust import UnknownEdit
from phota_desktop.engine.enhance import enhance
from tests.benchmarks import degrade

Pixels = NDArray[np.uint8]


def error(good: Pixels, other: Pixels) -> float:
    return float(deltaE_ciede2000(rgb2lab(good), rgb2lab(other)).mean())


@pytest.fixture(scope="module")
def good() -> dict[str, Pixels]:
    photos = degrade.photos(("china", "astronaut", "motorcycle_left", "flower"))
    return {name: np.ascontiguousarray(photo[:320, :320]) for name, photo in photos.items()}


def test_spoiled_photos_come_closer(good: dict[str, Pixels]) -> None:
    shares = []
    for case in degrade.cases(good, 1, seed=4):
        before = error(case.good, case.spoiled)
        shares.append(1 - error(case.good, enhance(case.spoiled)[0]) / before)
    assert sum(share > 0 for share in shares) >= 0.9 * len(shares)
    assert statistics.median(shares) >= 0.35


def test_good_photos_stay(good: dict[str, Pixels]) -> None:
    for name, photo in good.items():
        assert error(photo, enhance(photo)[0]) <= 3, name


def test_the_source_is_not_written_to(good: dict[str, Pixels]) -> None:
    photo = degrade.underexposed(good["china"], 1.5)
    before = photo.copy()
    enhance(photo, 4)
    assert np.array_equal(photo, before)


def test_looks_are_what_they_are_called(good: dict[str, Pixels]) -> None:
    natural, brighter, warmer, punchier = (rgb2lab(look) for look in enhance(good["china"], 4))
    assert brighter[..., 0].mean() > natural[..., 0].mean() + 2
    assert warmer[..., 2].mean() > natural[..., 2].mean() + 1.5
    assert punchier[..., 0].std() > natural[..., 0].std() + 1
    assert abs(warmer[..., 0].mean() - natural[..., 0].mean()) < 1.5


def test_a_prompt_steers_every_look(good: dict[str, Pixels]) -> None:
    plain = enhance(good["china"], 2)
    steered = enhance(good["china"], 2, "a little darker, [[someone]]")
    for before, after in zip(plain, steered, strict=True):
        assert after.mean() < before.mean() - 2


def test_a_prompt_that_is_not_understood_is_refused(good: dict[str, Pixels]) -> None:
    with pytest.raises(UnknownEdit, match="unicorn"):
        enhance(good["china"], 1, "add a unicorn")


@pytest.mark.parametrize(
    "shape", [(1, 1, 3), (1, 400, 3), (7, 5, 3), (64, 64, 3), (65, 300, 3), (257, 31, 3)]
)
@pytest.mark.parametrize("level", [0, 1, 128, 255])
def test_odd_pictures_keep_their_size(shape: tuple[int, int, int], level: int) -> None:
    flat = np.full(shape, level, np.uint8)
    for look in enhance(flat, 4):
        assert look.shape == shape
        assert look.dtype == np.uint8
    assert abs(int(enhance(flat)[0].mean()) - level) <= 1 or level == 128


@pytest.mark.parametrize("sigma", [6, 12, 22])
def test_noise_is_measured(good: dict[str, Pixels], sigma: int) -> None:
    spoiled = degrade.noisy(good["flower"], sigma, 0.0, np.random.default_rng(1))
    found = noise.measured(spoiled).sigmas[1:]
    assert np.median(found) == pytest.approx(sigma, rel=0.25)


@pytest.mark.parametrize("quality", [9, 18, 30, 50])
def test_compression_is_measured(good: dict[str, Pixels], quality: int) -> None:
    spoiled = degrade.compressed(good["astronaut"], quality)
    assert artefacts.measured(spoiled).quality == pytest.approx(quality, abs=2)


def test_uncompressed_photos_show_no_marks(good: dict[str, Pixels]) -> None:
    assert artefacts.measured(good["astronaut"]).scale == 0
    noise_only = np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)
    assert artefacts.measured(noise_only).scale == 0
