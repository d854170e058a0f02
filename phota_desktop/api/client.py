"""The client of one Phota server: studio, profiles and downloads over two httpx clients."""

from __future__ import annotations

from phota_desktop.api.address import ServerAddress
from phota_desktop.api.channel import ApiChannel
from phota_desktop.api.download import Downloader
from phota_desktop.api.network import NetworkThread
from phota_desktop.api.profiles import ProfilesApi
from phota_desktop.api.redaction import quiet_transport_logs
from phota_desktop.api.studio import StudioApi
from phota_desktop.api.transport import ASGIApp
from phota_desktop.core.secrets import ApiKey


class PhotaClient:
    """Speaks to the server at ``address`` with ``key``; its work runs on ``network``.

    With ``app`` everything goes to that ASGI application in this process, and nothing to a
    socket. Nothing is opened before the first call. Raises PhotaError (INVALID) for an address
    that :meth:`ServerAddress.parse` would refuse.
    """

    def __init__(
        self,
        address: ServerAddress,
        key: ApiKey | None,
        network: NetworkThread,
        *,
        app: ASGIApp | None = None,
    ) -> None:
        quiet_transport_logs()
        if app is None:
            address = ServerAddress.parse(address.base_url)
        self.address = address
        self._network = network
        self._channel = ApiChannel(address, key, network, app)
        self.studio = StudioApi(self._channel)
        self.profiles = ProfilesApi(self._channel)
        self.downloads = Downloader(address, network, app)

    async def check_key(self) -> int:
        """Return how many profiles the account has; raises PhotaError when the key is refused."""
        return len(await self.profiles.ids())

    async def close(self) -> None:
        """Close every connection; the network thread stays."""
        await self._network.run(self._close())

    async def _close(self) -> None:
        await self._channel.close()
        await self.downloads.close()
