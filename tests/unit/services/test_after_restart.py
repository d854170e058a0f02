"""What becomes of one open job when the program starts again, with the same account or another."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from phota_desktop.core.jobs import Engine, JobState
from phota_desktop.core.requests import EnhanceRequest
from tests.fake_phota.chaos import Fault
from tests.fake_phota.running import FakePhotaThread
from tests.unit.services.conftest import Open

PHOTA = Engine.PHOTA


@pytest.mark.parametrize(
    ("age", "other_key", "state"),
    [
        (10.0, False, JobState.DONE),
        (1000.0, False, JobState.UNKNOWN),
        (10.0, True, JobState.UNKNOWN),
    ],
)
async def test_after_a_restart_only_the_same_account_asks_again_and_only_soon(
    tmp_path: Path,
    photo: Path,
    out_dir: Path,
    open_real_services: Open,
    age: float,
    other_key: bool,
    state: JobState,
) -> None:
    slow = Fault("submit", "hang", seconds=30.0, times=1)
    with FakePhotaThread(tmp_path / "ledger", slow) as fake:
        async with open_real_services(fake.environ()) as services:
            job = await services.queue.submit(EnhanceRequest(photo), engine=PHOTA, out_dir=out_dir)
            while not fake.ledger.charges():
                await asyncio.sleep(0.01)
            sent = services.queue.job(job.id)
            assert sent is not None
            assert sent.state is JobState.SENT
            await services.queue.close()
            aged = replace(sent, sent=time.time() - age)
            await services.threads.journal(services.journal.save, aged)
        environ = fake.environ()
        if other_key:
            environ["PHOTA_API_KEY"] = "another-account"
        async with open_real_services(environ) as services:
            [taken] = await services.queue.resume()
            ended = await services.queue.wait(taken.id)
        assert ended.state is state
        assert len(fake.ledger.charges()) == 1
        assert not fake.ledger.changed_bodies()


async def test_what_was_never_sent_waits_for_a_person_after_a_restart(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    nobody = {"PHOTA_BASE_URL": "http://127.0.0.1:9/v1/phota", "PHOTA_API_KEY": "k"}
    async with open_real_services(nobody) as services:
        job = await services.queue.submit(EnhanceRequest(photo), engine=PHOTA, out_dir=out_dir)
        assert (await services.queue.wait(job.id)).state is JobState.QUEUED
    async with open_real_services(nobody) as services:
        assert await services.queue.resume() == []
        [still] = services.queue.jobs()
        assert (still.id, still.state) == (job.id, JobState.QUEUED)
        assert (await services.queue.cancel(job.id)).state is JobState.CANCELED


async def test_a_local_job_survives_a_restart(
    photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    async with open_real_services() as services:
        job = await services.queue.submit(EnhanceRequest(photo), out_dir=out_dir)
        while services.queue.jobs()[0].state is not JobState.ACCEPTED:
            await asyncio.sleep(0.005)
    async with open_real_services() as services:
        [taken] = await services.queue.resume()
        done = await services.queue.wait(taken.id)
    assert done.id == job.id
    assert done.state is JobState.DONE, done.error
