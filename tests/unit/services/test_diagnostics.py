"""What is told of a job: every id that support asks for, and nothing that is a person's own."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from phota_desktop.core.errors import ErrorKind
from phota_desktop.core.jobs import Engine, Job, JobError, JobState
from phota_desktop.core.requests import EditRequest
from phota_desktop.core.secrets import ApiKey
from phota_desktop.services.diagnostics import (
    PACKAGES,
    details,
    failure,
    failure_logger,
    system_line,
    versions,
)
from phota_desktop.services.running import JobChange

PROMPT = "let the lake be frozen"
JOB = Job(
    id="0f" * 16,
    client_request_id="c-1",
    engine=Engine.PHOTA,
    request=EditRequest((Path("/home/anna/lake.jpg"),), PROMPT),
    created=1_795_000_000.0,
    sent=1_795_000_001.0,
    finished=1_795_000_009.0,
    state=JobState.FAILED,
    sequence=1,
    raw='{"secret": "raw"}',
    download_urls=("https://cdn.example/a.jpg?sig=abc",),
)


@pytest.mark.parametrize("kind", list(ErrorKind))
@pytest.mark.parametrize(("status", "request_id"), [(503, "req-9"), (None, None)])
def test_details_of_every_kind_of_failure(
    kind: ErrorKind, status: int | None, request_id: str | None
) -> None:
    key = ApiKey("pk-canary-00112233")
    error = JobError(kind, f"not {PROMPT} with {key.reveal()}", PROMPT, status, request_id)
    lines = details(replace(JOB, error=error)).splitlines()
    assert lines[0] == system_line()
    assert f"job: {JOB.id}" in lines
    assert f"error: {kind.value}" in lines
    assert f"status: {status or 'none'}" in lines
    assert f"request id: {request_id or 'none'}" in lines
    assert "client request id: c-1" in lines
    assert "created: 2026-11-18T11:06:40Z" in lines
    assert "message: not ••• with •••" in lines
    for never in (PROMPT, key.reveal(), "lake.jpg", "anna", "raw", "sig=", "cdn.example"):
        assert never not in "\n".join(lines)


def test_a_jobs_details_are_lines_whatever_the_server_said() -> None:
    error = JobError(ErrorKind.INVALID, "a\nb\u202ec" + "x" * 9000)
    assert len(details(replace(JOB, error=error)).splitlines()) == 14
    assert "\u202e" not in details(replace(JOB, error=error))
    assert len(details(replace(JOB, error=error))) < 1500


def test_a_job_that_went_well_tells_of_no_error() -> None:
    text = details(replace(JOB, state=JobState.DONE))
    assert "error" not in text
    assert "state: done" in text


def test_a_failure_is_logged_once_and_again_only_if_it_is_another(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    tell = failure_logger()
    failed = replace(JOB, error=JobError(ErrorKind.BUSY, PROMPT, status=503, request_id="req-1"))
    for _ in range(3):
        tell(JobChange(failed))
    tell(JobChange(replace(JOB, state=JobState.DONE)))
    tell(JobChange(replace(failed, error=JobError(ErrorKind.GONE, "x", request_id="req-2"))))
    tell(JobChange(failed, removed=True))
    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) == 2
    assert "request_id=req-1" in messages[0]
    assert "request_id=req-2" in messages[1]
    assert PROMPT not in "".join(messages)


def test_versions_are_those_of_the_projects_packages() -> None:
    found = versions()
    assert tuple(found) == PACKAGES
    assert all(found[name] for name in ("PySide6-Essentials", "httpx", "pillow", "keyring"))
    assert failure(JOB)["engine"] == "phota"
