"""What was paid for without a job, in the journal: trainings, for the ledger and the daily cap."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from phota_desktop.store.journal import Journal


@dataclass(frozen=True)
class Charge:
    """One training; ``time`` is when it was sent, in seconds since 1970.

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
        amount = None if charge.amount is None else str(charge.amount)
        with self._journal.transaction() as database:
            database.execute(
                "INSERT OR REPLACE INTO charges (tag, sent, profile, amount, currency, certain)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    *(charge.tag, charge.time, charge.profile_id, amount, charge.currency),
                    int(charge.certain),
                ),
            )

    def settle(self, tag: str, profile_id: str) -> None:
        """Commit that a training began; nothing where it is not on record."""
        with self._journal.transaction() as database:
            database.execute(
                "UPDATE charges SET profile = ?, certain = 1 WHERE tag = ?", (profile_id, tag)
            )

    def drop(self, tag: str) -> None:
        """Take back a charge that certainly was not made."""
        with self._journal.transaction() as database:
            database.execute("DELETE FROM charges WHERE tag = ?", (tag,))

    def between(self, since: float, until: float) -> list[Charge]:
        """Return the charges sent from ``since`` on and before ``until``, oldest first."""
        rows = self._journal.read(
            "SELECT tag, sent, profile, amount, currency, certain FROM charges"
            " WHERE sent >= ? AND sent < ? ORDER BY sent",
            since,
            until,
        )
        return [
            Charge(tag, sent, profile, _amount(amount), bool(certain), currency)
            for tag, sent, profile, amount, currency, certain in rows
        ]


def _amount(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return None
