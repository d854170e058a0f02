"""Goal 8: twenty and more private addresses, as numbers and by name: nothing is ever dialled."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from phota_desktop.api.client import PhotaClient
from phota_desktop.core.errors import ErrorKind, PhotaError
from tests.unit.api.conftest import LoopbackServer, reply

API = "https://api.phota.example/v1/phota"
NUMBERS = [
    "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.1", "192.168.0.1",
    "169.254.169.254", "100.64.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1", "240.0.0.1",  # noqa: S104
    "198.18.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1", "192.0.0.8", "192.88.99.1",
    "3fff::1", "::1", "::", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254", "2002:7f00:1::", "2002:a00:1::", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "fec0::1", "2001:db8::1", "100::1", "::127.0.0.1", "64:ff9b:1::a00:1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
]  # fmt: skip
WRITTEN = [
    "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.1", "0", "[::]", "localhost",
    "localhost.", "LOCALHOST", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]",
]  # fmt: skip


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """Note every connection that any event loop is asked for; none is made."""
    asked: list[object] = []

    # Any: asyncio's own signatures.
    async def connect(_self: Any, _protocol: Any, *where: Any, **_: Any) -> Any:
        asked.append(where)
        raise OSError("no network here")

    async def sock_connect(_self: Any, _sock: Any, where: Any) -> Any:
        asked.append(where)
        raise OSError("no network here")

    monkeypatch.setattr(asyncio.BaseEventLoop, "create_connection", connect)
    monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", sock_connect)
    return asked


def resolving(monkeypatch: pytest.MonkeyPatch, *numbers: str) -> None:
    """Let every name have these addresses."""

    # Any: the resolver's own signature.
    async def resolver(_self: Any, _host: Any, port: int, **__: Any) -> list[Any]:
        return [
            (
                socket.AF_INET6 if ":" in one else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (one, port),
            )
            for one in numbers
        ]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", resolver)


async def at_once(_: float) -> None:
    """Stand in for the pause between two tries: there is no second one."""
    raise PhotaError(ErrorKind.OFFLINE)


async def refused(client: PhotaClient, url: str, part: Path) -> None:
    with pytest.raises(PhotaError) as caught:
        await client.downloads.fetch(url, part)
    assert caught.value.kind is ErrorKind.INVALID
    assert not part.exists()


@pytest.mark.parametrize("number", NUMBERS)
async def test_a_number_is_not_dialled(
    number: str, connect: Callable[..., PhotaClient], tmp_path: Path, dialled: list[object]
) -> None:
    host = f"[{number}]" if ":" in number else number
    await refused(connect(API), f"https://{host}/x.jpg", tmp_path / "a.part")
    assert dialled == []


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("among", [(), ("1.1.1.1",)], ids=["alone", "after a public one"])
async def test_a_name_that_resolves_to_it_is_not_dialled(
    number: str,
    among: tuple[str, ...],
    connect: Callable[..., PhotaClient],
    tmp_path: Path,
    dialled: list[object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolving(monkeypatch, *among, number)
    await refused(connect(API), "https://cdn.example/x.jpg", tmp_path / "a.part")
    assert dialled == []


@pytest.mark.parametrize("host", WRITTEN)
async def test_however_it_is_written(
    host: str,
    serve: Callable[..., LoopbackServer],
    connect: Callable[..., PhotaClient],
    tmp_path: Path,
) -> None:
    victim = serve(reply(200, b"secret"))
    client = connect(API)
    client.downloads.pause = at_once
    with pytest.raises(PhotaError):  # where the resolver does not know it: offline
        await client.downloads.fetch(f"https://{host}:{victim.port}/x", tmp_path / "a.part")
    assert victim.bytes_in == 0


async def test_a_public_address_is_dialled_as_it_was_checked(
    connect: Callable[..., PhotaClient],
    tmp_path: Path,
    dialled: list[object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The number that was checked is dialled, not the name, which may resolve anew."""
    resolving(monkeypatch, "93.184.216.34")
    client = connect(API)
    client.downloads.pause = at_once
    with pytest.raises(PhotaError) as caught:
        await client.downloads.fetch("https://cdn.example/x.jpg", tmp_path / "a.part")
    assert caught.value.kind is ErrorKind.OFFLINE
    assert dialled == [("93.184.216.34", 443)]


@pytest.mark.parametrize("location", ["http://192.168.0.1/x", "http://10.0.0.1:80/x"])
async def test_a_server_on_this_computer_leads_nowhere_else_by_plain_http(
    location: str,
    serve: Callable[..., LoopbackServer],
    connect: Callable[..., PhotaClient],
    tmp_path: Path,
) -> None:
    await refused(connect(serve(reply(302, location=location))), "/f", tmp_path / "a.part")
