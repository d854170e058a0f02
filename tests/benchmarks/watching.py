"""The real window over the real services, and a watcher of what it paints and how late it is."""

from __future__ import annotations

import asyncio
import http.client
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import cv2
import numpy as np
import sklearn.datasets
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from phota_desktop.core.jobs import Engine, Job
from phota_desktop.core.options import OutputFormat
from phota_desktop.core.requests import EnhanceRequest
from phota_desktop.services.composition import Services, open_services
from phota_desktop.services.garbage import collect_here
from phota_desktop.store.paths import AppFolders
from phota_desktop.store.settings import SettingsStore
from phota_desktop.ui.main_window import MainWindow
from phota_desktop.ui.theme import apply_theme
from phota_desktop.viewmodels.images import ImageLoader, ThumbnailLoader
from phota_desktop.viewmodels.jobs import JobListModel
from phota_desktop.viewmodels.settings import SettingsViewModel
from phota_desktop.viewmodels.studio import StudioViewModel
from phota_desktop.viewmodels.variants import EntryKind
from phota_desktop.viewmodels.viewer import VariantViewer

SIDE = 4096
VARIANTS = 4


def four_pictures(extension: str = ".png") -> list[bytes]:
    """Make four pictures of 4096² with the grain of a photograph: as PNG some 26 MB each."""
    source = cv2.imread(str(Path(sklearn.datasets.__file__).parent / "images" / "china.jpg"))
    large = cv2.resize(source, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC).astype(np.int16)
    made = []
    for n in range(VARIANTS):
        grain = np.random.default_rng(n).normal(0, 2, large.shape).astype(np.int16)
        picture = np.clip(large + grain, 0, 255).astype(np.uint8)
        found, code = cv2.imencode(extension, picture, [cv2.IMWRITE_PNG_COMPRESSION, 3])
        assert found
        made.append(code.tobytes())
    return made


@dataclass
class Desk:
    """The window, what is below it, and the photo that is shown."""

    window: MainWindow
    studio: StudioViewModel
    services: Services
    photo: Path

    async def enhance(self) -> Job:
        """Ask for four variants of the photo and wait for the end of the job."""
        request = EnhanceRequest(self.photo, variants=VARIANTS, output_format=OutputFormat.PNG)
        out = self.services.folders.home / "results"
        job = await self.services.queue.submit(request, engine=Engine.PHOTA, out_dir=out)
        return await self.services.queue.wait(job.id)

    async def forget(self, job: Job) -> None:
        """Take the job out of the lists, so that every round is the first one of its photo."""
        self.studio.choose_entry("original")
        await self.services.queue.remove(job.id)


@asynccontextmanager
async def desk_at(base_url: str, home: Path, photo: Path) -> AsyncIterator[Desk]:
    """Open the window on ``photo``, 2560 × 1440, with a Phota at ``base_url``."""
    environ = {
        "PHOTA_DESKTOP_HOME": str(home),
        "PHOTA_BASE_URL": base_url,
        "PHOTA_API_KEY": "key-of-a-bench",
    }
    folders = AppFolders.find(environ)
    folders.create()
    store = SettingsStore(folders.settings_file)
    value = store.load()
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply_theme(application, value.theme)
    loader, thumbnails = ImageLoader(), ThumbnailLoader(folders.cache / "thumbnails")
    settings = SettingsViewModel(store, value)
    jobs = JobListModel()
    studio = StudioViewModel(jobs, settings)
    window = MainWindow(studio, jobs, loader, thumbnails, settings)
    window.resize(2560, 1440)
    window.show()
    services = await open_services(folders, value, environ=environ)
    settings.attach(services)
    jobs.attach(services.queue, services.tasks)
    studio.attach(services)
    services.queue.show_to(VariantViewer(studio, loader, thumbnails))
    collect_here(services.queue)
    await services.session.start(Engine.PHOTA)
    studio.photos.add([photo])
    studio.choose_photo(photo)
    async with asyncio.timeout(30):
        while not window.canvas.is_settled() or not window.canvas.shown_paths:
            await asyncio.sleep(0.01)
    try:
        yield Desk(window, studio, services, photo)
    finally:
        jobs.detach()
        studio.detach()
        await services.close()
        window.close()
        loader.close()
        thumbnails.close()
        window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


