"""Goal 11: in five bad situations the window's thread is never late by more than a moment.

The real program on the offscreen screen; ``-s`` prints the table. The figures that count are
"late" on a quiet machine; on a busy one "own" leaves out what other programs took (heartbeat.py).
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.end2end.screen import ROOT, wait_until
from tests.faults.heartbeat import BEAT_MS, Beats, machine_ms
from tests.faults.offscreen import Offscreen, build_foul, settings

P99_MS, MAX_MS = 100.0, 250.0
SECONDS = float(os.environ.get("PHOTA_TEST_STALL_SECONDS", "3"))
BEATS = "__import__('tests.faults.heartbeat', fromlist=['start'])"
ENVIRON = "__import__('os').environ"
JSON_MB = 40

Situation = Callable[[Path], "contextlib.AbstractContextManager[dict[str, str]]"]
pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]


def _photo(path: Path, side: int) -> Path:
    rng = np.random.default_rng(1)
    grain = rng.integers(0, 255, (500, 500, 3), dtype=np.uint8)
    Image.fromarray(np.tile(grain, (side // 500, side // 500, 1))).save(path, quality=80)
    return path


def _measure(program: Offscreen, then: str, seconds: float = SECONDS) -> dict[str, float]:
    """Let the program do something and measure; every beat of the window counts."""
    program.ask(f"{BEATS}.start()")
    if then:
        program.ask(then)
    time.sleep(seconds)
    found = program.ask(f"{BEATS}.stop()")
    assert isinstance(found, dict)
    return found


def _judge(name: str, found: dict[str, float]) -> None:
    sys.stdout.write(f"\n{name}: {json.dumps(found)}")
    assert found["beats"] > 20, found
    # Seconds without a beat on a busy machine are told by fewer beats, not by a better p99.
    assert found["own p99"] < P99_MS, (name, found)
    assert found["own max"] < MAX_MS, (name, found)


@contextlib.contextmanager
def _running(home: Path, *arguments: str, **environ: str) -> Iterator[Offscreen]:
    program = Offscreen(home, *arguments, **environ)
    try:
        yield program
    finally:
        said = program.close()
    assert "Traceback" not in said, said[-3000:]


@contextlib.contextmanager
def _mute_keyring(home: Path) -> Iterator[str]:
    """Run a session bus with a password store that never answers; yield the bus's address."""
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--nosyslog", "--print-address"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "HOME": str(home), "XDG_RUNTIME_DIR": str(home)},
    )
    assert bus.stdout is not None
    address = bus.stdout.readline().strip()
    environ = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": address}
    store = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.mute_secrets"],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert store.stdout is not None
        assert store.stdout.readline() == "there\n"
        yield address
    finally:
        for process in (store, bus):
            process.kill()
            process.communicate()


