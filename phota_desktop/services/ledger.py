"""The ledger: what jobs and trainings cost, read from the journal and written out as a table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path

from phota_desktop.core.jobs import Job
from phota_desktop.core.ledger import TRAINING, LedgerEntry, entry_of, to_csv
from phota_desktop.services.threads import Threads
from phota_desktop.store.charges import Charge, Charges
from phota_desktop.store.files import disk_error, write_new
from phota_desktop.store.journal import Journal

_PAGE = 100
"""Jobs read at once, so that a job's commit never waits for the whole journal."""


class Ledger:
    """The costs of the jobs and trainings in the journal."""

    def __init__(self, journal: Journal, threads: Threads) -> None:
        self._journal = journal
        self._charges = Charges(journal)
        self._threads = threads

    async def entries(self, since: float = 0.0, until: float = math.inf) -> tuple[LedgerEntry, ...]:
        """Return what was charged, or may have been, newest first. Raises PhotaError DISK.

        ``since`` (included) and ``until`` (not included) are wall-clock seconds since 1970.
        """
        found: list[LedgerEntry] = []
        before: int | None = None
        while jobs := await self._threads.journal(self._page, before):
            before = jobs[-1].sequence
            entries = (entry_of(job) for job in jobs)
            found += [one for one in entries if one is not None and since <= one.time < until]
        trained = await self._threads.journal(self._charges.between, since, until)
        found += map(_entry, trained)
        return tuple(sorted(found, key=lambda one: one.time, reverse=True))

    def _page(self, before: int | None) -> list[Job]:
        return self._journal.jobs(_PAGE, before, removed=True)

    async def write_csv(
        self, path: Path, entries: Sequence[LedgerEntry], names: Mapping[str, str]
    ) -> Path:
        """Write ``entries`` as CSV and return where: ``path``, or the next free name beside it.

        ``names`` are what people call the profiles. Raises PhotaError DISK.
        """
        return await self._threads.files(_write_new, path, to_csv(entries, names))


def _entry(charge: Charge) -> LedgerEntry:
    people = (charge.profile_id,) if charge.profile_id else ()
    return LedgerEntry(
        charge.tag, charge.time, TRAINING, "", people, 0, charge.amount, charge.certain,
        charge.currency,
    )  # fmt: skip


def _write_new(path: Path, text: str) -> Path:
    try:
        for n in count(1):
            free = path if n == 1 else path.with_name(f"{path.stem} ({n}){path.suffix}")
            # The mark lets spreadsheets read names with accents as what they are.
            if write_new(free, text.encode("utf-8-sig"), mode=0o600):
                return free
    except OSError as error:
        raise disk_error(error, path) from error
    raise AssertionError("a count never ends")
