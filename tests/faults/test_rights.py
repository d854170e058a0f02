"""Goal 13: after a session nobody else can read a thing, nobody listens, no memory was written."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PIL import Image

from tests.end2end.pilot import Pilot
from tests.end2end.screen import ROOT, Screen, wait_until
from tests.fake_phota.running import FakePhota

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]

_LIMITS = "[l for l in open('/proc/self/limits') if l.startswith('Max core')][0].split()[4]"
_DUMPABLE = "__import__('ctypes').CDLL(None).prctl(3, 0, 0, 0, 0)"


def open_to_others(folder: Path) -> list[str]:
    """Return every file and folder of ours that others may use: any bit for group or others."""
    return [
        f"{stat.filemode(path.lstat().st_mode)} {path}"
        for path in (folder, *folder.rglob("*"))
        if path.lstat().st_mode & 0o077 and not path.is_symlink()
    ]


def listeners(process: psutil.Process) -> list[str]:
    """Return the TCP and UDP sockets on which a process or a child of it can be reached."""
    found = []
    for one in (process, *process.children(recursive=True)):
        for kind in ("tcp", "udp"):
            found += [
                f"{one.pid} {kind} {socket.laddr}"
                for socket in one.net_connections(kind)
                if socket.status == psutil.CONN_LISTEN or (kind == "udp" and not socket.raddr)
            ]
    return found


def cores(*folders: Path) -> list[Path]:
    """Return images of a process's memory."""
    return [path for folder in folders for path in folder.rglob("core*") if path.is_file()]


@pytest.fixture
def screen() -> Iterator[Screen]:
    on = Screen()
    yield on
    on.close()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    Image.effect_noise((640, 480), 60).convert("RGB").save(path)
    return path


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    """Let the person be one whose files everybody may change."""
    before = os.umask(0)
    yield
    os.umask(before)


def _environ(home: Path, **more: str) -> dict[str, str]:
    own = {"HOME": str(home), "PHOTA_DESKTOP_HOME": str(home / "phota")}
    return {**os.environ, **own, "XDG_DATA_HOME": str(home / "data"), **more}


def test_the_command_line_leaves_nothing_to_others(tmp_path: Path, photo: Path) -> None:
    results = tmp_path / "phota" / "results"
    out = str(results)
    with FakePhota(tmp_path / "ledger", job_seconds=0.1) as fake:
        for engine in ("phota", "local"):
            words = ("enhance", str(photo), "--engine", engine, "--yes", "--quiet", "--out", out)
            program = subprocess.Popen(
                [sys.executable, "-m", "phota_desktop", *words],
                cwd=ROOT,
                env=_environ(tmp_path, **fake.environ()),
            )
            watched, heard = psutil.Process(program.pid), []
            while program.poll() is None:
                try:
                    heard += listeners(watched)
                except (psutil.NoSuchProcess, psutil.AccessDenied):
                    continue  # it or a child has just ended
                time.sleep(0.02)
            assert program.returncode == 0
            assert heard == []
    assert len(list(results.glob("*.jpg"))) == 2
    assert open_to_others(tmp_path / "phota") == []
    assert cores(tmp_path, ROOT / "phota_desktop") == []


def test_the_window_leaves_nothing_to_others(tmp_path: Path, photo: Path, screen: Screen) -> None:
    pilot = Pilot(screen, tmp_path, str(photo), XDG_DATA_HOME=str(tmp_path / "data"))
    watched = psutil.Process(pilot.program.pid)
    assert pilot.ask(_LIMITS) == "0"
    assert pilot.ask(_DUMPABLE) == 0
    pilot.wait("window.studio.photo is not None", "the photo was not opened")
    pilot.ask("window.canvas.setFocus()")
    for key in ("3", "p"):
        screen.key(key)
    pilot.click("submitButton")
    results = tmp_path / "phota" / "results"
    wait_until(lambda: any(results.glob("*.jpg")), 60, "no variant came")
    assert listeners(watched) == []
    children = watched.children(recursive=True)
    assert children
    for child in children:
        status = Path(f"/proc/{child.pid}/status").read_text()
        limits = Path(f"/proc/{child.pid}/limits").read_text()
        assert "Umask:\t0077" in status
        assert next(row for row in limits.splitlines() if "core" in row).split()[4] == "0"
    screen.key("ctrl+q")
    assert pilot.program.wait(30) == 0
    assert open_to_others(tmp_path / "phota") == []
    _, alive = psutil.wait_procs(children, timeout=5)
    assert alive == []


def test_a_crash_leaves_no_image_of_the_memory(tmp_path: Path) -> None:
    script = (
        "import os, resource, signal; "
        "resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2); "
        "from phota_desktop.environment import keep_private; {}"
        "os.kill(os.getpid(), signal.SIGSEGV)"
    )
    for private in ("", "keep_private(); "):
        folder = tmp_path / (private.strip("(); ") or "control")
        folder.mkdir()
        ended = subprocess.run(
            [sys.executable, "-c", script.format(private)],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=False,
        )
        assert ended.returncode == -signal.SIGSEGV
    assert cores(tmp_path / "keep_private") == []


def test_what_is_open_to_others_is_found(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "folder").mkdir(mode=0o755, parents=True)
    home.chmod(0o700)
    (home / "file").write_text("a")
    (home / "core.1").write_text("a")
    assert len(open_to_others(home)) == 3
    assert cores(home) == [home / "core.1"]
    server = subprocess.Popen(
        [sys.executable, "-m", "http.server", "0", "--bind", "127.0.0.1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: bool(listeners(psutil.Process(server.pid))), 20, "it was not found")
    finally:
        server.kill()
        server.wait()
    shutil.rmtree(home)
