"""Jobs through combined troubles: expired links, restarts, other servers and keys, full disks."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine, Job, JobState
from phota_desktop.core.requests import EnhanceRequest
from phota_desktop.services.composition import Services
from tests.fake_phota.chaos import Fault
from tests.fake_phota.pictures import picture
from tests.fake_phota.running import FakePhotaThread
from tests.unit.services.conftest import Open

pytestmark = pytest.mark.timeout(60)
PHOTA = Engine.PHOTA


async def begin(services: Services, photo: Path, out: Path, variants: int = 1) -> Job:
    request = EnhanceRequest(photo, variants=variants)
    return await services.queue.submit(request, engine=PHOTA, out_dir=out)


async def until_state(services: Services, job: Job, *states: JobState) -> Job:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        now = services.queue.job(job.id)
        assert now is not None
        if now.state in states:
            return now
        await asyncio.sleep(0.005)
    raise AssertionError(f"{job.id} never came to {states}")


def leftovers(tmp_path: Path) -> list[Path]:
    home = tmp_path / "home"
    return [*home.rglob("*.part"), *(home / "spool").iterdir(), *(home / "run").glob("*.lock")]


async def test_links_that_expire_while_the_program_is_away_are_signed_anew(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    stall = Fault("download", "stall", seconds=30.0, at=0.5)
    with FakePhotaThread(tmp_path / "ledger", stall, link_seconds=1.0) as fake:
        async with open_real_services(fake.environ()) as services:
            job = await begin(services, photo, out_dir, 2)
            await until_state(services, job, JobState.READY)
            await asyncio.sleep(0.1)
        await asyncio.sleep(1.2)
        fake.set_chaos()
        async with open_real_services(fake.environ()) as services:
            [taken] = await services.queue.resume()
            done = await services.queue.wait(taken.id)
        assert done.state is JobState.DONE, done.error
        [charge] = fake.ledger.charges()
        assert [v.path.read_bytes() for v in done.variants] == [
            picture(charge["job_id"], n) for n in range(2)
        ]
    assert not leftovers(tmp_path)


async def test_a_job_waits_for_its_own_server(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    slow = {"job_seconds": 1.0}
    with (
        FakePhotaThread(tmp_path / "one", **slow) as one,
        FakePhotaThread(tmp_path / "two", key="another-key-123456") as two,
    ):
        async with open_real_services(one.environ()) as services:
            job = await begin(services, photo, out_dir)
            await until_state(services, job, JobState.ACCEPTED)
        async with open_real_services(two.environ()) as services:
            [taken] = await services.queue.resume(send_waiting=True)
            held = await services.queue.wait(taken.id)
            assert held.state is JobState.ACCEPTED
            other = await begin(services, photo, out_dir)
            assert (await services.queue.wait(other.id)).state is JobState.DONE
        assert not two.ledger.rows("poll")[1:] or all(
            row["job_id"] != job.remote_job_id for row in two.ledger.rows("poll")
        )
        async with open_real_services(one.environ()) as services:
            [taken] = await services.queue.resume()
            done = await services.queue.wait(taken.id)
        assert done.state is JobState.DONE, done.error
        assert len(one.ledger.charges()) == len(two.ledger.charges()) == 1
        assert not one.ledger.key_leaks()
        assert not two.ledger.key_leaks()


async def test_another_key_keeps_an_accepted_job_until_the_right_one_is_back(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger", job_seconds=0.5) as fake:
        async with open_real_services(fake.environ()) as services:
            job = await begin(services, photo, out_dir)
            await until_state(services, job, JobState.ACCEPTED)
        wrong = {**fake.environ(), "PHOTA_API_KEY": "wrong-key-0123456789"}
        async with open_real_services(wrong) as services:
            [taken] = await services.queue.resume()
            assert (await services.queue.wait(taken.id)).state is JobState.ACCEPTED
        async with open_real_services(fake.environ()) as services:
            [taken] = await services.queue.resume()
            assert (await services.queue.wait(taken.id)).state is JobState.DONE
        assert len(fake.ledger.charges()) == 1


@pytest.mark.parametrize(
    "state", [JobState.QUEUED, JobState.SENT, JobState.ACCEPTED, JobState.READY]
)
async def test_cancel_in_every_state_pays_at_most_once_and_leaves_nothing(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open, state: JobState
) -> None:
    faults = (
        Fault("submit", "delay", seconds=0.4),
        Fault("download", "delay", seconds=0.4),
    )
    with FakePhotaThread(tmp_path / "ledger", *faults, job_seconds=0.4) as fake:
        async with open_real_services(fake.environ()) as services:
            job = await begin(services, photo, out_dir)
            await until_state(services, job, state)
            await services.queue.cancel(job.id)
            ended = await services.queue.wait(job.id)
        charges = len(fake.ledger.charges())
    if ended.state is JobState.CANCELED:
        assert charges == 0
    else:
        assert (ended.state, charges, ended.hidden) == (JobState.DONE, 1, True)
        assert ended.variants[0].vault_path.is_file()
        assert not out_dir.exists()
    assert not leftovers(tmp_path)


async def test_asking_again_twice_at_once_is_one_more_question(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with open_real_services(fake.environ()) as services:
            job = await begin(services, photo, out_dir)
            done = await services.queue.wait(job.id)
            assert done.state is JobState.DONE
            results = await asyncio.gather(
                *(services.queue.check_again(job.id) for _ in range(3)), return_exceptions=True
            )
            assert not [one for one in results if isinstance(one, BaseException)]
            again = await services.queue.wait(job.id)
        assert again.state is JobState.DONE
        assert len(fake.ledger.posts()) == 1


async def test_an_unknown_outcome_asked_about_thrice_at_once_is_charged_once(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger", Fault("submit", "lose_answer")) as fake:
        async with open_real_services(fake.environ()) as services:
            job = await begin(services, photo, out_dir)
            await until_state(services, job, JobState.SENT)
            while not fake.ledger.charges():
                await asyncio.sleep(0.01)
            await services.queue.close()
            sent = services.queue.job(job.id)
            assert sent is not None
            await services.threads.journal(
                services.journal.save, replace(sent, sent=time.time() - 5000)
            )
        fake.set_chaos()
        async with open_real_services(fake.environ()) as services:
            [taken] = await services.queue.resume()
            lost = await services.queue.wait(taken.id)
            assert lost.state is JobState.UNKNOWN
            await asyncio.gather(
                *(services.queue.retry(job.id) for _ in range(3)), return_exceptions=True
            )
            done = await services.queue.wait(job.id)
        assert done.state is JobState.DONE, done.error
        assert len(fake.ledger.charges()) == 1
        assert len({row["client_request_id"] for row in fake.ledger.posts()}) == 1


async def test_a_clock_that_went_back_does_not_send_a_lost_job_by_itself(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger", Fault("submit", "lose_answer")) as fake:
        async with open_real_services(fake.environ()) as services:
            job = await begin(services, photo, out_dir)
            await until_state(services, job, JobState.SENT)
            await services.queue.close()
            sent = services.queue.job(job.id)
            assert sent is not None
            ahead = replace(sent, sent=time.time() + 86_400)
            await services.threads.journal(services.journal.save, ahead)
        fake.set_chaos()
        async with open_real_services(fake.environ()) as services:
            [taken] = await services.queue.resume()
            assert (await services.queue.wait(taken.id)).state is JobState.UNKNOWN
        assert len(fake.ledger.charges()) <= 1


async def test_a_journal_cut_short_is_set_aside_and_pays_nothing_by_itself(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger", job_seconds=5.0) as fake:
        async with open_real_services(fake.environ()) as services:
            job = await begin(services, photo, out_dir)
            await until_state(services, job, JobState.ACCEPTED)
        journal = tmp_path / "home" / "journal.sqlite3"
        journal.write_bytes(journal.read_bytes()[:5000])
        posts = len(fake.ledger.posts())
        async with open_real_services(fake.environ()) as services:
            assert services.journal.problems
            for taken in await services.queue.resume():
                await services.queue.wait(taken.id)
        assert len(fake.ledger.posts()) == posts
        assert list((tmp_path / "home").glob("journal.sqlite3.bad-*"))


async def test_a_changed_body_is_never_sent(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    nobody = {"PHOTA_BASE_URL": "http://127.0.0.1:9/v1/phota", "PHOTA_API_KEY": "k" * 20}
    async with open_real_services(nobody) as services:
        job = await begin(services, photo, out_dir)
        waiting = await services.queue.wait(job.id)
        assert waiting.body_path is not None
        waiting.body_path.chmod(0o600)
        waiting.body_path.write_bytes(b"{}")
    async with open_real_services(nobody) as services:
        await services.queue.resume(send_waiting=True)
        ended = await services.queue.wait(job.id)
    assert ended.state is JobState.FAILED
    assert ended.error is not None
    assert ended.error.kind is ErrorKind.GONE


async def test_a_stop_while_recording_leaves_row_and_body_or_neither(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    for pause in (0.0, 0.002, 0.01, 0.02, 0.04):
        async with open_real_services(engine=Engine.LOCAL) as services:
            submitting = asyncio.ensure_future(
                services.queue.submit(EnhanceRequest(photo), out_dir=out_dir)
            )
            await asyncio.sleep(pause)
            submitting.cancel()
            await asyncio.gather(submitting, return_exceptions=True)
    async with open_real_services(engine=Engine.LOCAL) as services:
        for taken in await services.queue.resume():
            ended = await services.queue.wait(taken.id)
            assert ended.state is JobState.DONE, ended.error


async def test_a_photo_that_goes_while_it_waits_is_already_copied(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger", job_seconds=0.3) as fake:
        async with open_real_services(fake.environ()) as services:
            job = await begin(services, photo, out_dir)
            photo.unlink()
            assert (await services.queue.wait(job.id)).state is JobState.DONE
            with pytest.raises(PhotaError) as caught:
                await begin(services, photo, out_dir)
            assert caught.value.kind is ErrorKind.BAD_IMAGE
        assert len(fake.ledger.charges()) == 1
