"""Goal 8: twelve shapes of redirects and of poll addresses, and the key stays where it belongs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from phota_desktop.api.client import PhotaClient
from phota_desktop.api.studio import Running
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.options import Operation
from phota_desktop.core.profiles import TrainingTier
from tests.unit.api.conftest import CANARY, LoopbackServer, Request, reply, reply_json

Serve = Callable[..., LoopbackServer]
Connect = Callable[..., PhotaClient]
PartFor = Callable[[int], Path]

SHAPES = {
    "another port": "{thief}/v1/phota/jobs/j",
    "no scheme": "//127.0.0.1:{thief_port}/v1/phota/jobs/j",
    "another name of this computer": "http://localhost:{thief_port}/v1/phota/jobs/j",
    "a user name": "http://user:pw@127.0.0.1:{thief_port}/v1/phota/jobs/j",
    "the host as user name": "http://127.0.0.1:{port}@127.0.0.1:{thief_port}/jobs/j",
    "https": "https://127.0.0.1:{thief_port}/v1/phota/jobs/j",
    "a backslash": "http://127.0.0.1:{thief_port}\\@127.0.0.1:{port}/jobs/j",
    "backslashes alone": "\\\\127.0.0.1:{thief_port}/jobs/j",
    "a tab": "http:\t//127.0.0.1:{thief_port}/jobs/j",
    "IPv6": "http://[::ffff:127.0.0.1]:{thief_port}/jobs/j",
    "a number": "http://2130706433:{thief_port}/jobs/j",
    "a file": "file:///etc/passwd",
    "wide letters": "http://127.0.0.1:{thief_port}\uff0f@127.0.0.1:{port}/",
    "an encoded slash": "http://127.0.0.1:{thief_port}%2f@127.0.0.1:{port}/jobs/j",
}
assert len(SHAPES) >= 12


@pytest.fixture
def thief(serve: Serve) -> LoopbackServer:
    return serve(reply_json(200, {"status": "running", "profiles": [], "job_id": "j"}))


def shaped(shape: str, api: LoopbackServer, thief: LoopbackServer) -> str:
    return SHAPES[shape].format(port=api.port, thief=thief.origin, thief_port=thief.port)


def said_nothing(thief: LoopbackServer) -> None:
    """Assert that no byte of any request came; a greeting of TLS holds none."""
    assert thief.requests == []
    assert thief.bytes_in == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 300, 305])
@pytest.mark.parametrize("shape", SHAPES)
async def test_the_api_is_never_followed_elsewhere(
    shape: str,
    status: int,
    serve: Serve,
    connect: Connect,
    thief: LoopbackServer,
    body: Path,
    part_for: PartFor,
) -> None:
    where = ""
    # A header is bytes: what is not Latin-1 goes out as UTF-8.
    api = serve(lambda _: reply(status, location=where.encode().decode("latin-1")))
    where = shaped(shape, api, thief)
    client = connect(api)
    calls: list[Callable[[], Awaitable[object]]] = [
        client.check_key,
        client.studio.models,
        lambda: client.studio.submit(Operation.ENHANCE, body, part_for),
        lambda: client.studio.job("j", "", part_for),
        lambda: client.profiles.add(["https://a.example/1.jpg"], "t", TrainingTier.FAST),
        lambda: client.profiles.status("p"),
        lambda: client.profiles.picture("p"),
        lambda: client.profiles.delete("p"),
    ]
    kinds = set()
    for call in calls:
        try:
            await call()
        except PhotaError as error:
            kinds.add(error.kind)
        said_nothing(thief)
    assert kinds <= {ErrorKind.INVALID, ErrorKind.BUSY}
    assert len(api.requests) == len(calls)


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_poll_address_elsewhere_is_not_used(
    shape: str, serve: Serve, connect: Connect, thief: LoopbackServer, part_for: PartFor
) -> None:
    api = serve(reply_json(200, {"status": "running"}))
    found = await connect(api).studio.job("job_1-A", shaped(shape, api, thief), part_for)
    assert isinstance(found, Running)
    assert [request.path for request in api.requests] == ["/v1/phota/jobs/job_1-A"]
    said_nothing(thief)


@pytest.mark.parametrize("first", [True, False], ids=["the link", "its redirect"])
@pytest.mark.parametrize("shape", SHAPES)
async def test_a_download_goes_there_without_the_key_or_not_at_all(
    shape: str,
    first: bool,
    serve: Serve,
    connect: Connect,
    thief: LoopbackServer,
    tmp_path: Path,
) -> None:
    where = ""

    def script(request: Request) -> bytes:
        return reply(302, location=where.encode().decode("latin-1"))

    api = serve(script)
    where = shaped(shape, api, thief)
    client = connect(api)

    async def pause(_: float) -> None:
        await asyncio.sleep(0)

    client.downloads.pause = pause
    try:
        await client.downloads.fetch(where if first else "/f", tmp_path / "a.part")
    except PhotaError as error:
        assert error.kind in (ErrorKind.INVALID, ErrorKind.OFFLINE)  # noqa: PT017
    for request in (*thief.requests, *api.requests):
        assert CANARY not in f"{request}"
        assert "authorization" not in request.headers


async def test_on_a_public_server_no_byte_goes_out_by_plain_http(
    serve: Serve, connect: Connect, thief: LoopbackServer, tmp_path: Path
) -> None:
    client = connect("https://api.phota.example/v1/phota")
    for where in (thief.origin, f"http://localhost:{thief.port}", "http://a.example/x"):
        with pytest.raises(PhotaError) as caught:
            await client.downloads.fetch(where, tmp_path / "a.part")
        assert caught.value.kind is ErrorKind.INVALID
    said_nothing(thief)
