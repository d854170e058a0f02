"""Threat T19: whatever a server answers, bytes, time and memory stay within their limits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.hostile_server import CASES, MB, PIECE, Case, HostileServer

ROOT = Path(__file__).parents[2]
LAST_PIECE = 262_144
"""What asyncio reads at once: the piece that goes over a limit has come as a whole."""
LARGE = 50 * MB

Found = dict[str, object]


@pytest.fixture
def server() -> Iterator[HostileServer]:
    running = HostileServer()
    yield running
    running.close()


def _run(server: HostileServer, folder: Path, numbers: list[int], *mutant: str) -> list[Found]:
    command = [sys.executable, "-m", "tests.faults.hostile_client", str(server.port), str(folder)]
    ended = subprocess.run(
        [*command, *map(str, numbers), *mutant],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=850,
        check=False,
    )
    found = [json.loads(line) for line in ended.stdout.splitlines()]
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert [one["number"] for one in found] == numbers
    assert not ended.stderr, ended.stderr[-3000:]
    return found


def _broken(case: Case, found: Found, deadline: float) -> list[str]:
    """Return which limits one case broke.

    Time is the exchange's deadline and two seconds, or the processor's seconds: on a machine that
    does other things the clock on the wall says nothing of us.
    """
    end, seconds, cpu = found["end"], float(str(found["seconds"])), float(str(found["cpu"]))
    taken, rss, left = (int(str(found[name])) for name in ("taken", "rss", "left"))
    allowed = 3 * deadline + case.seconds
    problems = [
        (end not in case.ends, f"ended as {end}"),
        (taken > case.limit + PIECE + LAST_PIECE, f"took {taken} bytes"),
        (seconds > 4 * allowed or cpu > allowed, f"took {seconds} s, {cpu} s of the processor"),
        (rss > case.rss, f"grew by {rss} bytes"),
        (left > case.left, f"left {left} bytes"),
    ]
    return [words for is_broken, words in problems if is_broken]


def _judge(found: list[Found], deadline: float) -> None:
    broken = {
        CASES[int(str(one["number"]))].name: problems
        for one in found
        if (problems := _broken(CASES[int(str(one["number"]))], one, deadline))
    }
    assert not broken, broken


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_limits_hold_against_odd_answers(server: HostileServer, tmp_path: Path) -> None:
    # Every other one: the neighbours are the same body at another call.
    numbers = [n for n, case in enumerate(CASES) if case.limit <= LARGE and n % 2 == 0]
    assert len(numbers) >= 64
    _judge(_run(server, tmp_path, numbers), 0.4)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_limits_hold_against_every_answer_at_full_size(
    server: HostileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deadline = os.environ.get("PHOTA_TEST_DEADLINE", "5")
    monkeypatch.setenv("PHOTA_TEST_DEADLINE", deadline)
    _judge(_run(server, tmp_path, list(range(len(CASES)))), float(deadline))


@pytest.mark.faults
@pytest.mark.timeout(60)
def test_a_client_without_limits_is_caught(server: HostileServer, tmp_path: Path) -> None:
    number = next(n for n, case in enumerate(CASES) if case.name == "blanks → ids")
    (found,) = _run(server, tmp_path, [number], "no-limit")
    assert any("bytes" in problem for problem in _broken(CASES[number], found, 0.4)), found
