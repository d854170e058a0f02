"""The line of waiting jobs: who goes next is a person's to say, how many at once a setting's."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from phota_desktop.core.jobs import Engine

SENT_PLACES = 4
"""Jobs that were sent before and are only fetched: as many as there are connections."""


@dataclass
class _Wish:
    """A job that wants a place; ``was_sent`` if it only has to be finished."""

    engine: Engine
    was_sent: bool
    granted: asyncio.Future[None]
    is_ready: bool = False


class Line:
    """Waiting jobs in one order, and the places of those at work, counted for each engine.

    Held jobs of Phota must not hold up the local engine. New jobs and those that were sent before
    have places of their own: the latter may be paid, and nothing may hold up their pictures.
    """

    def __init__(self, places: int) -> None:
        self._places = max(1, places)
        self._order: list[str] = []
        self._parked: set[str] = set()
        self._wishes: dict[str, _Wish] = {}
        self._inside: dict[str, _Wish] = {}

    @property
    def places(self) -> int:
        """How many new jobs of one engine are at work at once."""
        return self._places

    def set_places(self, places: int) -> None:
        """Change how many work at once; what is at work goes on."""
        self._places = max(1, places)
        self._grant()

    def order(self) -> list[str]:
        """Return the ids of those that wait for a place, the next one first."""
        return [job_id for job_id in self._order if job_id not in self._inside]

    def is_inside(self, job_id: str) -> bool:
        """Tell whether a job has its place."""
        return job_id in self._inside

    def is_parked(self, job_id: str) -> bool:
        """Tell whether a job is to wait until a person lets it go."""
        return job_id in self._parked

    def add(self, job_id: str) -> None:
        """Put a job at the end of the line, unless it stands there."""
        if job_id not in self._order:
            self._order.append(job_id)

    def drop(self, job_id: str) -> None:
        """Take a job out of the line: it was sent, or it ended."""
        if job_id in self._order:
            self._order.remove(job_id)
        self._parked.discard(job_id)

    def move(self, job_id: str, before: str | None) -> bool:
        """Put a waiting job before another one, None for the end; False if nothing changed."""
        was = self.order()
        if job_id not in was or job_id == before or (before is not None and before not in was):
            return False
        self._order.remove(job_id)
        at = len(self._order) if before is None else self._order.index(before)
        self._order.insert(at, job_id)
        return self.order() != was

    def park(self, job_ids: Iterable[str]) -> None:
        """Give these no place until they are let go; those at work are not touched."""
        self._parked.update(job_id for job_id in job_ids if job_id not in self._inside)

    def unpark(self, job_ids: Iterable[str]) -> None:
        """Let these go on when it is their turn."""
        self._parked.difference_update(job_ids)
        self._grant()

    def announce(self, job_id: str, engine: Engine, *, was_sent: bool) -> None:
        """Say that a job is going to :meth:`enter`: nobody behind it takes the place that is its.

        Each call is followed by one of :meth:`leave`, whatever becomes of the job.
        """
        granted = asyncio.get_running_loop().create_future()
        self._wishes[job_id] = _Wish(engine, was_sent, granted)

    async def enter(self, job_id: str) -> None:
        """Wait for a place; the job was announced."""
        wish = self._wishes[job_id]
        wish.is_ready = True
        self._grant()
        await wish.granted

    def leave(self, job_id: str) -> None:
        """Give the place back, or the wish for one."""
        self._wishes.pop(job_id, None)
        self._inside.pop(job_id, None)
        self._grant()

    def _grant(self) -> None:
        rank = {job_id: place for place, job_id in enumerate(self._order)}
        taken = Counter((wish.engine, wish.was_sent) for wish in self._inside.values())
        for job_id in sorted(self._wishes, key=lambda job_id: rank.get(job_id, -1)):
            wish = self._wishes[job_id]
            kind = (wish.engine, wish.was_sent)
            limit = max(self._places, SENT_PLACES) if wish.was_sent else self._places
            if job_id in self._parked or wish.granted.done() or taken[kind] >= limit:
                continue
            taken[kind] += 1
            if wish.is_ready:
                self._inside[job_id] = self._wishes.pop(job_id)
                wish.granted.set_result(None)
