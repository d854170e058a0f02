"""The daily cap: what is spent, on its way and just being recorded, against a person's limit."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine, Job, JobState
from phota_desktop.core.pricing import Estimate
from phota_desktop.services.threads import Threads
from phota_desktop.store.journal import Journal


class Spending:
    """Refuses what could pass the cap; ``waiting`` gives the jobs that go out without a click."""

    def __init__(
        self, journal: Journal, threads: Threads, waiting: Callable[[], Iterable[Job]]
    ) -> None:
        self._journal = journal
        self._threads = threads
        self._waiting = waiting
        self._reserved = Decimal(0)

    @contextmanager
    def reserved(self, price: Estimate | None) -> Iterator[None]:
        """Count a request that is being recorded, so that two at once do not share the room."""
        high = price.high if price is not None else Decimal(0)
        self._reserved += high
        try:
            yield
        finally:
            self._reserved -= high

    async def stay_below(self, cap: Decimal, new: Iterable[Estimate | None] = ()) -> None:
        """Raise PhotaError NO_CREDIT with ``field="daily_cap"`` if ``new`` could pass the cap."""
        spent = await self._threads.journal(self._journal.spent_today, time.time())
        committed = spent + self._reserved
        for job in self._waiting():
            if job.state is JobState.QUEUED and job.engine is Engine.PHOTA and job.estimate:
                committed += job.estimate.high
        wanted = sum((price.high for price in new if price is not None), Decimal(0))
        if committed + wanted > cap:
            raise PhotaError(
                ErrorKind.NO_CREDIT,
                f"This could pass your cap of ${cap:.2f} a day.",
                hint=f"${committed:.2f} are spent or on their way today.",
                field="daily_cap",
                surely_not_charged=True,
            )
