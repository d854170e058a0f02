"""Every answer of a bucket on the way of a training: what a person reads, what is on record.

Phota is the fake on loopback, which fetches the photos; the bucket is a real S3 server behind a
door that checks every signature.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from phota_desktop.api import bucket as bucket_api
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.hosting import HostedState
from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import ProfileStatus, TrainingTier
from phota_desktop.core.training import Training, TrainingOrder, TrainingState
from phota_desktop.services import training_photos
from phota_desktop.services.composition import Services
from phota_desktop.store.charges import Charges
from tests.fake_bucket import KEY_ID, SECRET, FakeBucket
from tests.fake_phota.chaos import Fault
from tests.fake_phota.running import KEY, FakePhotaThread
from tests.unit.services.conftest import Open
from tests.unit.services.test_training_answers import check_words

PRICE = Decimal("1.49")
Opened = Callable[[FakePhotaThread], AbstractAsyncContextManager[Services]]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try a bucket again at once; how long it is tried is tested with the bucket."""
    monkeypatch.setattr(bucket_api, "_PAUSES", (0.02,))


@pytest.fixture
def order(tmp_path: Path) -> TrainingOrder:
    """Return five photos with an owner and a place."""
    tags = Image.Exif()
    tags[0x013B] = "Owner Of This"
    tags.get_ifd(0x8825)[1] = "N"
    names = []
    for n in range(5):
        path = tmp_path / f"IMG_{n}.jpg"
        Image.effect_noise((320, 240), 30 + 10 * n).convert("RGB").save(path, exif=tags)
        names.append(str(path))
    return TrainingOrder("Anna", TrainingTier.FAST, tuple(names), consent="Anna agrees.")


@pytest.fixture
def opened(open_real_services: Open, fake_bucket: FakeBucket) -> Opened:
    """Open services that have the bucket, its credentials in the environment."""

    @asynccontextmanager
    async def opening(fake: FakePhotaThread) -> AsyncIterator[Services]:
        secrets = {"PHOTA_BUCKET_KEY_ID": KEY_ID, "PHOTA_BUCKET_SECRET": SECRET}
        environ = {**fake.environ(), **secrets}
        async with open_real_services(environ, engine=Engine.PHOTA) as services:
            await services.hosting.save(fake_bucket.address, None)
            yield services

    return opening


async def train(services: Services, order: TrainingOrder) -> Training:
    """Train, and return what is on record once nothing more happens by itself."""
    begun = await services.trainer.begin(order, PRICE)
    await services.trainer.wait(begun.tag)
    await services.trainer.cleaned()
    return recorded(services, begun.tag)


def recorded(services: Services, tag: str) -> Training:
    found = services.trainings.get(tag)
    assert found is not None
    return found


async def learn(services: Services, training: Training) -> Training:
    """Hear how the profile is, as the watcher or the command line does."""
    profile = await services.session.client(Engine.PHOTA).profiles.status(training.profile_id)
    await services.trainer.learn(profile)
    await services.trainer.cleaned()
    return recorded(services, training.tag)


def charged(services: Services, training: Training) -> list[tuple[Decimal | None, bool]]:
    rows = Charges(services.journal).of_training(training.tag)
    return [(row.amount, row.certain) for row in rows]


def problem(services: Services, training: Training) -> PhotaError:
    found = services.trainer.problem(training.tag)
    assert found is not None
    return found


async def test_photos_are_fetched_as_they_were_hosted_and_then_deleted(
    tmp_path: Path, opened: Opened, order: TrainingOrder, fake_bucket: FakeBucket
) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=0, fetch_first=True) as fake:
        async with opened(fake) as services:
            training = await train(services, order)
            assert training.state is TrainingState.TRAINING
            hosted = services.trainings.photos(training.tag)
            assert len(fake_bucket.objects()) == 5
            ended = await learn(services, training)
            assert (ended.state, ended.outcome) == (TrainingState.ENDED, ProfileStatus.READY)
            assert fake_bucket.objects() == {}
            after = services.trainings.photos(training.tag)
            assert {photo.state for photo in after} == {HostedState.DELETED}
        fetched = fake.ledger.fetches()
        assert [row["sha256"] for row in fetched] == [photo.sha256 for photo in hosted]
        assert not any(row["exif"] for row in fetched)
    gets = [entry for entry in fake_bucket.ledger if entry.method == "GET"]
    assert {(entry.signed, entry.status) for entry in gets} == {("query", 200)}
    home = b"".join(path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file())
    for never in ("X-Amz", SECRET, KEY_ID, KEY):
        assert never.encode() not in home


