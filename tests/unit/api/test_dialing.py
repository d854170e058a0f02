"""Downloads from a public API never reach private addresses, whatever the name says."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from phota_desktop.api.client import PhotaClient
from phota_desktop.api.dialing import is_public
from phota_desktop.core.errors import ErrorKind, PhotaError
from tests.unit.api.conftest import LoopbackServer, reply

PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "255.255.255.255", "224.0.0.1", "240.0.0.1", "198.18.0.1", "192.0.2.1", "::1", "::", "fe80::1",
    "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::",
    "64:ff9b::7f00:1", "fec0::1", "2001:db8::1", "name.example", "",
]  # fmt: skip


@pytest.mark.parametrize("text", PRIVATE)
def test_private(text: str) -> None:
    assert not is_public(text)


@pytest.mark.parametrize("text", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public(text: str) -> None:
    assert is_public(text)


HOSTS = [
    "127.0.0.1", "2130706433", "0x7f000001", "127.1", "[::1]", "[::ffff:127.0.0.1]", "localhost",
    "0", "169.254.169.254", "10.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
async def test_a_link_to_a_private_address_is_never_dialled(
    host: str,
    serve: Callable[..., LoopbackServer],
    connect: Callable[..., PhotaClient],
    tmp_path: Path,
) -> None:
    victim = serve(reply(200, b"secret"))
    client = connect("https://api.phota.example/v1/phota")
    with pytest.raises(PhotaError) as caught:
        await client.downloads.fetch(f"https://{host}:{victim.port}/x", tmp_path / "a.part")
    assert caught.value.kind is ErrorKind.INVALID
    assert victim.bytes_in == 0


async def test_a_name_that_resolves_to_this_computer_is_refused(
    serve: Callable[..., LoopbackServer],
    connect: Callable[..., PhotaClient],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    victim = serve(reply(200, b"secret"))

    # Any: the resolver's own signature.
    async def resolver(*_: Any, **__: Any) -> list[Any]:
        found = [("1.1.1.1", 443), ("127.0.0.1", victim.port)]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", place) for place in found]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", resolver)
    client = connect("https://api.phota.example/v1/phota")
    with pytest.raises(PhotaError) as caught:
        await client.downloads.fetch(f"https://cdn.example:{victim.port}/x", tmp_path / "a.part")
    assert caught.value.kind is ErrorKind.INVALID
    assert victim.bytes_in == 0
