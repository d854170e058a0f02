"""The edit vocabulary: what prompts mean, what they do to pixels, and what is refused."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.color import rgb2lab

from phota_desktop.engine import adjust, tilt
from phota_desktop.engine.adjust import Adjustment, UnknownEdit, parse
from phota_desktop.engine.vocabulary import VOCABULARY, Kind
from tests.benchmarks import degrade

Pixels = NDArray[np.uint8]


@pytest.fixture(scope="module")
def photo() -> Pixels:
    return degrade.photos(("china",))["china"]


@pytest.mark.parametrize(
    ("prompt", "meant"),
    [
        ("make it brighter", [(Kind.EXPOSURE, 1.0)]),
        ("too dark", [(Kind.EXPOSURE, 1.0)]),
        ("not so bright please", [(Kind.EXPOSURE, -1.0)]),
        ("turn the brightness down", [(Kind.EXPOSURE, -1.0)]),
        ("exposure +1 EV", [(Kind.EXPOSURE, 2.0)]),
        ("reduce the exposure by half a stop", [(Kind.EXPOSURE, -1.0)]),
        ("saturation -20%", [(Kind.SATURATION, -0.8)]),
        ("slightly warmer and a little less contrast", [(Kind.WARMTH, 0.5), (Kind.CONTRAST, -0.5)]),
        ("brighter slightly and cooler", [(Kind.EXPOSURE, 0.5), (Kind.WARMTH, -1.0)]),
        ("much more contrast, no vignette", [(Kind.CONTRAST, 1.7)]),
        ("a little less warm, but keep the colours", [(Kind.WARMTH, -0.5)]),
        ("Black & white; sharpened!", [(Kind.MONOCHROME, 1.0), (Kind.SHARPEN, 1.0)]),
        ("b/w", [(Kind.MONOCHROME, 1.0)]),
        ("sepia a little less", [(Kind.SEPIA, 0.5)]),
        ("remove the grain", [(Kind.DENOISE, 1.0)]),
        ("de-noise a bit", [(Kind.DENOISE, 0.5)]),
        ("don't sharpen or soften", []),
        ("warmer. [[3f-2 a]] cooler", [(Kind.WARMTH, 1.0), (Kind.WARMTH, -1.0)]),
        ("[[id]]", []),
        ("", []),
        ("tint green", [(Kind.TINT, -1.0)]),
        ("rotate left", [(Kind.ROTATE, -90.0)]),
        ("turn it 2.5° anticlockwise", [(Kind.ROTATE, -2.5)]),
        ("turn it black and white", [(Kind.MONOCHROME, 1.0)]),
        ("rotate it upside down", [(Kind.ROTATE, 180.0)]),
        ("flip vertically", [(Kind.FLIP, -1.0)]),
        ("mirror", [(Kind.FLIP, 1.0)]),
        ("straighten by 3 degrees", [(Kind.STRAIGHTEN, 3.0)]),
    ],
)
def test_prompts_mean(prompt: str, meant: list[tuple[Kind, float]]) -> None:
    assert [(one.kind, pytest.approx(one.amount)) for one in parse(prompt)] == meant


def test_crop_takes_a_ratio_or_the_requests() -> None:
    assert parse("crop to 16:9") == [Adjustment(Kind.CROP, 1.0, "16:9")]
    assert parse("crop to a square") == [Adjustment(Kind.CROP, 1.0, "1:1")]
    assert parse("crop to the aspect ratio") == [Adjustment(Kind.CROP, 1.0, "")]


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("remove the person on the left", ("person", "left")),
        ("make the sky blue and brighter", ("sky", "blue")),
        ("more noise", ("noise",)),
        ("please", ()),
        ("very", ("very",)),
        ("日本", ("日本",)),
        ("...?", ()),
    ],
)
def test_the_rest_is_refused_by_name(prompt: str, words: tuple[str, ...]) -> None:
    if not prompt.strip(".?"):
        assert parse(prompt) == []
        return
    with pytest.raises(UnknownEdit) as caught:
        parse(prompt)
    assert caught.value.words == words
    said = str(caught.value)
    assert all(word in said for word in (*words, *VOCABULARY))
    assert str(pickle.loads(pickle.dumps(caught.value))) == said  # noqa: S301 - our own bytes


def lab(rgb: Pixels) -> NDArray[np.float64]:
    return np.asarray(rgb2lab(rgb), np.float64)


def test_each_word_does_what_it_says(photo: Pixels) -> None:
    def done(prompt: str) -> NDArray[np.float64]:
        return lab(adjust.apply(photo, parse(prompt)))

    def chroma(values: NDArray[np.float64]) -> float:
        return float(np.hypot(values[..., 1], values[..., 2]).mean())

    before = lab(photo)
    assert done("brighter")[..., 0].mean() > before[..., 0].mean() + 2
    assert done("slightly darker")[..., 0].mean() < before[..., 0].mean() - 1
    assert done("strongly darker")[..., 0].mean() < done("darker")[..., 0].mean()
    assert done("more contrast")[..., 0].std() > before[..., 0].std()
    assert done("less contrast")[..., 0].std() < before[..., 0].std()
    assert done("warmer")[..., 2].mean() > before[..., 2].mean() + 2
    assert done("cooler")[..., 2].mean() < before[..., 2].mean() - 2
    assert done("greener")[..., 1].mean() < before[..., 1].mean() - 1
    assert min(chroma(done("more saturation")), chroma(done("vibrance"))) > chroma(before) + 1
    assert chroma(done("black and white")) < 0.7
    assert done("sepia")[..., 2].min() > -1
    assert np.abs(np.diff(done("sharpen")[..., 0])).mean() > np.abs(np.diff(before[..., 0])).mean()
    assert np.abs(np.diff(done("soften")[..., 0])).mean() < np.abs(np.diff(before[..., 0])).mean()
    assert np.abs(np.diff(done("denoise")[..., 0])).mean() < np.abs(np.diff(before[..., 0])).mean()
    assert done("vignette")[:20, :20, 0].mean() < before[:20, :20, 0].mean() - 5


def test_geometry(photo: Pixels) -> None:
    height, width = photo.shape[:2]
    assert np.array_equal(adjust.apply(photo, parse("rotate left")), np.rot90(photo))
    assert np.array_equal(adjust.apply(photo, parse("flip")), photo[:, ::-1])
    twice = adjust.apply(photo, parse("flip vertically, rotate 180"))
    assert np.array_equal(twice, photo[:, ::-1])
    assert adjust.apply(photo, [], "1:1").shape == (height, height, 3)
    assert adjust.apply(photo, parse("crop to 1:1"), "16:9").shape == (height, height, 3)
    wide = adjust.apply(photo, parse("warmer"), "16:9")
    assert wide.shape[1] / wide.shape[0] == pytest.approx(16 / 9, abs=0.01)
    assert adjust.apply(photo, []).shape == (height, width, 3)
    assert adjust.apply(photo[:3, :3], parse("rotate 10")).size > 0


def test_a_turned_picture_has_no_empty_corners() -> None:
    white = np.full((300, 400, 3), 255, np.uint8)
    turned = tilt.turned(white, 10)
    assert turned.min() == 255
    assert turned.shape[0] < 300


@pytest.mark.parametrize("degrees", [-4.0, 2.5, 6.0])
def test_straighten_finds_the_tilt(degrees: float) -> None:
    level = np.full((500, 700, 3), 90, np.uint8)
    level[250:] = 170
    level[100:400, 200:206] = 30
    assert tilt.found(tilt.turned(level, degrees)) == pytest.approx(degrees, abs=0.4)
    assert tilt.found(level) == pytest.approx(0, abs=0.05)


def test_straighten_leaves_pictures_without_lines() -> None:
    flower = degrade.photos(("flower",))["flower"]
    assert abs(tilt.found(flower)) < 1
    assert math.isnan(parse("straighten")[0].amount)


def test_variants_differ_in_strength(photo: Pixels) -> None:
    small = np.ascontiguousarray(photo[::4, ::4])
    means = [one.mean() for one in adjust.variants(small, parse("brighter"), "auto", 4)]
    assert means[2] > means[0] > means[1] > means[3] > small.mean()
