"""A variant's place over its original: the maths of maps, and real photographs that were moved."""

from __future__ import annotations

import math
from concurrent.futures import CancelledError

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phota_desktop.core.alignment import IDENTITY, Alignment, FrameMap
from phota_desktop.imaging.fitting import fitted_map
from phota_desktop.imaging.registration import centred, register
from tests.benchmarks import degrade, shifted
from tests.benchmarks.degrade import Pixels

SIZES = (6000, 4000), (2048, 1365)


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False)


@st.composite
def similarities(draw: st.DrawFn, aspect: float = 1.5) -> FrameMap:
    return FrameMap.similar(
        aspect,
        draw(numbers(0.4, 2.5)),
        draw(numbers(-15, 15)),
        (draw(numbers(-0.5, 0.5)), draw(numbers(-0.5, 0.5))),
        draw(numbers(0.5, 2)),
    )


POINTS = st.tuples(numbers(-1, 2), numbers(-1, 2))


def photo(name: str = "coffee", long_side: int = 900) -> Pixels:
    return shifted.master(name, long_side)


def alignment(frames: FrameMap) -> Alignment:
    return Alignment(frames, *SIZES, confidence=1.0, is_sure=True)


@given(similarities(), POINTS)
def test_the_way_back_leads_back(frames: FrameMap, point: tuple[float, float]) -> None:
    assert frames.inverse().at(frames.at(point)) == pytest.approx(point, abs=1e-9)
    assert frames.at(frames.inverse().at(point)) == pytest.approx(point, abs=1e-9)


@given(similarities(), similarities(), similarities(), POINTS)
def test_maps_follow_each_other(
    one: FrameMap, two: FrameMap, three: FrameMap, point: tuple[float, float]
) -> None:
    assert one.then(two).at(point) == pytest.approx(two.at(one.at(point)), abs=1e-9)
    left, right = one.then(two).then(three), one.then(two.then(three))
    assert left.at(point) == pytest.approx(right.at(point), abs=1e-9)
    assert one.then(IDENTITY) == one
    assert IDENTITY.then(one) == one


@given(numbers(0.4, 2.5), numbers(-15, 15), numbers(-0.5, 0.5), numbers(-0.5, 0.5), numbers(0.5, 2))
def test_what_a_map_was_made_of_is_told(
    scale: float, degrees: float, across: float, down: float, stretch: float
) -> None:
    aspect = SIZES[1][0] / SIZES[1][1]
    found = alignment(FrameMap.similar(aspect, scale, degrees, (across, down), stretch))
    assert found.scale == pytest.approx(scale, rel=1e-9)
    assert found.rotation == pytest.approx(degrees, abs=1e-9)
    assert found.shift == pytest.approx((across, down), abs=1e-9)
    assert found.stretch == pytest.approx(stretch, rel=1e-9)
    assert found.error_px(found.frames) == 0


@given(similarities())
def test_opencv_and_the_edges_agree(frames: FrameMap) -> None:
    """The centre of pixel n of N is at (n + ½) / N, whichever mip level it is of."""
    for source, target in (((300, 200), (120, 80)), ((17, 9), (640, 400))):
        matrix = centred(frames, source, target)
        x, y = matrix[:, :2] @ (3, 4) + matrix[:, 2]
        u, v = frames.at((3.5 / source[0], 4.5 / source[1]))
        assert (x + 0.5, y + 0.5) == pytest.approx((u * target[0], v * target[1]), abs=1e-6)
        xx, xy, left, yx, yy, top = frames.in_pixels(source, target)
        assert xx * 3.5 + xy * 4.5 + left == pytest.approx(x + 0.5, abs=1e-6)
        assert yx * 3.5 + yy * 4.5 + top == pytest.approx(y + 0.5, abs=1e-6)


@pytest.mark.parametrize(
    ("frames", "said"),
    [
        (IDENTITY, "in place"),
        (FrameMap(x=0.0001), "in place"),
        (FrameMap(x=3 / 2048), "shifted 3.0 px"),
        (FrameMap.similar(1.5, 1.004, 0, (3 / 2048, 0)), "shifted 3.0 px, 0.4 % larger"),
        (FrameMap.similar(1.5, 0.97, 1), "3.0 % smaller, turned 1.0°"),
        (FrameMap.similar(1.5, stretch=1.02), "2.0 % wider"),
    ],
)
def test_an_alignment_is_said_in_words(frames: FrameMap, said: str) -> None:
    assert alignment(frames).words() == said


def test_lengths_are_told_in_pixels_of_the_smaller_whole_picture() -> None:
    level = Alignment(FrameMap(x=0.01), (1500, 1000), (1024, 683), 0.8, 0.2, 0.1, is_sure=True)
    whole = level.of_sizes((6000, 4000), (2048, 1366))
    assert level.words() == "shifted 10 px"
    assert whole.words() == "shifted 20 px"
    assert (whole.residual, whole.uncertainty) == (0.4, 0.2)
    assert whole.frames == level.frames
    assert whole.inverted().inverted().frames.at((0.2, 0.9)) == pytest.approx((0.21, 0.9))


def test_points_that_disagree_have_no_say() -> None:
    rng = np.random.default_rng(3)
    truth = np.array([[1.01, -0.012, 4.0], [0.012, 1.01, -3.0]])
    source = rng.uniform(0, 600, (200, 2))
    target = source @ truth[:, :2].T + truth[:, 2] + rng.normal(0, 0.05, (200, 2))
    target[:90] += rng.uniform(-25, 25, (90, 2))
    start = truth.copy()
    start[:, 2] += (0.8, -0.8)
    found = fitted_map(start, source, target, (600, 600))
    assert found is not None
    assert found.matrix == pytest.approx(truth, abs=0.05)
    assert 0.001 < found.uncertainty < 0.03
    assert fitted_map(start, source[:9], target[:9], (600, 600)) is None
    same = np.repeat(source[:1], 50, axis=0)
    assert fitted_map(start, same, same, (600, 600)) is None


