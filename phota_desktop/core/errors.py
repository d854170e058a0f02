"""The error ladder: every failure outside ``api`` is a ``PhotaError`` with a kind."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ErrorKind(StrEnum):
    """What went wrong, in the terms of the error ladder; windows choose words and buttons by it."""

    KEY_REJECTED = "key_rejected"
    NO_CREDIT = "no_credit"
    REFUSED = "refused"
    INVALID = "invalid"
    GONE = "gone"
    TOO_SLOW = "too_slow"
    BUSY = "busy"
    OFFLINE = "offline"
    UNKNOWN = "unknown"
    NO_KEYRING = "no_keyring"
    DISK = "disk"
    BAD_IMAGE = "bad_image"
    CANCELED = "canceled"
    BUG = "bug"


@dataclass(frozen=True)
class ErrorWords:
    """What a person reads for one kind, and the one next action (a button's text, or none)."""

    message: str
    action: str = ""


WORDS: dict[ErrorKind, ErrorWords] = {
    ErrorKind.KEY_REJECTED: ErrorWords("Phota did not accept the API key.", "Open settings"),
    ErrorKind.NO_CREDIT: ErrorWords("Not enough credit for this request.", "Open account page"),
    ErrorKind.REFUSED: ErrorWords("Phota declined this request (content rules).", "Edit prompt"),
    ErrorKind.INVALID: ErrorWords("Phota cannot take this request.", "Back to request"),
    ErrorKind.GONE: ErrorWords("This job no longer exists at Phota.", "Remove"),
    ErrorKind.TOO_SLOW: ErrorWords("Phota took too long.", "Check again"),
    ErrorKind.BUSY: ErrorWords("Phota is busy.", "Try now"),
    ErrorKind.OFFLINE: ErrorWords("No connection to Phota.", "Retry"),
    ErrorKind.UNKNOWN: ErrorWords(
        "The answer was lost; this may have been charged.", "Check again"
    ),
    ErrorKind.NO_KEYRING: ErrorWords(
        "This system has no password store; the key is kept for this session only."
    ),
    ErrorKind.DISK: ErrorWords("The disk or folder cannot be written.", "Choose folder"),
    ErrorKind.BAD_IMAGE: ErrorWords("This picture cannot be read.", "Remove"),
    ErrorKind.CANCELED: ErrorWords("Canceled."),
    ErrorKind.BUG: ErrorWords("Something went wrong in Phota Desktop.", "Copy details"),
}


class PhotaError(Exception):
    """A failure that a person can be told about.

    ``message`` says what happened (plain text, our words or the server's), ``hint`` the way out.
    ``status`` is the HTTP status if there was one, ``request_id`` Phota's ``X-Request-Id``.
    ``retry_after`` is the server's wish in seconds. ``surely_not_charged`` is true only when the
    request provably never reached Phota or was refused by it. ``field`` names the request field
    that a validation error speaks of, where it can be told.
    """

    def __init__(
        self,
        kind: ErrorKind,
        message: str = "",
        *,
        hint: str = "",
        status: int | None = None,
        request_id: str | None = None,
        retryable: bool = False,
        retry_after: float | None = None,
        surely_not_charged: bool = False,
        field: str = "",
    ) -> None:
        self.kind = kind
        self.message = message or WORDS[kind].message
        self.hint = hint
        self.status = status
        self.request_id = request_id
        self.retryable = retryable
        self.retry_after = retry_after
        self.surely_not_charged = surely_not_charged
        self.field = field
        super().__init__(self.message)
