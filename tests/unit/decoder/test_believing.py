"""A decoder that crashes, hangs, floods or lies is a sentence, and the next one works."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from phota_desktop.imaging import apart, cage, decoder_process, pixels, reading
from phota_desktop.imaging.problems import BadImage, BadImageError

# What stands in the child's place: ``line`` and ``hear`` are there, ``request`` has come.
_CHILD = """
import json, os, signal, socket, sys, time
line = socket.socket(fileno=int(sys.argv[1]))
line.send(b'{"ready":1,"filtered":true}')
told, handles, _, _ = socket.recv_fds(line, 65536, 2)
request = json.loads(told)

def say(**message):
    line.send(json.dumps(message).encode())

def room(size):
    say(room=size, own=True)
    told, handles, _, _ = socket.recv_fds(line, 65536, 2)
    return json.loads(told), handles[0]

def raster(**changes):
    value = dict(pixels=dict(room=0, kind="u1", shape=[2, 3, 4]), width=3, height=2, full_width=3,
                 full_height=2, has_alpha=False, note="")
    say(value=value | changes, blobs=None)

"""
_EVIL = {
    "segv": "os.kill(os.getpid(), signal.SIGSEGV)",
    "abort": "os.abort()",
    "exit": "sys.exit(3)",
    "closes": "line.close(); time.sleep(30)",
    "flood of rooms": "while True: room(100)",
    "flood of words": "while True: say(noise='x' * 50_000)",
    "one huge message": "line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 400_000);"
    "line.send(b'[' * 150_000)",
    "deep message": "line.send(b'[' * 60_000)",
    "no JSON": "line.send(bytes(range(256)))",
    "a list": "line.send(b'[1, 2]')",
    "a terabyte": "room(1 << 40)",
    "nothing at all": "room(0)",
    "a negative room": "room(-5)",
    "a room as text": "room('12')",
    "more pixels than lent": "room(23); raster()",
    "a room not lent": "room(24); raster(pixels=dict(room=7, kind='u1', shape=[2, 3, 4]))",
    "a negative number": "room(24); raster(pixels=dict(room=-1, kind='u1', shape=[2, 3, 4]))",
    "a true number": "room(24); raster(pixels=dict(room=True, kind='u1', shape=[2, 3, 4]))",
    "negative sides": "room(24); raster(pixels=dict(room=0, kind='u1', shape=[-2, -3, 4]))",
    "sides that overflow": "room(24);"
    "raster(pixels=dict(room=0, kind='u1', shape=[1 << 62, 1 << 62, 4]))",
    "a wrong kind": "room(24); raster(pixels=dict(room=0, kind='O', shape=[2, 3, 4]))",
    "wide pixels": "room(48); raster(pixels=dict(room=0, kind='u2', shape=[2, 3, 4]))",
    "too few channels": "room(24); raster(pixels=dict(room=0, kind='u1', shape=[2, 3, 3]))",
    "other sides": "room(24); raster(width=4)",
    "a smaller whole": "room(24); raster(full_width=2)",
    "a giant whole": "room(24); raster(full_width=40_000, full_height=40_000)",
    "a whole of floats": "room(24); raster(full_width=3.0)",
    "other fields": "room(24); raster(more=1)",
    "a note of numbers": "room(24); raster(note=5)",
    "an unknown reason": "say(bad='because')",
    "a reason that is a list": "say(bad=[1])",
    "bytes that were not sent": "room(24); say(value=[0, 99], blobs=0)",
    "half an answer": "say(value=None)",
    "a question out of place": "say(beyond=5)",
    "a bug": "say(bug='ValueError at x:1')",
    # Sealed memory cannot be made smaller: at the next look ours would be killed.
    "a shrunken room": "_, handle = room(24);\\ntry: os.ftruncate(handle, 0)\\n"
    "except OSError: raster(note=5)",
}


def _part_of(whole: np.ndarray, size: int) -> np.ndarray:
    return whole[:size]


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a.webp"
    Image.new("RGB", (3, 2), (10, 200, 30)).save(path, lossless=True)
    return path


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[apart.Pool]:
    made = apart.Pool()
    monkeypatch.setattr(apart, "_pool", made)
    yield made
    made.close()


def replaced(monkeypatch: pytest.MonkeyPatch, act: str) -> Callable[[], None]:
    """Have ``act`` run in place of the next decoder; the function returned undoes it."""
    popen = subprocess.Popen

    def started(command: list[str], **given: object) -> object:
        handle = command[-2]
        code = _CHILD + act.replace("\\n", "\n")
        return popen([sys.executable, "-c", code, handle], **given)  # type: ignore[call-overload]

    monkeypatch.setattr(cage.subprocess, "Popen", started)
    monkeypatch.setattr(cage, "bwrap", lambda: None)
    return lambda: monkeypatch.setattr(cage.subprocess, "Popen", popen)


@pytest.mark.parametrize("name", _EVIL)
def test_whatever_it_does_is_a_sentence(
    picture: Path, pool: apart.Pool, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(pool, "_sandbox", None)
    monkeypatch.setattr(decoder_process, "WALL_S", 1.0)
    undo = replaced(monkeypatch, _EVIL[name])
    began = time.monotonic()
    with pytest.raises(BadImageError) as caught:
        pixels.load_bgra(picture)
    assert caught.value.reason in (BadImage.DAMAGED, BadImage.TOO_COSTLY)
    assert picture.name in caught.value.message
    assert time.monotonic() - began < 10
    undo()
    if name in ("segv", "flood of words", "other sides"):  # each start takes half a second
        assert pixels.load_bgra(picture).pixels.shape == (2, 3, 4)


@pytest.mark.parametrize("act", ["time.sleep(60)", "signal.pause()"])
def test_a_hang_ends(
    picture: Path, pool: apart.Pool, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    monkeypatch.setattr(pool, "_sandbox", None)
    monkeypatch.setattr(decoder_process, "WALL_S", 0.5)
    replaced(monkeypatch, act)
    with pytest.raises(BadImageError) as caught:
        reading.probe(picture)
    assert caught.value.reason == BadImage.TOO_COSTLY


def test_one_that_died_while_it_rested_is_replaced(picture: Path, pool: apart.Pool) -> None:
    pool.warm()
    pool._resting[0].process.kill()
    assert pixels.load_bgra(picture).pixels.shape == (2, 3, 4)
    worker = pool._resting[0]
    worker.process.kill()
    worker.process.wait()
    assert reading.probe(picture).width == 3


def test_lent_memory_is_the_callers_own(picture: Path, pool: apart.Pool, tmp_path: Path) -> None:
    from phota_desktop.imaging import shared

    path = tmp_path / "a.jpg"
    Image.fromarray(np.arange(300 * 400 * 3, dtype=np.uint8).reshape(300, 400, 3)).save(path)
    expected = pixels.load_bgra(path).pixels
    mine, plain = shared.allocate(500_000), np.zeros(500_000, np.uint8)
    for buffer in (mine, plain, partial(_part_of, mine)):
        found = pixels.load_bgra(path, buffer=buffer).pixels
        assert np.array_equal(found, expected)
        own = plain if buffer is plain else mine
        assert np.shares_memory(found, own)
    (worker,) = pool._resting
    assert worker.knows
    number = shared.block_of(mine).number  # type: ignore[union-attr]
    del mine, found, own, buffer
    until = time.monotonic() + 10
    while number in worker.knows and time.monotonic() < until:
        time.sleep(0.01)
    assert number not in worker.knows
    assert pixels.load_bgra(picture).pixels.shape == (2, 3, 4)
