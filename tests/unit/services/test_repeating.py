"""What doing a failed job again means, and which of many failed ones are done again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from phota_desktop.core.errors import ErrorKind
from phota_desktop.core.jobs import Engine, Job, JobError, JobState
from phota_desktop.core.requests import EnhanceRequest
from phota_desktop.services.repeating import Again, how_again, plan_retries


def failed_job(kind: ErrorKind, **fields: object) -> Job:
    job = Job(
        id="a",
        client_request_id="c",
        engine=Engine.PHOTA,
        request=EnhanceRequest(Path("/p.jpg")),
        created=1.0,
        state=JobState.FAILED,
        sequence=1,
        error=JobError(kind, "words"),
    )
    return replace(job, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("job", "again"),
    [
        (failed_job(ErrorKind.OFFLINE), Again.SEND),
        (failed_job(ErrorKind.KEY_REJECTED), Again.SEND),
        (failed_job(ErrorKind.BUSY), Again.SEND),
        (failed_job(ErrorKind.INVALID), Again.NO),
        (failed_job(ErrorKind.TOO_SLOW, remote_job_id="r"), Again.CHECK),
        (failed_job(ErrorKind.GONE, remote_job_id="r"), Again.CHECK),
        (failed_job(ErrorKind.BAD_IMAGE, remote_job_id="r", download_urls=("u",)), Again.CHECK),
        (failed_job(ErrorKind.BUSY, remote_job_id="r"), Again.SEND),
        (failed_job(ErrorKind.INVALID, download_urls=("u",)), Again.CHECK),
        (failed_job(ErrorKind.GONE, download_urls=("u",)), Again.SEND),
        (failed_job(ErrorKind.REFUSED, state=JobState.REFUSED), Again.NO),
        (failed_job(ErrorKind.UNKNOWN, state=JobState.UNKNOWN), Again.NO),
    ],
    ids=lambda value: f"{value.error.kind}-{value.state}" if isinstance(value, Job) else value,
)
def test_what_again_means(job: Job, again: Again) -> None:
    assert how_again(job) is again


def test_only_the_newest_of_equal_failures_is_repeated_and_none_that_went_well() -> None:
    first = failed_job(ErrorKind.BUSY)
    second = replace(first, id="b", sequence=2)
    done = replace(first, id="d", sequence=3, state=JobState.DONE)
    hidden = replace(first, id="h", sequence=4, hidden=True, request=EnhanceRequest(Path("/q.jpg")))
    assert plan_retries([first, second]).job_ids == ("b",)
    assert plan_retries([second, done, first]).job_ids == ()
    assert plan_retries([hidden]).job_ids == ()
