"""The real window over real view-models and services, in a loop of qasync."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from phota_desktop.services import runner
from phota_desktop.services.composition import Services, open_services
from phota_desktop.store.paths import AppFolders
from phota_desktop.store.settings import SettingsStore
from phota_desktop.ui.main_window import MainWindow
from phota_desktop.ui.theme import apply_theme
from phota_desktop.viewmodels.images import ImageLoader
from phota_desktop.viewmodels.jobs import JobListModel
from phota_desktop.viewmodels.settings import SettingsViewModel
from phota_desktop.viewmodels.studio import StudioViewModel
from phota_desktop.viewmodels.thumbnails import ThumbnailLoader
from tests.window_loop import window_loop

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PHOTA_DESKTOP_QT_DIALOGS"] = "1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            # The offscreen platform says so of every window; it means nothing.
            item.add_marker(pytest.mark.qt_log_ignore("propagateSizeHints"))


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"qasync": window_loop}


@pytest.fixture(autouse=True)
def quick_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask a paid job's server again soon; the pauses themselves are the retry table's tests."""
    monkeypatch.setattr(runner, "POLL_FIRST", 0.03)


@dataclass
class Desk:
    """One window and all that is below it."""

    window: MainWindow
    studio: StudioViewModel
    jobs: JobListModel
    settings: SettingsViewModel
    folders: AppFolders
    services: Services | None = None

    @property
    def running(self) -> Services:
        assert self.services is not None
        return self.services


def picture(path: Path, colour: str = "#4477aa", width: int = 64, height: int = 48) -> Path:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    for x in range(0, width, 4):
        image.setPixelColor(x, x % height, QColor(255, x % 256, 0))
    assert image.save(str(path))
    return path


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "photos"
    folder.mkdir()
    colours = ("#4477aa", "#aa4477", "#77aa44")
    return [picture(folder / f"IMG_{n}.jpg", colour) for n, colour in enumerate(colours, 1)]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"PHOTA_DESKTOP_HOME": str(tmp_path / "home")}


@pytest.fixture
def desk(qapp: QApplication, environ: dict[str, str]) -> Iterator[Desk]:
    folders = AppFolders.find(environ)
    folders.create()
    store = SettingsStore(folders.settings_file)
    value = store.load()
    apply_theme(qapp, value.theme)
    loader, thumbnails = ImageLoader(), ThumbnailLoader(folders.cache / "thumbnails")
    settings = SettingsViewModel(store, value)
    jobs = JobListModel()
    studio = StudioViewModel(jobs, settings)
    window = MainWindow(studio, jobs, loader, thumbnails, settings)
    window.resize(1280, 800)
    window.show()
    window.activateWindow()
    QApplication.processEvents()
    made = Desk(window, studio, jobs, settings, folders)
    yield made
    made.__dict__.clear()  # pytest keeps the desk for a while, and would keep the window with it
    window.close()
    loader.close()
    thumbnails.close()
    window.deleteLater()
    del window, studio, jobs, settings
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
    gc.collect()  # or a worker thread does it, and Qt minds timers that end in another thread


@pytest_asyncio.fixture
async def live(desk: Desk, environ: dict[str, str]) -> AsyncIterator[Desk]:
    """Give the desk its services, as the program does after the first paint."""
    services = await open_services(desk.folders, desk.settings.value, environ=environ)
    desk.services = services
    desk.window.attach(services)
    yield desk
    desk.window.detach()
    await services.close()


async def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until something holds; the loop runs on meanwhile."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


LEFT = Qt.MouseButton.LeftButton
