"""The command line as a process of its own, in a home of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.end2end.screen import ROOT

PROGRAM = (sys.executable, "-m", "phota_desktop")


def environ(tmp_path: Path, **more: str) -> dict[str, str]:
    """Return the variables of a program whose home is ``tmp_path``, and nothing of this one's."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    own = {"HOME": str(tmp_path), "PHOTA_DESKTOP_HOME": str(tmp_path / "phota")}
    return {**kept, **own, "PYTHONPATH": str(ROOT), **more}


def run(tmp_path: Path, *arguments: str | bytes, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a verb to its end where nobody can be asked; a traceback fails the test."""
    done = subprocess.run(
        [*PROGRAM, *arguments],
        cwd=tmp_path,
        env=environ(tmp_path, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done
