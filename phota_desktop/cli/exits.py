"""Exit codes of the command line, and which of several causes decides."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from phota_desktop.core.errors import ErrorKind
from phota_desktop.core.jobs import Job, JobState


class Exit(IntEnum):
    """What the program's exit code means; public, see ``--help``."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    ENVIRONMENT = 3
    KEY = 4
    CREDIT = 5
    OPEN = 6


_BY_KIND = {
    ErrorKind.KEY_REJECTED: Exit.KEY,
    ErrorKind.NO_KEYRING: Exit.KEY,
    ErrorKind.NO_CREDIT: Exit.CREDIT,
    ErrorKind.DISK: Exit.ENVIRONMENT,
    ErrorKind.BAD_IMAGE: Exit.USAGE,
    ErrorKind.INVALID: Exit.USAGE,
}
_WEIGHT = (
    Exit.DONE,
    Exit.FAILED,
    Exit.USAGE,
    Exit.OPEN,
    Exit.ENVIRONMENT,
    Exit.CREDIT,
    Exit.KEY,
)


def worst(exits: Iterable[Exit]) -> Exit:
    """Return the exit that a script should react to first."""
    return max(exits, key=_WEIGHT.index, default=Exit.DONE)


def of_kind(kind: ErrorKind) -> Exit:
    """Return the exit for an error that happened before a job was recorded."""
    return _BY_KIND.get(kind, Exit.FAILED)


def of_job(job: Job) -> Exit:
    """Return the exit that one job alone would give."""
    if job.state is JobState.DONE:
        # The pictures are safe in the vault, but not where they were wanted.
        unwritten = any(variant.copy_error for variant in job.variants)
        return Exit.ENVIRONMENT if unwritten else Exit.DONE
    if job.error is not None and job.error.kind in (ErrorKind.KEY_REJECTED, ErrorKind.NO_CREDIT):
        return _BY_KIND[job.error.kind]
    return Exit.FAILED if job.state.is_final else Exit.OPEN
