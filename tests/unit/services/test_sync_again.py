"""A server that keeps no ids of requests: to check again is to send again, with price and cap."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.jobs import Engine, JobState
from phota_desktop.core.requests import EnhanceRequest
from phota_desktop.services.repeating import Again, how_again
from phota_desktop.viewmodels.jobs import JobAction, JobListModel
from tests.fake_phota.chaos import Fault
from tests.fake_phota.running import FakePhotaThread
from tests.unit.services.conftest import Open

pytestmark = pytest.mark.timeout(60)


async def test_checking_again_may_charge_again_and_says_so(
    tmp_path: Path, photo: Path, open_real_services: Open, qapp: object
) -> None:
    fault = Fault("submit", "lose_answer", times=1)
    with FakePhotaThread(tmp_path / "ledger", fault, mode="v0.4") as fake:
        async with open_real_services(fake.environ()) as services:
            queue = services.queue
            services.session.remember_sync(services.session.base_url(Engine.PHOTA))
            job = await queue.submit(EnhanceRequest(photo), engine=Engine.PHOTA, deliver=False)
            lost = await queue.wait(job.id)
            assert lost.state is JobState.UNKNOWN
            jobs = JobListModel()
            jobs.attach(queue, services.tasks, lambda: Decimal("0.20"))
            words = jobs.action_text(job.id, JobAction.CHECK_AGAIN)
            assert words == "Check again · $0.12"
            paid = len(fake.ledger.posts())
            for again in (queue.check_again, queue.retry):
                with pytest.raises(PhotaError) as caught:
                    await again(job.id, daily_cap=Decimal("0.20"))  # the lost one counts
                assert caught.value.field == "daily_cap"
            assert len(fake.ledger.posts()) == paid
            await queue.check_again(job.id, daily_cap=Decimal("0.24"))
            await queue.wait(job.id)
            assert len(fake.ledger.posts()) > paid
            jobs.detach()


@pytest.mark.parametrize("mode", ["direct", "v0.4"])
async def test_a_picture_that_came_badly_is_fetched_again_where_there_is_no_job_to_ask_for(
    tmp_path: Path, photo: Path, open_real_services: Open, mode: str
) -> None:
    with FakePhotaThread(tmp_path / "ledger", Fault("download", "gzip"), mode=mode) as fake:
        async with open_real_services(fake.environ()) as services:
            queue = services.queue
            job = await queue.submit(EnhanceRequest(photo), engine=Engine.PHOTA, deliver=False)
            failed = await queue.wait(job.id)
            assert (failed.state, failed.remote_job_id) == (JobState.FAILED, "")
            assert how_again(failed) is Again.CHECK
            fake.set_chaos(mode=mode)
            await queue.check_again(job.id)
            assert (await queue.wait(job.id)).state is JobState.DONE
        assert len(fake.ledger.charges()) == 1
