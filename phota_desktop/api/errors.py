"""The error ladder's first rung: HTTP statuses and transport errors become ``PhotaError``."""

from __future__ import annotations

import email.utils
import math
import re
import ssl
from collections.abc import Mapping

import httpx

from phota_desktop.api import wire
from phota_desktop.core.errors import ErrorKind, PhotaError

_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
"""Errors that happen before the first byte of a request leaves."""

_MODE_FIELD = re.compile(r"\b(async|client_request_id|response_mode)\b")
_UNKNOWN_FIELD = re.compile(
    r"extra|unknown|unexpected|unrecogni[sz]ed|unsupported|not (?:a |an )?"
    r"(?:permitted|allowed|known|supported|recogni[sz]ed|valid field)|no such field",
    re.IGNORECASE,
)


def from_response(
    status: int, headers: Mapping[str, str], body: bytes, *, posted: bool
) -> PhotaError:
    """Return the error for an answer that is no success; ``body`` may be anything, also HTML.

    ``posted`` is true for calls that cost money: there a 5xx says nothing about the charge.
    ``headers`` are looked up in lower case.
    """
    said = wire.complaint(body)
    text = said.text
    request_id = wire.text(said.request_id or headers.get("x-request-id", ""), 200) or None

    def make(
        kind: ErrorKind, message: str = "", *, retryable: bool = False, charged: bool = False
    ) -> PhotaError:
        return PhotaError(
            kind,
            message,
            hint="" if message == text else text,
            status=status,
            request_id=request_id,
            retryable=retryable,
            retry_after=retry_after(headers),
            surely_not_charged=not charged,
            field=_field(said) if kind is ErrorKind.INVALID else "",
        )

    # Moderation was a 500 before v0.1.1 of the API.
    if said.is_moderation and 400 <= status <= 500:
        return make(ErrorKind.REFUSED)
    if status in (401, 403):
        return make(ErrorKind.KEY_REJECTED)
    if status == 402:
        return make(ErrorKind.NO_CREDIT)
    if status in (404, 410):
        return make(ErrorKind.GONE)
    if status == 409:
        # On a repeated submit this can mean that the first one was taken: say nothing of charges.
        return make(ErrorKind.INVALID, text, charged=posted)
    if status in (408, 425, 429):
        return make(ErrorKind.BUSY, retryable=True)
    if status == 413:
        return make(ErrorKind.INVALID, "The photos of this request are too large for Phota.")
    if 300 <= status < 400:
        # Not followed: a redirect is a way to carry the key off. 303 alone can follow on work.
        return make(
            ErrorKind.INVALID,
            "The server sent us to another address, which is not followed.",
            charged=posted and status == 303,
        )
    if 400 <= status < 500:
        return make(ErrorKind.INVALID, text)
    if posted:
        return make(ErrorKind.UNKNOWN, retryable=True, charged=True)
    if status == 504:
        return make(ErrorKind.TOO_SLOW, retryable=True)
    return make(ErrorKind.BUSY, retryable=True)


def from_transport(exc: httpx.HTTPError, *, posted: bool) -> PhotaError:
    """Return OFFLINE when nothing was sent or nothing can cost, else UNKNOWN."""
    if posted and not isinstance(exc, _NOT_SENT):
        return lost_answer()
    hint = _certificate_hint(exc)
    return PhotaError(ErrorKind.OFFLINE, hint=hint, retryable=True, surely_not_charged=True)


def lost_answer() -> PhotaError:
    """Return the error for a request that went out and got no answer."""
    return PhotaError(ErrorKind.UNKNOWN, retryable=True)


def unreadable(reason: str, *, posted: bool, request_id: str | None = None) -> PhotaError:
    """Return the error for a success that cannot be read: charged perhaps, if it was a POST."""
    return PhotaError(
        ErrorKind.UNKNOWN if posted else ErrorKind.BUSY,
        hint=f"Phota's answer cannot be read: {reason}.",
        request_id=request_id,
        retryable=True,
        surely_not_charged=not posted,
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of a ``Retry-After`` header in either form, None when absent or odd."""
    written = headers.get("retry-after", "").strip()
    if not written:
        return None
    try:
        seconds = float(written)
    except ValueError:
        seconds = _seconds_until(written, headers.get("date", ""))
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _seconds_until(moment: str, now: str) -> float:
    # The server's own clock is the base: ours may be a day off.
    try:
        then = email.utils.parsedate_to_datetime(moment)
        return (then - email.utils.parsedate_to_datetime(now)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return math.nan


def _field(said: wire.Complaint) -> str:
    if _MODE_FIELD.fullmatch(said.field):
        return "async"
    if not said.field and _MODE_FIELD.search(said.text) and _UNKNOWN_FIELD.search(said.text):
        return "async"
    return said.field


def _certificate_hint(exc: BaseException) -> str:
    seen: BaseException | None = exc
    for _ in range(8):
        if isinstance(seen, ssl.SSLCertVerificationError):
            return "The server's certificate is not trusted."
        if seen is None:
            return ""
        seen = seen.__cause__ or seen.__context__
    return ""
