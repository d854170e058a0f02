"""Which server addresses are taken, and which URLs belong to them."""

from __future__ import annotations

import httpx
import pytest

from phota_desktop.api.address import DEFAULT_BASE_URL, ENGINE_ADDRESS, ServerAddress
from phota_desktop.api.client import PhotaClient
from phota_desktop.api.network import NetworkThread
from phota_desktop.core.errors import ErrorKind, PhotaError


@pytest.mark.parametrize(
    ("text", "base", "loopback"),
    [
        (DEFAULT_BASE_URL, DEFAULT_BASE_URL, False),
        (" https://a.example/v1/phota/ ", "https://a.example/v1/phota", False),
        ("http://localhost:8000/x", "http://localhost:8000/x", True),
        ("http://127.9.9.9:1", "http://127.9.9.9:1", True),
        ("http://[::1]:8000", "http://[::1]:8000", True),
        ("https://127.0.0.1:8443", "https://127.0.0.1:8443", True),
    ],
)
def test_allowed(text: str, base: str, loopback: bool) -> None:
    address = ServerAddress.parse(text)
    assert (address.base_url, address.is_loopback) == (base, loopback)


@pytest.mark.parametrize(
    "text",
    [
        "", "api.example", "http://api.example", "http://10.0.0.1", "http://engine.local/v1/phota",
        "http://localhost.example", "http://127.0.0.1.example", "http://0.0.0.0", "ftp://a", "https://",
        "https://user:pw@a.example", "https://a.example?x=1", "https://a.example#x", "https://a b",
        "https://a\\b", "https://\u0430pi.example", "file:///x", "http://2130706433", "https://a:99999",
    ],
)  # fmt: skip
def test_refused(text: str) -> None:
    with pytest.raises(PhotaError) as caught:
        ServerAddress.parse(text)
    assert caught.value.kind is ErrorKind.INVALID


def test_the_engine_name_is_for_clients_with_an_application_only(network: NetworkThread) -> None:
    with pytest.raises(PhotaError):
        PhotaClient(ENGINE_ADDRESS, None, network)


@pytest.mark.parametrize(
    ("url", "owned"),
    [
        ("https://a.example/x", True),
        ("https://A.EXAMPLE:443/y", True),
        ("https://a.example:444/", False),
        ("http://a.example/", False),
        ("https://b.example/", False),
        ("https://a.example.b/", False),
        ("https://u@a.example/", False),
    ],
)
def test_owns(url: str, owned: bool) -> None:
    assert ServerAddress.parse("https://a.example/v1").owns(httpx.URL(url)) is owned
