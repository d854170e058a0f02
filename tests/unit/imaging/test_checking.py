"""Measuring training photos: blur, light, likeness, and files that are no photos."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut, chelsea

from phota_desktop.core.photo_check import MOST_BLUR, MOST_DIFFERENT_BITS, Finding, judge
from phota_desktop.imaging.checking import measure, memory_needed
from phota_desktop.imaging.colour import Pixels
from phota_desktop.imaging.exposure import exposure
from phota_desktop.imaging.likeness import fingerprint
from phota_desktop.imaging.sharpness import blur
from tests.unit.imaging.samples import photo, saved, tagged_jpeg

Keep = Callable[[str, bytes], Path]


def gray(rgb: Pixels, side: int = 1024) -> Pixels:
    """Reflect a photograph at its borders to ``side`` pixels, without resampling."""
    flat = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    pads = [(0, side - length) for length in flat.shape]
    return np.pad(flat, pads, mode="symmetric")


@pytest.fixture(scope="module")
def face() -> Pixels:
    return gray(astronaut())


def soft(levels: Pixels, sigma: float) -> Pixels:
    return cv2.GaussianBlur(levels, (0, 0), sigma).astype(np.uint8)


def test_a_sharp_photo_is_sharp(face: Pixels) -> None:
    assert (blur(face) or 0) < 0.6 * MOST_BLUR


@pytest.mark.parametrize("sigma", [2.0, 4.0, 8.0])
def test_blur_is_measured_in_pixels(face: Pixels, sigma: float) -> None:
    assert blur(soft(face, sigma)) == pytest.approx(sigma, rel=0.35)


def test_blur_does_not_depend_on_contrast(face: Pixels) -> None:
    pale = (100 + soft(face, 3.0).astype(np.float32) * 0.3).astype(np.uint8)
    assert blur(pale) == pytest.approx(blur(soft(face, 3.0)), rel=0.2)


def test_blur_does_not_depend_on_the_files_size(face: Pixels) -> None:
    large = cv2.resize(soft(face, 3.0), (3000, 3000), interpolation=cv2.INTER_CUBIC)
    assert blur(large.astype(np.uint8)) == pytest.approx(blur(soft(face, 3.0)), rel=0.1)


def test_noise_does_not_hide_blur(face: Pixels) -> None:
    noise = np.random.default_rng(1).normal(0, 6, face.shape)
    noisy = np.clip(soft(face, 4.0) + noise, 0, 255).astype(np.uint8)
    assert (blur(noisy) or 0) > MOST_BLUR


def test_a_sharp_face_before_a_soft_background_is_sharp(face: Pixels) -> None:
    mask = np.zeros(face.shape, np.float32)
    cv2.ellipse(mask, (220, 120), (140, 160), 0, 0, 360, 1.0, -1)
    mask = cv2.GaussianBlur(mask, (0, 0), 12)
    portrait = (face * mask + soft(face, 8.0) * (1 - mask)).astype(np.uint8)
    assert (blur(portrait) or 0) < MOST_BLUR


def test_a_shaken_photo_is_blurred_though_edges_along_its_way_are_sharp(face: Pixels) -> None:
    shaken = cv2.blur(face, (21, 1)).astype(np.uint8)
    assert (blur(shaken) or 0) > MOST_BLUR


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_flat_picture_tells_nothing(level: int) -> None:
    flat = np.full((1100, 1100), level, np.uint8)
    assert blur(flat) is None
    assert fingerprint(flat) is None


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (3, 2), (40, 5000)])
def test_odd_shapes_are_measured(shape: tuple[int, int]) -> None:
    levels = np.random.default_rng(2).integers(0, 256, shape, np.uint8)
    blur(levels)
    fingerprint(levels)
    exposure(cv2.cvtColor(levels, cv2.COLOR_GRAY2BGR).astype(np.uint8))


def test_a_white_wall_is_not_burnt_but_a_burnt_face_is() -> None:
    picture = np.full((400, 400, 3), 255, np.uint8)
    picture[100:400, 100:300] = (90, 120, 160)
    assert exposure(picture).burnt == 0
    picture[200:300, 150:250] = (120, 200, 255)
    assert exposure(picture).burnt == pytest.approx(10_000 / 60_000, rel=0.1)
    assert exposure(np.full((40, 40, 3), 255, np.uint8)).burnt == 1.0


def test_levels_are_those_of_the_photo() -> None:
    found = exposure(cv2.cvtColor(chelsea(), cv2.COLOR_RGB2BGR).astype(np.uint8))
    assert (found.median, found.light) == pytest.approx((122, 160), abs=3)


def bits(one: Pixels, other: Pixels) -> int:
    first, second = fingerprint(one), fingerprint(other)
    assert first is not None
    assert second is not None
    return (first ^ second).bit_count()


def test_likeness_survives_size_and_compression_but_not_another_picture() -> None:
    face = gray(astronaut(), 512)
    less = cv2.resize(face, (230, 230), interpolation=cv2.INTER_AREA)
    _, coarse = cv2.imencode(".jpg", less, [cv2.IMWRITE_JPEG_QUALITY, 25])
    again = cv2.imdecode(coarse, cv2.IMREAD_GRAYSCALE).astype(np.uint8)
    assert bits(face, again) < MOST_DIFFERENT_BITS / 3
    assert bits(face, gray(chelsea(), 512)) > MOST_DIFFERENT_BITS * 1.7
    assert bits(face, face[:, 30:]) > MOST_DIFFERENT_BITS


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_each_format_is_measured_alike(keep: Keep, kind: str) -> None:
    facts = measure(keep("a.bin", saved(photo(), kind)))
    assert facts.problem == ""
    assert (facts.width, facts.height) == photo().size
    reference = measure(keep("b.png", saved(photo(), "PNG")))
    assert facts.brightest == pytest.approx(reference.brightest, abs=3)
    assert facts.fingerprint is not None
    assert reference.fingerprint is not None
    assert (facts.fingerprint ^ reference.fingerprint).bit_count() < 10


def test_turned_copies_are_the_same_picture(keep: Keep) -> None:
    upright = measure(keep("1.jpg", tagged_jpeg(photo())))
    turned = photo().transpose(Image.Transpose.ROTATE_90)
    stored = measure(keep("6.jpg", tagged_jpeg(turned, orientation=6)))
    assert (stored.width, stored.height) == (upright.width, upright.height)
    found = {kind for verdict in judge([upright, stored]) for kind in verdict.findings}
    assert Finding.NEAR_DUPLICATE in found


def test_the_time_it_was_taken_is_read(keep: Keep) -> None:
    facts = measure(keep("a.jpg", tagged_jpeg(photo())))
    assert facts.taken == datetime(2026, 11, 1, 10, 20, 30)
    assert measure(keep("b.jpg", saved(photo(), "JPEG"))).taken is None


def test_transparency_is_measured_on_white(keep: Keep) -> None:
    clear = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    assert measure(keep("a.png", saved(clear, "PNG"))).brightest == 255


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"hello, I am no photo", "format"),
        (saved(photo(), "JPEG")[:9000], "too early"),
        (saved(photo(), "PNG")[:20000], "too early"),
    ],
)
def test_a_bad_file_is_a_fact_with_a_sentence(keep: Keep, content: bytes, word: str) -> None:
    path = keep("bad.jpg", content)
    facts = measure(path)
    assert word in facts.problem
    assert judge([facts])[0].kind is Finding.UNREADABLE
    assert memory_needed(path) >= 0


def test_a_missing_file_is_a_fact_too(tmp_path: Path) -> None:
    assert "cannot be opened" in measure(tmp_path / "gone.jpg").problem
    assert memory_needed(tmp_path / "gone.jpg") == 0


def test_memory_is_foreseen(keep: Keep) -> None:
    size = photo().size
    pixels = size[0] * size[1]
    assert memory_needed(keep("a.png", saved(photo(), "PNG"))) > 7 * pixels
    assert memory_needed(keep("a.jpg", saved(photo(), "JPEG"))) > 3 * pixels
