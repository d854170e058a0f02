"""Deleting a person everywhere: at a fake Phota, in a real bucket, here; step by step and again."""

from __future__ import annotations

import time
from pathlib import Path
from uuid import uuid4

import pytest

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.hosting import HostedPhoto, HostedState
from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import TrainingTier
from phota_desktop.core.training import Training, TrainingOrder, TrainingState
from phota_desktop.services import reconciling
from phota_desktop.services.bucket_check import new_name
from phota_desktop.services.composition import Services
from phota_desktop.services.erasing import Eraser, ErasingStep, Place, StepState
from phota_desktop.services.privacy import Privacy, Subject
from phota_desktop.store.charges import Charge, Charges
from tests.fake_bucket.running import FakeBucket
from tests.fake_phota.chaos import Fault
from tests.fake_phota.running import FakePhotaThread
from tests.unit.services.conftest import Open

PHOTA = Engine.PHOTA
URLS = [f"https://photos.example/{n}.jpg" for n in range(10)]


@pytest.fixture
def bucket(fake_bucket: FakeBucket) -> FakeBucket:
    return fake_bucket


def eraser_of(services: Services) -> Eraser:
    privacy = Privacy(
        services.trainings,
        services.journal,
        services.people,
        services.session,
        services.threads,
        lambda: services.folders.results,
    )
    return Eraser(
        privacy,
        services.trainings,
        services.trainer,
        services.hosting,
        services.people,
        services.session,
        services.threads,
        services.folders,
    )


def training(services: Services, state: TrainingState, profile_id: str = "") -> Training:
    unsent = state.is_unsent
    return Training(
        tag=f"pd-{uuid4()}",
        engine=PHOTA,
        base_url=services.session.base_url(PHOTA),
        account=services.session.account(PHOTA),
        order=TrainingOrder("Anna", TrainingTier.FAST, ("/p/a.jpg", "/p/b.jpg"), consent="Yes."),
        created=time.time(),
        state=state,
        profile_id=profile_id,
        sent=None if unsent else time.time(),
    )


async def trained(services: Services, bucket: FakeBucket) -> Training:
    """Have a profile at Phota, named and pictured, with two photos left in the bucket."""
    client = services.session.client(PHOTA)
    profile_id = await client.profiles.add(URLS, "")
    one = training(services, TrainingState.TRAINING, profile_id)
    services.trainings.save(one)
    Charges(services.journal).save(Charge(one.tag, time.time(), profile_id, None, True))
    await services.hosting.save(bucket.address, bucket.secret)
    for source in one.order.photos:
        name = new_name(bucket.address.prefix)
        bucket.write(name, b"x")
        row = HostedPhoto(name, one.tag, bucket.address, source, HostedState.UPLOADED, 1)
        services.trainings.save_photo(row)
    await services.people.refresh()
    await services.people.rename(profile_id, "Anna")
    assert services.people.find(profile_id)
    return one


def states(steps: tuple[ErasingStep, ...]) -> dict[str, str]:
    return {step.place.value: step.state.value for step in steps}


async def test_everything_goes_and_the_ledger_stays(
    tmp_path: Path, open_real_services: Open, bucket: FakeBucket
) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=0.0) as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            one = await trained(services, bucket)
            eraser, subject = eraser_of(services), Subject(one.profile_id)
            assert await eraser.plan(subject) == (
                *(Place.PROFILE, Place.BUCKET, Place.PICTURE, Place.NAME, Place.RECORD),
            )
            seen: list[ErasingStep] = []
            steps = await eraser.delete_everywhere(subject, seen.append)
            assert set(states(steps).values()) == {"done"}, steps
            assert [step.state for step in seen] == [StepState.DOING, StepState.DONE] * 5
            assert bucket.objects() == {}
            assert await services.session.client(PHOTA).profiles.ids() == ()
            assert services.people.find(one.profile_id) is None
            assert one.profile_id not in services.people.names
            assert services.trainings.get(one.tag) is None
            assert services.trainings.photos(one.tag) == []
            assert len(Charges(services.journal).between(0, time.time() + 1)) == 1
            again = await eraser.delete_everywhere(subject, seen.append)
            assert states(again) == {"profile": "done"}  # 404 is what was wanted


async def test_a_404_about_a_new_profile_deletes_nothing_here(
    tmp_path: Path, open_real_services: Open, bucket: FakeBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=0.0) as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            one = await trained(services, bucket)
            fake.set_chaos(Fault("delete", "status", status=404))
            with pytest.raises(PhotaError, match="does not know this new profile everywhere"):
                await services.eraser.delete_profile(one.profile_id)
            assert services.people.find(one.profile_id)
            monkeypatch.setattr(reconciling, "LOOK_FOR_S", 0.0)
            await services.eraser.delete_profile(one.profile_id)
            assert services.people.find(one.profile_id) is None
            [kept] = services.trainings.all()
            assert (kept.state, kept.outcome) == (TrainingState.ENDED, None)


async def test_a_bucket_that_refuses_keeps_the_record_for_the_next_try(
    tmp_path: Path, open_real_services: Open, bucket: FakeBucket
) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=0.0) as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            one = await trained(services, bucket)
            eraser, subject = eraser_of(services), Subject(one.profile_id)
            bucket.revoke()
            steps = await eraser.delete_everywhere(subject, lambda _step: None)
            kept = dict.fromkeys(("picture", "name", "record"), "kept")
            assert states(steps) == {"profile": "done", "bucket": "failed"} | kept
            assert "2 of 2 are still there." in steps[1].words
            assert services.trainings.get(one.tag) is not None
            bucket.restore()
            left = [step.place for step in steps if step.state is not StepState.DONE]
            steps = await eraser.delete_everywhere(subject, lambda _step: None, left)
            assert set(states(steps).values()) == {"done"}
            assert bucket.objects() == {}
            assert services.trainings.get(one.tag) is None


async def test_without_a_connection_the_bucket_is_emptied_all_the_same(
    tmp_path: Path, open_real_services: Open, bucket: FakeBucket
) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=0.0) as fake:
        environ = fake.environ()
        async with open_real_services(environ, engine=PHOTA) as services:
            one = await trained(services, bucket)
            fake.close()
            steps = await eraser_of(services).delete_everywhere(
                Subject(one.profile_id), lambda _step: None
            )
            fake.start()
            told = states(steps)
            assert (told["profile"], told["bucket"]) == ("failed", "done")
            assert told["record"] == "kept"
            assert bucket.objects() == {}


async def test_a_training_that_was_not_sent_is_stopped(
    tmp_path: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            one = training(services, TrainingState.RECORDED)
            services.trainings.save(one)
            await services.trainer.load()
            steps = await eraser_of(services).delete_everywhere(
                Subject(tag=one.tag), lambda _step: None
            )
            assert states(steps) == {"training": "done", "record": "done"}, steps
            assert services.trainings.all() == []
            assert services.trainer.known() == ()


async def test_a_lost_profile_is_found_and_deleted_too(
    tmp_path: Path, open_real_services: Open
) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=0.0) as fake:
        async with open_real_services(fake.environ(), engine=PHOTA) as services:
            one = training(services, TrainingState.SENT)
            services.trainings.save(one)
            client = services.session.client(PHOTA)
            await client.profiles.add(URLS, one.tag)
            await services.trainer.load()
            steps = await eraser_of(services).delete_everywhere(
                Subject(tag=one.tag), lambda _step: None
            )
            told = states(steps)
            assert set(told.values()) == {"done"}, steps
            assert {"profile", "record"} <= set(told)
            assert await client.profiles.ids() == ()
            assert services.trainings.all() == []