async def test_revoked_credentials_hold_a_training_that_can_be_continued(
    tmp_path: Path, opened: Opened, order: TrainingOrder, fake_bucket: FakeBucket
) -> None:
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with opened(fake) as services:
            fake_bucket.revoke()
            training = await train(services, order)
            assert training.state is TrainingState.RECORDED
            assert services.trainer.needs_a_word(training.tag)
            error = problem(services, training)
            said = check_words(error, SECRET, KEY_ID)
            assert "bucket" in said.lower()
            assert error.kind is ErrorKind.KEY_REJECTED
            assert error.field
            assert training.message
            assert charged(services, training) == []
            assert fake.ledger.asked("add") == []
            fake_bucket.restore()
            await services.trainer.go_on(training.tag)
            assert (await services.trainer.wait(training.tag)).state is TrainingState.TRAINING
            assert charged(services, training) == [(PRICE, True)]
    assert len(fake.ledger.trainings()) == 1


async def test_credentials_that_are_revoked_later_leave_photos_that_are_told(
    tmp_path: Path, opened: Opened, order: TrainingOrder, fake_bucket: FakeBucket
) -> None:
    with FakePhotaThread(tmp_path / "ledger", training_seconds=0, fetch_first=True) as fake:
        async with opened(fake) as services:
            training = await train(services, order)
            fake_bucket.revoke()
            ended = await learn(services, training)
            assert ended.outcome is ProfileStatus.READY
            assert await services.trainer.cleaned() == 5
            assert len(await services.hosting.left()) == 5
            told = PhotaError(ErrorKind.KEY_REJECTED, services.hosting.problem)
            assert "bucket" in check_words(told, SECRET, KEY_ID).lower()
            fake_bucket.restore()
        async with opened(fake) as services:  # the next start
            await services.trainer.load()
            assert await services.trainer.cleaned() == 0
            assert services.hosting.problem == ""
    assert fake_bucket.objects() == {}


@pytest.mark.parametrize("trouble", ["expired", "deleted", "cut off"])
async def test_photos_that_cannot_be_fetched_fail_the_training_in_the_servers_words(
    tmp_path: Path,
    opened: Opened,
    order: TrainingOrder,
    fake_bucket: FakeBucket,
    monkeypatch: pytest.MonkeyPatch,
    trouble: str,
) -> None:
    if trouble == "expired":
        monkeypatch.setitem(training_photos.LINK_SECONDS, TrainingTier.FAST, 600)
    with FakePhotaThread(tmp_path / "ledger", training_seconds=0, fetch_after=0.3) as fake:
        async with opened(fake) as services:
            training = await train(services, order)
            assert training.state is TrainingState.TRAINING
            third = services.trainings.photos(training.tag)[2].name
            if trouble == "expired":
                fake_bucket.rules.ahead = 601
            elif trouble == "deleted":
                await services.hosting.clean(training.tag)
            else:
                fake_bucket.write(third, fake_bucket.read(third)[:900])
            while not fake.ledger.rows("fetched"):
                await asyncio.sleep(0.02)
            fake_bucket.rules.ahead = 0
            ended = await learn(services, training)
            assert (ended.state, ended.outcome) == (TrainingState.ENDED, ProfileStatus.ERROR)
            number = 3 if trouble == "cut off" else 1
            assert f"mage {number}" in ended.message
            assert charged(services, training) == [(PRICE, True)], "it was charged all the same"
            assert await services.hosting.left() == ()
    assert fake_bucket.objects() == {}


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda bucket: bucket.rules.faults.extend([("put", 503)] * 99), ""),
        (lambda bucket: bucket.rules.faults.extend([("put", "drop")] * 99), ""),
        (lambda bucket: bucket.rules.denied.add("put"), "bucket"),
        (lambda bucket: bucket.remove(), "bucket"),
        (lambda bucket: setattr(bucket.rules, "region", "us-west-2"), "region"),
        (lambda bucket: setattr(bucket.rules, "ahead", 3600.0), "clock"),
    ],
    ids=["busy", "broken", "no writing", "no bucket", "region", "clock"],
)
async def test_a_bucket_that_takes_nothing_costs_nothing(
    tmp_path: Path,
    opened: Opened,
    order: TrainingOrder,
    fake_bucket: FakeBucket,
    spoil: Callable[[FakeBucket], None],
    words: str,
) -> None:
    with FakePhotaThread(tmp_path / "ledger") as fake:
        async with opened(fake) as services:
            spoil(fake_bucket)
            training = await train(services, order)
            assert training.state is TrainingState.RECORDED, training.message
            assert words in check_words(problem(services, training), SECRET, KEY_ID).lower()
            assert charged(services, training) == []
            assert fake.ledger.asked("add") == []
            canceled = await services.trainer.cancel(training.tag)
            assert canceled.state is TrainingState.CANCELED


async def test_a_refused_training_leaves_nothing_in_the_bucket(
    tmp_path: Path, opened: Opened, order: TrainingOrder, fake_bucket: FakeBucket
) -> None:
    with FakePhotaThread(tmp_path / "ledger", Fault("add", "status", status=402)) as fake:
        async with opened(fake) as services:
            training = await train(services, order)
            assert training.state is TrainingState.FAILED
            check_words(problem(services, training), SECRET, KEY_ID)
            assert await services.hosting.left() == ()
    assert fake_bucket.objects() == {}
    assert len([entry for entry in fake_bucket.ledger if entry.method == "PUT"]) == 5
