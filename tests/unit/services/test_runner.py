"""One job through the real client, journal and vault against every kind of Phota server."""

from __future__ import annotations

import asyncio
import os
from decimal import Decimal
from pathlib import Path

import pytest

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine, Job, JobState
from phota_desktop.core.requests import EnhanceRequest
from phota_desktop.services import holding
from phota_desktop.services.composition import Services
from phota_desktop.services.queue import can_send_again
from tests.fake_phota.chaos import Fault
from tests.fake_phota.pictures import picture
from tests.fake_phota.running import FakePhotaThread
from tests.unit.services.conftest import Open

PHOTA = Engine.PHOTA


async def _run(services: Services, photo: Path, out: Path, variants: int = 2) -> Job:
    request = EnhanceRequest(photo, variants=variants)
    job = await services.queue.submit(request, engine=PHOTA, out_dir=out)
    return await services.queue.wait(job.id)


def _check_done(job: Job, fake: FakePhotaThread, variants: int = 2) -> None:
    assert job.state is JobState.DONE, job.error
    assert len(job.variants) == variants
    [charge] = fake.ledger.charges()
    for variant in job.variants:
        wanted = picture(charge["job_id"], variant.index)
        assert variant.vault_path.read_bytes() == wanted
        assert variant.copy_path is not None
        assert variant.copy_path.read_bytes() == wanted
    assert not fake.ledger.changed_bodies()
    assert not fake.ledger.key_leaks()


async def test_a_job_ends_with_the_servers_bytes_in_both_places(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    before = photo.read_bytes(), photo.stat().st_mtime_ns
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with open_real_services(fake.environ()) as services:
            job = await _run(services, photo, out_dir)
        _check_done(job, fake)
    assert [v.copy_path.name for v in job.variants if v.copy_path] == [
        "IMG_1-enhance-1.jpg",
        "IMG_1-enhance-2.jpg",
    ]
    assert job.cost == Decimal("0.24")
    assert (photo.read_bytes(), photo.stat().st_mtime_ns) == before
    assert not list((tmp_path / "home").rglob("*.part"))
    assert not job.body_path or not job.body_path.exists()


@pytest.mark.parametrize(
    "traits",
    [
        {"shape": "result"},
        {"shape": "response"},
        {"shape": "deep"},
        {"shape": "handle"},
        {"poll_url": "absolute"},
        {"poll_url": "stranger"},
        {"poll_url": "missing"},
        {"poll_url": "//evil.example/jobs/{job_id}"},
        {"poll_url": "file:///etc/{job_id}"},
        {"known_subjects": "null"},
        {"known_subjects": "missing"},
        {"known_subjects": "bare"},
        {"states": ("NEVER_SEEN", "42")},
        {"done_state": "whatever"},
        {"mode": "direct"},
        {"mode": "lax"},
    ],
)
async def test_every_shape_of_answer_is_read(
    tmp_path: Path,
    photo: Path,
    out_dir: Path,
    open_real_services: Open,
    traits: dict[str, object],
) -> None:
    with FakePhotaThread(tmp_path / "ledger", **traits) as fake:
        async with open_real_services(fake.environ()) as services:
            job = await _run(services, photo, out_dir)
        _check_done(job, fake)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("submit", "lose_answer", times=2),
        Fault("submit", "reset", times=1),
        Fault("submit", "drop", times=1),
        Fault("submit", "truncate", times=1),
        Fault("submit", "garbage", times=1),
        Fault("submit", "status", status=502, body="html", times=1),
        Fault("submit", "status", status=502, body="html", charged=True, times=1),
        Fault("submit", "status", status=504, body="empty", charged=True, times=1),
        Fault("submit", "status", status=503, times=2),
        Fault("submit", "status", status=429, retry_after="1", times=1),
        Fault("poll", "status", status=500, body="html", times=2),
        Fault("poll", "status", status=429, retry_after="1", times=1),
        Fault("poll", "drop", times=1),
        Fault("poll", "garbage", times=1),
        Fault("poll", "redirect", times=1),
        Fault("download", "cut", times=1),
        Fault("download", "reset", times=1),
        Fault("download", "status", status=503, body="html", times=1),
        Fault("download", "garbage", times=1),
        Fault("download", "expired", times=1),
    ],
    ids=lambda fault: f"{fault.step}-{fault.do}-{fault.status}",
)
async def test_one_charge_whatever_happens_on_the_way(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open, fault: Fault
) -> None:
    with FakePhotaThread(tmp_path / "ledger", fault) as fake:
        async with open_real_services(fake.environ()) as services:
            job = await _run(services, photo, out_dir)
        _check_done(job, fake)


