"""Remix moves tones and colours towards the reference; practice pictures say what they are."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.color import rgb2lab

from phota_desktop.engine.adjust import UnknownEdit
from phota_desktop.engine.remix import remix
from phota_desktop.engine.render import practice_picture
from tests.benchmarks import degrade

Pixels = NDArray[np.uint8]


@pytest.fixture(scope="module")
def photos() -> dict[str, Pixels]:
    return degrade.photos(("china", "rocket"))


def means(rgb: Pixels) -> NDArray[np.float64]:
    return np.asarray(rgb2lab(rgb).reshape(-1, 3).mean(axis=0), np.float64)


def test_remix_comes_closer_to_the_reference(photos: dict[str, Pixels]) -> None:
    source, reference = photos["china"], photos["rocket"]
    apart = np.abs(means(source) - means(reference))
    for variant in range(4):
        done = remix(source, reference, "in the style of the second picture", variant)
        left = np.abs(means(done) - means(reference))
        assert done.shape == source.shape
        assert left.sum() < 0.9 * apart.sum()


def test_remix_with_itself_changes_little(photos: dict[str, Pixels]) -> None:
    source = photos["china"]
    done = remix(source, source, "", 1)
    assert np.abs(done.astype(int) - source).mean() < 2


def test_remix_of_flat_pictures_has_no_artefacts() -> None:
    grey, red = np.full((40, 50, 3), 128, np.uint8), np.full((9, 7, 3), (200, 30, 30), np.uint8)
    done = remix(grey, red, "", 1)
    assert np.ptp(done.reshape(-1, 3), axis=0).max() <= 1
    assert done[0, 0, 0] > done[0, 0, 2]
    assert np.array_equal(remix(red, grey, "slightly darker", 0).shape, red.shape)


def test_remix_refuses_other_wishes(photos: dict[str, Pixels]) -> None:
    with pytest.raises(UnknownEdit, match="hat"):
        remix(photos["china"], photos["rocket"], "give her a hat", 0)


@pytest.mark.parametrize(("width", "height"), [(1024, 1024), (640, 270), (270, 640), (64, 48)])
def test_practice_pictures_fill_their_size(width: int, height: int) -> None:
    rgb = practice_picture("a dog 日本 \ud800 \n [[x]]" * 9, width, height, ("Ann",), 1)
    assert rgb.shape == (height, width, 3)
    assert rgb.dtype == np.uint8


def test_practice_pictures_are_labelled_and_repeatable() -> None:
    first = practice_picture("a dog", 512, 512, (), 0)
    assert np.array_equal(first, practice_picture("a dog", 512, 512, (), 0))
    assert not np.array_equal(first, practice_picture("a dog", 512, 512, (), 1))
    assert not np.array_equal(first, practice_picture("a cat", 512, 512, (), 0))
    # White letters on the dark plate across the middle.
    middle = first[150:362]
    assert (middle.min(axis=2) > 240).mean() > 0.01
    assert (middle.max(axis=2) < 70).mean() > 0.2
