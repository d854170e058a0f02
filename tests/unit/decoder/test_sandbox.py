"""A decoder has nothing that a hostile file could use: no files, no network, no programs."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PIL import Image

from phota_desktop.imaging import apart, cage, pixels
from phota_desktop.imaging.decoder_process import Worker

_TRY = """
import json, os, socket, sys
from phota_desktop.decoder import limits
if {filtered}:
    assert limits.lock_up()

def tried(name, act):
    try:
        act()
    except (OSError, MemoryError) as error:
        return name
    return ""

def reach():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as line:
        line.settimeout(2)
        line.connect(("127.0.0.1", {port}))

def run():
    number = os.posix_spawn("/bin/true", ["true"], {{}})
    os.waitpid(number, 0)

acts = dict(
    connect=reach,
    bind=lambda: socket.socket(socket.AF_INET).bind(("127.0.0.1", 0)),
    read=lambda: open({secret!r}).read(),
    write=lambda: open({secret!r} + ".new", "w").write("x"),
    execute=lambda: os.execv("/bin/true", ["true"]) if {filtered} else os.stat("/bin/none"),
    fork=(lambda: os.fork() or os._exit(0)) if {filtered} else (lambda: os.stat("/none")),
    kill=lambda: os.kill({parent}, 0),
)
line = socket.socket(fileno=int(sys.argv[-1])) if not {filtered} else None
refused = [name for name, act in acts.items() if tried(name, act)]
os.write(int(sys.argv[-1]), json.dumps(refused).encode())
"""


@pytest.fixture
def served() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("filtered", [True, False], ids=["limits alone", "bubblewrap alone"])
def test_what_runs_in_it_reaches_nothing(tmp_path: Path, served: int, filtered: bool) -> None:
    secret = tmp_path / "secret"
    secret.write_text("key")
    code = _TRY.format(filtered=filtered, port=served, secret=str(secret), parent=os.getpid())
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-I", "-c", code, str(theirs.fileno())]
    if not filtered:
        sandbox = cage.bwrap()
        assert sandbox is not None, "bubblewrap is what CI installs"
        command = [sandbox, *cage._sandbox(), "--", *command]
    with ours, theirs:
        subprocess.run(command, pass_fds=(theirs.fileno(),), timeout=60, check=True, env={})
        told = ours.recv(1000).decode()
    everything = ["connect", "bind", "read", "write", "execute", "fork", "kill"]
    # Without the kernel's filter a socket of the sandbox's own, empty network may be bound.
    wanted = everything if filtered else [name for name in everything if name != "bind"]
    assert [name for name in wanted if name not in told] == []


@pytest.mark.parametrize("sandbox", [True, False])
def test_a_decoder_inherits_nothing(monkeypatch: pytest.MonkeyPatch, sandbox: bool) -> None:
    monkeypatch.setenv("PHOTA_API_KEY", "canary-7")
    with (Path("/dev/null")).open("rb"):
        worker = Worker(10, cage.bwrap() if sandbox else None)
    try:
        assert worker.is_filtered
        process = psutil.Process(worker.number)
        environ = Path(f"/proc/{worker.number}/environ").read_bytes()
        assert b"canary-7" not in environ
        assert set(environ.split(b"\0")) - {b""} <= {
            *(b"LANG=C.UTF-8", b"OPENBLAS_NUM_THREADS=1", b"PWD=/")
        }
        assert process.nice() == 10
        assert "NoNewPrivs:\t1" in Path(f"/proc/{worker.number}/status").read_text()
        links = [str(link.readlink()) for link in Path(f"/proc/{worker.number}/fd").iterdir()]
        assert {link.partition(":")[0] for link in links} <= {"/dev/null", "socket", "/null"}
        limits = Path(f"/proc/{worker.number}/limits").read_text()
        core = next(line for line in limits.splitlines() if "core file" in line)
        assert core.split()[4:6] == ["0", "0"]
    finally:
        worker.end()


def test_it_is_there_without_bubblewrap_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.webp"
    Image.new("RGB", (300, 200), (10, 200, 30)).save(path, lossless=True)
    for broken in ("/bin/false", "/nowhere/bwrap"):
        pool = apart.Pool()
        monkeypatch.setattr(pool, "_sandbox", broken)
        monkeypatch.setattr(apart, "_pool", pool)
        assert pixels.load_bgra(path).pixels[50, 50].tolist() == [30, 200, 10, 255]
        assert pool.sandbox == "limits"
        pool.close()


def test_decoders_end_with_the_program(tmp_path: Path) -> None:
    code = (
        "import os, sys; from phota_desktop.imaging import apart; apart.pool().warm();"
        "print(apart.pool()._resting[0].number, flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    number = int(done.stdout)
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(number).wait(10)
    assert not psutil.pid_exists(number)
