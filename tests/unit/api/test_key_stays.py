"""Two servers: the key reaches the API's own origin and no other, whatever the API says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from phota_desktop.api.client import PhotaClient
from phota_desktop.api.studio import Running
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.options import Operation
from tests.unit.api.conftest import CANARY, LoopbackServer, Request, reply, reply_json

Serve = Callable[..., LoopbackServer]
Connect = Callable[..., PhotaClient]
PartFor = Callable[[int], Path]


@pytest.fixture
def thief(serve: Serve) -> LoopbackServer:
    return serve(reply_json(200, {"status": "running", "profiles": []}))


def leaked(server: LoopbackServer) -> bool:
    return any(
        CANARY in str(request.headers) + request.path + str(request.body)
        for request in server.requests
    )


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(
    status: int,
    serve: Serve,
    connect: Connect,
    thief: LoopbackServer,
    body: Path,
    part_for: PartFor,
) -> None:
    api = serve(lambda request: reply(status, location=thief.origin + request.path))
    client = connect(api)
    for call in (
        lambda: client.check_key(),
        lambda: client.studio.submit(Operation.ENHANCE, body, part_for),
        lambda: client.studio.job("j", "", part_for),
    ):
        with pytest.raises(PhotaError) as caught:
            await call()
        assert caught.value.kind is ErrorKind.INVALID
    assert thief.requests == []
    assert len(api.requests) == 3
    assert all(request.headers["x-api-key"] == CANARY for request in api.requests)


@pytest.mark.parametrize(
    "shape",
    [
        "{thief}/v1/phota/jobs/j",
        "//127.0.0.1:{thief_port}/v1/phota/jobs/j",
        "http://localhost:{port}/v1/phota/jobs/j",
        "http://user:pw@127.0.0.1:{port}/v1/phota/jobs/j",
        "http://127.0.0.1:{port}@127.0.0.1:{thief_port}/jobs/j",
        "https://127.0.0.1:{port}/v1/phota/jobs/j",
        "http://127.0.0.1:{thief_port}\\@127.0.0.1:{port}/jobs/j",
        "\\\\127.0.0.1:{thief_port}/jobs/j",
        "http:\t//127.0.0.1:{thief_port}/jobs/j",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://[::1]:{port}/jobs/j",
        "http://127.0.0.1:{port}\uff20evil.example/",
        "",
    ],
)
async def test_a_foreign_poll_url_is_replaced(
    shape: str, serve: Serve, connect: Connect, thief: LoopbackServer, part_for: PartFor
) -> None:
    api = serve(reply_json(200, {"status": "running"}))
    poll_url = shape.format(port=api.port, thief=thief.origin, thief_port=thief.port)
    found = await connect(api).studio.job("job_1-A", poll_url, part_for)
    assert isinstance(found, Running)
    assert [request.path for request in api.requests] == ["/v1/phota/jobs/job_1-A"]
    assert thief.requests == []


@pytest.mark.parametrize(
    ("shape", "path"),
    [
        ("/v1/phota/jobs/other", "/v1/phota/jobs/other"),
        ("http://127.0.0.1:{port}/v2/jobs/7?a=b#top", "/v2/jobs/7?a=b"),
        ("jobs/j", "/v1/phota/jobs/j"),
    ],
)
async def test_a_poll_url_of_the_same_origin_is_used(
    shape: str, path: str, serve: Serve, connect: Connect, part_for: PartFor
) -> None:
    api = serve(reply_json(200, {"status": "running"}))
    await connect(api).studio.job("j", shape.format(port=api.port), part_for)
    assert [request.path for request in api.requests] == [path]


@pytest.mark.parametrize("job_id", ["../profiles", "a/b", "", "a b", "x" * 129, "j\n"])
async def test_an_odd_job_id_is_never_put_into_a_path(
    job_id: str, serve: Serve, connect: Connect, part_for: PartFor
) -> None:
    api = serve(reply_json(200, {}))
    with pytest.raises(PhotaError) as caught:
        await connect(api).studio.job(job_id, "https://elsewhere.example/", part_for)
    assert caught.value.kind is ErrorKind.INVALID
    assert api.requests == []


async def test_downloads_carry_no_key_even_from_the_api_itself(
    serve: Serve, connect: Connect, thief: LoopbackServer, tmp_path: Path
) -> None:
    def script(request: Request) -> bytes:
        if request.path.startswith("/hop"):
            return reply(302, location=f"{thief.origin}/picture")
        return reply(200, b"picture")

    api = serve(script)
    client = connect(api)
    await client.downloads.fetch(f"{api.origin}/files/1", tmp_path / "1.part")
    await client.downloads.fetch("/hop", tmp_path / "2.part")
    assert len(api.requests) == 2
    assert len(thief.requests) == 1
    assert not leaked(api)
    assert not leaked(thief)


async def test_no_cookie_or_referer_goes_with_a_download(
    serve: Serve, connect: Connect, tmp_path: Path
) -> None:
    api = serve(reply(200, b"p", set_cookie="a=b"))
    client = connect(api)
    for n in range(2):
        await client.downloads.fetch(f"/f{n}", tmp_path / f"{n}.part")
    assert all("referer" not in request.headers for request in api.requests)
    assert all(request.headers["accept-encoding"] == "identity" for request in api.requests)


async def test_proxy_variables_are_not_obeyed(
    serve: Serve, connect: Connect, thief: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, thief.origin)
    api = serve(reply_json(200, {"profiles": ["a"]}))
    assert await connect(api).check_key() == 1
    assert thief.requests == []
