"""The one table of what happens after a failure: wait, stop, ask or hold."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from random import Random

from phota_desktop.core.errors import ErrorKind, PhotaError

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 30.0
LONGEST_SILENT_WAIT_S = 120.0
"""A longer ``Retry-After`` is not waited out silently (promise P8)."""
SUBMIT_TRIES = 5
SUBMIT_WINDOW_S = 600.0
UNKNOWN_WINDOW_S = 900.0
"""How long after the first send the same body may be sent again by itself (rule R3)."""
DOWNLOAD_TRIES = 6
READ_TRIES = 3


class Step(StrEnum):
    """What was being done."""

    SUBMIT = "submit"
    POLL = "poll"
    DOWNLOAD = "download"
    READ = "read"
    TRAIN = "train"


class Action(StrEnum):
    """What to do next."""

    WAIT = "wait"
    """Try again after ``seconds``: for a submit, the same id and the same bytes."""
    STOP = "stop"
    """This is the end of it; the error is shown."""
    ASK = "ask"
    """A person decides; ``seconds`` > 0 is the server's own wish, to be shown as a time."""
    HOLD = "hold"
    """Nothing of this account can go on until the key or the credit is put right."""


@dataclass(frozen=True)
class Decision:
    """The next action, and how many seconds it has to do with."""

    action: Action
    seconds: float = 0.0


STOP = Decision(Action.STOP)
ASK = Decision(Action.ASK)
HOLD = Decision(Action.HOLD)

_HOLD_KINDS = frozenset({ErrorKind.KEY_REJECTED, ErrorKind.NO_CREDIT})
_WAIT_KINDS = frozenset({ErrorKind.OFFLINE, ErrorKind.BUSY, ErrorKind.TOO_SLOW, ErrorKind.UNKNOWN})


def delay(attempt: int, rng: Random) -> float:
    """Return the seconds to wait after the ``attempt``-th try (from 1) has failed."""
    longest = min(FIRST_DELAY_S * 2.0 ** min(max(attempt - 1, 0), 16), LONGEST_DELAY_S)
    return longest * rng.uniform(0.5, 1.0)


def decide(
    step: Step,
    error: PhotaError,
    attempt: int,
    since_first_send: float,
    rng: Random,
    *,
    sync: bool = False,
) -> Decision:
    """Return what to do after the ``attempt``-th try (from 1) of ``step`` ended in ``error``.

    ``since_first_send`` is in seconds of a monotonic clock. ``sync`` is true for a submit
    without ``client_request_id``, which cannot be repeated without a second charge.
    """
    if error.kind in _HOLD_KINDS and step is not Step.DOWNLOAD:
        return HOLD
    if error.kind not in _WAIT_KINDS:
        return STOP
    wished = error.retry_after
    wait = Decision(Action.WAIT, delay(attempt, rng) if wished is None else wished)
    if step is Step.POLL:
        return wait
    too_long = wished is not None and wished > LONGEST_SILENT_WAIT_S
    timed = Decision(Action.ASK, wished or 0.0)
    if step is Step.READ:
        return STOP if too_long or attempt >= READ_TRIES else wait
    if step is Step.DOWNLOAD:
        if too_long:
            return timed
        return STOP if attempt >= DOWNLOAD_TRIES else wait
    if error.kind is ErrorKind.UNKNOWN and (sync or step is Step.TRAIN):
        return ASK
    if since_first_send > UNKNOWN_WINDOW_S:
        return ASK
    if error.kind is ErrorKind.OFFLINE and error.surely_not_charged:
        # No byte of a request left, so this was no try: it stays queued until there is a network.
        return wait
    if attempt >= SUBMIT_TRIES or (
        error.kind is not ErrorKind.UNKNOWN and since_first_send > SUBMIT_WINDOW_S
    ):
        return ASK
    return timed if too_long else wait
