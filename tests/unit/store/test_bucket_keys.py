"""A bucket's credentials without a keyring, and in a keyring that this test holds in memory."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend

from phota_desktop.core.hosting import BucketAddress, Provider
from phota_desktop.core.secrets import BucketSecret
from phota_desktop.store import backends
from phota_desktop.store.bucket_keys import BucketKeys, entry_name
from phota_desktop.store.entries import KeyState

ADDRESS = BucketAddress(Provider.S3, "photos", region="eu-central-1")
SECRET = BucketSecret("bucket-canary-1", "AKIA1")
LONG = BucketSecret(json.dumps({"private_key": "k" * 2300}))


class Small(dict[tuple[str, str], str], KeyringBackend):
    """As narrow as the Windows Credential Manager: 1,280 characters an entry."""

    priority = 1  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str | None:
        return self.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        assert len(password) <= 1280
        self[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self[service, username]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Small:
    backend = Small()
    monkeypatch.setattr(backends, "find_store", lambda: backends.Store(backend, "a small one"))
    monkeypatch.setattr(backends, "is_locked", lambda _backend: False)
    return backend


@pytest.fixture
def no_bus(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/none")


@pytest.mark.usefixtures("no_bus")
def test_without_a_keyring_credentials_live_for_the_session() -> None:
    keys = BucketKeys({})
    assert keys.find(ADDRESS).state is KeyState.ABSENT
    saved = keys.save(ADDRESS, SECRET)
    assert (saved.key, saved.source) == (SECRET, "session")
    assert "this session only" in saved.message
    assert keys.find(ADDRESS).key == SECRET
    assert keys.find(replace(ADDRESS, prefix="other", region="eu-west-1")).key == SECRET
    assert keys.find(replace(ADDRESS, bucket="another")).key is None
    assert BucketKeys({}).find(ADDRESS).key is None
    assert keys.forget(ADDRESS).key is None
    assert keys.find(ADDRESS).key is None
    assert "canary" not in repr((saved, keys.find(ADDRESS), vars(keys)))


@pytest.mark.usefixtures("no_bus")
def test_the_environment_comes_first_for_the_bucket_in_use() -> None:
    environ = {"PHOTA_BUCKET_KEY_ID": " AKIA2 ", "PHOTA_BUCKET_SECRET": "bucket-canary-2\n"}
    keys = BucketKeys(environ)
    keys.save(ADDRESS, SECRET)
    found = keys.find(ADDRESS)
    assert (found.key, found.source) == (BucketSecret("bucket-canary-2", "AKIA2"), "environment")
    assert keys.find(ADDRESS, in_use=False).key == SECRET
    assert keys.forget(ADDRESS).source == "environment"
    odd = BucketKeys({**environ, "PHOTA_BUCKET_KEY_ID": "two words"}).find(ADDRESS)
    assert (odd.key, odd.state) == (None, KeyState.BROKEN)
    assert "canary" not in odd.message


def test_each_bucket_has_an_entry_of_its_own(small: Small) -> None:
    other = BucketAddress(Provider.AZURE, "photos", account="ada")
    local = replace(ADDRESS, endpoint="https://minio.example/")
    for number, address in enumerate((ADDRESS, other, local)):
        BucketKeys({}).save(address, BucketSecret(f"secret-{number}", "id"))
    assert sorted(user for _, user in small) == [
        "bucket az://ada/photos",
        "bucket s3://photos",
        "bucket s3://photos at https://minio.example",
    ]
    assert BucketKeys({}).find(other).key == BucketSecret("secret-1", "id")
    assert entry_name(local) == "bucket s3://photos at https://minio.example"


def test_a_long_secret_lies_in_pieces_and_leaves_none(small: Small) -> None:
    keys = BucketKeys({})
    assert keys.save(ADDRESS, LONG).state is KeyState.OK
    assert len(small) == 3
    assert BucketKeys({}).find(ADDRESS).key == LONG
    assert keys.save(ADDRESS, SECRET).state is KeyState.OK
    assert len(small) == 1
    assert BucketKeys({}).find(ADDRESS).key == SECRET
    keys.save(ADDRESS, LONG)
    assert keys.forget(ADDRESS).state is KeyState.NONE
    assert small == {}


def test_a_piece_that_is_lost_is_told(small: Small) -> None:
    BucketKeys({}).save(ADDRESS, LONG)
    del small["phota-desktop", "bucket s3://photos 2"]
    found = BucketKeys({}).find(ADDRESS)
    assert (found.key, found.state) == (None, KeyState.BROKEN)
    assert "save them again" in found.message
    assert BucketKeys({}).save(ADDRESS, LONG).state is KeyState.OK
    assert BucketKeys({}).find(ADDRESS).key == LONG