async def test_an_old_server_is_used_in_sync_mode_from_then_on(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger", mode="v0.4") as fake:
        async with open_real_services(fake.environ()) as services:
            _check_done(await _run(services, photo, out_dir), fake)
            other = tmp_path / "IMG_2.jpg"
            other.write_bytes(photo.read_bytes())
            again = await _run(services, other, out_dir)
        assert again.state is JobState.DONE
        assert [row["status"] for row in fake.ledger.posts()] == [422, 200, 200]


async def test_a_lost_answer_in_sync_mode_is_never_repeated_by_itself(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    lost = Fault("submit", "lose_answer", after=1)
    with FakePhotaThread(tmp_path / "ledger", lost, mode="v0.4") as fake:
        async with open_real_services(fake.environ()) as services:
            job = await _run(services, photo, out_dir)
        async with open_real_services(fake.environ()) as services:
            assert await services.queue.resume(send_waiting=True) == []
        assert len(fake.ledger.charges()) == 1
    assert job.state is JobState.UNKNOWN
    assert job.error is not None
    assert job.error.kind is ErrorKind.UNKNOWN


@pytest.mark.parametrize(("status", "kind"), [(401, "key_rejected"), (402, "no_credit")])
async def test_what_phota_never_took_goes_out_again_with_its_old_id(
    tmp_path: Path,
    photo: Path,
    out_dir: Path,
    open_real_services: Open,
    status: int,
    kind: str,
) -> None:
    with FakePhotaThread(
        tmp_path / "ledger", Fault("submit", "status", status=status, times=1)
    ) as fake:
        async with open_real_services(fake.environ()) as services:
            job = await _run(services, photo, out_dir)
            assert (job.state, job.error and str(job.error.kind)) == (JobState.FAILED, kind)
            assert can_send_again(job)
            again = await services.queue.retry(job.id)
            done = await services.queue.wait(again.id)
        assert done.id == job.id
        _check_done(done, fake)
        assert len({row["client_request_id"] for row in fake.ledger.posts()}) == 1


async def test_a_patient_queue_holds_without_credit_and_goes_on(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger", Fault("submit", "status", status=402)) as fake:
        async with open_real_services(fake.environ(), patient=True) as services:
            held: list[ErrorKind] = []
            services.queue.held.subscribe(lambda hold: held.append(hold.error.kind))
            job = await services.queue.submit(EnhanceRequest(photo), engine=PHOTA, out_dir=out_dir)
            while not held:
                await asyncio.sleep(0.01)
            assert held == [ErrorKind.NO_CREDIT]
            assert services.queue.jobs()[0].state is JobState.QUEUED
            fake.set_chaos()
            services.queue.try_now()
            _check_done(await services.queue.wait(job.id), fake, 1)


@pytest.mark.parametrize("where", [{"job_ends": "moderation"}, Fault("submit", "moderation")])
async def test_a_refusal_is_no_failure(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open, where: object
) -> None:
    faults = [where] if isinstance(where, Fault) else []
    traits = where if isinstance(where, dict) else {}
    with FakePhotaThread(tmp_path / "ledger", *faults, **traits) as fake:
        async with open_real_services(fake.environ()) as services:
            job = await _run(services, photo, out_dir)
        assert len(fake.ledger.posts()) == 1
    assert job.state is JobState.REFUSED
    assert job.error is not None
    assert job.error.kind is ErrorKind.REFUSED


async def test_a_partial_set_keeps_what_came(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger", images=1) as fake:
        async with open_real_services(fake.environ()) as services:
            job = await _run(services, photo, out_dir, 3)
    assert job.state is JobState.PARTIAL
    assert len(job.variants) == 1
    assert job.cost == Decimal("0.12")


async def test_a_full_or_missing_folder_never_loses_the_result(
    tmp_path: Path, photo: Path, open_real_services: Open
) -> None:
    blocked = tmp_path / "results"
    blocked.write_text("a file where the folder should be")
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with open_real_services(fake.environ()) as services:
            job = await _run(services, photo, blocked)
    assert job.state is JobState.DONE
    assert all(v.copy_path is None and v.copy_error for v in job.variants)
    assert all(v.path.is_file() for v in job.variants)


async def test_offline_is_queued_and_not_charged(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    nobody = {"PHOTA_BASE_URL": "http://127.0.0.1:9/v1/phota", "PHOTA_API_KEY": "k"}
    async with open_real_services(nobody) as services:
        job = await _run(services, photo, out_dir)
        assert job.state is JobState.QUEUED
        assert job.error is not None
        assert job.error.kind is ErrorKind.OFFLINE


async def test_no_key_is_said_before_anything_is_recorded(
    photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    async with open_real_services(engine=Engine.LOCAL) as services:
        with pytest.raises(PhotaError) as caught:
            await services.queue.submit(EnhanceRequest(photo), engine=PHOTA, out_dir=out_dir)
        assert caught.value.kind is ErrorKind.KEY_REJECTED
        assert services.queue.jobs() == []


async def test_cancel_after_sending_hides_and_still_keeps_the_pictures(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger", job_seconds=0.6) as fake:
        async with open_real_services(fake.environ()) as services:
            job = await services.queue.submit(EnhanceRequest(photo), engine=PHOTA, out_dir=out_dir)
            while not services.queue.jobs()[0].remote_job_id:
                await asyncio.sleep(0.01)
            canceled = await services.queue.cancel(job.id)
            assert canceled.hidden
            done = await services.queue.wait(job.id)
    assert done.state is JobState.DONE
    assert done.hidden
    assert done.variants[0].vault_path.is_file()
    assert done.variants[0].copy_path is None
    assert not out_dir.exists()


async def test_the_local_engine_needs_nothing(
    photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    async with open_real_services() as services:
        assert services.session.engine is Engine.LOCAL
        job = await services.queue.submit(EnhanceRequest(photo, variants=2), out_dir=out_dir)
        done = await services.queue.wait(job.id)
    assert done.state is JobState.DONE, done.error
    assert done.cost == 0
    assert sorted(os.listdir(out_dir)) == ["IMG_1-enhance-1.jpg", "IMG_1-enhance-2.jpg"]  # noqa: PTH208


async def test_a_journal_that_cannot_be_written_holds_the_job_and_charges_once(
    tmp_path: Path,
    photo: Path,
    out_dir: Path,
    open_real_services: Open,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(holding.RETRY_PAUSE, ErrorKind.DISK, 0.05)
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with open_real_services(fake.environ(), patient=True) as services:
            save, failures = services.journal.save, [JobState.ACCEPTED, JobState.READY]

            def full(job: Job) -> None:
                if job.state in failures:
                    failures.remove(job.state)
                    raise PhotaError(ErrorKind.DISK)
                save(job)

            monkeypatch.setattr(services.journal, "save", full)
            job = await _run(services, photo, out_dir)
        assert not failures
        _check_done(job, fake)


async def test_the_daily_cap_stops_a_submit_before_anything_is_recorded(
    tmp_path: Path, photo: Path, out_dir: Path, open_real_services: Open
) -> None:
    cap = Decimal("0.30")
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with open_real_services(fake.environ()) as services:
            for look in range(2):
                request = EnhanceRequest(photo, prompt=f"look {look}")
                job = await services.queue.submit(
                    request, engine=PHOTA, out_dir=out_dir, daily_cap=cap
                )
                await services.queue.wait(job.id)
            with pytest.raises(PhotaError) as caught:
                await services.queue.submit(
                    EnhanceRequest(photo), engine=PHOTA, out_dir=out_dir, daily_cap=cap
                )
            assert caught.value.field == "daily_cap"
            assert "$0.24" in caught.value.hint
            assert len(services.queue.jobs()) == 2
        assert len(fake.ledger.charges()) == 2
