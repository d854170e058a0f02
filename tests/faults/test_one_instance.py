"""Goal 14 (P16): one window for a data folder, whatever starts, stops or dies beside it.

A start is told apart from the machine by a control: as many processes at once that load the same
modules and end. What a start takes longer than that is our own.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from tests.end2end.screen import ROOT, wait_until
from tests.faults.offscreen import Offscreen, build_foul, environ_of, settings

STARTS = 20
LONGEST_S = 2.0
PHOTOS = "sorted(path.name for path in window.studio.photos.paths())"

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]


def _photo(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.effect_noise((64, 48), 90).convert("RGB").save(path)
    return path


class Attached(Offscreen):
    """A program that somebody else started with a pilot at ``address``."""

    def __init__(self, address: Path) -> None:
        self._address = address


def _start(home: Path, *arguments: str, pilot: str = "", **environ: str) -> subprocess.Popen[str]:
    program = ["-m", "phota_desktop"]
    if pilot:
        program = [str(ROOT / "tests" / "end2end" / "piloted.py"), str(home / pilot)]
    return subprocess.Popen(
        [sys.executable, *program, *arguments],
        cwd=ROOT,
        env=environ_of(home, **environ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _ends(programs: list[subprocess.Popen[str]], but: int, seconds: float) -> dict[int, float]:
    """Wait until all but so many have ended; return when each did, in seconds from now."""
    began = time.monotonic()
    ended: dict[int, float] = {}
    while len(ended) < len(programs) - but and time.monotonic() - began < seconds:
        for n, program in enumerate(programs):
            if n not in ended and program.poll() is not None:
                ended[n] = time.monotonic() - began
        time.sleep(0.01)
    return ended


def _said(program: subprocess.Popen[str]) -> str:
    assert program.stderr is not None
    return program.stderr.read()


def _close(*programs: subprocess.Popen[str]) -> None:
    for program in programs:
        if program.poll() is None:
            program.kill()
        program.communicate()


def _control(count: int) -> float:
    """Return the seconds in which so many processes that do nothing of ours have come and gone."""
    loads = "import PySide6.QtNetwork, json, subprocess, pathlib"
    programs = [
        subprocess.Popen([sys.executable, "-c", loads], text=True, stderr=subprocess.PIPE)
        for _ in range(count)
    ]
    ended = _ends(programs, 0, 120)
    _close(*programs)
    return max(ended.values())


def test_of_twenty_starts_one_lives_and_gets_all_photos(tmp_path: Path) -> None:
    settings(tmp_path)
    photos = [_photo(tmp_path / "photos" / f"{n:02}.png") for n in range(STARTS)]
    machine = _control(STARTS)
    programs = [_start(tmp_path, str(photo), pilot=f"{photo.stem}.sock") for photo in photos]
    try:
        ended = _ends(programs, 1, 60)
        alive = [n for n, program in enumerate(programs) if program.poll() is None]
        assert len(alive) == 1, ended
        said = {_said(programs[n]): programs[n].returncode for n in ended}
        assert said == {"": 0}, said
        took = max(ended.values())
        sys.stdout.write(f"\n19 ended within {took:.2f} s, the control within {machine:.2f} s\n")
        assert took < LONGEST_S + 1.5 * machine
        window = Attached(tmp_path / f"{photos[alive[0]].stem}.sock")
        wanted = [photo.name for photo in photos]
        wait_until(lambda: window.ask(PHOTOS) == wanted, 60, "not every photo was opened")
        assert not list((tmp_path / "phota").rglob("handed-*"))
    finally:
        _close(*programs)


def test_a_killed_window_leaves_its_place_at_once(tmp_path: Path) -> None:
    settings(tmp_path)
    began = time.monotonic()
    first = Offscreen(tmp_path)
    usual = time.monotonic() - began
    first.program.send_signal(signal.SIGKILL)
    first.program.wait()
    first.close()
    began = time.monotonic()
    second = Offscreen(tmp_path)
    again = time.monotonic() - began
    assert second.close() == ""
    sys.stdout.write(f"\na start took {usual:.2f} s, after a kill {again:.2f} s\n")
    assert again < 1.5 * usual + LONGEST_S


def test_a_lock_of_another_boot_or_of_rubbish_is_no_lock(tmp_path: Path) -> None:
    settings(tmp_path)
    first = Offscreen(tmp_path)
    first.close()
    (lock,) = (tmp_path / "phota").rglob("window.lock")
    for content in (f"{os.getpid()}\n", "1\nanother-boot\n", "\0" * 5000):
        lock.write_text(content)
        Offscreen(tmp_path).close()


def test_a_window_that_does_not_answer_gets_a_letter(tmp_path: Path) -> None:
    settings(tmp_path)
    photo = _photo(tmp_path / "late.png")
    window = Offscreen(tmp_path)
    try:
        window.ask("window.showMinimized()")
        machine = _control(1)
        window.program.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        second = _start(tmp_path, str(photo))
        _, said = second.communicate(timeout=30)
        took = time.monotonic() - began
        assert (second.returncode, said) == (0, "")
        sys.stdout.write(f"\nended after {took:.2f} s, the control after {machine:.2f} s\n")
        assert took < LONGEST_S + 2 * machine + 1
        window.program.send_signal(signal.SIGCONT)
        window.wait(f"{PHOTOS} == ['late.png']", "the letter was not opened")
        window.wait("not window.isMinimized()", "the window did not come to the front")
        wait_until(
            lambda: not list((tmp_path / "phota").rglob("handed-*")), 10, "the letter stayed"
        )
    finally:
        window.program.send_signal(signal.SIGCONT)
        assert "Traceback" not in window.close()


def test_a_start_while_the_window_closes_becomes_the_window(tmp_path: Path) -> None:
    settings(tmp_path)
    photo = _photo(tmp_path / "next.png")
    # A slow disk keeps the first one busy with its end for some seconds.
    first = Offscreen(tmp_path, LD_PRELOAD=str(build_foul(tmp_path)))
    first.ask("__import__('os').environ.__setitem__('PHOTA_FOUL_FSYNC', '1')")
    first.ask("(window.settings.change(surround='white'), window.close())")
    (runtime,) = (tmp_path / "phota").rglob("window.lock")
    wait_until(lambda: runtime.with_suffix(".closing").exists(), 20, "the window does not close")
    assert first.program.poll() is None
    second = _start(tmp_path, str(photo), pilot="second.sock")
    try:
        assert first.program.wait(30) == 0
        assert "Traceback" not in first.close()
        wait_until((tmp_path / "second.sock").exists, 30, "no second window")
        window = Attached(tmp_path / "second.sock")
        window.wait(f"{PHOTOS} == ['next.png']", "the photo was not opened")
        assert second.poll() is None
    finally:
        _close(second)


def test_rubbish_in_letters_and_messages_is_not_opened(tmp_path: Path) -> None:
    settings(tmp_path)
    runtime = tmp_path / "phota" / "run"
    first = Offscreen(tmp_path)
    (lock,) = (tmp_path / "phota").rglob("window.lock")
    runtime = lock.parent
    first.close()
    photo = _photo(tmp_path / "kept.png")
    (runtime / "handed-1.json").write_bytes(b"[" * 100_000)
    (runtime / "handed-2.json").write_text(json.dumps({"0": str(photo)}))
    (runtime / "handed-3.json").write_text(json.dumps([1, None, {}, "\0", "https://h/x.jpg"]))
    old = runtime / "handed-4.json"
    old.write_text(json.dumps([str(photo)]))
    os.utime(old, (1, 1))
    window = Offscreen(tmp_path)
    try:
        wait_until(lambda: not list(runtime.glob("handed-*")), 20, "letters stayed")
        time.sleep(0.3)
        assert window.ask(PHOTOS) == []
    finally:
        assert "Traceback" not in window.close()


def test_two_data_folders_have_a_window_each(tmp_path: Path) -> None:
    homes = [tmp_path / "one", tmp_path / "two"]
    for home in homes:
        home.mkdir()
        settings(home)
    # The same person and session: only the data folder differs.
    shared = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    windows = [Offscreen(home, **shared) for home in homes]
    try:
        assert all(window.program.poll() is None for window in windows)
        assert [window.ask("window.isVisible()") for window in windows] == [True, True]
        for home in homes:
            (lock,) = (home / "phota").rglob("window.lock")
            assert lock.parent.stat().st_mode & 0o077 == 0
    finally:
        for window in windows:
            assert window.close() == ""
