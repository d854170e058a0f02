"""The key verbs against the session's real keyring: run them under ``dbus-run-session``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end2end.screen import ROOT
from tests.keyring_session import unlock

pytestmark = [pytest.mark.keyring, pytest.mark.timeout(60)]

CANARY = "canary-key-0987654321"


def _key(tmp_path: Path, action: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PHOTA_DESKTOP_HOME": str(tmp_path / "phota")}
    environ.pop("PHOTA_API_KEY", None)
    return subprocess.run(
        [sys.executable, "-m", "phota_desktop", "key", action],
        cwd=ROOT,
        env=environ,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_key_is_set_found_and_forgotten(tmp_path: Path) -> None:
    unlock()
    saved = _key(tmp_path, "set", f"{CANARY}\n")
    assert saved.returncode == 0, saved.stderr
    assert saved.stdout.startswith("Saved in ")
    found = _key(tmp_path, "status")
    assert found.returncode == 0
    assert "A key is there" in found.stdout
    assert _key(tmp_path, "forget").returncode == 0
    assert _key(tmp_path, "status").returncode == 4
    for done in (saved, found):
        assert CANARY not in done.stdout + done.stderr
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or CANARY.encode() not in path.read_bytes()
