"""Every guard must catch the mistake it guards against: a test that cannot fail proves nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.mutants.plant import MUTANTS

ROOT = Path(__file__).parents[3]
CASES = [(name, guard) for name, mutant in MUTANTS.items() for guard in mutant.guards]


def run_guard(guard: str, mutant: str) -> subprocess.CompletedProcess[str]:
    """Run the tests of one guard with a mutant planted, or with none."""
    marks = "faults" if "/faults/" in guard else ""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--tb=line"]
    return subprocess.run(
        [*command, "-m", marks, "-p", "tests.faults.mutants.plant", guard],
        cwd=ROOT,
        env={**os.environ, "PHOTA_MUTANT": mutant, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )


@pytest.mark.faults
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("mutant", "guard"), CASES, ids=[name for name, _ in CASES])
def test_a_planted_mistake_is_caught(mutant: str, guard: str) -> None:
    ran = run_guard(guard, mutant)
    # 1 is "tests failed"; a mutant that breaks the run itself would be another number.
    assert ran.returncode == 1, ran.stdout[-2000:] + ran.stderr[-2000:]
    assert " failed" in ran.stdout.splitlines()[-1]
