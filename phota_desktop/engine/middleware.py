"""Around every request: an id, who may ask, answers for practice, and the error bodies."""

from __future__ import annotations

import ipaddress
import logging
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from phota_desktop.engine.answers import error_response
from phota_desktop.engine.errors import RefusalError, invalid, moderated

PRACTICE_HEADER = "X-Practice-Answer"
PRACTICE: dict[str, RefusalError] = {
    "401": RefusalError(401, "UNAUTHORIZED", "The API key is not valid (practice)."),
    "402": RefusalError(402, "INSUFFICIENT_CREDIT", "The prepaid credit is used up (practice)."),
    "403": RefusalError(403, "FORBIDDEN", "The X-API-Key header is missing (practice)."),
    "429": RefusalError(
        429, "RATE_LIMITED", "Too many requests (practice).", headers=(("Retry-After", "1"),)
    ),
    "500": RefusalError(500, "INTERNAL_ERROR", "Something broke (practice)."),
    "503": RefusalError(503, "UNAVAILABLE", "Temporarily unavailable (practice)."),
    "504": RefusalError(504, "TIMEOUT", "Over the time limit; the cost is refunded (practice)."),
    "moderation": moderated(),
}
"""Answers that a request can ask for, to see what a program does with them."""
PRACTICE_JOBS = ("job-failed", "job-moderation")
"""Practice words that are accepted and let the job fail."""

_log = logging.getLogger(__name__)


def request_id(request: Request) -> str:
    """Return the id that this request was given."""
    found = request.scope.get("phota_request_id", "")
    return found if isinstance(found, str) else ""


def practice_answer(request: Request) -> str:
    """Return the practice word of this request, empty when there is none."""
    return request.headers.get(PRACTICE_HEADER, "").strip().lower()


class Gate:
    """Gives each request an id, and refuses those that do not come from this computer's programs.

    The ``Host`` must be ours: a web page that lets its own name point to this computer is
    stopped by it. The key is not asked for: the local engine has no accounts.
    """

    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app = app
        self._host = host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        name = secrets.token_hex(12)
        scope["phota_request_id"] = name

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-Id"] = name
            await send(message)

        refusal = self._refusal(Headers(scope=scope))
        if refusal is None:
            await self._app(scope, receive, send_with_id)
        else:
            await error_response(refusal, name)(scope, receive, send_with_id)

    def _refusal(self, headers: Headers) -> RefusalError | None:
        host = _host_name(headers.get("host", ""))
        if host != self._host and not is_loopback(host):
            return invalid("This engine answers only under the names of this computer.")
        word = headers.get(PRACTICE_HEADER, "").strip().lower()
        if not word or word in PRACTICE_JOBS:
            return None
        known = ", ".join((*PRACTICE, *PRACTICE_JOBS))
        return PRACTICE.get(word) or invalid(f"{PRACTICE_HEADER} knows {known}.")


def is_loopback(host: str) -> bool:
    """Tell whether ``host`` is a name or address of this computer that no other can reach."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def on_refusal(request: Request, error: Exception) -> Response:
    """Answer a RefusalError that an endpoint raised."""
    if not isinstance(error, RefusalError):
        raise error
    return error_response(error, request_id(request))


async def on_http_error(request: Request, error: Exception) -> Response:
    """Answer what the router refuses: unknown paths (404) and methods (405)."""
    if not isinstance(error, HTTPException):
        raise error
    code = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}.get(error.status_code, "BAD_REQUEST")
    headers = tuple((error.headers or {}).items())
    refusal = RefusalError(error.status_code, code, f"{error.detail}.", headers=headers)
    return error_response(refusal, request_id(request))


async def on_disk_error(request: Request, error: Exception) -> Response:
    """Answer a disk that is full or that cannot be written."""
    if not isinstance(error, OSError):
        raise error
    _log.warning("request %s: %s", request_id(request), error)
    refusal = RefusalError(503, "UNAVAILABLE", f"The disk refused: {error.strerror}.")
    return error_response(refusal, request_id(request))


async def on_mistake(request: Request, error: Exception) -> Response:
    """Answer a mistake of ours; the traceback goes to the server's log."""
    _log.error("request %s broke", request_id(request), exc_info=error)
    refusal = RefusalError(500, "INTERNAL_ERROR", "The engine made a mistake.")
    response = error_response(refusal, request_id(request))
    response.headers["X-Request-Id"] = request_id(request)
    return response


def _host_name(header: str) -> str:
    text = header.strip().lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0]
