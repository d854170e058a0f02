"""Dials download hosts only at addresses that were checked after the name was resolved."""

from __future__ import annotations

import asyncio
import ipaddress
import socket

import httpx

from phota_desktop.api.streams import AsyncioNetwork, Line

CONNECT_S = 10.0

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_SPECIAL = tuple(
    ipaddress.ip_network(net)
    for net in ("192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "3fff::/20", "5f00::/16")
)
"""Nets of no public use that older Pythons take for public (IANA's special-purpose registries)."""


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
    if any(address in net for net in _SPECIAL):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


class CheckedNetwork(AsyncioNetwork):
    """Resolves a name itself, refuses it when any of its addresses is not public, then dials."""

    async def dial(self, host: str, port: int) -> Line:
        """Return a connection to the first address that answers."""
        addresses = await _resolve(host, port)
        if not all(is_public(address) for address in addresses):
            raise ForbiddenAddressError("the address is not a public one")
        failure: OSError = OSError("the name has no address")
        for address in addresses:
            try:
                async with asyncio.timeout(CONNECT_S / 2):
                    return await super().dial(address, port)
            except OSError as error:  # a timeout is one as well
                failure = error
        raise failure


async def _resolve(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
