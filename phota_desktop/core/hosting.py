"""A person's own bucket, where training photos lie while Phota fetches them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from phota_desktop.core.profiles import TrainingTier

DEFAULT_PREFIX = "phota-desktop-training"
LINK_SECONDS = {TrainingTier.FAST: 3600, TrainingTier.STANDARD: 7200}
"""How long the links to hosted photos hold: the documents ask for an hour at least, and a standard
training takes about 20 minutes after it has waited for its turn."""
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,220}[A-Za-z0-9]", re.ASCII)
_PREFIX = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*", re.ASCII)


class Provider(StrEnum):
    """Who keeps the bucket, by the interface it speaks."""

    S3 = "s3"
    """Amazon S3 and everything that speaks like it (R2, B2, MinIO, Wasabi, …)."""
    GCS = "gcs"
    AZURE = "azure"


@dataclass(frozen=True)
class BucketAddress:
    """Where a bucket is; its credentials are in the keyring and nowhere else.

    ``bucket`` is the container's name at Azure, and ``account`` the storage account there.
    ``endpoint`` is empty for Amazon, Google and Microsoft themselves. ``region`` is S3's alone.
    Objects are named ``{prefix}/{training}/{photo}``.
    """

    provider: Provider
    bucket: str
    region: str = ""
    endpoint: str = ""
    account: str = ""
    prefix: str = DEFAULT_PREFIX

    @property
    def label(self) -> str:
        """Return the bucket in one word, as ``s3://name``; it holds no secret."""
        scheme = {Provider.S3: "s3", Provider.GCS: "gs", Provider.AZURE: "az"}[self.provider]
        where = f"{self.account}/{self.bucket}" if self.account else self.bucket
        return f"{scheme}://{where}"

    def problems(self) -> tuple[tuple[str, str], ...]:
        """Return what cannot be right, as (field, sentence); empty when all may be."""
        found = []
        if not _BUCKET.fullmatch(self.bucket):
            found.append(("bucket", "The bucket's name has 3 to 222 letters, digits, . _ or -."))
        if self.provider is Provider.AZURE and not self.account.strip():
            found.append(("account", "Azure needs the name of the storage account."))
        if self.provider is Provider.S3 and not (self.region or self.endpoint):
            found.append(("region", "Amazon S3 needs a region, such as eu-central-1."))
        if self.endpoint and not re.match(r"https?://[^\s/@]+(/|$)", self.endpoint):
            found.append(("endpoint", "The endpoint is an address that begins with https://."))
        if not _PREFIX.fullmatch(self.prefix) or ".." in self.prefix:
            found.append(("prefix", "The folder in the bucket has letters, digits, . _ - and /."))
        return tuple(found)


class HostedState(StrEnum):
    """Where a hosted photo is."""

    PLANNED = "planned"
    """Its name is on record; it may be in the bucket."""
    UPLOADED = "uploaded"
    DELETED = "deleted"


@dataclass(frozen=True)
class HostedPhoto:
    """One training photo in a bucket: on record before it is uploaded, until it is gone.

    ``name`` is the object's whole name, ``source`` the person's own file, ``size`` in bytes of
    what was uploaded; times are Unix seconds, None for what has not happened.
    """

    name: str
    tag: str
    bucket: BucketAddress
    source: str
    state: HostedState = HostedState.PLANNED
    size: int = 0
    sha256: str = ""
    uploaded: float | None = None
    deleted: float | None = None
