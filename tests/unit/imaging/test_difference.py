"""What changed between two pictures: ΔE beside a reference, noise, tone told apart."""

from __future__ import annotations

import re
from concurrent.futures import CancelledError

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp

from phota_desktop.core.alignment import Alignment, FrameMap
from phota_desktop.imaging.delta_e import delta_e, lab
from phota_desktop.imaging.difference import (
    CHANGED,
    HEAT_FULL,
    NO_DATA,
    NO_DATA_GREY,
    changed_share,
    difference,
    heat,
)
from phota_desktop.imaging.registration import centred, register
from tests.benchmarks import degrade, shifted
from tests.benchmarks.degrade import Pixels

SMALL = hnp.arrays(np.uint8, (4, 5, 3))


def photo(name: str = "coffee", long_side: int = 1000) -> Pixels:
    return shifted.master(name, long_side)


def with_part_of(bgr: Pixels, other: Pixels, share: float) -> Pixels:
    """Paste over a share of the frame."""
    height, width = (int(side * share**0.5) for side in bgr.shape[:2])
    made = bgr.copy()
    top, left = bgr.shape[0] // 6, bgr.shape[1] // 6
    made[top : top + height, left : left + width] = cv2.resize(other, (width, height))
    return made


def same(bgr: Pixels) -> Alignment:
    size = bgr.shape[1], bgr.shape[0]
    return Alignment.same(size, size)


def test_lab_is_that_of_a_reference() -> None:
    from skimage.color import rgb2lab

    levels = np.array([0, 1, 7, 20, 64, 128, 200, 254, 255], np.uint8)
    bgr = np.stack(np.meshgrid(levels, levels, levels), -1).reshape(27, 27, 3)
    assert np.abs(lab(bgr) - rgb2lab(bgr[..., ::-1])).max() < 0.08


def test_delta_e_is_near_ciede2000_on_spoiled_photos() -> None:
    from skimage.color import deltaE_ciede2000

    rng = np.random.default_rng(1)
    good = np.ascontiguousarray(photo(long_side=600)[::3, ::3])
    for spoiled in (
        degrade.compressed(good, 40),
        degrade.cast(good, np.array([0.8, 1.0, 1.2])),
        degrade.underexposed(good, 0.7),
        degrade.noisy(good, 6, 0.5, rng),
    ):
        one, two = lab(good), lab(spoiled)
        reference = deltaE_ciede2000(one.astype(np.float64), two.astype(np.float64))
        ours = delta_e(one, two)
        assert np.abs(ours - reference).mean() < 0.25 * reference.mean()
        assert np.corrcoef(ours.ravel(), reference.ravel())[0, 1] > 0.95


@given(SMALL, SMALL)
def test_delta_e_is_a_distance(one: Pixels, two: Pixels) -> None:
    there, back = delta_e(lab(one), lab(two)), delta_e(lab(two), lab(one))
    assert there == pytest.approx(back, abs=1e-3)
    assert there.min() >= 0
    assert delta_e(lab(one), lab(one)).max() == 0
    assert np.isfinite(there).all()


def test_nothing_changed_in_the_same_picture() -> None:
    bgr = photo()
    found = difference(bgr, np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2BGRA), np.uint8))
    assert found.delta.shape == bgr.shape[:2]
    assert found.delta.max() == 0
    assert found.words() == "nothing changed that can be seen"


@pytest.mark.parametrize("name", ["flower", "camera", "astronaut"])
def test_compression_and_noise_are_no_change(name: str) -> None:
    bgr, rng = photo(name), np.random.default_rng(2)
    noisy = np.clip(bgr + rng.normal(0, 8, bgr.shape), 0, 255).astype(np.uint8)
    for spoiled in (degrade.compressed(bgr, 50), degrade.compressed(bgr, 85), noisy):
        found = difference(bgr, spoiled, same(bgr))
        assert found.delta.max() > CHANGED
        assert found.changed <= 0.01
        assert found.changed_beyond_tone <= 0.01


@pytest.mark.parametrize("share", [0.05, 0.2, 0.3])
def test_a_replaced_region_is_its_share(share: float) -> None:
    bgr = photo()
    found = difference(bgr, with_part_of(bgr, photo("china", 500), share), same(bgr))
    assert found.changed == pytest.approx(share, abs=0.03)
    assert found.changed_beyond_tone == pytest.approx(share, abs=0.03)
    assert re.fullmatch(r"changed \d+ % of the frame", found.words())


