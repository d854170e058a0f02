"""Bucket credentials in a real Secret Service: ``dbus-run-session -- pytest -m keyring``."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from phota_desktop.core.hosting import BucketAddress, Provider
from phota_desktop.core.secrets import ApiKey, BucketSecret
from phota_desktop.store.bucket_keys import BucketKeys
from phota_desktop.store.entries import KeyState
from phota_desktop.store.keys import KeyStore
from tests.keyring_session import unlock

pytestmark = pytest.mark.keyring

ADDRESS = BucketAddress(Provider.GCS, "photos-of-ada")


@pytest.fixture(autouse=True)
def unlocked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # These tests overwrite, delete and lock: never on a person's own session by accident.
    if "keyring" not in request.config.getoption("markexpr"):
        pytest.skip("changes the session's keyring, so only with -m keyring")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    unlock()
    BucketKeys({}).forget(ADDRESS)
    yield
    BucketKeys({}).forget(ADDRESS)


def test_credentials_are_saved_replaced_and_forgotten_beside_the_api_key() -> None:
    KeyStore({}).save(ApiKey("secret-1"))
    assert BucketKeys({}).find(ADDRESS).state is KeyState.NONE
    for secret in (BucketSecret("short", "AKIA"), BucketSecret("k" * 7000), BucketSecret("s")):
        saved = BucketKeys({}).save(ADDRESS, secret)
        assert (saved.state, saved.key) == (KeyState.OK, secret)
        assert saved.source == "the Secret Service keyring"
        assert BucketKeys({}).find(ADDRESS) == saved
    assert BucketKeys({}).forget(ADDRESS).state is KeyState.NONE
    assert BucketKeys({}).find(ADDRESS).key is None
    assert KeyStore({}).find().key == ApiKey("secret-1")
    KeyStore({}).forget()


def test_a_locked_keyring_is_told_at_once_and_the_session_helps() -> None:
    import secretstorage

    BucketKeys({}).save(ADDRESS, BucketSecret("secret-3"))
    connection = secretstorage.dbus_init()
    secretstorage.get_default_collection(connection).lock()
    try:
        keys = BucketKeys({})
        begun = time.monotonic()
        assert keys.find(ADDRESS).state is KeyState.LOCKED
        assert time.monotonic() - begun < 1
        saved = keys.save(ADDRESS, BucketSecret("secret-4"))
        assert saved.source == "session"
        assert "locked" in saved.message
        assert keys.find(ADDRESS).key == BucketSecret("secret-4")
    finally:
        connection.close()
        unlock()
    assert BucketKeys({}).find(ADDRESS).key == BucketSecret("secret-3")
