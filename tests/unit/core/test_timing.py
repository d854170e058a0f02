"""What is expected of a job comes from jobs like it, and from enough of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from phota_desktop.core.jobs import Engine, Job, JobState
from phota_desktop.core.options import Resolution
from phota_desktop.core.requests import EditRequest, EnhanceRequest, StudioRequest
from phota_desktop.core.timing import expected_seconds

PHOTO = Path("a.jpg")
SMALL = EditRequest((PHOTO,), "x")
LARGE = replace(SMALL, resolution=Resolution.R4K)


def ended(number: int, seconds: float, request: StudioRequest = SMALL, **fields: object) -> Job:
    sent = 1000.0 * number
    start = Job(
        f"j{number}",
        f"c{number}",
        Engine.PHOTA,
        request,
        created=sent,
        state=JobState.DONE,
        sent=sent,
        finished=sent + seconds,
    )
    return replace(start, **fields)


NOW = ended(999, 0, state=JobState.SENT, finished=None)


def test_the_median_of_like_jobs() -> None:
    history = [ended(1, 10), ended(2, 400), ended(3, 30), ended(4, 90, LARGE)]
    assert expected_seconds(NOW, history) == 30
    assert expected_seconds(NOW, history[:2]) is None


def test_too_few_alike_widens_to_the_operation() -> None:
    history = [ended(1, 10), ended(2, 60, LARGE), ended(3, 90, LARGE)]
    assert expected_seconds(NOW, history) == 60
    assert expected_seconds(replace(NOW, engine=Engine.LOCAL), history) is None
    assert expected_seconds(replace(NOW, request=EnhanceRequest(PHOTO)), history) is None


def test_only_the_newest_twenty_count_in_any_order() -> None:
    history = [ended(n, 1000) for n in range(1, 30)] + [ended(n, 5) for n in range(30, 50)]
    assert expected_seconds(NOW, history) == 5
    assert expected_seconds(NOW, history[::-1]) == 5


def test_jobs_that_say_nothing_about_time_do_not_count() -> None:
    good = [ended(1, 10), ended(2, 20)]
    for useless in (
        ended(3, 900, state=JobState.FAILED),
        ended(3, 900, state=JobState.PARTIAL),
        ended(3, 900, hidden=True),
        ended(3, 900, sent=None),
        ended(3, -900),
        replace(ended(3, 900), id=NOW.id),
    ):
        assert expected_seconds(NOW, [*good, useless]) is None
