"""Opens the httpx clients that all requests and downloads go through, over our own sockets."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import httpcore
import httpx

from phota_desktop import __version__
from phota_desktop.api.dialing import CheckedNetwork
from phota_desktop.api.network import NetworkThread
from phota_desktop.api.streams import AsyncioNetwork

# Any: scope and messages of ASGI are untyped dictionaries by their specification.
ASGIApp = Callable[[Any, Any, Any], Awaitable[None]]

CONNECTIONS = 4
_HEADERS = {
    "Accept-Encoding": "identity",
    "User-Agent": f"phota-desktop/{__version__}",
}
_SOCKET_OPTIONS: list[tuple[int, int, int]] = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
"""TCP keepalive, first probe after 60 s where the system lets us say so."""
if hasattr(socket, "TCP_KEEPIDLE"):
    _SOCKET_OPTIONS.append((socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60))


class LeanTransport(httpx.AsyncHTTPTransport):
    """An HTTP/1.1 transport over our own network backend; ``checked`` refuses private nets."""

    def __init__(self, tls: ssl.SSLContext, connections: int, *, checked: bool) -> None:
        super().__init__(verify=tls, trust_env=False)
        self._backend = CheckedNetwork() if checked else AsyncioNetwork()
        # httpx has no public way to choose httpcore's network backend.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=5.0,
            network_backend=self._backend,
            socket_options=_SOCKET_OPTIONS,
        )

    async def aclose(self) -> None:
        """Close every connection, also those that are in use."""
        await super().aclose()
        self._backend.close()
        await asyncio.sleep(0)


def open_client(network: NetworkThread, app: ASGIApp | None, *, checked: bool) -> httpx.AsyncClient:
    """Return a client that follows no redirect, or one that speaks to ``app`` in this process.

    ``checked`` refuses hosts whose addresses are not public. A redirect's target is left in
    ``response.extensions["location"]``.
    """
    transport: httpx.AsyncBaseTransport
    if app is not None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    else:
        transport = LeanTransport(network.tls(), CONNECTIONS, checked=checked)
    return httpx.AsyncClient(
        transport=transport,
        headers=_HEADERS,
        follow_redirects=False,
        event_hooks={"response": [_set_redirect_aside]},
        trust_env=False,
    )


async def _set_redirect_aside(response: httpx.Response) -> None:
    """Move the ``Location`` header to the extensions.

    httpx builds the next request even when it is told not to follow, and fails on a hostile one.
    """
    response.extensions["location"] = response.headers.pop("location", "")
