"""Promises P1, P2 and P4 against the real window: killed at any moment, nothing lost or paid twice.

``PHOTA_TEST_WINDOW_KILLS`` is how many kills the quick part makes (default 4); the full part makes
200.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.killing import Findings, Killer, journal_is_sound

WORKERS = 2
KILLS = int(os.environ.get("PHOTA_TEST_WINDOW_KILLS", "4"))


def _series(folder: Path, seed: int, kills: int) -> Findings:
    folder.mkdir()
    killer = Killer(folder, seed, has_window=True)
    with killer.fake:
        while killer.findings.kills < kills:
            killer.round()
        findings = killer.finish()
    assert journal_is_sound(folder)
    return findings


def _kill(tmp_path: Path, kills: int) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        running = [
            pool.submit(_series, tmp_path / str(seed), seed, -(-kills // WORKERS))
            for seed in range(WORKERS)
        ]
        found = [one.result() for one in running]
    assert all(findings.clean for findings in found), found
    assert sum(findings.kills for findings in found) >= kills
    assert sum(findings.charges for findings in found) >= kills // 6


@pytest.mark.faults
@pytest.mark.timeout(900)
def test_kills_of_the_window_at_random_moments_cost_nothing(tmp_path: Path) -> None:
    _kill(tmp_path, KILLS)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_two_hundred_kills_of_the_window_cost_nothing(tmp_path: Path) -> None:
    _kill(tmp_path, 200)
