"""Prices: a dated table, the estimate before the click and the actual cost after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from phota_desktop.core.options import (
    CAPABILITIES,
    DEFAULT_MODEL,
    Operation,
    Quality,
    Resolution,
)
from phota_desktop.core.requests import EditRequest, GenerateRequest, StudioRequest, mentions

_Key = tuple[Operation, str, Resolution | None, Quality | None]


@dataclass(frozen=True)
class PriceRow:
    """The price of one output image, without and with a recognised profile in it.

    An empty ``base_model``, or None as resolution or quality, stands for any.
    """

    operation: Operation
    plain: Decimal
    identity: Decimal
    base_model: str = ""
    resolution: Resolution | None = None
    quality: Quality | None = None

    @property
    def key(self) -> _Key:
        """What the row is the price of; a table has one row for each key."""
        return self.operation, self.base_model, self.resolution, self.quality


@dataclass(frozen=True)
class PriceTable:
    """Prices as of a date (ISO 8601); what is not in it is not published.

    ``training`` is the price of one training by the name of its tier (``TrainingTier``).
    """

    as_of: str
    currency: str
    rows: tuple[PriceRow, ...]
    training: Mapping[str, Decimal] = field(default_factory=dict)

    def row_for(self, request: StudioRequest) -> PriceRow | None:
        """Return the row that names most of what ``request`` asks for, None if none fits.

        Of two that name as much, the one with the model stands before the one with the size.
        """
        found = [row for row in self.rows if _fits(row, request)]
        return max(found, key=_exactness, default=None)

    def changed(self, rows: Sequence[PriceRow]) -> PriceTable:
        """Return the table with a person's own ``rows`` in place of those of the same key."""
        own = {row.key: row for row in rows}
        kept = tuple(row for row in self.rows if row.key not in own)
        return replace(self, rows=(*own.values(), *kept))


def _fits(row: PriceRow, request: StudioRequest) -> bool:
    # Enhance and remix are pinned to the default model at 2K (guides/base-models).
    model, quality = DEFAULT_MODEL, None
    resolution = CAPABILITIES[request.operation].fixed_resolution
    if isinstance(request, EditRequest | GenerateRequest):
        model, resolution, quality = request.base_model, request.resolution, request.quality
    return (
        row.operation is request.operation
        and row.base_model in ("", model)
        and row.resolution in (None, resolution)
        and row.quality in (None, quality or Quality.AUTO)
    )


def _exactness(row: PriceRow) -> tuple[int, bool, bool]:
    named = (bool(row.base_model), row.resolution is not None, row.quality is not None)
    return sum(named), named[0], named[1]


PUBLISHED = PriceTable(
    as_of="2026-11-21",
    currency="USD",
    rows=(
        PriceRow(Operation.ENHANCE, Decimal("0.12"), Decimal("0.15")),
        PriceRow(Operation.REMIX, Decimal("0.12"), Decimal("0.15")),
    ),
    training={"standard": Decimal("2.90"), "fast": Decimal("1.49")},
)
"""Section 9 of the contract: enhance and remix (release note v0.6.0), training (v0.5.0)."""

FREE = PriceTable(
    as_of="",
    currency="USD",
    rows=tuple(PriceRow(operation, Decimal(0), Decimal(0)) for operation in Operation),
    training={"standard": Decimal(0), "fast": Decimal(0)},
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
    price = table.row_for(request)
    if price is None:
        return None
    ends = (price.plain, price.identity) if _looks_for_somebody(request) else (price.plain,) * 2
    return Estimate(min(ends) * request.variants, max(ends) * request.variants, table.currency)


def actual(
    request: StudioRequest,
    images: int,
    known_subjects: Mapping[str, int] | None,
    table: PriceTable = PUBLISHED,
) -> Decimal | None:
    """Return what ``images`` pictures made cost by the ``known_subjects`` counts.

    None where the price is not published, or where Phota did not say whom it recognised and that
    makes a difference. The surcharge is per image, not per person (inferred, section 9): the
    counts add up over all pictures, so the best evidence for "images with somebody in them" is
    the highest count of one profile, at most the number of pictures.
    """
    price = table.row_for(request)
    if price is None:
        return None
    if known_subjects is None and _looks_for_somebody(request) and price.plain != price.identity:
        return Decimal(0) if images == 0 else None
    recognised = min(images, max((known_subjects or {}).values(), default=0))
    return price.identity * recognised + price.plain * (images - recognised)


def _looks_for_somebody(request: StudioRequest) -> bool:
    return bool(request.profile_ids or mentions(request.prompt))


def show_range(cost: Estimate | None) -> str:
    """Return the words for a price range: ``"$0.36–0.45"``, ``"free"`` or that it is unknown."""
    if cost is None:
        return "price not published"
    if cost.high == 0:
        return "free"
    if cost.low == cost.high:
        return f"${cost.low:.2f}"
    return f"${cost.low:.2f}–{cost.high:.2f}"
