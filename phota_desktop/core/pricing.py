"""Prices: a dated table, the estimate before the click and the actual cost after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from phota_desktop.core.options import Operation
from phota_desktop.core.requests import StudioRequest, mentions


@dataclass(frozen=True)
class PricePerImage:
    """US dollars for one output image, without and with a recognised profile in it."""

    plain: Decimal
    identity: Decimal


@dataclass(frozen=True)
class PriceTable:
    """Published prices as of a date; what is not in it is not published."""

    as_of: str
    currency: str
    per_image: Mapping[Operation, PricePerImage]


PUBLISHED = PriceTable(
    as_of="2026-11-21",
    currency="USD",
    per_image={
        Operation.ENHANCE: PricePerImage(Decimal("0.12"), Decimal("0.15")),
        Operation.REMIX: PricePerImage(Decimal("0.12"), Decimal("0.15")),
    },
)
"""Section 9 of the contract: enhance and remix only (release note v0.6.0)."""

FREE = PriceTable(
    as_of="",
    currency="USD",
    per_image={op: PricePerImage(Decimal(0), Decimal(0)) for op in Operation},
)
"""The local engine's table: everything costs nothing."""


@dataclass(frozen=True)
class Estimate:
    """The range a request will cost; equal ends when no profile can be recognised."""

    low: Decimal
    high: Decimal
    currency: str = "USD"


def estimate(request: StudioRequest, table: PriceTable = PUBLISHED) -> Estimate | None:
    """Return the price range of a request, or None where the price is not published.

    The upper end holds only if a profile rides on the request: with none, Phota looks for nobody.
    """
    price = table.per_image.get(request.operation)
    if price is None:
        return None
    with_identity = bool(request.profile_ids or mentions(request.prompt))
    high = price.identity if with_identity else price.plain
    return Estimate(price.plain * request.variants, high * request.variants, table.currency)


def actual(
    operation: Operation,
    images: int,
    known_subjects: Mapping[str, int] | None,
    table: PriceTable = PUBLISHED,
) -> Decimal | None:
    """Return what ``images`` delivered pictures cost by the ``known_subjects`` counts, or None.

    The surcharge is per image, not per person (inferred, section 9): the counts add up over all
    pictures, so the best evidence for "images with somebody in them" is the highest count of one
    profile, at most the number of pictures.
    """
    price = table.per_image.get(operation)
    if price is None:
        return None
    recognised = min(images, max((known_subjects or {}).values(), default=0))
    return price.identity * recognised + price.plain * (images - recognised)


def show_range(cost: Estimate | None) -> str:
    """Return the words for a price range: ``"$0.36–0.45"``, ``"free"`` or that it is unknown."""
    if cost is None:
        return "price not published"
    if cost.high == 0:
        return "free"
    if cost.low == cost.high:
        return f"${cost.low:.2f}"
    return f"${cost.low:.2f}–{cost.high:.2f}"
