"""What changed between two requests, in the words that the tree shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from phota_desktop.core.options import AspectRatio, OutputFormat, Quality, Resolution
from phota_desktop.core.request_changes import changes
from phota_desktop.core.requests import EditRequest, EnhanceRequest, RemixRequest

PHOTO = Path("/p/IMG_1.jpg")
EDIT = EditRequest((PHOTO,), "take the car out of the street")
NAMES = {"abc": "Anna"}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, ()),
        ({"variants": 4}, ()),
        ({"resolution": Resolution.R4K}, ("1K → 4K",)),
        ({"base_model": "gpt-image-2"}, ("Nano Banana 2 → GPT Image 2",)),
        ({"base_model": "of-tomorrow"}, ("Nano Banana 2 → of-tomorrow",)),
        ({"aspect_ratio": AspectRatio.SQUARE}, ("auto → 1:1",)),
        ({"quality": Quality.HIGH}, ("auto → high quality",)),
        ({"output_format": OutputFormat.PNG}, ("JPG → PNG",)),
        ({"profile_ids": ("abc",)}, ("+Anna",)),
        ({"profile_ids": ("somebody-else",)}, ("+somebody",)),
        ({"prompt": "take the car out of the street, warmer sky"}, ("+warmer sky",)),
        (
            {"prompt": "take the red car out of the street"},
            ("+red",),
        ),
        (
            {"prompt": "take the bus out of the street"},
            ("+bus", "−car"),
        ),
        ({"prompt": "a beach instead"}, ("“a beach instead”",)),
        ({"prompt": "put [[abc]] there"}, ("“put @Anna there”",)),
        ({"images": (PHOTO, PHOTO, PHOTO)}, ("with 2 more photos",)),
        (
            {"prompt": "take the car out", "resolution": Resolution.R2K},
            ("−of the street", "1K → 2K"),
        ),
    ],
)
def test_against_an_earlier_request(fields: dict[str, object], said: tuple[str, ...]) -> None:
    assert changes(replace(EDIT, **fields), EDIT, NAMES) == said  # type: ignore[arg-type]


def test_the_first_request_tells_what_is_not_usual() -> None:
    assert changes(EDIT) == ("“take the car out of the street”", "1K")
    large = replace(EDIT, resolution=Resolution.R4K, base_model="flux-2", profile_ids=("abc",))
    assert changes(large, None, NAMES)[1:] == ("Flux 2 Dev", "4K", "with Anna")
    assert changes(EnhanceRequest(PHOTO)) == ()
    assert changes(EnhanceRequest(PHOTO, "keep\nthe  mood")) == ("“keep the mood”",)
    assert changes(EnhanceRequest(PHOTO, output_format=OutputFormat.PNG)) == ("PNG",)


def test_another_operation_is_told_as_a_first_one() -> None:
    assert changes(EDIT, EnhanceRequest(PHOTO, EDIT.prompt)) == changes(EDIT)


def test_a_remix_names_its_reference() -> None:
    one = RemixRequest(PHOTO, Path("/p/mood.jpg"))
    assert changes(one) == ("style of mood.jpg",)
    assert changes(one, one) == ()
    other = RemixRequest(PHOTO, Path("/p/night.jpg"), "dark")
    assert changes(other, one) == ("“dark”", "style of night.jpg")
    assert changes(one, other) == ("no prompt", "style of mood.jpg")


def test_who_leaves_is_told() -> None:
    with_anna = replace(EDIT, profile_ids=("abc",))
    assert changes(EDIT, with_anna, NAMES) == ("−Anna",)