def test_tone_is_told_apart_from_what_else_changed() -> None:
    bgr = photo()
    darker = degrade.cast(degrade.underexposed(bgr, 0.8), np.array([0.9, 1.0, 1.1]))
    tone = difference(bgr, darker, same(bgr))
    assert tone.changed > 0.8
    assert tone.changed_beyond_tone < 0.02
    both = difference(bgr, with_part_of(darker, photo("china", 500), 0.2), same(bgr))
    assert both.changed > 0.8
    assert both.changed_beyond_tone == pytest.approx(0.2, abs=0.05)
    assert re.fullmatch(r"changed \d+ % of the frame; \d+ % beyond tone", both.words())


def test_alignment_takes_the_shift_away_and_marks_the_edges() -> None:
    bgr = photo(long_side=1400)
    height, width = bgr.shape[:2]
    truth = FrameMap.similar(width / height, 0.98, 0.6, (12 / width, -9 / height))
    matrix = centred(truth, (width, height), (width, height))
    variant = np.asarray(cv2.warpAffine(bgr, matrix, (width, height)), np.uint8)
    # A larger original of the same photo, as a camera's is.
    original = photo(long_side=2100)
    aligned = difference(original, variant, register(original, variant))
    plain = difference(original, variant)
    assert plain.changed > 0.2
    assert aligned.changed < 0.005
    assert aligned.delta.shape == plain.delta.shape == (height, width)
    known = aligned.delta[aligned.delta >= 0]
    assert float(known.mean()) < 0.6
    corners = aligned.delta[[0, 0, -1, -1], [0, -1, 0, -1]]
    assert NO_DATA in corners
    assert 0.92 < known.size / aligned.delta.size < 0.999
    assert (plain.delta >= 0).all()


def test_a_first_look_is_small_and_alike() -> None:
    bgr = photo()
    changed = with_part_of(bgr, photo("china", 500), 0.2)
    look = difference(bgr, changed, same(bgr), max_side=256)
    assert max(look.delta.shape) == 256
    assert look.changed == pytest.approx(difference(bgr, changed).changed, abs=0.03)


def test_it_can_be_stopped_between_tiles() -> None:
    bgr = photo()
    with pytest.raises(CancelledError):
        difference(bgr, bgr, is_cancelled=lambda: True)


def test_the_share_leaves_out_what_has_no_data() -> None:
    delta = np.array([[NO_DATA, 0, CHANGED, 10]], np.float32)
    assert changed_share(delta) == pytest.approx(2 / 3)
    assert changed_share(delta, 5) == pytest.approx(1 / 3)
    assert changed_share(np.full((2, 2), NO_DATA, np.float32)) == 0


def test_heat_rises_in_lightness_alone() -> None:
    delta = np.linspace(0, HEAT_FULL, 256, dtype=np.float32).reshape(1, -1)
    colours = heat(delta)
    assert colours.shape == (1, 256, 4)
    assert colours.flags.c_contiguous
    assert (colours[..., 3] == 255).all()
    lightness = lab(colours)[0, :, 0]
    assert lightness[0] < 1
    assert lightness[-1] > 95
    assert np.diff(lightness).min() > -0.2
    assert np.diff(lightness[::8]).min() > 1
    # Without red or green cones (Viénot, Brettel and Mollon 1999) it rises just as well.
    light = (colours[0, :, 2::-1] / 255.0) ** 2.2
    for red, green in ((0.112, 0.888), (0.293, 0.707)):
        seen = red * light[:, 0] + green * light[:, 1]
        assert np.diff(seen[::8]).min() > 0


def test_gain_makes_heat_of_less_and_no_data_is_grey() -> None:
    delta = np.array([[NO_DATA, 0, 4, HEAT_FULL, 200]], np.float32)
    one, four = heat(delta)[0].astype(int), heat(delta, 8)[0].astype(int)
    assert one[0].tolist() == four[0].tolist() == [NO_DATA_GREY] * 3 + [255]
    assert one[3].tolist() == one[4].tolist() == four[2].tolist()
    assert one[1].tolist() == four[1].tolist()
    assert one[2].sum() < four[2].sum()
