"""The one exception of the services: a job that waits for the person, a network or a disk."""

from __future__ import annotations

from phota_desktop.core.errors import ErrorKind, PhotaError

RETRY_PAUSE = {
    ErrorKind.OFFLINE: 30.0,
    ErrorKind.BUSY: 30.0,
    ErrorKind.TOO_SLOW: 30.0,
    ErrorKind.UNKNOWN: 30.0,
    ErrorKind.DISK: 5.0,
}
"""Seconds until a held job looks again by itself; key and credit wait for the person."""


class Held(Exception):  # noqa: N818  (not a failure: nothing is lost, the journal state stays)
    """The job cannot go on by itself now; ``error`` says why in a person's words."""

    def __init__(self, error: PhotaError) -> None:
        self.error = error
        super().__init__(error.message)

    @property
    def pause(self) -> float | None:
        """Seconds until it is worth another look, or None when only a person can help."""
        return RETRY_PAUSE.get(self.error.kind)
