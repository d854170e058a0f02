"""Words for the window: states, times and money, and foreign text made harmless."""

from __future__ import annotations

import math
import time
import unicodedata
from decimal import Decimal

from phota_desktop.core.jobs import Job, JobState

LIMIT = 500
"""Characters of foreign text that are shown."""

_COUNTED_DOWN = 120
"""Seconds that are counted down; a later moment is told by the clock."""
_STATES = {
    JobState.QUEUED: "Waiting",
    JobState.SENT: "Sending",
    JobState.ACCEPTED: "Running",
    JobState.READY: "Fetching pictures",
    JobState.DONE: "Done",
    JobState.PARTIAL: "Partly done",
    JobState.FAILED: "Failed",
    JobState.REFUSED: "Refused",
    JobState.UNKNOWN: "Answer lost",
    JobState.CANCELED: "Canceled",
}

_PHASES = {
    "preparing": "Preparing",
    "sending": "Sending",
    "waiting": "Running",
    "downloading": "Fetching pictures",
}


def plain(text: str, limit: int = LIMIT) -> str:
    """Return foreign text on one line with control and direction characters made visible."""
    if text.isprintable():  # nearly all text: lists of hundreds of prompts are shown by this
        return text if len(text) <= limit else f"{text[: limit - 1]}…"
    shown = []
    for character in text[: limit + 1]:
        if character in "\n\r\t":
            shown.append(" ")
        elif unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
            shown.append(f"⟨U+{ord(character):04X}⟩")
        else:
            shown.append(character)
    joined = "".join(shown)
    return joined if len(joined) <= limit and len(text) <= limit else joined[: limit - 1] + "…"


def plain_tip(text: str) -> str:
    """Return a tooltip's text so that Qt shows it letter by letter, never as HTML."""
    if "<" not in text and "&" not in text:
        return text
    from html import escape  # not before the window is painted

    lines = "<br>".join(escape(line) for line in text.split("\n"))
    return f"<p>{lines}</p>"


def elapsed(seconds: float) -> str:
    """Return ``0:21`` or ``1:02:03``; never negative, whatever the clock did."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def next_try(until: float) -> str:
    """Return ``Next try in 12 s.``, or the time of day where that is more than two minutes off.

    ``until`` is a moment of the monotonic clock.
    """
    left = max(0, math.ceil(until - time.monotonic()))
    if left <= _COUNTED_DOWN:
        return f"Next try in {left} s."
    return f"Next try at {time.strftime('%H:%M', time.localtime(time.time() + left))}."


def state_words(job: Job, phase: str = "") -> str:
    """Return a job's state as a person reads it; ``phase`` refines the states at work."""
    if job.hidden and not job.state.is_final:
        return "Canceled here; the result will be kept"
    if phase in _PHASES and not job.state.is_final and job.state is not JobState.QUEUED:
        return _PHASES[phase]
    return _STATES[job.state]


def money(amount: Decimal) -> str:
    """Return US dollars with currency: ``$1.20``."""
    return f"${amount:.2f}"


def count(number: int, one: str, many: str = "") -> str:
    """Return ``1 photo`` or ``3 photos``."""
    return f"{number} {one if number == 1 else many or one + 's'}"
