"""What a bucket needs to be told, by provider: fields, rights of the key, a policy to copy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from phota_desktop.core.hosting import DEFAULT_PREFIX, BucketAddress, Provider

PROVIDERS = {
    Provider.S3: "Amazon S3 or compatible",
    Provider.GCS: "Google Cloud Storage",
    Provider.AZURE: "Azure Blob Storage",
}
EXPLANATION = (
    "Phota fetches training photos by address, so they wait in a bucket of your own: under random "
    "names, readable only through links that end after 1 to 2 hours, deleted when the training "
    "ends."
)
_RIGHTS = {
    Provider.S3: "The key must be allowed to put, get, list and delete objects in that folder, "
    "and needs nothing else.",
    Provider.GCS: "The service account needs the role Storage Object User on this bucket alone. "
    "Its key file signs the links on this computer.",
    Provider.AZURE: "The account key may do everything in the storage account: use an account that "
    "holds nothing else.",
}


@dataclass(frozen=True)
class BucketField:
    """One line of the form: ``name`` as in BucketAddress, or key_id or secret."""

    name: str
    label: str
    placeholder: str = ""
    is_secret: bool = False


_PREFIX = BucketField("prefix", "Folder in the bucket", DEFAULT_PREFIX)
FIELDS: Mapping[Provider, tuple[BucketField, ...]] = {
    Provider.S3: (
        BucketField("bucket", "Bucket", "my-training-photos"),
        BucketField("region", "Region", "eu-central-1"),
        BucketField("endpoint", "Endpoint", "Empty for Amazon, else https://…"),
        _PREFIX,
        BucketField("key_id", "Access key ID"),
        BucketField("secret", "Secret access key", is_secret=True),
    ),
    Provider.GCS: (
        BucketField("bucket", "Bucket", "my-training-photos"),
        _PREFIX,
        BucketField("secret", "JSON key file", "Choose or paste it", is_secret=True),
    ),
    Provider.AZURE: (
        BucketField("account", "Storage account", "myaccount"),
        BucketField("bucket", "Container", "training-photos"),
        _PREFIX,
        BucketField("secret", "Account key", is_secret=True),
    ),
}
"""Endpoints of Google and Microsoft themselves are never asked for."""


def address_of(provider: Provider, texts: Mapping[str, str]) -> BucketAddress:
    """Return the address that was typed; fields the provider has not are left empty."""
    names = {field.name for field in FIELDS[provider]} - {"key_id", "secret"}
    typed = {name: texts.get(name, "").strip() for name in names}
    typed["prefix"] = typed["prefix"].strip("/") or DEFAULT_PREFIX
    return BucketAddress(provider, **typed)


def rights_words(provider: Provider) -> str:
    """Return which rights the key needs."""
    return _RIGHTS[provider]


def policy(address: BucketAddress) -> str:
    """Return the smallest policy for an S3 key: four actions in one folder of one bucket."""
    bucket = f"arn:aws:s3:::{address.bucket or 'BUCKET'}"
    statements = [
        {
            "Effect": "Allow",
            "Action": ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"],
            "Resource": f"{bucket}/{address.prefix}/*",
        },
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": bucket,
            "Condition": {"StringLike": {"s3:prefix": [address.prefix, f"{address.prefix}/*"]}},
        },
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2)
