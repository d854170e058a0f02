"""Keeps Python's garbage collector from stopping the window for several frames."""

from __future__ import annotations

import gc

from phota_desktop.core.jobs import JobState
from phota_desktop.services.queue import JobChange, JobQueue


def spare_what_stays(queue: JobQueue) -> None:
    """Take what is loaded out of the collector's sight, now and when the first job is answered.

    A full collection looks at every object of every library, some 80 ms (measured) in whichever
    thread allocates at that moment. By the first answer all libraries of a job are loaded, and
    what is frozen lives as long as the program anyway.
    """
    gc.freeze()

    def look(change: JobChange) -> None:
        if change.job.state is JobState.READY:
            unsubscribe()
            gc.freeze()

    unsubscribe = queue.changed.subscribe(look)
