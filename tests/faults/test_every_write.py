"""Promises P1, P2, P4 and P6: killed, torn, full or broken at any write, nothing is lost.

``PHOTA_TEST_POINTS`` is how many calls of each sweep the quick part strikes (default 2); the full
part, marked ``slow``, strikes every one of them, or every ``PHOTA_TEST_STEP``-th.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.shim import Call, Shim
from tests.faults.sweeping import Life, fake, spread

POINTS = int(os.environ.get("PHOTA_TEST_POINTS", "2"))
STEP = int(os.environ.get("PHOTA_TEST_STEP", "1"))
WORKERS = 2
FULL_S = 0.5

Strike = Callable[[Shim, int], Shim]
STRIKES: dict[str, Strike] = {
    "kill": Shim.kill,
    "tear": Shim.tear,
    "full": lambda shim, at: shim.full(at, FULL_S),
    "broken": Shim.broken,
}
_MEETS = {"tear": ("write",), "full": ("write", "takes")}


def survey(folder: Path, *, has_window: bool) -> list[Call]:
    """Run one whole job without a fault; return its write-type calls."""
    with fake(folder) as server:
        life = Life(folder / "survey", server, has_window)
        ended = life.job(life.shim())
        assert ended.code == 0, ended.said
        assert life.check() == []
        assert len(server.ledger.charges()) == 1
        return life.calls()


def struck(folder: Path, name: str, at: int, *, has_window: bool) -> list[str]:
    """Strike one call of a job, start again, and return what is wrong then."""
    folder.mkdir()
    with fake(folder) as server:
        life = Life(folder / "life", server, has_window)
        life.job(STRIKES[name](life.shim(), at))
        ended = life.restart()
        if ended.code != 0:
            life.trouble.append(f"the restart ended with {ended.code}: {ended.said[-500:]}")
        if has_window and "queued" in life.states().values():
            life.run("resume", "--yes")  # a person's word: what was not sent is asked about
        found = life.check()
    if not found:
        shutil.rmtree(folder)
    return found


def sweep(folder: Path, name: str, numbers: list[int], *, has_window: bool) -> dict[int, list[str]]:
    """Strike each of these calls; return what is wrong, by call."""
    with ThreadPoolExecutor(WORKERS) as pool:
        found = pool.map(
            lambda at: struck(folder / f"{name}-{at}", name, at, has_window=has_window), numbers
        )
        return {at: trouble for at, trouble in zip(numbers, found, strict=True) if trouble}


def _numbers(calls: list[Call], name: str) -> list[int]:
    return [call.number for call in calls if call.kind in _MEETS.get(name, (call.kind,))]


def _telling(calls: list[Call]) -> list[Call]:
    """Return one of each row of writes to the same file: for a part that must be quick."""
    return [
        call
        for before, call in zip([None, *calls], calls, strict=False)
        if before is None or (before.name, before.path) != (call.name, call.path)
    ]


@pytest.fixture(scope="module")
def surveys(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool], list[Call]]:
    """Return a job's calls, on the command line or in the window, counted once."""
    known: dict[bool, list[Call]] = {}

    def survey_of(has_window: bool) -> list[Call]:
        if has_window not in known:
            folder = tmp_path_factory.mktemp("survey")
            known[has_window] = survey(folder, has_window=has_window)
        return known[has_window]

    return survey_of


@pytest.mark.faults
@pytest.mark.timeout(300)
@pytest.mark.parametrize("has_window", [False, True], ids=["command line", "window"])
@pytest.mark.parametrize("name", STRIKES)
def test_a_fault_at_some_writes_costs_nothing(
    tmp_path: Path, surveys: Callable[[bool], list[Call]], name: str, has_window: bool
) -> None:
    calls = _telling(surveys(has_window))
    # Each kind of fault has its own places, so that together they are spread over the job.
    shift = list(STRIKES).index(name) + 1
    count = max(1, POINTS // 2) if has_window else POINTS
    numbers = spread(_numbers(calls, name)[shift * 7 :], count + 1)[:-1]
    assert sweep(tmp_path, name, numbers, has_window=has_window) == {}


@pytest.mark.slow
@pytest.mark.timeout(14_400)
@pytest.mark.parametrize("has_window", [False, True], ids=["command line", "window"])
@pytest.mark.parametrize("name", STRIKES)
def test_a_fault_at_every_write_costs_nothing(
    tmp_path: Path, surveys: Callable[[bool], list[Call]], name: str, has_window: bool
) -> None:
    numbers = _numbers(surveys(has_window), name)[::STEP]
    assert sweep(tmp_path, name, numbers, has_window=has_window) == {}
