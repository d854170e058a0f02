"""Asks before money is spent on the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from phota_desktop.cli.exits import Exit
from phota_desktop.cli.output import Output
from phota_desktop.cli.stopping import answer
from phota_desktop.core.errors import PhotaError
from phota_desktop.core.pricing import Estimate, show_range

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services


def may_spend(
    prices: Sequence[Estimate | None],
    max_cost: Decimal | None,
    *,
    yes: bool,
    output: Output,
    also: str = "",
) -> Exit | None:
    """Return None when the jobs may start, else the exit code; a reason is written.

    A price that is not published cannot be promised to stay below ``--max-cost``, whatever
    ``yes`` says. ``also`` is one more question that a yes answers; with it, what is free is
    asked about as well.
    """
    words, high = _words(prices)
    if max_cost is not None and high is None:
        output.complain(
            f"{words} So nobody can promise --max-cost ${max_cost:.2f}: leave it out, or enter a"
            " price of your own in the settings."
        )
        return Exit.CREDIT
    if max_cost is not None and high is not None and high > max_cost:
        output.complain(f"{words} --max-cost allows ${max_cost:.2f}.")
        return Exit.CREDIT
    if yes or (high == 0 and not also):
        return None
    if not sys.stdin.isatty():
        output.complain(f"{words} {also} Say --yes where nobody can be asked.".replace("  ", " "))
        return Exit.USAGE
    if agrees(f"{words} {also}".strip(), output):
        return None
    output.complain("Nothing was sent.")
    return Exit.USAGE


async def stay_below_cap(services: Services, prices: Sequence[Estimate | None]) -> None:
    """Raise PhotaError NO_CREDIT if all together could pass the daily cap of the settings.

    Neither ``--yes`` nor ``--max-cost`` speak of other commands of the same day: the cap does.
    """
    try:
        await services.queue.stay_below(services.settings.daily_cap, prices)
    except PhotaError as error:
        if error.field == "daily_cap":
            error.hint += f" Raise it in the settings, or in {services.folders.settings_file}."
        raise


def agrees(question: str, output: Output) -> bool:
    """Ask on the terminal; everything but a yes is a no."""
    said = answer(lambda: output.complain(f"{question} Go on? [y/N] "))
    return said.strip().lower() in ("y", "yes")


def _words(prices: Sequence[Estimate | None]) -> tuple[str, Decimal | None]:
    """Return a sentence for all prices together, and their upper end if every one is known."""
    known = [price for price in prices if price is not None]
    low = sum((price.low for price in known), Decimal(0))
    high = sum((price.high for price in known), Decimal(0))
    missing = len(prices) - len(known)
    if not missing:
        return f"This costs {show_range(Estimate(low, high))}.".replace(
            "costs free", "is free"
        ), high
    if not known:
        return "Price not published: Phota alone knows what this costs.", None
    return (
        f"This costs at least ${low:.2f}; for {missing} of {len(prices)} jobs the price is not"
        " published.",
        None,
    )
