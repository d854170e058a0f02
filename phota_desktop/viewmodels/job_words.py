"""Jobs in words: title, state, time and cost, and the text for a support mail."""

from __future__ import annotations

import time
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.jobs import Engine, Job, JobState
from phota_desktop.core.pricing import Estimate, show_range
from phota_desktop.viewmodels.words import elapsed, money, next_try, plain, state_words


def title_of(job: Job) -> str:
    """Return ``Enhance 3 · IMG_4711.jpg``."""
    first = next((image for image in job.request.images if isinstance(image, Path)), None)
    name = f" · {plain(first.name, 80)}" if first else ""
    return f"{job.request.operation.value.capitalize()} {job.request.variants}{name}"


def cost_words(job: Job) -> str:
    """Return what the job cost, or else what it is going to cost."""
    if job.engine is Engine.LOCAL:
        return "free"
    if job.cost is not None:
        return "free" if job.cost == Decimal(0) else money(job.cost)
    return show_range(job.estimate)


def sum_words(prices: Iterable[Estimate | None]) -> str:
    """Return several prices as one: ``$0.36–0.45``, and how many are not published."""
    found = list(prices)
    known = [price for price in found if price is not None]
    total = Estimate(
        sum((price.low for price in known), Decimal(0)),
        sum((price.high for price in known), Decimal(0)),
    )
    unknown = len(found) - len(known)
    if not unknown:
        return show_range(total)
    if not total.high:
        return show_range(None)
    return f"{show_range(total)} and {unknown} without a published price"


def detail_of(
    job: Job,
    *,
    phase: str = "",
    percent: int | None = None,
    expected: float | None = None,
    unsent: bool = False,
    held: PhotaError | None = None,
    until: float | None = None,
) -> str:
    """Return state, time, cost and trouble on one line: ``Running · 0:21 of about 0:40 · $0.12``.

    ``expected`` is in seconds, from jobs like this one; ``until`` is the moment of the next try
    by the monotonic clock.
    """
    if unsent:
        state = "On hold, not sent" if job.state is JobState.QUEUED else "Answer lost"
    elif held is not None and job.state is JobState.QUEUED:
        state = "Waiting, not sent"
    else:
        state = state_words(job, phase)
    if percent is not None and job.state.public == "running":
        state += f" {percent} %"
    parts = [state]
    if job.state.public == "running" and not unsent:
        spent = elapsed(time.time() - (job.sent or job.created))
        parts.append(spent if expected is None else f"{spent} of about {elapsed(expected)}")
    elif job.finished is not None and job.state is not JobState.CANCELED:
        parts.append(elapsed(job.finished - (job.sent or job.created)))
    if job.state is not JobState.CANCELED:
        parts.append(cost_words(job))
    if job.error is not None:
        parts.append(plain(job.error.message, 160))
    elif held is not None:
        parts.append(plain(held.message, 160))
    if until is not None:
        parts.append(next_try(until))
    return " · ".join(parts)


def details_of(job: Job) -> str:
    """Return what a support mail needs; no key, no prompt, no picture."""
    from phota_desktop.services.diagnostics import details  # not before the window is painted

    return details(job)
