"""Promise P5: after a power cut nothing that was paid is lost, whatever the disk had not yet taken.

Home and results lie on an ext4 in a file. The program is killed at a write, and the file is copied
at once: it holds what was synced, and of the rest what the system happened to have written. The
copy is mounted, the program starts again there. Needs root and loop devices, and says so.
``PHOTA_TEST_CUTS`` is how many cuts the quick part makes (default 2); the full part makes 50.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.shim import Call
from tests.faults.sweeping import Life, fake
from tests.faults.test_every_write import survey

CUTS = int(os.environ.get("PHOTA_TEST_CUTS", "2"))
WORKERS = 2
DISK_BYTES = 600_000_000
"""A sparse file: more than the program wants to be free before it spends money."""


def _root(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(
            f"A power cut needs root, loop devices and e2fsprogs: {command[0]} said {done.stderr}"
        )


def _blank(image: Path) -> None:
    with image.open("wb") as file:
        file.truncate(DISK_BYTES)
    _root("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=1,nodiscard", str(image))


@contextlib.contextmanager
def _mounted(image: Path, folder: Path) -> Iterator[None]:
    """Mount with the system's own commits put off: what nobody synced, the disk has not."""
    folder.mkdir(exist_ok=True)
    _root("mount", "-o", "loop,commit=300", str(image), str(folder))
    try:
        yield
    finally:
        for _ in range(50):
            if not subprocess.run(["umount", str(folder)], check=False).returncode:
                break
            time.sleep(0.1)


def cut(folder: Path, at: int, *, without_sync: bool = False, has_window: bool = False) -> Life:
    """Cut the power at call ``at`` of a job; return its life as it is after the next start."""
    folder.mkdir()
    before, after, where = folder / "before.img", folder / "after.img", folder / "disk"
    _blank(before)
    with fake(folder) as server:
        with _mounted(before, where):
            life = Life(where / "life", server, has_window)
            os.sync()  # what was there before the job is on the disk
            shim = life.shim().kill(at)
            ended = life.job(replace(shim, without_sync=without_sync, log=None))
            subprocess.run(["cp", "--sparse=always", str(before), str(after)], check=True)
        assert ended.killed or ended.code == 0, ended.said
        before.unlink()
        with _mounted(after, where):
            ended = life.restart()
            if ended.code != 0:
                life.trouble.append(f"the restart ended with {ended.code}: {ended.said[-500:]}")
            if has_window and "queued" in life.states().values():
                life.run("resume", "--yes")
            life.check()
    if not life.trouble:
        shutil.rmtree(folder)
    return life


def cuts(
    folder: Path, count: int, *, without_sync: bool = False, has_window: bool = False
) -> list[Life]:
    """Cut at so many calls of a job, half of them from where the money is spent."""
    calls = survey(folder, has_window=has_window)
    dice = random.Random(count)  # noqa: S311  (a test)
    paid = next(call.number for call in calls if call.path.name.endswith(".part"))
    sent = _first_sent(calls)
    numbers = [dice.randint(1, len(calls)) for _ in range(count // 2)]
    numbers += [
        dice.randint(sent if n % 2 else paid, len(calls)) for n in range(count - count // 2)
    ]
    with ThreadPoolExecutor(WORKERS) as pool:
        lives = pool.map(
            lambda n: cut(
                folder / f"cut-{n}-{numbers[n]}",
                numbers[n],
                without_sync=without_sync,
                has_window=has_window,
            ),
            range(count),
        )
        return list(lives)


def _first_sent(calls: list[Call]) -> int:
    return next(
        call.number for call in calls if call.path.suffix == ".lock" and call.name == "open"
    )


def _trouble(lives: list[Life]) -> dict[str, list[str]]:
    return {str(life.folder): life.trouble for life in lives if life.trouble}


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_some_power_cuts_cost_nothing(tmp_path: Path) -> None:
    assert _trouble(cuts(tmp_path, CUTS)) == {}


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_without_syncs_a_power_cut_loses_what_was_paid(tmp_path: Path) -> None:
    lives = cuts(tmp_path, 2, without_sync=True)
    assert any("a paid picture is not in the vault" in life.trouble for life in lives)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("has_window", [False, True], ids=["command line", "window"])
def test_fifty_power_cuts_cost_nothing(tmp_path: Path, has_window: bool) -> None:
    assert _trouble(cuts(tmp_path, 50, has_window=has_window)) == {}


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_without_syncs_most_power_cuts_lose(tmp_path: Path) -> None:
    lives = cuts(tmp_path, 20, without_sync=True)
    assert sum("a paid picture is not in the vault" in life.trouble for life in lives) >= 5
