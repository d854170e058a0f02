"""Asks before money is spent on the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from decimal import Decimal

from phota_desktop.cli.exits import Exit
from phota_desktop.cli.output import Output
from phota_desktop.cli.stopping import answer
from phota_desktop.core.pricing import Estimate, show_range


def may_spend(
    prices: Sequence[Estimate | None], max_cost: Decimal | None, *, yes: bool, output: Output
) -> Exit | None:
    """Return None when the jobs may start, else the exit code; a reason is written.

    A price that is not published cannot be promised to stay below ``--max-cost``.
    """
    known = [price for price in prices if price is not None]
    low = sum((price.low for price in known), Decimal(0))
    high = sum((price.high for price in known), Decimal(0))
    unknown = len(known) < len(prices)
    words = "an unpublished price" if unknown and not known else show_range(Estimate(low, high))
    if unknown and known:
        words = f"at least {words}"
    if max_cost is not None and (unknown or high > max_cost):
        output.complain(f"This would cost {words}; --max-cost allows ${max_cost:.2f}.")
        return Exit.CREDIT
    if (high == 0 and not unknown) or yes:
        return None
    if not sys.stdin.isatty():
        output.complain(f"This costs {words}. Say --yes to spend it where nobody can be asked.")
        return Exit.USAGE
    output.complain(f"This costs {words}. Go on? [y/N] ")
    if answer().strip().lower() in ("y", "yes"):
        return None
    output.complain("Nothing was sent.")
    return Exit.USAGE
