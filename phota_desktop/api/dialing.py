"""Dials download hosts only at addresses that were checked after the name was resolved."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Iterable

import httpcore
import httpx

from phota_desktop.api.streams import AsyncioNetwork

CONNECT_S = 10.0

SOCKET_OPTIONS: list[tuple[int, int, int]] = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
"""TCP keepalive, first probe after 60 s where the system lets us say so."""
if hasattr(socket, "TCP_KEEPIDLE"):
    SOCKET_OPTIONS.append((socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60))

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class ForbiddenAddressError(httpx.ConnectError):
    """The name leads to an address of this computer, of a private net or of no public use."""


def is_public(text: str) -> bool:
    """Tell whether a numeric address is a public unicast one, also inside IPv6 wrappings."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is None and address.teredo is not None:
            inner = address.teredo[1]
        if inner is not None:
            return is_public(str(inner))
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


class CheckedNetwork(AsyncioNetwork):
    """Resolves a name itself, refuses it when any of its addresses is not public, then dials."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Return a connection to the first address that answers; the whole takes ``timeout``."""
        try:
            async with asyncio.timeout(timeout):
                addresses = await _resolve(host, port)
                if not all(is_public(address) for address in addresses):
                    raise ForbiddenAddressError("the address is not a public one")
                return await self._dial(addresses, port, local_address, socket_options)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("connecting took too long") from error

    async def _dial(
        self,
        addresses: list[str],
        port: int,
        local_address: str | None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.AsyncNetworkStream:
        failure: Exception = httpcore.ConnectError("the name has no address")
        for address in addresses:
            try:
                return await super().connect_tcp(
                    address, port, CONNECT_S / 2, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


class LeanTransport(httpx.AsyncHTTPTransport):
    """An HTTP/1.1 transport over our own network backend; ``checked`` refuses private nets."""

    def __init__(self, tls: ssl.SSLContext, connections: int, *, checked: bool) -> None:
        super().__init__(verify=tls, trust_env=False)
        # httpx has no public way to choose httpcore's network backend.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=5.0,
            network_backend=CheckedNetwork() if checked else AsyncioNetwork(),
            socket_options=SOCKET_OPTIONS,
        )


async def _resolve(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
