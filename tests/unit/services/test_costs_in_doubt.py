"""Money that may be gone: what was given up, what was made but not fetched, what is not offered."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path

import pytest

from phota_desktop.api import retry
from phota_desktop.core.catalogue import merged
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine, JobState
from phota_desktop.core.ledger import total
from phota_desktop.core.options import BaseModel, Resolution
from phota_desktop.core.requests import EnhanceRequest, GenerateRequest
from phota_desktop.services.composition import Services
from tests.fake_phota.chaos import Fault
from tests.fake_phota.running import FakePhotaThread
from tests.unit.services.conftest import Open

PHOTA = Engine.PHOTA
CAP = Decimal("0.20")


async def spent(services: Services) -> Decimal:
    return await services.threads.journal(services.journal.spent_today, time.time())


@pytest.mark.parametrize("last", ["lose_answer", "status"])
async def test_a_lost_job_that_is_given_up_goes_on_counting(
    tmp_path: Path,
    photo: Path,
    open_real_services: Open,
    monkeypatch: pytest.MonkeyPatch,
    last: str,
) -> None:
    monkeypatch.setattr(retry, "UNKNOWN_WINDOW_S", 0.1)
    monkeypatch.setattr(retry, "FIRST_DELAY_S", 0.2)
    lost = Fault("submit", "lose_answer", times=1)
    with FakePhotaThread(tmp_path / "ledger", lost, Fault("submit", last, status=401)) as fake:
        async with open_real_services(fake.environ()) as services:
            queue = services.queue
            job = await queue.submit(EnhanceRequest(photo), engine=PHOTA, deliver=False)
            job = await queue.wait(job.id)
            assert job.state is JobState.UNKNOWN
            gone = await queue.cancel(job.id)
            assert gone.state is JobState.CANCELED
            assert gone.error is not None
            assert gone.error.kind is ErrorKind.UNKNOWN
            assert await spent(services) == Decimal("0.12")
            entries = await services.ledger.entries()
            assert (total(entries), [one.certain for one in entries]) == (Decimal("0.12"), [False])
            with pytest.raises(PhotaError, match="could pass your cap"):
                await queue.submit(EnhanceRequest(photo), engine=PHOTA, daily_cap=CAP)
        assert len(fake.ledger.charges()) == 1


@pytest.mark.parametrize("broken", ["expired", "garbage"])
async def test_a_picture_that_was_made_but_not_fetched_is_paid_all_the_same(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open, broken: str
) -> None:
    fault = Fault("download", broken, after=1)
    with FakePhotaThread(tmp_path / "ledger", fault, known_subjects="null") as fake:
        async with open_real_services(fake.environ()) as services:
            request = EnhanceRequest(photo, variants=3)
            job = await services.queue.submit(request, engine=PHOTA, out_dir=out_dir)
            job = await services.queue.wait(job.id)
            assert (job.state, len(job.variants)) == (JobState.PARTIAL, 1)
            assert job.cost == Decimal("0.36")
            assert await spent(services) == Decimal("0.36")
        assert sum(row["cents"] for row in fake.ledger.charges()) == 36


async def test_a_model_that_only_the_server_lists_can_be_asked_for(
    tmp_path: Path, open_real_services: Open
) -> None:
    request = GenerateRequest("a boat", base_model="nb3", resolution=Resolution.R2K)
    with FakePhotaThread(tmp_path / "ledger", Fault("submit", "status", status=402)) as fake:
        async with open_real_services(fake.environ()) as services:
            with pytest.raises(PhotaError) as caught:
                await services.queue.submit(request, engine=PHOTA)
            assert caught.value.field == "base_model"
            listed = merged((BaseModel("nb3", "Nano 3", (Resolution.R2K,)),))
            services.catalogues._known[services.session.base_url(PHOTA)] = listed
            job = await services.queue.submit(request, engine=PHOTA)
            await services.queue.wait(job.id)
            assert len(fake.ledger.posts()) == 1
            with pytest.raises(PhotaError, match="nb3"):
                await services.queue.submit(request, engine=Engine.LOCAL)
