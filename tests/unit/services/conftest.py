"""Real services over a data folder of their own, against the fake Phota on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image

from phota_desktop.core.jobs import Engine
from phota_desktop.services import runner
from phota_desktop.services.composition import Services, open_services
from phota_desktop.store.paths import AppFolders
from phota_desktop.store.settings import SettingsStore


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
