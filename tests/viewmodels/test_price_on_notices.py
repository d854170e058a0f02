"""A notice's button that sends again carries the price, as every button that costs does."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from phota_desktop.core.errors import ErrorKind
from phota_desktop.core.jobs import Engine, Job, JobError, JobState
from phota_desktop.core.pricing import Estimate
from phota_desktop.core.requests import EnhanceRequest
from phota_desktop.viewmodels.jobs import JobListModel
from phota_desktop.viewmodels.notices import NoticesViewModel
from phota_desktop.viewmodels.troubles import Troubles

LOST = Job(
    "j",
    "c",
    Engine.PHOTA,
    EnhanceRequest(Path("/p/IMG.jpg")),
    0.0,
    JobState.UNKNOWN,
    estimate=Estimate(Decimal("0.12"), Decimal("0.15")),
    error=JobError(ErrorKind.UNKNOWN, "The answer was lost."),
)


def test_check_again_names_the_price_where_it_sends_again(qapp: object) -> None:
    jobs = JobListModel()
    troubles = Troubles(jobs, NoticesViewModel())
    for job, words in (
        (LOST, "Check again"),
        (replace(LOST, async_mode=False), "Check again · $0.12–0.15"),
        (replace(LOST, async_mode=False, engine=Engine.LOCAL), "Check again"),
    ):
        jobs.put(job)
        assert troubles._notice_of(job, "").action_text == words
