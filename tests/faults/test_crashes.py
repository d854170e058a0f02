"""The real window broken in every way: recorded without values, said once at the next start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.crashing import BREAKS_AT_START, DEADLY, LIVED, PROMPT

pytestmark = pytest.mark.faults

ROOT = Path(__file__).parents[2]
KEY = "pk-canary-8d2f6a1c0b"
ENDED = "Phota Desktop ended unexpectedly the last time."
WRONG = "Something went wrong in Phota Desktop."


class Window:
    """Starts of the program in one home of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "anna.meier"
        self.home.mkdir(mode=0o700)
        wanted = {"consented": True, "seen_first_run": True}
        (self.home / "settings.json").write_text(json.dumps(wanted), "utf-8")
        self.said = ""

    def run(self, way: str) -> subprocess.CompletedProcess[str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        own = {"HOME": str(self.folder), "PHOTA_DESKTOP_HOME": str(self.home)}
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.crashing", way],
            cwd=ROOT,
            env={**kept, **own, "PHOTA_API_KEY": KEY, "QT_QPA_PLATFORM": "offscreen"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        self.said += done.stderr
        return done

    def look(self) -> dict[str, str]:
        done = self.run("look")
        assert done.returncode == 0, done.stderr
        shown: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
        self.said += shown["copied"]
        return shown

    def hold_no_secret(self) -> None:
        texts = [path.read_text("utf-8") for path in (self.home / "logs").iterdir()]
        for text in (*texts, self.said):
            for secret in (PROMPT, "Ilse", KEY, KEY.encode().hex()):
                assert secret not in text
        for path in (self.home / "logs").iterdir():
            assert path.stat().st_mode & 0o777 == 0o600, path


@pytest.mark.parametrize("way", [*DEADLY, BREAKS_AT_START])
def test_what_the_window_died_of_is_said_once(tmp_path: Path, way: str) -> None:
    window = Window(tmp_path)
    assert window.run(way).returncode != 0
    shown = window.look()
    assert shown["notice"] == ENDED
    assert shown["action"] == "Copy details"
    assert shown["copied"].startswith("Phota Desktop ")
    assert "Python 3" in shown["copied"]
    assert "crashing.py" in shown["copied"]
    assert "anna.meier" not in shown["copied"]
    assert window.look()["notice"] == ""
    window.hold_no_secret()


@pytest.mark.parametrize("way", LIVED)
def test_what_the_window_lives_through_is_said_at_once_or_recorded(
    tmp_path: Path, way: str
) -> None:
    window = Window(tmp_path)
    shown = json.loads(window.run(way).stdout.splitlines()[-1])
    assert shown["notice"] == WRONG
    assert "ValueError" in shown["copied"]
    assert "in _fail" in (window.home / "logs" / "crash.log").read_text("utf-8")
    assert window.look()["notice"] == ""
    window.hold_no_secret()


def test_a_window_that_is_killed_or_closed_says_nothing(tmp_path: Path) -> None:
    window = Window(tmp_path)
    assert window.look()["notice"] == ""
    assert window.look()["notice"] == ""
    assert (window.home / "logs" / "crash.log").read_bytes() == b""


def test_crash_logs_are_kept_for_ninety_days(tmp_path: Path) -> None:
    window = Window(tmp_path)
    assert window.run("abort").returncode != 0
    assert window.look()["notice"] == ENDED
    [old] = (window.home / "logs").glob("crash-*.log")
    now = time.time()
    for days, left in ((89, 1), (91, 0)):
        os.utime(old, (now - days * 86_400, now - days * 86_400))
        window.look()
        assert len(list((window.home / "logs").glob("crash-*.log"))) == left
