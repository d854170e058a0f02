"""Words about the price of the next request: its line, and what the surcharge is."""

from __future__ import annotations

from dataclasses import replace

from phota_desktop.core.pricing import PriceTable, estimate, show_range
from phota_desktop.core.requests import StudioRequest
from phota_desktop.viewmodels.words import count, money


def free_words(pictures: int) -> str:
    """Return the line above the button for the local engine, which sends ``pictures`` nowhere."""
    if pictures == 0:
        return "Free. Nothing leaves this computer."
    return f"Free. Your {'photo stays' if pictures == 1 else 'photos stay'} on this computer."


def charge_words(request: StudioRequest, table: PriceTable) -> str:
    """Return the line above the button for a request that is charged: what its price is made of."""
    pictures = count(request.variants, "picture")
    each = estimate(replace(request, variants=1), table)
    if each is None:
        return f"{pictures}. Price not published; you can enter yours in the settings."
    if each.high == 0:
        return f"{pictures}, free."
    return f"{pictures} at {show_range(each)} each, charged by Phota."


def surcharge_words(request: StudioRequest, table: PriceTable) -> str:
    """Return what the two ends of a price range are; empty when there is no range."""
    each = estimate(replace(request, variants=1), table)
    if each is None or each.low == each.high:
        return ""
    return (
        f"{money(each.low)} for each picture, {money(each.high)} when Phota recognises one of "
        "your profiles in it. You are charged for what comes back."
    )