@pytest.mark.parametrize(("name", "seed"), [("coffee", 1), ("flower", 2), ("astronaut", 3)])
def test_a_moved_toned_and_partly_replaced_variant_is_aligned(name: str, seed: int) -> None:
    one = shifted.moved(
        name, photo(name, 1300), np.random.default_rng(seed), photo("china", 500), 1024
    )
    found = register(one.original, one.variant)
    assert found.is_sure
    assert found.error_px(one.truth) <= 0.125
    assert found.uncertainty < 0.2
    assert found.inverted().frames.at(one.truth.at((0.3, 0.7))) == pytest.approx(
        (0.3, 0.7), abs=1e-3
    )


def test_sizes_and_channels_may_differ() -> None:
    bgr = photo()
    height, width = bgr.shape[:2]
    small = cv2.resize(bgr, (width // 3, height // 3), interpolation=cv2.INTER_AREA)
    gray = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)
    found = register(np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2BGRA), np.uint8), gray)
    assert found.is_in_place
    assert found.original_size == (width, height)
    assert found.unit == found.variant_size == (width // 3, height // 3)


def test_identical_pictures_are_exactly_in_place() -> None:
    bgr = photo(long_side=400)
    assert register(bgr, bgr.copy()) == Alignment.same((400, 267), (400, 267))
    flat = np.full((300, 400, 3), 90, np.uint8)
    assert register(flat, flat).words() == "in place"


@pytest.mark.parametrize("quality", [30, 80])
def test_recompression_moves_nothing(quality: int) -> None:
    bgr = photo()
    written = cv2.imencode(".jpg", bgr, (cv2.IMWRITE_JPEG_QUALITY, quality))[1]
    decoded = np.asarray(cv2.imdecode(written, cv2.IMREAD_COLOR), np.uint8)
    assert register(bgr, decoded).is_in_place


def test_another_crop_is_found_and_said() -> None:
    bgr = photo()
    width = bgr.shape[1]
    left, right = width // 6, width - width // 8
    found = register(bgr, np.ascontiguousarray(bgr[:, left:right]))
    wide = width / (right - left)
    truth = FrameMap(wide, 0, -left / (right - left), 0, 1, 0)
    assert found.words().startswith("another crop")
    assert found.error_px(truth) < 0.125
    back = register(np.ascontiguousarray(bgr[:, left:right]), bgr)
    assert back.error_px(truth.inverse()) < 0.125


def test_a_small_part_and_a_stretch_are_found() -> None:
    bgr = photo()
    height, width = bgr.shape[:2]
    part = np.ascontiguousarray(bgr[: height * 5 // 8, : width * 5 // 8])
    truth = FrameMap(width / part.shape[1], 0, 0, 0, height / part.shape[0], 0)
    assert register(bgr, part).error_px(truth) < 0.125
    wider = cv2.resize(bgr, (width * 107 // 100, height))
    assert register(bgr, np.asarray(wider, np.uint8)).error_px(IDENTITY) < 0.125


def test_unrelated_pictures_are_not_aligned() -> None:
    names = ("coffee", "astronaut", "brick")
    pictures = [photo(name, 700) for name in names]
    for number, one in enumerate(pictures):
        for two in (*pictures[number + 1 :], np.asarray(cv2.flip(one, 1), np.uint8)):
            found = register(one, two)
            assert found.words() == "not aligned"
            assert found.frames == IDENTITY


def test_a_copied_patch_does_not_make_one_picture_of_two() -> None:
    grass = photo("grass", 1024)
    half = grass.shape[0] // 2
    one, two = np.ascontiguousarray(grass[:half, :half]), np.ascontiguousarray(grass[half:, half:])
    # This texture was made seamless by stamping: a tenth of one quarter is in the other.
    assert not register(one, two).is_sure


def test_nothing_to_hold_on_to_is_not_aligned() -> None:
    rng = np.random.default_rng(1)
    ramp = np.tile(np.linspace(20, 230, 900).astype(np.uint8), (600, 1))
    noise = [rng.integers(100, 156, (600, 900)).astype(np.uint8) for _ in range(2)]
    assert not register(ramp, ramp + np.uint8(9)).is_sure
    assert not register(*noise).is_sure
    assert not register(np.full((600, 900), 7, np.uint8), ramp).is_sure
    assert not register(ramp[:20], ramp[:21]).is_sure
    assert not register(noise[0][:40], noise[1][:40]).is_sure
    assert not register(noise[0][:60], noise[1][:, :40]).is_sure


def test_it_can_be_stopped_between_steps() -> None:
    asked = []

    def is_cancelled() -> bool:
        asked.append(True)
        return len(asked) == 2

    one = photo()
    with pytest.raises(CancelledError):
        register(one, np.asarray(cv2.GaussianBlur(one, (0, 0), 1), np.uint8), is_cancelled)
    assert len(asked) == 2


def test_the_own_enhanced_variants_are_in_place() -> None:
    from phota_desktop.engine.enhance import enhance

    rgb = degrade.photos(("chelsea",))["chelsea"]
    for look in enhance(rgb, 3):
        found = register(rgb, look)
        assert found.is_in_place
        assert math.hypot(*found.shift_px) < 0.1
