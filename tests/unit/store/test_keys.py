"""The key without a keyring: environment, session, and backends that are never used."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from phota_desktop.core.secrets import ApiKey
from phota_desktop.store import keys
from phota_desktop.store.keys import KeyFinding, KeyState, KeyStore


@pytest.fixture
def no_bus(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)


@pytest.mark.usefixtures("no_bus")
def test_the_environment_comes_first() -> None:
    store = KeyStore({"PHOTA_API_KEY": " secret-1 "})
    store.save(ApiKey("secret-2"))
    finding = store.find()
    assert finding == KeyFinding(ApiKey("secret-1"), KeyState.OK, "environment")
    assert store.forget().source == "environment"
    assert "secret" not in repr(finding)


@pytest.mark.parametrize("text", ["two words", "naïve", "x" * 1001])
def test_an_environment_that_holds_no_key_is_said(text: str) -> None:
    finding = KeyStore({"PHOTA_API_KEY": text}).find()
    assert (finding.key, finding.state) == (None, KeyState.BROKEN)
    assert text not in finding.message


@pytest.mark.usefixtures("no_bus")
def test_without_a_keyring_the_key_lives_for_the_session(tmp_path: Path) -> None:
    store = KeyStore({})
    begun = time.monotonic()
    assert store.find().state is KeyState.ABSENT
    assert time.monotonic() - begun < 1
    saved = store.save(ApiKey("secret-1"))
    assert (saved.key, saved.source) == (ApiKey("secret-1"), "session")
    assert "this session only" in saved.message
    assert store.find().key == ApiKey("secret-1")
    assert KeyStore({}).find().key is None
    assert store.forget().key is None
    assert store.find().key is None


_BAD = {
    "null": "keyring.backends.null.Keyring",
    "fail": "keyring.backends.fail.Keyring",
    "chainer": "keyring.backends.chainer.ChainerBackend",
    "plain text": "keyrings.alt.file.PlaintextKeyring",
    "own": "own_backend.Keyring",
}
_OWN = """
from pathlib import Path
from keyring.backend import KeyringBackend
Path("used").write_text("imported")
class Keyring(KeyringBackend):
    priority = 99
    def get_password(self, service, username): return "leaked"
    def set_password(self, service, username, password): Path("used").write_text(password)
"""
_TRY = """
from phota_desktop.core.secrets import ApiKey
from phota_desktop.store.keys import KeyStore
store = KeyStore({})
print(store.find().state, store.save(ApiKey("canary")).source)
"""


@pytest.mark.parametrize("how", ["environment", "file"])
@pytest.mark.parametrize("backend", _BAD.values(), ids=list(_BAD))
def test_bad_backends_are_refused(tmp_path: Path, backend: str, how: str) -> None:
    (tmp_path / "own_backend.py").write_text(_OWN)
    root = Path(keys.__file__).parents[2]
    environ = {"HOME": str(tmp_path), "PYTHONPATH": f"{root}:{tmp_path}", "PATH": "/usr/bin"}
    environ["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/none"
    environ["KEYRING_PROPERTY_PREFERRED_COLLECTION"] = "/somewhere/else"
    if how == "environment":
        environ["PYTHON_KEYRING_BACKEND"] = backend
    else:
        config = tmp_path / ".config" / "python_keyring"
        config.mkdir(parents=True)
        text = f"[backend]\ndefault-keyring={backend}\nkeyring-path={tmp_path}\n"
        (config / "keyringrc.cfg").write_text(text)
    ran = subprocess.run(
        [sys.executable, "-c", _TRY], env=environ, cwd=tmp_path, capture_output=True, text=True
    )
    assert ran.stdout.split() == ["absent", "session"], ran.stderr
    assert not (tmp_path / "used").exists()


def test_a_keyring_that_asks_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = threading.Event()

    def slow(_entry: object, *, prompt: bool) -> KeyFinding:
        answer.wait(5)
        return KeyFinding(ApiKey("late"), KeyState.OK, "slow")

    monkeypatch.setattr(KeyStore, "_read", slow)
    store = KeyStore({})
    assert store.find(0.02).state is KeyState.WAITING
    assert store.find(0.02).state is KeyState.WAITING
    assert len([t for t in threading.enumerate() if t.name == "keyring"]) == 1
    answer.set()
    assert store.find(5).key == ApiKey("late")


def test_a_failing_backend_shows_its_kind_and_not_its_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(_entry: object, *, prompt: bool) -> KeyFinding:
        raise LookupError("canary-secret")

    monkeypatch.setattr(KeyStore, "_read", broken)
    finding = KeyStore({}).find()
    assert finding.state is KeyState.BROKEN
    assert "LookupError" in finding.message
    assert "canary" not in finding.message
