"""Real services over a data folder of their own, against the fake Phota on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image

from phota_desktop.api import bucket as bucket_module
from phota_desktop.core.jobs import Engine
from phota_desktop.core.profiles import TrainingTier
from phota_desktop.core.training import Kind, TrainingOrder
from phota_desktop.services import reconciling, runner
from phota_desktop.services.composition import Services, open_services
from phota_desktop.services.hosting import Hosting
from phota_desktop.services.threads import Threads
from phota_desktop.store.journal import Journal
from phota_desktop.store.paths import AppFolders
from phota_desktop.store.settings import SettingsStore
from phota_desktop.store.trainings import Trainings
from tests.fake_bucket import KEY_ID, SECRET, FakeBucket
from tests.fake_phota.running import FakePhotaThread
from tests.unit.services.folder_bucket import FolderBucket
from tests.unit.services.hosts import OTHER, Opens, training
from tests.unit.services.trainers import host_in


@pytest.fixture(autouse=True)
def quick_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Poll at once and often; the pauses themselves are the retry table's tests."""
    monkeypatch.setattr(runner, "POLL_FIRST", 0.03)
    monkeypatch.setattr(runner, "OFFLINE_TRIES", 1)


Open = Callable[..., AbstractAsyncContextManager[Services]]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "IMG_1.jpg"
    Image.effect_noise((320, 240), 60).convert("RGB").save(path, quality=90)
    return path


@pytest.fixture
def out_dir(tmp_path: Path) -> Path:
    return tmp_path / "results"


@pytest.fixture
def open_real_services(tmp_path: Path) -> Open:
    """Open services again and again over the same folders, as restarts do."""

    @asynccontextmanager
    async def opening(
        environ: dict[str, str] | None = None,
        *,
        engine: Engine | None = None,
        patient: bool = False,
    ) -> AsyncIterator[Services]:
        home = {"PHOTA_DESKTOP_HOME": str(tmp_path / "home")}
        environ = {**home, **(environ or {})}
        folders = AppFolders.find(environ)
        folders.create()
        store = SettingsStore(folders.settings_file)
        settings = store.load()
        store.save(settings)
        services = await open_services(folders, settings, environ=environ, patient=patient)
        await services.session.start(engine)
        try:
            yield services
        finally:
            await services.close()

    return opening


@pytest.fixture
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the two minutes of rule R4 be short."""
    monkeypatch.setattr(reconciling, "LOOK_FOR_S", 0.2)
    monkeypatch.setattr(reconciling, "PAUSE_S", 0.05)


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[FolderBucket]:
    made = FolderBucket(tmp_path / "bucket")
    yield made
    made.close()


@pytest.fixture
def order(tmp_path: Path) -> TrainingOrder:
    """Return seven photos of this computer: three batches of uploads."""
    photos = []
    for n in range(7):
        path = tmp_path / f"IMG_{n}.jpg"
        Image.effect_noise((160, 120), 20 + 10 * n).convert("RGB").save(path, quality=90)
        photos.append(str(path))
    return TrainingOrder("Rex", TrainingTier.FAST, tuple(photos), Kind.DOG, "Rex is mine.")


@pytest.fixture
def opened(open_real_services: Open, bucket: FolderBucket) -> Open:
    """Open services whose trainer hosts photos in a folder."""

    @asynccontextmanager
    async def opening(
        fake: FakePhotaThread | None = None, engine: Engine = Engine.PHOTA
    ) -> AsyncIterator[Services]:
        async with open_real_services(fake.environ() if fake else {}, engine=engine) as services:
            host_in(services, bucket)
            yield services
            await services.trainer.close()

    return opening


@pytest.fixture
def quick_bucket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bucket_module, "_PAUSES", (0.01, 0.02))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/none")


@pytest.fixture
def threads() -> Iterator[Threads]:
    made = Threads()
    yield made
    made.close()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal(tmp_path / "journal.sqlite")
    yield made
    made.close()


@pytest.fixture
def record(journal: Journal) -> Trainings:
    made = Trainings(journal)
    made.save(training())
    made.save(training(OTHER))
    return made


@pytest.fixture
async def opens(
    record: Trainings, threads: Threads, fake_bucket: FakeBucket
) -> AsyncIterator[Opens]:
    """Open hosting over the same journal again and again, as restarts do."""
    made: list[Hosting] = []

    async def new(*, empty: bool = False) -> Hosting:
        environ = {} if empty else {"PHOTA_BUCKET_KEY_ID": KEY_ID, "PHOTA_BUCKET_SECRET": SECRET}
        address = None if empty else fake_bucket.address
        made.append(Hosting(record, threads, address=address, environ=environ))
        await made[-1].load()
        return made[-1]

    yield new
    for one in made:
        await one.close()
