"""TLS as it should be and as it should not: trusted, for another name, not there."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from phota_desktop.api.address import ServerAddress
from phota_desktop.api.client import PhotaClient
from phota_desktop.api.network import NetworkThread
from phota_desktop.api.studio import Finished
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.options import Operation
from tests.unit.api.conftest import LoopbackServer, reply, reply_json

Serve = Callable[..., LoopbackServer]


def server_side(pem: Path) -> ssl.SSLContext:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pem)
    return tls


@pytest.fixture
async def trusting(certificate: Path) -> AsyncIterator[Callable[[str], PhotaClient]]:
    """Return a function that makes a client which trusts the test certificate."""
    network = NetworkThread(ca_file=certificate)
    made: list[PhotaClient] = []

    def new(base: str) -> PhotaClient:
        made.append(PhotaClient(ServerAddress.parse(base), None, network))
        return made[-1]

    yield new
    for client in made:
        await client.close()
    network.close()


async def test_large_bodies_both_ways(
    serve: Serve,
    trusting: Callable[[str], PhotaClient],
    certificate: Path,
    tmp_path: Path,
    part_for: Callable[[int], Path],
) -> None:
    blob = bytes(range(256)) * 9000
    answer = {"images": [base64.b64encode(blob).decode()]}
    api = serve(
        lambda r: reply(200, blob) if r.method == "GET" else reply_json(200, answer),
        server_side(certificate),
    )
    body = tmp_path / "b.json"
    body.write_bytes(json.dumps({"image": "A" * 3_000_000}).encode())
    client = trusting(api.base)
    found = await client.studio.submit(Operation.ENHANCE, body, part_for)
    assert isinstance(found, Finished)
    assert found.parts[0].read_bytes() == blob
    assert len(api.requests[0].body) == body.stat().st_size
    got = await client.downloads.fetch(f"{api.origin}/f", tmp_path / "a.part")
    assert got.size == len(blob)


async def test_a_certificate_for_another_name(
    serve: Serve, trusting: Callable[[str], PhotaClient], certificate: Path
) -> None:
    api = serve(reply_json(200, {"profiles": []}), server_side(certificate))
    with pytest.raises(PhotaError) as caught:
        await trusting(f"https://localhost:{api.port}/v1").check_key()
    assert caught.value.kind is ErrorKind.OFFLINE
    assert caught.value.surely_not_charged
    assert api.bytes_in == 0


async def test_plain_http_where_tls_is_meant(
    serve: Serve, trusting: Callable[[str], PhotaClient]
) -> None:
    api = serve(reply_json(200, {"profiles": []}))
    with pytest.raises(PhotaError) as caught:
        await trusting(f"https://127.0.0.1:{api.port}/v1").check_key()
    assert caught.value.kind is ErrorKind.OFFLINE
    assert api.requests == []
