"""How long a job will take, from how long jobs like it took."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from phota_desktop.core.jobs import Job, JobState
from phota_desktop.core.requests import EditRequest, GenerateRequest

FEWEST = 3
"""Like jobs that are needed before anything is said."""
NEWEST = 20
_Likeness = tuple[object, ...]


def expected_seconds(job: Job, history: Sequence[Job]) -> float | None:
    """Return the median seconds from sending to the end of jobs like ``job``, or None.

    Like is the same engine, operation, model and resolution; with fewer than three of those in
    ``history`` (any order), the same engine and operation. The newest twenty count, and only
    those that brought every picture and were not left to themselves (hidden).
    """
    ended = [one for one in history if one.id != job.id and _seconds(one) is not None]
    ended.sort(key=lambda one: one.finished or 0.0, reverse=True)
    for likeness in (_closely, _loosely):
        wanted = likeness(job)
        like = [one for one in ended if likeness(one) == wanted][:NEWEST]
        if len(like) >= FEWEST:
            return statistics.median(_seconds(one) or 0.0 for one in like)
    return None


def _seconds(job: Job) -> float | None:
    if job.state is not JobState.DONE or job.hidden or job.sent is None or job.finished is None:
        return None
    # The clock of the computer may have been set back between the two.
    return job.finished - job.sent if job.finished >= job.sent else None


def _closely(job: Job) -> _Likeness:
    request = job.request
    if isinstance(request, EditRequest | GenerateRequest):
        return *_loosely(job), request.base_model, request.resolution
    return _loosely(job)


def _loosely(job: Job) -> _Likeness:
    return job.engine, job.request.operation
