"""Closing a client ends its connections, also one whose request is under way."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from phota_desktop.api.client import PhotaClient
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.options import Operation
from tests.unit.api.conftest import LoopbackServer, Request, reply

PartFor = Callable[[int], Path]


@pytest.mark.parametrize("call", ["submit", "job", "download"])
async def test_a_request_under_way_ends_with_its_client(
    call: str,
    serve: Callable[..., LoopbackServer],
    connect: Callable[..., PhotaClient],
    body: Path,
    part_for: PartFor,
    tmp_path: Path,
) -> None:
    came, go = threading.Event(), threading.Event()

    def wait(_: Request) -> bytes:
        came.set()
        go.wait(10)
        return reply(200, b"{}")

    server = serve(wait)
    client = connect(server)

    async def pause(_: float) -> None:
        raise PhotaError(ErrorKind.OFFLINE)

    client.downloads.pause = pause
    under_way = asyncio.ensure_future(
        {
            "submit": lambda: client.studio.submit(Operation.ENHANCE, body, part_for),
            "job": lambda: client.studio.job("j", "", part_for),
            "download": lambda: client.downloads.fetch("/f", tmp_path / "a.part"),
        }[call]()
    )
    while not came.is_set():
        await asyncio.sleep(0.005)
    await client.close()
    with pytest.raises(PhotaError) as caught:
        await asyncio.wait_for(under_way, 5)
    assert caught.value.kind is (ErrorKind.UNKNOWN if call == "submit" else ErrorKind.OFFLINE)
    go.set()
