"""Jobs that wait for a person, a network, a disk or a busy server: why, and until when."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.events import Event
from phota_desktop.core.jobs import Engine

RETRY_PAUSE = {
    ErrorKind.OFFLINE: 30.0,
    ErrorKind.BUSY: 30.0,
    ErrorKind.TOO_SLOW: 30.0,
    ErrorKind.UNKNOWN: 30.0,
    ErrorKind.DISK: 5.0,
}
"""Seconds until a held job looks again by itself; key and credit wait for the person."""
OF_THE_ACCOUNT = (ErrorKind.KEY_REJECTED, ErrorKind.NO_CREDIT)
"""What only a person can mend, and what every other request would meet as well."""


class Held(Exception):  # noqa: N818  (not a failure: nothing is lost, the journal state stays)
    """The job cannot go on by itself now; ``error`` says why in a person's words."""

    def __init__(self, error: PhotaError, pause: float | None = None) -> None:
        """``pause`` is what the server wished for, in seconds."""
        self.error = error
        self._pause = pause
        super().__init__(error.message)

    @property
    def pause(self) -> float | None:
        """Seconds until it is worth another look, or None when only a person can help."""
        return RETRY_PAUSE.get(self.error.kind) if self._pause is None else self._pause


@dataclass(frozen=True)
class Hold:
    """Why a job waits; ``until`` is when it looks again by itself, by the monotonic clock."""

    job_id: str
    error: PhotaError
    engine: Engine = Engine.PHOTA
    until: float | None = None


class Holds:
    """All jobs that wait now: ``told`` when one begins to, ``ended`` when it goes on."""

    def __init__(self) -> None:
        self.told: Event[Hold] = Event()
        self.ended: Event[str] = Event()
        self.wakes = 0
        """How often all were woken: who was refused before that may try again at once."""
        self._held: dict[str, Hold] = {}
        self._wake = asyncio.Event()

    def of(self, job_id: str) -> Hold | None:
        """Return why a job waits, None if it does not."""
        return self._held.get(job_id)

    def all(self) -> list[Hold]:
        """Return every hold, the oldest first."""
        return list(self._held.values())

    def of_account(self, engine: Engine) -> PhotaError | None:
        """Return the trouble with key or credit that holds up all of an engine's requests."""
        return next(
            (
                hold.error
                for hold in self._held.values()
                if hold.engine is engine and hold.error.kind in OF_THE_ACCOUNT
            ),
            None,
        )

    def begin(self, job_id: str, error: PhotaError, engine: Engine, pause: float | None) -> None:
        """Note that a job waits; ``pause`` is in seconds, None until somebody wakes it."""
        until = None if pause is None else time.monotonic() + pause
        hold = self._held[job_id] = Hold(job_id, error, engine, until)
        self.told.emit(hold)

    async def wait(self, job_id: str) -> None:
        """Wait until a job's hold is over."""
        hold = self._held.get(job_id)
        if hold is None:
            return
        left = None if hold.until is None else hold.until - time.monotonic()
        try:
            await asyncio.wait_for(self._wake.wait(), left)
        except TimeoutError:
            self.end(job_id)

    def end(self, job_id: str) -> None:
        """Forget a hold: the job goes on, or is no more."""
        if self._held.pop(job_id, None) is not None:
            self.ended.emit(job_id)

    def wake(self) -> None:
        """Let everything that waits look again."""
        # All holds end at once: none may find that of another one that is about to end.
        ended, self._held = tuple(self._held), {}
        for job_id in ended:
            self.ended.emit(job_id)
        self.wakes += 1
        self._wake.set()
        self._wake = asyncio.Event()
