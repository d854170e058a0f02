"""A results folder that is read-only, full or without links never loses a result (T12, R6).

The real command line with a library preloaded that lets the system say so below one folder.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.end2end.screen import ROOT
from tests.faults.offscreen import build_foul, environ_of, settings

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]


def _enhance(home: Path, out: Path, error: str) -> subprocess.CompletedProcess[str]:
    photo = home / "photo.jpg"
    Image.effect_noise((320, 240), 60).convert("RGB").save(photo)
    foul = {"LD_PRELOAD": str(build_foul(home)), "PHOTA_FOUL_BELOW": str(out)}
    return subprocess.run(
        [
            *(sys.executable, "-m", "phota_desktop", "enhance", str(photo), "--engine", "local"),
            *("--yes", "--out", str(out)),
        ],
        cwd=ROOT,
        env=environ_of(home, **foul, PHOTA_FOUL_ERROR=error),
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def _kept(home: Path) -> list[Path]:
    return [path for path in (home / "phota").rglob("*.jpg") if "vault" in path.parts]


@pytest.mark.parametrize("error", ["read-only", "full"])
def test_a_folder_that_takes_nothing_keeps_the_result_in_the_app(
    tmp_path: Path, error: str
) -> None:
    settings(tmp_path)
    out = tmp_path / "out"
    out.mkdir()
    done = _enhance(tmp_path, out, error)
    assert "Traceback" not in done.stderr, done.stderr[-2000:]
    assert str(out) in done.stdout + done.stderr
    assert len(_kept(tmp_path)) == 1
    assert list(out.iterdir()) == []


def test_a_folder_without_links_gets_its_copy(tmp_path: Path) -> None:
    settings(tmp_path)
    out = tmp_path / "out"
    out.mkdir()
    done = _enhance(tmp_path, out, "links")
    assert done.returncode == 0, done.stderr[-2000:]
    (copy,) = out.iterdir()
    (kept,) = _kept(tmp_path)
    assert copy.read_bytes() == kept.read_bytes()
