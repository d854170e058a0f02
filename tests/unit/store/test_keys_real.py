"""The key in a real Secret Service: ``dbus-run-session -- pytest -m keyring``."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from phota_desktop.core.secrets import ApiKey
from phota_desktop.store.keys import KeyState, KeyStore
from tests.keyring_session import unlock

pytestmark = pytest.mark.keyring


@pytest.fixture(autouse=True)
def unlocked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # These tests overwrite, delete and lock: never on a person's own session by accident.
    if "keyring" not in request.config.getoption("markexpr"):
        pytest.skip("changes the session's keyring, so only with -m keyring")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    unlock()
    KeyStore({}).forget()
    yield
    KeyStore({}).forget()


def test_a_key_is_saved_read_back_replaced_and_forgotten() -> None:
    assert KeyStore({}).find().state is KeyState.NONE
    for text in ("secret-1", "x" * 1000):
        saved = KeyStore({}).save(ApiKey(text))
        assert (saved.state, saved.key) == (KeyState.OK, ApiKey(text))
        assert saved.source == "the Secret Service keyring"
        assert KeyStore({}).find() == saved
    assert KeyStore({}).forget().state is KeyState.NONE
    assert KeyStore({}).forget().state is KeyState.NONE
    assert KeyStore({}).find().key is None


def test_the_environment_cannot_bend_the_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("KEYRING_PROPERTY_PREFERRED_COLLECTION", "/org/none")
    monkeypatch.setenv("KEYRING_PROPERTY_SCHEME", "KeePassXC")
    assert KeyStore({}).save(ApiKey("secret-2")).state is KeyState.OK
    monkeypatch.undo()
    assert KeyStore({}).find().key == ApiKey("secret-2")


def test_a_foreign_secret_is_not_taken_for_a_key() -> None:
    from keyring.backends.SecretService import Keyring

    Keyring().set_password("phota-desktop", "api-key", "not a key")
    finding = KeyStore({}).find()
    assert (finding.key, finding.state) == (None, KeyState.BROKEN)
    assert "not a key" not in finding.message


def test_a_locked_keyring_is_told_at_once_and_the_session_helps() -> None:
    import secretstorage

    KeyStore({}).save(ApiKey("secret-3"))
    connection = secretstorage.dbus_init()
    secretstorage.get_default_collection(connection).lock()
    try:
        store = KeyStore({})
        begun = time.monotonic()
        assert store.find().state is KeyState.LOCKED
        assert time.monotonic() - begun < 1
        saved = store.save(ApiKey("secret-4"))
        assert saved.source == "session"
        assert "locked" in saved.message
        assert store.find().key == ApiKey("secret-4")
        assert KeyStore({}).forget().state is KeyState.LOCKED
    finally:
        connection.close()
        unlock()
    assert KeyStore({}).find().key == ApiKey("secret-3")
