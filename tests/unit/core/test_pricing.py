"""Prices: the estimate before the click, the cost after it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from phota_desktop.core.pricing import FREE, Estimate, actual, estimate, show_range
from phota_desktop.core.requests import EditRequest, EnhanceRequest

PHOTO = Path("a.jpg")


@pytest.mark.parametrize(
    ("profiles", "prompt", "variants", "low", "high"),
    [
        ((), "", 1, "0.12", "0.12"),
        ((), "", 3, "0.36", "0.36"),
        (("anna",), "", 3, "0.36", "0.45"),
        ((), "make [[anna]] smile", 4, "0.48", "0.60"),
    ],
)
def test_enhance_estimate(
    profiles: tuple[str, ...], prompt: str, variants: int, low: str, high: str
) -> None:
    request = EnhanceRequest(PHOTO, prompt, profiles, variants)
    assert estimate(request) == Estimate(Decimal(low), Decimal(high))


def test_an_unpublished_price_is_unknown() -> None:
    request = EditRequest((PHOTO,), "brighter")
    assert estimate(request) is None
    assert show_range(None) == "price not published"
    assert actual(request, 2, {}) is None


def test_the_local_engine_is_free() -> None:
    assert show_range(estimate(EnhanceRequest(PHOTO), FREE)) == "free"


@pytest.mark.parametrize(
    ("images", "counts", "cost"),
    [
        (3, None, "0.36"),
        (3, {}, "0.36"),
        (3, {"anna": 2}, "0.42"),
        (3, {"anna": 3, "ben": 1}, "0.45"),
        (2, {"anna": 9}, "0.30"),
        (0, {"anna": 1}, "0.00"),
    ],
)
def test_actual_cost(images: int, counts: dict[str, int] | None, cost: str) -> None:
    assert actual(EnhanceRequest(PHOTO), images, counts) == Decimal(cost)


def test_range_in_words() -> None:
    assert show_range(Estimate(Decimal("0.36"), Decimal("0.45"))) == "$0.36–0.45"
    assert show_range(Estimate(Decimal("0.12"), Decimal("0.12"))) == "$0.12"
