"""The retry table, row by row."""

from __future__ import annotations

from random import Random

import pytest

from phota_desktop.api.retry import Action, Step, decide, delay
from phota_desktop.core.errors import ErrorKind, PhotaError

WAIT, STOP, ASK, HOLD = Action.WAIT, Action.STOP, Action.ASK, Action.HOLD
SUBMIT, POLL, DOWNLOAD, READ, TRAIN = Step


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - a repeatable draw


def error(kind: ErrorKind, wish: float | None = None) -> PhotaError:
    sure = kind in (ErrorKind.OFFLINE, ErrorKind.BUSY)
    return PhotaError(kind, retry_after=wish, surely_not_charged=sure)


@pytest.mark.parametrize(
    ("step", "kind", "wish", "attempt", "since", "sync", "action"),
    [
        *[(step, kind, None, 1, 0, False, HOLD)
          for step in (SUBMIT, POLL, READ, TRAIN)
          for kind in (ErrorKind.KEY_REJECTED, ErrorKind.NO_CREDIT)],
        *[(step, kind, None, 1, 0, False, STOP)
          for step in Step
          for kind in (ErrorKind.REFUSED, ErrorKind.INVALID, ErrorKind.GONE, ErrorKind.DISK,
                       ErrorKind.BAD_IMAGE, ErrorKind.BUG, ErrorKind.CANCELED)],
        (SUBMIT, ErrorKind.UNKNOWN, None, 1, 5, False, WAIT),
        (SUBMIT, ErrorKind.UNKNOWN, None, 4, 899, False, WAIT),
        (SUBMIT, ErrorKind.UNKNOWN, None, 5, 20, False, ASK),
        (SUBMIT, ErrorKind.UNKNOWN, None, 1, 901, False, ASK),
        (SUBMIT, ErrorKind.UNKNOWN, None, 1, 0, True, ASK),
        (SUBMIT, ErrorKind.UNKNOWN, 121, 1, 0, False, ASK),
        (SUBMIT, ErrorKind.BUSY, 120, 1, 0, False, WAIT),
        (SUBMIT, ErrorKind.BUSY, 121, 1, 0, False, ASK),
        (SUBMIT, ErrorKind.BUSY, None, 4, 599, False, WAIT),
        (SUBMIT, ErrorKind.BUSY, None, 4, 601, False, ASK),
        (SUBMIT, ErrorKind.BUSY, None, 5, 10, False, ASK),
        (SUBMIT, ErrorKind.BUSY, None, 1, 0, True, WAIT),
        (SUBMIT, ErrorKind.OFFLINE, None, 1, 0, True, WAIT),
        (SUBMIT, ErrorKind.OFFLINE, None, 40, 899, False, WAIT),
        (SUBMIT, ErrorKind.OFFLINE, None, 40, 901, False, ASK),
        *[(POLL, kind, None, 500, 90_000, False, WAIT)
          for kind in (ErrorKind.OFFLINE, ErrorKind.BUSY, ErrorKind.TOO_SLOW, ErrorKind.UNKNOWN)],
        (POLL, ErrorKind.BUSY, 400, 1, 0, False, WAIT),
        (DOWNLOAD, ErrorKind.OFFLINE, None, 5, 0, False, WAIT),
        (DOWNLOAD, ErrorKind.OFFLINE, None, 6, 0, False, STOP),
        (DOWNLOAD, ErrorKind.BUSY, 120, 1, 0, False, WAIT),
        (DOWNLOAD, ErrorKind.BUSY, 121, 1, 0, False, ASK),
        (READ, ErrorKind.OFFLINE, None, 2, 0, False, WAIT),
        (READ, ErrorKind.OFFLINE, None, 3, 0, False, STOP),
        (READ, ErrorKind.BUSY, 121, 1, 0, False, STOP),
        (TRAIN, ErrorKind.UNKNOWN, None, 1, 0, False, ASK),
        (TRAIN, ErrorKind.OFFLINE, None, 1, 0, False, WAIT),
        (TRAIN, ErrorKind.BUSY, 60, 1, 0, False, WAIT),
        (TRAIN, ErrorKind.BUSY, 60, 5, 0, False, ASK),
    ],
)  # fmt: skip
def test_table(
    step: Step,
    kind: ErrorKind,
    wish: float | None,
    attempt: int,
    since: float,
    sync: bool,
    action: Action,
) -> None:
    decision = decide(step, error(kind, wish), attempt, since, seeded(7), sync=sync)
    assert decision.action is action
    if wish is not None and action in (WAIT, ASK):
        assert decision.seconds == (wish if attempt < 5 else 0)


def test_delays_stay_in_their_band() -> None:
    rng = seeded(1)
    for attempt in range(1, 60):
        longest = min(0.5 * 2.0 ** (attempt - 1), 30)
        for _ in range(200):
            assert longest / 2 <= delay(attempt, rng) <= longest
    assert len({delay(3, rng) for _ in range(100)}) > 90


def test_failing_polls_are_polite() -> None:
    rng = seeded(2)
    waits = [decide(POLL, error(ErrorKind.BUSY), n, 0, rng).seconds for n in range(1, 40)]
    starts = [sum(waits[:n]) for n in range(len(waits))]
    for start in starts:
        assert sum(start <= other < start + 10 for other in starts) <= 10
