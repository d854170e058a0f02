"""Promises P1, P2 and P4 against the real program: killed anywhere, nothing lost or paid twice."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.killing import Findings, Killer, journal_is_sound

WORKERS = 2


def _series(folder: Path, seed: int, kills: int, mutant: str = "") -> Findings:
    folder.mkdir()
    killer = Killer(folder, seed, mutant)
    with killer.fake:
        while killer.findings.kills < kills:
            killer.round()
        findings = killer.finish()
    assert journal_is_sound(folder)
    return findings


def _kill(tmp_path: Path, kills: int) -> list[Findings]:
    with ThreadPoolExecutor(WORKERS) as pool:
        running = [
            pool.submit(_series, tmp_path / str(seed), seed, kills // WORKERS)
            for seed in range(WORKERS)
        ]
        return [one.result() for one in running]


@pytest.mark.timeout(900)
@pytest.mark.faults
def test_kills_at_random_moments_cost_nothing(tmp_path: Path) -> None:
    kills = int(os.environ.get("PHOTA_TEST_KILLS", "200"))
    found = _kill(tmp_path, kills)
    assert all(findings.clean for findings in found), found
    assert sum(findings.kills for findings in found) >= kills
    assert sum(findings.charges for findings in found) >= kills // 4


@pytest.mark.timeout(300)
@pytest.mark.faults
def test_a_fresh_id_on_retry_is_caught(tmp_path: Path) -> None:
    found = _series(tmp_path / "mutant", seed=1, kills=25, mutant="fresh-id")
    assert found.double_charges > 0
