"""Garbage collection where it does no harm: in the window's own thread, and never for long."""

from __future__ import annotations

import asyncio
import gc

from phota_desktop.core.jobs import JobState
from phota_desktop.services.queue import JobChange, JobQueue

PAUSE = 10.0
"""Seconds between two collections; only cycles wait for them, pictures are freed at once."""
FULL_EVERY = 12
"""Every how many collections one looks at all objects that are not frozen."""


def collect_here(queue: JobQueue) -> None:
    """Collect garbage in the thread of the running loop from now on, and nowhere else.

    Left alone, Python collects in whichever thread allocates: a worker would then delete widgets
    and timers, which Qt allows in their own thread only. And a full collection looks at every
    object of every library, some 80 ms (measured); so what is loaded is frozen, now and when the
    first job is answered, when all libraries of a job are there. It lives as long as the program.
    """
    gc.freeze()
    gc.disable()
    loop = asyncio.get_running_loop()
    rounds = 0

    def collect() -> None:
        nonlocal rounds
        rounds += 1
        gc.collect(2 if rounds % FULL_EVERY == 0 else 1)
        loop.call_later(PAUSE, collect)

    def look(change: JobChange) -> None:
        if change.job.state is JobState.READY:
            unsubscribe()
            gc.freeze()

    unsubscribe = queue.changed.subscribe(look)
    loop.call_later(PAUSE, collect)
