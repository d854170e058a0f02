"""Requests: what is refused before anything is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from phota_desktop.core.options import BASE_MODELS, Quality, Resolution
from phota_desktop.core.requests import (
    EditRequest,
    EnhanceRequest,
    GenerateRequest,
    RemixRequest,
    StudioRequest,
    mentions,
)

PHOTO = Path("a.jpg")


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (EnhanceRequest(PHOTO, variants=0), "variants"),
        (EnhanceRequest(PHOTO, variants=5), "variants"),
        (EditRequest((), "brighter"), "images"),
        (EditRequest((PHOTO,) * 11, "brighter"), "images"),
        (EditRequest((PHOTO,), "  "), "prompt"),
        (EditRequest((PHOTO,), "x", base_model="dall-e"), "base_model"),
        (GenerateRequest(""), "prompt"),
        (GenerateRequest("x", images=(PHOTO,)), "images"),
        (GenerateRequest("x", base_model="reve", resolution=Resolution.R2K), "resolution"),
        (GenerateRequest("x", quality=Quality.HIGH), "quality"),
        (RemixRequest(PHOTO, PHOTO, variants=9), "variants"),
    ],
)
def test_problems_name_their_field(request_: StudioRequest, field: str) -> None:
    assert field in [problem.field for problem in request_.problems()]


def test_good_requests_have_no_problems() -> None:
    assert not EnhanceRequest(PHOTO).problems()
    assert not EditRequest((PHOTO,) * 10, "brighter").problems()
    assert not RemixRequest(PHOTO, PHOTO).problems()
    for model in BASE_MODELS.values():
        for resolution in model.resolutions:
            for quality in (None, *model.qualities):
                request = GenerateRequest(
                    "x", base_model=model.id, resolution=resolution, quality=quality
                )
                assert not request.problems()


def test_mentions_are_found_once_each() -> None:
    assert mentions("[[a1]] and [[b_2]] near [[a1]], not [[ ]] or [x]") == ("a1", "b_2")
