"""Goal 6: the retry table against a real server, every step by every status by every header."""

from __future__ import annotations

import json
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import httpx
import pytest

from phota_desktop.api import errors
from phota_desktop.api.client import PhotaClient
from phota_desktop.api.retry import (
    FIRST_DELAY_S,
    LONGEST_DELAY_S,
    Action,
    Step,
    decide,
    delay,
)
from phota_desktop.core.errors import PhotaError
from phota_desktop.core.options import Operation
from phota_desktop.core.profiles import TrainingTier
from tests.unit.api.conftest import LoopbackServer, Reply, Reset, reply

Serve = Callable[..., LoopbackServer]
Connect = Callable[..., PhotaClient]
WAIT, STOP, ASK, HOLD = Action.WAIT, Action.STOP, Action.ASK, Action.HOLD
SUBMIT, POLL, DOWNLOAD, READ, TRAIN = Step

BODIES = {
    "json": json.dumps({"detail": "No.", "request_id": "r-1"}).encode(),
    "html": b"<html><h1>Bad Gateway</h1></html>",
    "empty": b"",
}
FINAL = [300, 301, 302, 303, 304, 305, 307, 308, 400, 402, 401, 403, 404, 405, 406, 409, 410, 411,
         413, 414, 415, 418, 422, 426, 431, 451, 499]  # fmt: skip
BUSY = [408, 425, 429]
BROKEN = [500, 501, 502, 503, 504, 507, 520, 522, 524, 599]
ACCOUNT = {401, 402, 403}
FOLLOWED = {301, 302, 303, 307, 308}

HEADERS: dict[str, tuple[dict[str, str], float | None]] = {
    "none": ({}, None),
    "0": ({"retry_after": "0"}, 0.0),
    "1": ({"retry_after": "1"}, 1.0),
    "2.5": ({"retry_after": "2.5"}, 2.5),
    "120": ({"retry_after": "120"}, 120.0),
    "121": ({"retry_after": "121"}, 121.0),
    "an hour": ({"retry_after": "3600"}, 3600.0),
    "negative": ({"retry_after": "-5"}, 0.0),
    "a date": (
        {"retry_after": "Sat, 21 Nov 2026 10:00:30 GMT", "date": "Sat, 21 Nov 2026 10:00:00 GMT"},
        30.0,
    ),
    "a date gone by": (
        {"retry_after": "Sat, 21 Nov 2026 09:00:00 GMT", "date": "Sat, 21 Nov 2026 10:00:00 GMT"},
        0.0,
    ),
    "a date alone": ({"retry_after": "Sat, 21 Nov 2026 10:00:30 GMT"}, None),
    "words": ({"retry_after": "soon"}, None),
    "nan": ({"retry_after": "nan"}, None),
    "inf": ({"retry_after": "inf"}, None),
    "empty": ({"retry_after": ""}, None),
}


def headers_for(status: int) -> list[tuple[dict[str, str], float | None]]:
    """Return every header for the statuses that have a use for it, some for the others."""
    names = list(HEADERS) if status in (*BUSY, 500, 503) else ["none", "1", "121", "a date"]
    return [HEADERS[name] for name in names]


@dataclass(frozen=True)
class Row:
    """What is to be done after the first try of a step; and whether it may have been charged."""

    action: Action
    may_be_charged: bool = False


def expected(step: Step, status: int, wish: float | None) -> Row:
    """Return the row of the table, written anew from the promises and not from the program."""
    paid = step in (SUBMIT, TRAIN)
    if status in FINAL:
        doubt = paid and status in (303, 409)
        hold = status in ACCOUNT and step is not DOWNLOAD
        return Row(HOLD if hold else STOP, doubt)
    doubt = paid and status in BROKEN
    if step is TRAIN and doubt:
        return Row(ASK, True)  # rule R4: never sent again by itself
    if wish is not None and wish > 120:
        if step is POLL:
            return Row(WAIT)
        return Row(STOP if step is READ else ASK, doubt)
    return Row(WAIT, doubt)


def calls(
    client: PhotaClient, body: Path, part_for: Callable[[int], Path], part: Path
) -> dict[Step, Callable[[], Awaitable[object]]]:
    """Return one real call for each step, each of one attempt."""

    async def pause(_: float) -> None:
        raise AssertionError("one attempt is enough here")

    client.downloads.pause = pause
    return {
        SUBMIT: lambda: client.studio.submit(Operation.ENHANCE, body, part_for),
        POLL: lambda: client.studio.job("j", "", part_for),
        READ: lambda: client.profiles.ids(),
        TRAIN: lambda: client.profiles.add(["https://a.example/1.jpg"], "t", TrainingTier.FAST),
    }


async def failure(call: Callable[[], Awaitable[object]]) -> PhotaError:
    with pytest.raises(PhotaError) as caught:
        await call()
    return caught.value


def check(step: Step, error: PhotaError, status: int, wish: float | None) -> None:
    row = expected(step, status, wish)
    made = decide(step, error, 1, 0.0, Random(5))  # noqa: S311
    where = f"{step} {status} {wish}: {error!r}"
    assert made.action is row.action, where
    assert error.surely_not_charged is not row.may_be_charged, where
    if made.action is WAIT and wish is not None:
        assert made.seconds == wish, where
    elif made.action is WAIT:
        assert FIRST_DELAY_S / 2 <= made.seconds <= FIRST_DELAY_S, where
    elif made.action is ASK and not (step is TRAIN and row.may_be_charged):
        assert made.seconds == wish, where


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize("status", [*FINAL, *BUSY, *BROKEN])
async def test_every_row(
    status: int,
    kind: str,
    serve: Serve,
    connect: Connect,
    body: Path,
    part_for: Callable[[int], Path],
    tmp_path: Path,
) -> None:
    said: dict[str, str] = {}
    server = serve(lambda _: reply(status, BODIES[kind], **said))
    client = connect(server)
    for step, call in calls(client, body, part_for, tmp_path / "a.part").items():
        for headers, wish in headers_for(status):
            said.clear()
            said.update(headers)
            before = len(server.requests)
            error = await failure(call)
            assert len(server.requests) == before + 1  # no step repeats anything by itself
            if not (step is POLL and error.status is None):
                check(step, error, status, wish)
        if kind != "json":
            break  # the body changes words, no decision: the first step is enough


