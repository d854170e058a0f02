"""A training killed at every step, with real files, a real journal and Phota over real HTTP.

A kill is an error that nothing catches, after which every further step fails as well.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from pathlib import Path
from typing import Any  # whatever the methods that are wrapped take and return

import pytest
from PIL import Image

from phota_desktop.api.profiles import ProfilesApi
from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import ProfileStatus, TrainingTier
from phota_desktop.core.training import Training, TrainingOrder, TrainingState
from phota_desktop.services import reconciling
from phota_desktop.services.composition import Services
from phota_desktop.store.charges import Charges
from phota_desktop.store.trainings import Trainings
from tests.fake_phota.running import FakePhotaThread
from tests.unit.services.folder_bucket import FolderBucket
from tests.unit.services.trainers import host_in

Open = Callable[..., AbstractAsyncContextManager[Services]]
PRICE = Decimal("1.49")


class KilledError(BaseException):
    """The process is no more."""


class Killer:
    """Counts the steps of this program, and ends it at the one that is asked for."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.at: int | None = None
        self.is_dead = False

    def point(self, name: str) -> None:
        self.steps.append(name)
        if self.is_dead or len(self.steps) - 1 == self.at:
            self.is_dead = True
            raise KilledError(name)

    def revive(self) -> None:
        self.steps, self.at, self.is_dead = [], None, False


