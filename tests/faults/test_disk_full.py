"""Promise P6: a full disk never costs money, and what is paid comes once there is room again.

Home and results lie on a small file system in memory, filled and emptied for real.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from phota_desktop.services.recording import EXPECTED_BYTES_PER_VARIANT
from phota_desktop.store.vault import MIN_FREE
from tests.faults.shim import Shim
from tests.faults.sweeping import PICTURES, Life, fake

DISK_BYTES = 800_000_000
FULL_S = float(os.environ.get("PHOTA_TEST_FULL_S", "2"))
"""Seconds that the disk stays full while the result waits at Phota."""
SAVED_WITHIN_S = 10.0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "none", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"A small disk needs root: {done.stderr}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


class Ballast:
    """A file that leaves so many bytes of a disk free."""

    def __init__(self, disk: Path) -> None:
        self._disk = disk
        self._file = disk / "ballast"

    def leave(self, free: int) -> None:
        """Take all but ``free`` bytes."""
        self.drop()
        room = os.statvfs(self._disk)
        with self._file.open("wb") as file:
            size = room.f_bavail * room.f_frsize - free
            if size > 0:
                os.posix_fallocate(file.fileno(), 0, size)

    def fill(self) -> None:
        """Take everything, also what others give back meanwhile."""
        # The closing writes too, and fails as the writes do.
        with contextlib.suppress(OSError), self._file.open("ab") as file:
            while True:
                file.write(b"\0" * 65536)
                file.flush()
        with self._file.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"\0" * 512)

    def drop(self) -> None:
        """Give it all back."""
        self._file.unlink(missing_ok=True)


def _wait(condition: Callable[[], bool], seconds: float) -> float:
    """Return after how many seconds a condition was met; fails when it never was."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "this never came"
        time.sleep(0.02)
    return time.monotonic() - began


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "has_window",
    [
        pytest.param(False, id="command line", marks=pytest.mark.faults),
        pytest.param(True, id="window", marks=pytest.mark.slow),
    ],
)
def test_nothing_is_sent_where_the_result_may_not_fit(disk: Path, has_window: bool) -> None:
    with fake(disk.parent) as server:
        life = Life(disk / "life", server, has_window)
        ballast = Ballast(disk)
        wanted = MIN_FREE + 3 * PICTURES * EXPECTED_BYTES_PER_VARIANT
        ballast.leave(wanted - 1_000_000)
        ended = life.job()
        assert "nearly full" in ended.said
        assert "MB are missing" in ended.said
        assert server.ledger.posts() == []
        assert list((life.home / "spool").iterdir()) == []
        assert set(life.states()) == set()
        # What the program itself has written meanwhile, the reserve among it, counts as well.
        ballast.leave(wanted + 80_000_000)
        ended = life.job()
        assert ended.code == 0, ended.said
        assert life.check() == []
        assert len(server.ledger.charges()) == 1


@pytest.mark.faults
@pytest.mark.timeout(180)
def test_a_paid_result_waits_for_room_and_then_comes_by_itself(disk: Path) -> None:
    with fake(disk.parent, job_seconds=1.0) as server:
        life = Life(disk / "life", server, has_window=True)
        ballast = Ballast(disk)
        ended = []
        running = threading.Thread(target=lambda: ended.append(life.job(seconds=FULL_S + 60)))
        running.start()
        try:
            _wait(lambda: bool(server.ledger.charges()), 30)
            end = time.monotonic() + FULL_S
            while time.monotonic() < end:  # the program gives its reserve back: that goes as well
                ballast.fill()
                time.sleep(0.05)
            assert not any(life.out.iterdir())
            assert "done" not in life.states().values()
            ballast.drop()
            saved = _wait(lambda: len(list(life.out.glob("*.jpg"))) == PICTURES, 30)
        finally:
            running.join()
        assert ended[0].code == 0, ended[0].said
        assert life.check() == []
        assert len(server.ledger.charges()) == 1
        assert saved <= SAVED_WITHIN_S


@pytest.mark.faults
@pytest.mark.timeout(180)
def test_a_paid_result_comes_at_the_next_start_when_there_is_room(disk: Path) -> None:
    with fake(disk.parent, job_seconds=1.0) as server:
        life = Life(disk / "life", server)
        ballast = Ballast(disk)
        ended = []
        running = threading.Thread(target=lambda: ended.append(life.job(seconds=60)))
        running.start()
        _wait(lambda: bool(server.ledger.charges()), 30)
        while running.is_alive():
            ballast.fill()
            time.sleep(0.05)
        assert ended[0].code not in (0, None), ended[0].said
        ballast.drop()
        assert life.restart().code == 0
        assert life.check() == []
        assert len(server.ledger.charges()) == 1


@pytest.mark.faults
@pytest.mark.timeout(180)
def test_a_window_opened_on_a_full_disk_goes_on_by_itself(disk: Path) -> None:
    with fake(disk.parent, job_seconds=1.0) as server:
        life = Life(disk / "life", server, has_window=True)
        # Killed once the paid picture begins to arrive.
        watched = life.home / "vault"
        assert life.job(Shim((watched,)).kill(4)).killed
        assert len(server.ledger.charges()) == 1
        for copy in (life.home / "backups").iterdir():
            copy.unlink()  # as on another day: a copy is due, and there is no room for it
        ballast = Ballast(disk)
        ended = []
        running = threading.Thread(
            target=lambda: ended.append(life.run("wait", seconds=FULL_S + 60))
        )
        ballast.fill()
        running.start()
        try:
            end = time.monotonic() + FULL_S + 3
            while time.monotonic() < end:
                ballast.fill()
                time.sleep(0.05)
            assert running.is_alive()
            assert not any(life.out.iterdir())
            ballast.drop()
            saved = _wait(lambda: len(list(life.out.glob("*.jpg"))) == PICTURES, 30)
        finally:
            running.join()
        assert ended[0].code == 0, ended[0].said
        assert life.check() == []
        assert len(server.ledger.charges()) == 1
        assert saved <= SAVED_WITHIN_S


@pytest.mark.faults
@pytest.mark.timeout(180)
def test_a_disk_without_room_for_a_lock_holds_a_job_and_lets_it_go(tmp_path: Path) -> None:
    with fake(tmp_path) as server:
        life = Life(tmp_path / "life", server, has_window=True)
        locks = life.home / "run"
        assert life.job(Shim((locks,), life.log)).code == 0
        is_claim = [len(call.path.stem) == 32 for call in life.calls()]
        at = life.calls()[is_claim.index(True)].number
        again = Life(tmp_path / "again", server, has_window=True)
        ended = again.job(Shim((again.home / "run",)).full(at, 0.5))
        assert "No space left on device" in ended.said
        assert set(again.states().values()) == {"done"}
        assert again.trouble == []
        assert len(server.ledger.charges()) == 2
