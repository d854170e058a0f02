"""What doing a failed job again would mean: asking once more, or sending and paying."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from phota_desktop.core.errors import ErrorKind
from phota_desktop.core.jobs import Engine, Job, JobState

_RESULT_MAY_COME = (ErrorKind.TOO_SLOW, ErrorKind.GONE)
_SAME_ANSWER = (ErrorKind.INVALID, ErrorKind.REFUSED)


class Again(StrEnum):
    """How a failed job can be done again."""

    CHECK = "check"
    """Phota took it: ask for its result once more, nothing new is spent."""
    SEND = "send"
    """It is sent and paid, be it with its old id (Phota never took it) or as a new request."""
    NO = "no"
    """The same request would get the same answer; it needs a change."""


def how_again(job: Job) -> Again:
    """Return what "retry" means for a job; NO for one that has not failed."""
    if job.state is not JobState.FAILED:
        return Again.NO
    kind = job.error.kind if job.error else None
    if job.remote_job_id and (job.download_urls or kind is None or kind in _RESULT_MAY_COME):
        return Again.CHECK
    if job.download_urls and kind is not ErrorKind.GONE:
        return Again.CHECK  # answered at once, so there is no job to ask for, but there are links
    return Again.NO if kind in _SAME_ANSWER else Again.SEND


def may_charge_again(job: Job, account: str) -> bool:
    """Tell whether to check again with the key of ``account`` is to send again.

    So it is where the server keeps no ids of requests, and with another account than the one it
    was sent with, which does not know this id.
    """
    paid = job.engine is Engine.PHOTA
    stranger = job.account != account
    return paid and job.state is JobState.UNKNOWN and (stranger or not job.async_mode)


def can_send_again(job: Job) -> bool:
    """Tell whether a job failed before Phota took it and whose body is still spooled."""
    return (
        job.state is JobState.FAILED
        and not job.remote_job_id
        and not job.raw
        and job.error is not None
        and job.error.kind is not ErrorKind.INVALID
        and job.body_path is not None
        and job.body_path.exists()
    )


def newer_equal(job: Job, jobs: Iterable[Job]) -> Job | None:
    """Return the newest later job that asks the same of the same engine, None if there is none."""
    later = (one for one in jobs if one.sequence > job.sequence)
    equal = (one for one in later if one.engine is job.engine and one.request == job.request)
    return max(equal, key=lambda one: one.sequence, default=None)


@dataclass(frozen=True)
class RetryPlan:
    """What "retry all failed" would do, for a person to agree to before anything is spent."""

    checks: tuple[Job, ...] = ()
    sends: tuple[Job, ...] = ()

    @property
    def job_ids(self) -> tuple[str, ...]:
        """The jobs to be repeated, oldest first."""
        both = sorted((*self.checks, *self.sends), key=lambda job: job.sequence)
        return tuple(job.id for job in both)


def plan_retries(jobs: Iterable[Job]) -> RetryPlan:
    """Return the plan for all failed jobs that a person still wants and has not done again."""
    newest: dict[object, Job] = {}
    for job in sorted(jobs, key=lambda job: job.sequence):
        newest[job.engine, job.request] = job
    failed = [job for job in newest.values() if job.state is JobState.FAILED and not job.hidden]
    failed.sort(key=lambda job: job.sequence)
    return RetryPlan(
        tuple(job for job in failed if how_again(job) is Again.CHECK),
        tuple(job for job in failed if how_again(job) is Again.SEND),
    )