class Watcher(QObject):
    """Looks at each variant in turn as soon as the strip has it; notes when it was painted."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._seen = {entry.path for entry in desk.studio.strip.entries()}
        self._keys: list[tuple[str, str]] = []
        self._all_painted = asyncio.get_running_loop().create_future()
        self.listed: list[float] = []
        self.painted: list[float] = []
        strip = desk.studio.strip
        strip.dataChanged.connect(self._look)
        strip.rowsInserted.connect(self._look)
        desk.window.canvas.installEventFilter(self)

    def close(self) -> None:
        """Stop watching."""
        strip = self._desk.studio.strip
        strip.dataChanged.disconnect(self._look)
        strip.rowsInserted.disconnect(self._look)
        self._desk.window.canvas.removeEventFilter(self)

    def _look(self) -> None:
        for entry in self._desk.studio.strip.entries():
            if entry.kind is EntryKind.RESULT and entry.path not in self._seen:
                self._seen.add(entry.path)
                self._keys.append((entry.key, str(entry.path)))
                self.listed.append(time.monotonic())
                if len(self._keys) == len(self.painted) + 1:
                    # As a person's click would, after the model is done with its change.
                    QTimer.singleShot(0, self, self._choose)

    def _choose(self) -> None:
        if len(self.painted) < len(self._keys):
            self._desk.studio.choose_entry(self._keys[len(self.painted)][0])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if (
            event.type() is QEvent.Type.Paint
            and len(self.painted) < len(self._keys)
            and self._desk.window.canvas.shown_paths[-1:] == (self._keys[len(self.painted)][1],)
        ):
            QTimer.singleShot(0, self, self._on_painted)
        return False

    def _on_painted(self) -> None:
        path = self._keys[len(self.painted)][1] if len(self.painted) < len(self._keys) else ""
        if self._desk.window.canvas.shown_paths[-1:] != (path,):
            return  # two frames of the same picture
        self.painted.append(time.monotonic())
        self._choose()
        if len(self.painted) == VARIANTS:
            self._all_painted.set_result(None)

    async def wait(self) -> None:
        """Wait until every variant has been painted."""
        async with asyncio.timeout(30):
            await self._all_painted


class GuiGap(QObject):
    """How late a 1 ms QTimer of the window's thread is, in milliseconds, while it runs."""

    def __init__(self) -> None:
        super().__init__()
        self.late_ms: list[float] = []
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(1)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin to beat."""
        self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> list[float]:
        """End, and return the latenesses."""
        self._beat()
        self._timer.stop()
        return self.late_ms

    def _beat(self) -> None:
        now = time.perf_counter()
        self.late_ms.append(max(0.0, (now - self._last) * 1000 - 1))
        self._last = now


class Panner(QObject):
    """Drags the picture about at 60 frames a second, as a mouse would."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._step = 0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(16)
        self._timer.timeout.connect(self._pan)

    def start(self) -> None:
        """Begin; zooms in a little where there is nowhere to go."""
        self._timer.start()

    def stop(self) -> None:
        """Let go."""
        self._timer.stop()

    def _pan(self) -> None:
        canvas = self._desk.window.canvas
        if not canvas.viewport.is_pannable():
            canvas.viewport.zoom_at(1.3)
        self._step += 1
        sign = 1 if self._step // 30 % 2 else -1
        canvas.mark_moving()
        canvas.viewport.pan(sign * 9, sign * 5)


def bare(base_url: str, links: bool) -> Callable[[], list[float]]:
    """Return a call that receives the same answer and forgets it; it gives seconds to each end."""

    def receive() -> list[float]:
        where = urlsplit(base_url)
        line = http.client.HTTPConnection(where.hostname or "", where.port)
        room = bytearray(1 << 18)
        line.request("POST", f"{where.path}/enhance", b"{}")
        answer = line.getresponse()
        ends: list[float] = []
        if links:
            answer.read()
            line.request("GET", f"{where.path}/jobs/job_1")
            began = time.monotonic()
            urls = json.load(line.getresponse())["download_urls"]
            for url in urls:
                line.request("GET", urlsplit(url).path)
                one = line.getresponse()
                while one.readinto(room):
                    pass
                ends.append(time.monotonic() - began)
        else:
            began = time.monotonic()
            size, done, mark = int(answer.headers["content-length"]), 0, 1
            while got := answer.readinto(room):
                done += got
                while mark <= VARIANTS and done >= size * mark // VARIANTS:
                    ends.append(time.monotonic() - began)
                    mark += 1
        line.close()
        return ends

    return receive
