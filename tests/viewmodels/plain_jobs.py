"""A job as most are, for tests that change one thing about it."""

from __future__ import annotations

import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from phota_desktop.core.jobs import Engine, Job, JobState
from phota_desktop.core.pricing import Estimate
from phota_desktop.core.requests import EnhanceRequest


def plain_job(**fields: object) -> Job:
    job = Job(
        id="j",
        client_request_id="c",
        engine=Engine.PHOTA,
        request=EnhanceRequest(Path("/p/IMG.jpg")),
        created=time.time() - 30,
        sent=time.time() - 21,
        state=JobState.ACCEPTED,
        estimate=Estimate(Decimal("0.12"), Decimal("0.15")),
    )
    return replace(job, **fields)  # type: ignore[arg-type]
