"""What others may see of the process: no memory image, no readable files, no secret in a child."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks /proc and prctl")

ROOT = Path(__file__).parents[2]

_LOOK = """
import ctypes, json, os, resource, subprocess, sys
from pathlib import Path
from phota_desktop.environment import keep_private, persons_own, persons_umask

os.umask(0o022)
resource.setrlimit(resource.RLIMIT_CORE, (4096, 4096))
keep_private()
keep_private()
Path("ours").write_text("a")
touch = [sys.executable, "-c", "import sys; open(sys.argv[1], 'w')"]
with persons_own():
    subprocess.run([*touch, "theirs"], check=True)
Path("ours again").write_text("a")
print(json.dumps({
    "rights": {p.name: oct(p.stat().st_mode & 0o777) for p in Path().iterdir()},
    "umask": oct(persons_umask()),
    "core": resource.getrlimit(resource.RLIMIT_CORE),
    "dumpable": ctypes.CDLL(None).prctl(3, 0, 0, 0, 0),
}))
"""


def test_a_private_process_shows_nothing_and_the_persons_programs_are_as_ever(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LOOK],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == {
        "rights": {"ours": "0o600", "ours again": "0o600", "theirs": "0o644"},
        "umask": "0o22",
        "core": [0, 4096],
        "dumpable": 0,
    }


_EXPORT = """
import os
from pathlib import Path
os.umask(0o027)
from phota_desktop.environment import keep_private
from phota_desktop.imaging import files
keep_private()
files.write_new(Path("linked.txt").absolute(), b"a")
def no_links(*_args, **_more):
    raise PermissionError(1, "no links here")
files.os.link = no_links
files.write_new(Path("copied.txt").absolute(), b"a")
"""


def test_an_export_has_the_rights_that_the_person_gives_files(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-c", _EXPORT],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    rights = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert rights == {"linked.txt": 0o640, "copied.txt": 0o640}


def test_an_umask_is_told_without_the_program(tmp_path: Path) -> None:
    from phota_desktop.environment import persons_umask

    before = persons_umask()
    (tmp_path / "a").touch()
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o666 & ~before
