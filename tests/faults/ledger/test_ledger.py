"""Goal 1: whatever happens in whatever order, nothing is paid twice and nothing paid is lost."""

from __future__ import annotations

import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.ledger.machine import Life, sized

# A socket that is cancelled in the very moment of its connecting is left to the collector by
# asyncio's own race of addresses.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_a_hundred_lives() -> None:
    run_state_machine_as_test(Life, settings=sized(100))


@pytest.mark.slow
@pytest.mark.timeout(5400)
def test_two_thousand_lives() -> None:
    run_state_machine_as_test(Life, settings=sized(2000))
