"""The buckets that are open: the one in use, and earlier ones that photos may still lie in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.hosting import BucketAddress
from phota_desktop.core.secrets import BucketSecret
from phota_desktop.services.threads import Threads
from phota_desktop.store.bucket_keys import BucketKeys

if TYPE_CHECKING:
    from phota_desktop.api.bucket import Bucket
    from phota_desktop.api.network import NetworkThread


class Buckets:
    """Opens each bucket once, on a network thread that starts with the first."""

    def __init__(self, threads: Threads, keys: BucketKeys) -> None:
        self._threads = threads
        self._keys = keys
        self._network: NetworkThread | None = None
        self._open: dict[tuple[BucketAddress, BucketSecret], Bucket] = {}

    async def open(self, address: BucketAddress, secret: BucketSecret) -> Bucket:
        """Return the bucket; raises PhotaError INVALID for what cannot be right."""
        found = self._open.get((address, secret))
        if found is not None:
            return found
        make, network_thread = await self._threads.files(_import)
        if self._network is None:
            self._network = network_thread()
        made = await self._threads.files(make, address, secret, self._network)
        return self._open.setdefault((address, secret), made)

    async def earlier(self, address: BucketAddress) -> Bucket:
        """Return a bucket that is not in use any more; raises PhotaError KEY_REJECTED."""
        finding = await self._threads.files(self._keys.find, address, in_use=False)
        if finding.key is None:
            raise no_credentials(address, finding.message)
        return await self.open(address, finding.key)

    async def close(self) -> None:
        """Close connections and the network thread."""
        for bucket in self._open.values():
            await bucket.close()
        self._open.clear()
        if self._network is not None:
            self._network.close()
            self._network = None


def same_bucket(one: BucketAddress, other: BucketAddress) -> bool:
    """Tell whether credentials of one are those of the other: folder and region may differ."""
    return replace(one, prefix="", region="") == replace(other, prefix="", region="")


def no_credentials(address: BucketAddress, why: str) -> PhotaError:
    """Return the error for a bucket whose credentials are not at hand."""
    return PhotaError(
        ErrorKind.KEY_REJECTED,
        f"The credentials of {address.label} are not known.",
        hint=why or "Save them again in the settings.",
        field="secret",
        surely_not_charged=True,
    )


def _import() -> tuple[type[Bucket], type[NetworkThread]]:
    from phota_desktop.api.network import NetworkThread

    try:
        from phota_desktop.api.bucket import Bucket
    except ModuleNotFoundError as error:
        if error.name != "obstore":
            raise
        raise PhotaError(
            ErrorKind.INVALID,
            "Buckets cannot be used on this kind of computer (Linux on ARM).",
            hint="Give https addresses of the photos instead.",
            field="bucket",
            surely_not_charged=True,
        ) from None
    return Bucket, NetworkThread