@pytest.mark.parametrize("status", [*FINAL, *BUSY, *BROKEN])
async def test_downloads(status: int, serve: Serve, connect: Connect, tmp_path: Path) -> None:
    """The downloader repeats itself: how often and after how long is the decision."""
    said: dict[str, str] = {}
    server = serve(lambda _: reply(status, b"", **said))
    client = connect(server)
    waited: list[float] = []

    async def pause(seconds: float) -> None:
        waited.append(seconds)

    client.downloads.pause = pause
    for headers, wish in headers_for(status):
        said.clear()
        said.update(headers)
        waited.clear()
        server.requests.clear()
        await failure(lambda: client.downloads.fetch("/f", tmp_path / "a.part"))
        row = expected(DOWNLOAD, status, wish)
        tries = 6 if row.action is WAIT else 1
        assert (len(server.requests), len(waited)) == (tries, tries - 1), (status, wish)
        for n, seconds in enumerate(waited):
            longest = min(0.5 * 2**n, 30.0)
            assert seconds == wish if wish is not None else longest / 2 <= seconds <= longest


LOST: dict[str, Reply] = {
    "nothing": b"",
    "a reset": Reset(),
    "half a head": b"HTTP/1.1 20",
    "half a body": reply(200, b'{"job_id":', content_length="4000"),
    "a reset in the body": Reset(reply(200, b'{"job_id":', content_length="4000")),
    "no HTTP": b"220 mail.example ESMTP\r\n\r\n",
    "HTML": reply(200, b"<html>"),
    "an empty success": reply(200),
    "no content": reply(204),
}


@pytest.mark.parametrize("lost", LOST)
async def test_a_lost_answer_may_have_been_charged_and_only_then(
    lost: str,
    serve: Serve,
    connect: Connect,
    body: Path,
    part_for: Callable[[int], Path],
    tmp_path: Path,
) -> None:
    server = serve(LOST[lost])
    client = connect(server)
    for step, call in calls(client, body, part_for, tmp_path / "a.part").items():
        error = await failure(call)
        paid = step in (SUBMIT, TRAIN)
        assert error.surely_not_charged is not paid, (step, error)
        made = decide(step, error, 1, 0.0, Random(5))  # noqa: S311
        assert made.action is (ASK if step is TRAIN else WAIT), (step, error)
        if step is SUBMIT:  # in sync mode nothing is repeated by itself
            asked = decide(step, error, 1, 0.0, Random(5), sync=True)  # noqa: S311
            assert asked.action is ASK


async def test_what_never_left_was_surely_not_charged(
    connect: Connect,
    closed_port: int,
    body: Path,
    part_for: Callable[[int], Path],
    tmp_path: Path,
) -> None:
    """Nobody listens; no such name: certainly free, and it waits for a network without an end."""
    for base in (f"http://127.0.0.1:{closed_port}/v1", "https://phota.invalid/v1"):
        client = connect(base)
        for step, call in calls(client, body, part_for, tmp_path / "a.part").items():
            error = await failure(call)
            assert error.surely_not_charged, (base, step)
            assert decide(step, error, 1, 0.0, Random(5)).action is WAIT  # noqa: S311


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError("refused"), httpx.ConnectTimeout("slow"), httpx.PoolTimeout("full"),
        httpx.ProxyError("no"), httpx.UnsupportedProtocol("gopher"),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_transport_errors_before_the_first_byte(error: httpx.HTTPError) -> None:
    error.__cause__ = ssl.SSLCertVerificationError("bad")
    assert errors.from_transport(error, posted=True).surely_not_charged


@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadError("x"), httpx.ReadTimeout("x"), httpx.WriteError("x"),
        httpx.WriteTimeout("x"), httpx.CloseError("x"), httpx.RemoteProtocolError("x"),
        httpx.DecodingError("x"), httpx.TooManyRedirects("x"),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_transport_errors_after_it(error: httpx.HTTPError) -> None:
    assert not errors.from_transport(error, posted=True).surely_not_charged
    assert errors.from_transport(error, posted=False).surely_not_charged


def test_a_thousand_draws_of_each_delay_stay_in_their_band() -> None:
    rng = Random(11)  # noqa: S311
    for attempt in range(1, 13):
        longest = min(FIRST_DELAY_S * 2.0 ** (attempt - 1), LONGEST_DELAY_S)
        drawn = [delay(attempt, rng) for _ in range(1000)]
        assert longest / 2 <= min(drawn) < longest * 0.55
        assert longest * 0.95 < max(drawn) <= longest


@pytest.mark.parametrize("step", Step)
def test_while_it_fails_at_most_one_request_a_second(step: Step) -> None:
    """In any ten seconds no more than ten requests of one job, whatever the step allows."""
    rng = Random(3)  # noqa: S311
    error = errors.from_response(503, {}, b"", posted=False)
    for _ in range(1000):
        starts, attempt = [0.0], 1
        while attempt < 40:
            made = decide(step, error, attempt, starts[-1], rng)
            if made.action is not WAIT:
                break
            starts.append(starts[-1] + made.seconds)
            attempt += 1
        for start in starts[::5]:
            assert sum(start <= other < start + 10 for other in starts) <= 10
