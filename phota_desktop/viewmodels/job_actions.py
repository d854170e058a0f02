"""What can be done about a job in each state."""

from __future__ import annotations

from enum import StrEnum

from phota_desktop.core.jobs import Job, JobState


class JobAction(StrEnum):
    """What a person can do about a job; the value is the button's text."""

    CANCEL = "Cancel"
    SEND = "Send now"
    HOLD = "Hold"
    TRY_NOW = "Try now"
    RETRY = "Retry"
    CHECK_AGAIN = "Check again"
    RETRY_WITH_CHANGES = "Retry with changes"
    COPY_REQUEST_ID = "Copy request id"
    COPY_DETAILS = "Copy details"
    REMOVE = "Remove"


COSTLY = (JobAction.SEND, JobAction.RETRY)
"""What may cost something: the button says how much."""


def actions_for(
    job: Job, *, unsent: bool = False, held: bool = False, repeated: bool = False
) -> tuple[JobAction, ...]:
    """Return what the job's state allows, the most useful first.

    ``unsent`` marks a job that waits for a person's word to be sent, ``held`` one that cannot go
    on at the moment, ``repeated`` one that was done again: not a third time by mistake.
    """
    state = job.state
    if state.is_final:
        found = _after_the_end(job, repeated=repeated)
    elif job.hidden:
        found = []
    elif unsent:
        found = [JobAction.SEND if state is JobState.QUEUED else JobAction.CHECK_AGAIN]
    elif held:
        found = [JobAction.TRY_NOW]
    else:
        found = []
    if not state.is_final and not job.hidden:
        found.append(JobAction.CANCEL)
        if state is JobState.QUEUED and not (unsent or held):
            found.append(JobAction.HOLD)
    if request_id_of(job):
        found.append(JobAction.COPY_REQUEST_ID)
    found.append(JobAction.COPY_DETAILS)
    if state.is_final:
        found.append(JobAction.REMOVE)
    return tuple(found)


def _after_the_end(job: Job, *, repeated: bool) -> list[JobAction]:
    from phota_desktop.services.repeating import Again, how_again

    found = []
    again = how_again(job)
    if again is Again.CHECK or job.state in (JobState.UNKNOWN, JobState.PARTIAL):
        found.append(JobAction.CHECK_AGAIN)
    elif again is Again.SEND and not repeated:
        found.append(JobAction.RETRY)
    found.append(JobAction.RETRY_WITH_CHANGES)
    return found


def request_id_of(job: Job) -> str:
    """Return Phota's id of the request, for a support mail; empty if there was no answer."""
    from phota_desktop.services import diagnostics  # not before the window is painted

    return diagnostics.request_id_of(job)
