"""With an application instead of an address, everything stays in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from phota_desktop.api.address import ENGINE_ADDRESS
from phota_desktop.api.client import PhotaClient
from phota_desktop.api.network import NetworkThread
from phota_desktop.api.studio import Accepted, Finished
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.options import Operation

PICTURE = bytes(range(256)) * 2000


async def _enhance(request: Request) -> Response:
    document = await request.json()
    return JSONResponse({"job_id": document["client_request_id"]}, 202)


async def _job(_: Request) -> Response:
    return JSONResponse({"status": "succeeded", "download_urls": ["/v1/phota/files/1"]})


async def _file(request: Request) -> Response:
    assert "x-api-key" not in request.headers
    return Response(PICTURE, headers={"etag": '"1"'})


async def _broken(_: Request) -> Response:
    raise KeyError("bug")


APP = Starlette(
    routes=[
        Route("/v1/phota/enhance", _enhance, methods=["POST"]),
        Route("/v1/phota/jobs/{job}", _job),
        Route("/v1/phota/files/{file}", _file),
        Route("/v1/phota/profiles/ids", _broken),
    ]
)


async def test_a_whole_job(
    network: NetworkThread, body: Path, tmp_path: Path, part_for: Callable[[int], Path]
) -> None:
    client = PhotaClient(ENGINE_ADDRESS, None, network, app=APP)
    accepted = await client.studio.submit(Operation.ENHANCE, body, part_for)
    assert isinstance(accepted, Accepted)
    finished = await client.studio.job(accepted.job_id, accepted.poll_url, part_for)
    assert isinstance(finished, Finished)
    for url in (finished.download_urls[0], "http://engine.local/v1/phota/files/2"):
        got = await client.downloads.fetch(url, tmp_path / "a.part")
        assert got.size == len(PICTURE)
    with pytest.raises(PhotaError) as caught:
        await client.downloads.fetch("https://example.com/x", tmp_path / "b.part")
    assert caught.value.kind is ErrorKind.INVALID
    with pytest.raises(PhotaError) as caught:
        await client.check_key()
    assert caught.value.kind is ErrorKind.BUSY
    await client.close()
