"""The job states: what may follow what."""

from __future__ import annotations

import pytest

from phota_desktop.core.jobs import MOVES, JobState


def test_every_state_has_moves() -> None:
    assert set(MOVES) == set(JobState)


@pytest.mark.parametrize("state", [JobState.DONE, JobState.REFUSED, JobState.CANCELED])
def test_an_end_is_an_end(state: JobState) -> None:
    assert state.is_final
    assert not MOVES[state]


def test_what_was_accepted_is_never_canceled() -> None:
    for state in (JobState.SENT, JobState.ACCEPTED, JobState.READY):
        assert not state.can_become(JobState.CANCELED)


def test_nothing_reaches_accepted_without_having_been_sent() -> None:
    assert not JobState.QUEUED.can_become(JobState.ACCEPTED)
    assert not JobState.QUEUED.can_become(JobState.READY)


def test_public_words_are_those_of_the_interface() -> None:
    words = {state.public for state in JobState}
    assert words == {
        "queued",
        "running",
        "done",
        "partial",
        "failed",
        "refused",
        "unknown",
        "canceled",
    }