@pytest.fixture
def killer(monkeypatch: pytest.MonkeyPatch) -> Killer:
    """Put a point before and after every commit and every request about a profile."""
    made = Killer()

    def commit(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(store: Trainings, value: Any, **fields: Any) -> None:
            made.point(f"before {name} {value.state}")
            real(store, value, **fields)
            made.point(f"after {name} {value.state}")

        return wrapped

    def request(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        async def wrapped(api: ProfilesApi, *given: Any) -> Any:
            made.point(f"before {name}")
            answer = await real(api, *given)
            made.point(f"after {name}")
            return answer

        return wrapped

    monkeypatch.setattr(Trainings, "save", commit("training", Trainings.save))
    monkeypatch.setattr(Trainings, "save_photo", commit("photo", Trainings.save_photo))
    for name in ("add", "ids", "status"):
        monkeypatch.setattr(ProfilesApi, name, request(name, getattr(ProfilesApi, name)))
    monkeypatch.setattr(reconciling, "LOOK_FOR_S", 0.05)
    monkeypatch.setattr(reconciling, "PAUSE_S", 0.02)
    return made


@pytest.fixture
def bucket(tmp_path: Path, killer: Killer) -> Iterator[FolderBucket]:
    made = FolderBucket(tmp_path / "bucket", killer.point)
    yield made
    made.close()


@pytest.fixture
def order(tmp_path: Path) -> TrainingOrder:
    photos = []
    for n in range(5):
        path = tmp_path / f"IMG_{n}.jpg"
        Image.effect_noise((64, 48), 20 + 10 * n).convert("RGB").save(path, quality=90)
        photos.append(str(path))
    return TrainingOrder("Anna", TrainingTier.FAST, tuple(photos), consent="Anna agrees.")


async def live(services: Services, bucket: FolderBucket, order: TrainingOrder) -> None:
    """Do what a person and a window do until a training is over: agree once, then watch."""
    host_in(services, bucket)
    trainer = services.trainer
    await trainer.load()
    if not trainer.known():
        await trainer.begin(order, PRICE)
    [training] = trainer.known()
    training = await trainer.wait(training.tag)
    if trainer.needs_a_word(training.tag):
        await trainer.go_on(training.tag)
        training = await trainer.wait(training.tag)
    while training.state is TrainingState.TRAINING:
        profile = await services.session.client(Engine.PHOTA).profiles.status(training.profile_id)
        await trainer.learn(profile)
        training = await trainer.wait(training.tag)
    await trainer.cleaned()


async def killed(
    open_real_services: Open,
    fake: FakePhotaThread,
    bucket: FolderBucket,
    order: TrainingOrder,
    killer: Killer,
) -> None:
    """Live until the kill; nothing of this process is asked to tidy up."""
    async with open_real_services(fake.environ(), engine=Engine.PHOTA) as services:
        living = asyncio.ensure_future(live(services, bucket, order))
        while not living.done() and not killer.is_dead:
            await asyncio.sleep(0.002)
        living.cancel()
        await asyncio.wait([living])
        if not living.cancelled():
            living.exception()
        await services.trainer.close()


def check(services: Services, fake: FakePhotaThread, bucket: FolderBucket, said: str) -> Training:
    """Check that there is one profile, one charge, and nothing in the bucket."""
    [training] = services.trainings.all()
    assert (training.state, training.outcome) == (TrainingState.ENDED, ProfileStatus.READY), said
    made = fake.ledger.trainings()
    assert [(row["profile_id"], row["tag"]) for row in made] == [
        (training.profile_id, training.tag)
    ], said
    charges = Charges(services.journal).of_training(training.tag)
    assert [(one.amount, one.certain) for one in charges] == [(PRICE, True)], said
    assert bucket.objects == [], said
    assert services.trainings.left() == [], said
    assert [row["status"] for row in fake.ledger.rows("fetch")] == [200] * 5, said
    adds = [row for row in fake.ledger.rows("profiles") if row["step"] == "add"]
    assert {row["tag"] for row in adds} == {training.tag}, said
    return training


async def test_one_profile_one_charge_and_an_empty_bucket_after_a_kill_at_every_step(
    tmp_path_factory: pytest.TempPathFactory,
    tmp_path: Path,
    open_real_services: Open,
    bucket: FolderBucket,
    order: TrainingOrder,
    killer: Killer,
) -> None:
    at = 0
    steps = 1
    home = tmp_path / "home"
    while at < steps:
        if home.exists():
            home.rename(tmp_path_factory.mktemp("done") / "home")
        with FakePhotaThread(tmp_path / f"ledger-{at}", training_seconds=0.0) as fake:
            killer.revive()
            killer.at = at
            await killed(open_real_services, fake, bucket, order, killer)
            name = killer.steps[at] if at < len(killer.steps) else "the end"
            was_dead = killer.is_dead
            killer.revive()
            async with open_real_services(fake.environ(), engine=Engine.PHOTA) as services:
                await live(services, bucket, order)
                check(services, fake, bucket, f"killed at {at}: {name}")
                await services.trainer.close()
        steps = at + 2 if was_dead else at
        at += 1
    assert at > 40


async def test_two_kills_in_a_row(
    tmp_path_factory: pytest.TempPathFactory,
    tmp_path: Path,
    open_real_services: Open,
    bucket: FolderBucket,
    order: TrainingOrder,
    killer: Killer,
) -> None:
    home = tmp_path / "home"
    for first, second in ((7, 3), (20, 2), (20, 9), (22, 6), (23, 1), (24, 2), (24, 4), (30, 3)):
        if home.exists():
            home.rename(tmp_path_factory.mktemp("done") / "home")
        with FakePhotaThread(tmp_path / f"ledger-{first}-{second}", training_seconds=0.0) as fake:
            for at in (first, second):
                killer.revive()
                killer.at = at
                await killed(open_real_services, fake, bucket, order, killer)
            killer.revive()
            async with open_real_services(fake.environ(), engine=Engine.PHOTA) as services:
                await live(services, bucket, order)
                check(services, fake, bucket, f"killed at {first}, then {second}")
                await services.trainer.close()


async def test_a_program_that_takes_a_fresh_tag_would_be_caught(
    tmp_path: Path,
    open_real_services: Open,
    bucket: FolderBucket,
    order: TrainingOrder,
    killer: Killer,
) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=0.0) as fake:
        killer.at = 0
        while not killer.is_dead or "after add" not in killer.steps:
            at = killer.at
            killer.revive()
            killer.at = (at or 0) + 1
            (tmp_path / "home").exists() and (tmp_path / "home").rename(tmp_path / f"old-{at}")
            fake.ledger.path.unlink(missing_ok=True)
            await killed(open_real_services, fake, bucket, order, killer)
        assert killer.steps[killer.at] == "after add"
        killer.revive()
        async with open_real_services(fake.environ(), engine=Engine.PHOTA) as services:
            host_in(services, bucket)
            begun = await services.trainer.begin(order, PRICE)  # the mutant: a new one, unlooked
            await services.trainer.wait(begun.tag)
            assert len(fake.ledger.trainings()) == 2
            with pytest.raises((AssertionError, ValueError)):
                check(services, fake, bucket, "mutant")
            await services.trainer.close()
