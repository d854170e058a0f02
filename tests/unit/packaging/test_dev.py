"""What the two commands install, what they leave alone, and what they say when they cannot."""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from phota_desktop import preflight

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "packaging" / "dev.py"


@pytest.fixture
def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """dev.py as a module that believes in a virtual environment of the test's own."""
    spec = importlib.util.spec_from_file_location("dev", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "STAMP", tmp_path / ".venv" / "installed.json")
    monkeypatch.setattr(sys, "path", list(sys.path))
    return module


@pytest.fixture
def lacking(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list of libraries that this machine pretends to lack."""
    names: list[str] = []
    monkeypatch.setattr(preflight, "missing_libraries", lambda platform="xcb": tuple(names))
    return names


@pytest.fixture
def apt(dev: ModuleType, monkeypatch: pytest.MonkeyPatch, lacking: list[str]) -> list[str]:
    """Return what apt-get was asked for; its first installation fails, as with no lists."""
    asked: list[str] = []

    def run(verb: str, *packages: str) -> bool:
        asked.append(" ".join([verb, *packages]))
        if verb == "install" and "update" in asked:
            lacking.clear()
        return verb == "update" or not lacking

    monkeypatch.setattr(dev, "_apt", run)
    monkeypatch.setattr(dev.shutil, "which", lambda name: f"/usr/bin/{name}")
    return asked


def test_root_gets_missing_libraries_installed_and_is_told(
    dev: ModuleType,
    lacking: list[str],
    apt: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    lacking += ["libEGL.so.1", "libxcb-cursor.so.0"]
    assert dev._system_libraries("xcb") == 0
    wanted = "install libegl1 libxcb-cursor0"
    assert apt == [wanted, "update", wanted]
    said = capsys.readouterr()
    assert said.out == "Installing system libraries that Qt needs: libegl1 libxcb-cursor0\n"
    assert said.err == ""


def test_others_get_the_one_apt_line(
    dev: ModuleType,
    lacking: list[str],
    apt: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    lacking += ["libEGL.so.1"]
    assert dev._system_libraries("xcb") == 3
    assert apt == []
    assert "sudo apt install libegl1\n" in capsys.readouterr().err


def test_a_python_without_venv_is_told_what_to_install(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        dev.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else real(name)
    )
    assert dev.main(["install"]) == 3
    major, minor = sys.version_info[:2]
    assert f"sudo apt install python{major}.{minor}-venv\n" in capsys.readouterr().err
    assert not dev.VENV.exists()


def test_an_old_python_is_told(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev.sys, "version_info", (3, 10, 4, "final", 0))
    assert dev.main(["run"]) == 3
    assert "needs Python 3.11 or newer" in capsys.readouterr().err


def stamp(dev: ModuleType, **changed: str) -> None:
    python = dev._python()
    python.parent.mkdir(parents=True, exist_ok=True)
    if not python.exists():
        python.symlink_to(sys.executable)
    kept = {"python": platform.python_version(), "run": dev._hash("run"), "test": dev._hash("test")}
    dev.STAMP.write_text(json.dumps(kept | changed))


def test_nothing_is_installed_twice(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    stamp(dev)
    monkeypatch.setattr(dev, "_pip", lambda *_, **__: pytest.fail("pip was called"))
    assert dev.prepare("run") == dev.prepare("test") == 0


@pytest.mark.parametrize("changed", [{"run": "old"}, {"python": "3.11.0rc1"}])
def test_a_new_lock_or_python_is_installed(dev: ModuleType, changed: dict[str, str]) -> None:
    stamp(dev, **changed)
    assert not dev._is_installed("run")


def test_a_damaged_stamp_is_none(dev: ModuleType) -> None:
    stamp(dev)
    dev.STAMP.write_text("{")
    assert not dev._is_installed("run")


def test_wrong_use_shows_the_usage() -> None:
    done = subprocess.run(
        [sys.executable, SCRIPT, "rnu"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "dev.py run" in done.stdout


def test_only_the_standard_library_is_used() -> None:
    subprocess.run([sys.executable, "-I", "-S", SCRIPT, "--help"], check=True, capture_output=True)
