"""What a job is called, how long it takes and what it costs, in words."""

from __future__ import annotations

import time
from decimal import Decimal

from phota_desktop.core.errors import ErrorKind
from phota_desktop.core.jobs import JobError, JobState
from phota_desktop.core.pricing import Estimate
from phota_desktop.viewmodels.job_words import detail_of, sum_words
from phota_desktop.viewmodels.jobs import JobListModel
from tests.viewmodels.plain_jobs import plain_job


def test_time_and_cost_in_words() -> None:
    assert detail_of(plain_job(), expected=40.4) == "Running · 0:21 of about 0:40 · $0.12–0.15"
    assert detail_of(plain_job()) == "Running · 0:21 · $0.12–0.15"
    now = time.time()
    done = plain_job(state=JobState.DONE, sent=now - 12, finished=now, cost=Decimal("0.15"))
    assert detail_of(done) == "Done · 0:12 · $0.15"
    refused = plain_job(
        state=JobState.REFUSED, finished=now, error=JobError(ErrorKind.REFUSED, "Content rules.")
    )
    assert detail_of(refused).startswith("Refused · ")
    prices = [Estimate(Decimal("0.12"), Decimal("0.15"))] * 3
    assert sum_words(prices) == "$0.36–0.45"
    assert sum_words([*prices, None]) == "$0.36–0.45 and 1 without a published price"
    assert sum_words([None]) == "price not published"
    assert sum_words([]) == "free"


def test_expected_time_comes_from_jobs_like_this_one(qapp: object) -> None:
    jobs = JobListModel()
    for n in range(3):
        jobs.put(
            plain_job(id=f"old{n}", sequence=n + 1, sent=100.0, finished=140.0, state=JobState.DONE)
        )
    jobs.put(plain_job(sequence=9))
    assert "of about 0:40" in str(jobs.data(jobs.index(0)))
    jobs.detach()
