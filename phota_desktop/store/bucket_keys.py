"""The credentials of buckets: one entry of the keyring for each, or the environment's."""

from __future__ import annotations

import os
from collections.abc import Mapping

from phota_desktop.core.hosting import BucketAddress
from phota_desktop.core.secrets import BucketSecret
from phota_desktop.store.entries import Entry, Finding, Kind, from_environment

KEY_ID_VARIABLE = "PHOTA_BUCKET_KEY_ID"
SECRET_VARIABLE = "PHOTA_BUCKET_SECRET"  # noqa: S105  (a name)

BucketFinding = Finding[BucketSecret]

_KIND = Kind(
    parse=BucketSecret.unpacked,
    text=BucketSecret.packed,
    none="There are no credentials for this bucket yet.",
    odd="What the keyring holds are no bucket credentials; save them again.",
    lost="The keyring lost the credentials.",
    session_only="The bucket's credentials are kept for this session only.",
)


class BucketKeys:
    """Finds, saves and forgets the credentials of buckets; blocking, like :class:`Entry`.

    The environment's credentials are for the bucket that is in use, not for earlier ones that
    photos may still lie in.
    """

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ
        self._entries: dict[str, Entry[BucketSecret]] = {}

    def find(self, address: BucketAddress, *, in_use: bool = True) -> BucketFinding:
        """Return the environment's credentials if the bucket is in use, else those kept for it."""
        return (self._given() if in_use else None) or self._entry(address).find()

    def save(self, address: BucketAddress, secret: BucketSecret) -> BucketFinding:
        """Store credentials; without a keyring they are kept for this session."""
        return self._entry(address).save(secret)

    def forget(self, address: BucketAddress) -> BucketFinding:
        """Delete what is kept for a bucket; return what is left, the environment's perhaps."""
        finding = self._entry(address).forget()
        return self._given() or finding

    def _entry(self, address: BucketAddress) -> Entry[BucketSecret]:
        return self._entries.setdefault(entry_name(address), Entry(entry_name(address), _KIND))

    def _given(self) -> BucketFinding | None:
        key_id = self._environ.get(KEY_ID_VARIABLE, "")
        return from_environment(
            self._environ, SECRET_VARIABLE, lambda text: BucketSecret(text, key_id)
        )


def entry_name(address: BucketAddress) -> str:
    """Return what a person reads beside "phota-desktop" in their keyring; no prefix, no region."""
    where = f" at {address.endpoint.rstrip('/')}" if address.endpoint else ""
    return f"bucket {address.label}{where}"
