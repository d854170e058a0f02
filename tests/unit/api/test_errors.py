"""Retry-After in its forms, and transport errors by whether anything was sent."""

from __future__ import annotations

import json

import httpx
import pytest

from phota_desktop.api import errors
from phota_desktop.core.errors import ErrorKind
from phota_desktop.core.secrets import ApiKey


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "120"}, 120.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after": "-4"}, 0.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        (
            {
                "retry-after": "Sat, 21 Nov 2026 10:01:30 GMT",
                "date": "Sat, 21 Nov 2026 10:00:00 GMT",
            },
            90.0,
        ),
        ({"retry-after": "Sat, 21 Nov 2026 10:01:30 GMT"}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert errors.retry_after(headers) == seconds


@pytest.mark.parametrize(
    ("failure", "posted", "kind", "sure"),
    [
        *[
            (kind("x"), True, ErrorKind.OFFLINE, True)
            for kind in (
                httpx.ConnectError,
                httpx.ConnectTimeout,
                httpx.PoolTimeout,
                httpx.UnsupportedProtocol,
                httpx.LocalProtocolError,
            )
        ],
        *[
            (kind("x"), True, ErrorKind.UNKNOWN, False)
            for kind in (
                httpx.ReadError,
                httpx.ReadTimeout,
                httpx.WriteError,
                httpx.WriteTimeout,
                httpx.RemoteProtocolError,
                httpx.CloseError,
            )
        ],
        (httpx.ReadError("x"), False, ErrorKind.OFFLINE, True),
    ],
)
def test_transport(failure: httpx.HTTPError, posted: bool, kind: ErrorKind, sure: bool) -> None:
    error = errors.from_transport(failure, posted=posted)
    assert (error.kind, error.surely_not_charged, error.retryable) == (kind, sure, True)


def test_a_server_that_repeats_the_key_is_not_repeated() -> None:
    key = ApiKey("canary/Key+with=odd%chars~0123456789")
    body = json.dumps({"detail": f"Bad key {key.reveal()}", "code": key.reveal()}).encode()
    for status in (400, 401, 422, 500):
        error = errors.from_response(status, {"x-request-id": key.reveal()}, body, posted=True)
        said = f"{error.message} {error.hint} {error.request_id} {error!r} {error.field}"
        assert "canary" not in said
        assert error.request_id == "•••"
