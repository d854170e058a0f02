"""Another key in the middle of a submit: another account would pay for the same id once more."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine, JobState
from phota_desktop.core.requests import EnhanceRequest
from phota_desktop.services import holding
from phota_desktop.services.composition import Services
from tests.fake_phota.chaos import Fault
from tests.fake_phota.running import FakePhotaThread
from tests.unit.services.conftest import Open

OTHER = "another-account-0123456789"


async def _change_key(services: Services, environ: dict[str, str], key: str) -> None:
    environ["PHOTA_API_KEY"] = key
    services.session._keys = type(services.session._keys)(environ)
    await services.session.look_for_key()


@pytest.fixture
def fake(tmp_path: Path) -> FakePhotaThread:
    return FakePhotaThread(tmp_path / "ledger", Fault("submit", "lose_answer", times=1))


@pytest.mark.parametrize("when", ["before the answer", "in the pause"])
async def test_a_lost_submit_is_not_repeated_with_another_key(
    photo: Path,
    fake: FakePhotaThread,
    open_real_services: Open,
    when: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(holding.RETRY_PAUSE, "unknown", 0.05)
    with fake:
        fake._servers.memory.accounts[OTHER] = "second"
        if when == "before the answer":
            fake.set_chaos(Fault("submit", "hang", seconds=20.0, times=1))
        environ = fake.environ()
        async with open_real_services(environ, patient=True) as services:
            queue = services.queue
            job = await queue.submit(EnhanceRequest(photo), engine=Engine.PHOTA, deliver=False)
            while not fake.ledger.charges():
                await asyncio.sleep(0.005)
            await _change_key(services, environ, OTHER)
            lost = await queue.wait(job.id)
            assert lost.state is JobState.UNKNOWN
            assert len(fake.ledger.charges()) == 1
            assert queue.may_charge_again(lost)
            # With the right key again it is the same request, and free to ask about.
            await _change_key(services, environ, fake.key)
            assert not queue.may_charge_again(lost)
            await queue.check_again(job.id)
            assert (await queue.wait(job.id)).state is JobState.DONE
        assert len(fake.ledger.charges()) == 1


async def test_no_client_outlives_its_key(fake: FakePhotaThread, open_real_services: Open) -> None:
    """While the old client is being closed, a job may ask for one."""
    with fake:
        environ = fake.environ()
        async with open_real_services(environ) as services:
            session = services.session
            await session.load(Engine.PHOTA)
            close = session.client(Engine.PHOTA).close
            made = []

            async def slowly() -> None:
                made.append((session.account(Engine.PHOTA), session.client(Engine.PHOTA)))
                await close()

            session.client(Engine.PHOTA).close = slowly  # type: ignore[method-assign]
            await _change_key(services, environ, OTHER)
            assert made == [(session.account(Engine.PHOTA), session.client(Engine.PHOTA))]
            with pytest.raises(PhotaError) as caught:  # the fake takes no such key
                await session.client(Engine.PHOTA).check_key()
            assert caught.value.kind is ErrorKind.KEY_REJECTED