class _Phota(BaseHTTPRequestHandler):
    """Takes every job at once, and answers the poll with pictures in one large JSON."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        missing = int(self.headers["content-length"])
        while missing > 0:
            missing -= len(self.rfile.read(min(missing, 1 << 20)))
        self._send(202, b'{"job_id":"job_1","poll_url":"/v1/phota/jobs/job_1"}')

    def do_GET(self) -> None:
        if "/jobs/" not in self.path:
            self._send(200, b'{"profiles":[]}')
            return
        self.server.asked.set()  # type: ignore[attr-defined]
        self._send(200, self.server.body)  # type: ignore[attr-defined]

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def _large_answers(folder: Path) -> Iterator[tuple[str, threading.Event]]:
    picture = _photo(folder / "large.jpg", 4000).read_bytes()
    code = base64.b64encode(picture)
    assert len(code) * 3 > JSON_MB * 1_000_000 * 0.9, len(code)
    count = max(1, round(JSON_MB * 1_000_000 / len(code)))
    images = b",".join([b'"' + code + b'"'] * count)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Phota)
    server.daemon_threads = True
    server.body = b'{"status":"COMPLETED","images":[' + images + b"]}"  # type: ignore[attr-defined]
    asked = server.asked = threading.Event()  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/phota", asked
    finally:
        server.shutdown()
        server.server_close()


def test_a_keyring_that_never_answers(tmp_path: Path) -> None:
    settings(tmp_path)
    with (
        _mute_keyring(tmp_path) as bus,
        _running(tmp_path, DBUS_SESSION_BUS_ADDRESS=bus) as program,
    ):
        found = _measure(program, "window.raise_()", SECONDS + 1)
    _judge("keyring", found)


def test_an_answer_of_40_mb(tmp_path: Path) -> None:
    settings(tmp_path, engine="phota")
    photo = _photo(tmp_path / "photo.jpg", 1000)
    with _large_answers(tmp_path) as (url, asked):
        environ = {"PHOTA_BASE_URL": url, "PHOTA_API_KEY": "pk-of-a-stall-test"}
        with _running(tmp_path, str(photo), **environ) as program:
            program.wait("window.studio.can_submit", "nothing can be sent")
            found = _measure(program, "window.studio.submit()", SECONDS + 3)
            assert asked.is_set()
            results = tmp_path / "phota" / "results"
            wait_until(lambda: len(list(results.glob("*.jpg"))) > 0, 60, "no picture came")
    _judge("40 MB JSON", found)


@pytest.mark.parametrize(
    "side",
    [10_000, pytest.param(14_500, marks=pytest.mark.slow)],
)
def test_a_very_large_photo(tmp_path: Path, side: int) -> None:
    settings(tmp_path)
    photo = _photo(tmp_path / "photo.jpg", side)
    with _running(tmp_path) as program:
        opened = f"window.studio.opener.open([__import__('pathlib').Path({str(photo)!r})])"
        found = _measure(program, opened, SECONDS + 2)
    _judge(f"{side * side / 1e6:.0f} MP", found)


def test_a_disk_on_which_every_fsync_takes_two_seconds(tmp_path: Path) -> None:
    settings(tmp_path, engine="local")
    photo = _photo(tmp_path / "photo.jpg", 1000)
    with _running(tmp_path, str(photo), LD_PRELOAD=str(build_foul(tmp_path))) as program:
        program.wait("window.studio.can_submit", "nothing can be asked for")
        program.ask(f"{ENVIRON}.__setitem__('PHOTA_FOUL_FSYNC', '2')")
        # A job is recorded, a setting and a mark are kept: whatever a person does meanwhile.
        done = "(window.studio.submit(), window.settings.change(surround='black'))"
        found = _measure(program, done, SECONDS + 3)
        program.ask(f"{ENVIRON}.pop('PHOTA_FOUL_FSYNC')")
        program.ask("window.settings.change(surround='white')")
        wait_until(
            lambda: "white" in (tmp_path / "phota" / "settings.json").read_text(), 30, "not saved"
        )
    _judge("fsync of 2 s", found)


def test_a_name_server_that_hangs(tmp_path: Path) -> None:
    settings(tmp_path, engine="phota")
    photo = _photo(tmp_path / "photo.jpg", 1000)
    environ = {
        "PHOTA_BASE_URL": "https://phota.invalid/v1",
        "PHOTA_API_KEY": "pk-of-a-stall-test",
        "LD_PRELOAD": str(build_foul(tmp_path)),
        "PHOTA_FOUL_DNS": "20",
    }
    with _running(tmp_path, str(photo), **environ) as program:
        program.wait("window.studio.can_submit", "nothing can be sent")
        found = _measure(program, "window.studio.submit()")
    _judge("DNS hangs", found)


def test_a_loop_that_sleeps_is_caught(tmp_path: Path) -> None:
    settings(tmp_path)
    with _running(tmp_path) as program:
        found = _measure(program, "__import__('time').sleep(0.4)", 1)
    with pytest.raises(AssertionError):
        _judge("mutant", found)


def test_the_machine_is_told_from_the_program() -> None:
    # We had nothing and waited: others. We had both processors and waited: our own threads.
    assert machine_ms(200, 250, 5, 2) == pytest.approx(198)
    assert machine_ms(200, 250, 500, 2) == 0
    assert machine_ms(0, 400, 0, 2) == 0
    beats = Beats(late=[0.0] * 99 + [300.0], own=[0.0] * 100, busy=[BEAT_MS] * 100)
    assert beats.report()["late max"] == 300
    assert beats.report()["own max"] == 0
