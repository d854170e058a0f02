"""Prices: the estimate before the click, the cost after it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from phota_desktop.core.options import Operation, Quality, Resolution
from phota_desktop.core.pricing import (
    FREE,
    PUBLISHED,
    Estimate,
    PriceRow,
    actual,
    estimate,
    show_range,
)
from phota_desktop.core.profiles import TrainingTier
from phota_desktop.core.requests import (
    EditRequest,
    EnhanceRequest,
    GenerateRequest,
    RemixRequest,
    StudioRequest,
)

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
    for request in (
        EnhanceRequest(PHOTO),
        RemixRequest(PHOTO, PHOTO, "", ("anna",), 4),
        EditRequest((PHOTO,), "x", base_model="gpt-image-2", quality=Quality.HIGH),
        GenerateRequest("[[anna]]"),
    ):
        assert show_range(estimate(request, FREE)) == "free"
        assert actual(request, 4, None, FREE) == 0


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


def row(
    price: str, model: str = "", size: str | None = None, quality: str | None = None
) -> PriceRow:
    return PriceRow(
        Operation.EDIT,
        Decimal(price),
        Decimal(price) + 1,
        model,
        Resolution(size) if size else None,
        Quality(quality) if quality else None,
    )


OWN = PUBLISHED.changed(
    [
        row("0.10"),
        row("0.20", "nb2"),
        row("0.30", size="4K"),
        row("0.40", "nb2", "4K"),
        row("0.50", "gpt-image-2", quality="auto"),
        row("0.60", "gpt-image-2", "4K", "high"),
    ]
)


@pytest.mark.parametrize(
    ("model", "size", "quality", "price"),
    [
        ("reve", "1K", None, "0.10"),
        ("nb2", "1K", None, "0.20"),
        ("nb2", "4K", None, "0.40"),
        ("gpt-image-2", "4K", "low", "0.30"),
        ("gpt-image-2", "1K", None, "0.50"),
        ("gpt-image-2", "4K", "auto", "0.50"),
        ("gpt-image-2", "4K", "high", "0.60"),
        ("gpt-image-2", "1K", "high", "0.10"),
    ],
)
def test_the_row_that_says_most_counts(
    model: str, size: str, quality: str | None, price: str
) -> None:
    request = EditRequest(
        (PHOTO,),
        "x",
        base_model=model,
        resolution=Resolution(size),
        quality=Quality(quality) if quality else None,
        variants=3,
    )
    assert estimate(request, OWN) == Estimate(Decimal(price) * 3, Decimal(price) * 3)
    assert actual(request, 2, {"anna": 1}, OWN) == Decimal(price) * 2 + 1


def test_own_prices_stand_before_published_ones() -> None:
    own = PriceRow(Operation.ENHANCE, Decimal("0.07"), Decimal("0.05"))
    older = PriceRow(Operation.ENHANCE, Decimal(9), Decimal(9))
    changed = PUBLISHED.changed([older, own])
    assert len(changed.rows) == len(PUBLISHED.rows)
    assert estimate(EnhanceRequest(PHOTO), changed) == Estimate(Decimal("0.07"), Decimal("0.07"))
    riding = EnhanceRequest(PHOTO, profile_ids=("anna",))
    assert estimate(riding, changed) == Estimate(Decimal("0.05"), Decimal("0.07"))
    assert estimate(RemixRequest(PHOTO, PHOTO), changed) == estimate(RemixRequest(PHOTO, PHOTO))
    assert PUBLISHED.changed([]) == PUBLISHED
    pinned = PriceRow(Operation.ENHANCE, Decimal(1), Decimal(1), "nb2", Resolution.R2K)
    assert PUBLISHED.changed([pinned]).row_for(riding) == pinned


@pytest.mark.parametrize("request_", [EditRequest((PHOTO,), "x"), GenerateRequest("x")])
def test_only_what_phota_published_is_in_the_table(request_: StudioRequest) -> None:
    assert PUBLISHED.row_for(request_) is None
    assert PUBLISHED.training == {
        TrainingTier.STANDARD: Decimal("2.90"),
        TrainingTier.FAST: Decimal("1.49"),
    }


def test_who_was_recognised_is_not_guessed() -> None:
    riding = EnhanceRequest(PHOTO, profile_ids=("anna",))
    assert actual(riding, 2, None) is None
    assert actual(riding, 0, None) == 0
    assert actual(riding, 2, {}) == Decimal("0.24")
