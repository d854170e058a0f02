"""What was paid for without a job, in the journal: trainings, for the ledger and the daily cap."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from phota_desktop.store.journal import Journal

AGAIN = "~"
"""Between a training's tag and a number, for the charges of sending it again: ``pd-…~2``."""


@dataclass(frozen=True)
class Charge:
    """One sending of a training; ``time`` is when it was sent, in seconds since 1970.

    ``amount`` is None where the price is not published; ``certain`` is false while it is not
    known whether it began.
    """

    tag: str
    time: float
    profile_id: str = ""
    amount: Decimal | None = None
    certain: bool = False
    currency: str = "USD"


class Charges:
    """Reads and writes charges; every method blocks and raises PhotaError DISK."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def save(self, charge: Charge) -> None:
        """Commit a charge, new or changed, before it can be made."""
        with self._journal.transaction() as database:
            write(database, charge)

    def of_training(self, tag: str) -> list[Charge]:
        """Return what a training cost or may have cost, the first time it was sent first."""
        return self._charges("WHERE tag = ? OR tag GLOB ? ORDER BY sent", tag, f"{tag}{AGAIN}*")

    def between(self, since: float, until: float) -> list[Charge]:
        """Return the charges sent from ``since`` on and before ``until``, oldest first."""
        return self._charges("WHERE sent >= ? AND sent < ? ORDER BY sent", since, until)

    def _charges(self, where: str, *values: object) -> list[Charge]:
        rows = self._journal.read(
            f"SELECT tag, sent, profile, amount, currency, certain FROM charges {where}",  # noqa: S608  (ours)
            *values,
        )
        return [
            Charge(tag, sent, profile, _amount(amount), bool(certain), currency)
            for tag, sent, profile, amount, currency, certain in rows
        ]


def write(database: sqlite3.Connection, charge: Charge) -> None:
    """Write a charge within a transaction."""
    amount = None if charge.amount is None else str(charge.amount)
    database.execute(
        "INSERT OR REPLACE INTO charges (tag, sent, profile, amount, currency, certain)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            *(charge.tag, charge.time, charge.profile_id, amount, charge.currency),
            int(charge.certain),
        ),
    )


def settle(
    database: sqlite3.Connection, tag: str, profile_ids: Sequence[str], *, alone: bool
) -> None:
    """Write that a training began; if it was sent again, one of its charges for each profile.

    The newest come first: what was found missing before it was sent again most likely never began.
    With ``alone`` no other profile began, and the other charges were not made.
    """
    family = (tag, f"{tag}{AGAIN}*")
    rows = database.execute(
        "SELECT tag FROM charges WHERE tag = ? OR tag GLOB ? ORDER BY sent DESC, tag DESC", family
    ).fetchall()
    for (one,), profile_id in zip(rows, profile_ids, strict=False):
        database.execute(
            "UPDATE charges SET profile = ?, certain = 1 WHERE tag = ?", (profile_id, one)
        )
    if alone:
        database.execute(
            "DELETE FROM charges WHERE (tag = ? OR tag GLOB ?) AND certain = 0", family
        )


def drop(database: sqlite3.Connection, tag: str) -> None:
    """Take back a charge that certainly was not made."""
    database.execute("DELETE FROM charges WHERE tag = ?", (tag,))


def _amount(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return None
