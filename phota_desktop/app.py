"""The window's program: paint first, then load the rest, run, and close in order.

The order is measured (start-up is a goal): QtGui, the first photo begins to decode in a thread,
QtWidgets, window, first paint; only then asyncio, the services and everything heavy.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from phota_desktop.bytecode import kept_bytecode
from phota_desktop.store.paths import AppFolders

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from phota_desktop.core.errors import PhotaError
    from phota_desktop.services.composition import Services
    from phota_desktop.store.settings import Settings, SettingsStore
    from phota_desktop.ui.main_window import MainWindow
    from phota_desktop.viewmodels.images import ImageLoader, ThumbnailLoader
    from phota_desktop.viewmodels.jobs import JobListModel
    from phota_desktop.viewmodels.settings import SettingsViewModel
    from phota_desktop.viewmodels.studio import StudioViewModel

FIRST_PICTURE_MS = 1500
"""Longest wait for the first picture before the rest is loaded all the same."""
OPEN_AGAIN_S = 5.0
"""Seconds until folders that could not be used, on a full disk say, are tried again."""


class Program:
    """The window and its view-models, before and after the services are there.

    No dataclass: it is made before its code can be kept (0.5 ms before the first paint).
    """

    def __init__(
        self, application: QApplication, window: MainWindow, thumbnails: ThumbnailLoader
    ) -> None:
        self.application = application
        self.window = window
        self.studio: StudioViewModel = window.studio
        self.jobs: JobListModel = window.jobs
        self.settings: SettingsViewModel = window.settings
        self.loader: ImageLoader = window.loader
        self.thumbnails = thumbnails


def main(argv: Sequence[str]) -> int:
    """Open the window with the photos named in ``argv``; return the exit code."""
    from phota_desktop.core.errors import PhotaError
    from phota_desktop.store.lock import InstanceLock

    folders = AppFolders.find()
    lock = InstanceLock(folders.runtime / "window.lock")
    try:
        folders.create()
        is_first = lock.acquire()
    except PhotaError as error:
        return _unusable(error)
    paths = [Path(argument) for argument in argv if not argument.startswith("-")]
    if not is_first:
        from phota_desktop.single_instance import hand_over

        try:
            if hand_over(folders.runtime / "window.socket", paths, lock.acquire):
                return 0
        except OSError:
            sys.stderr.write("Phota Desktop is running already, but its window does not answer.\n")
            return 3
    try:
        return _run(folders, paths)
    except PhotaError as error:  # the settings cannot be read, or their first time not written
        return _unusable(error)
    finally:
        lock.release()


def _unusable(error: PhotaError) -> int:
    """Say which folder or file cannot be used; return the exit code for the environment."""
    sys.stderr.write(f"{error.message} {error.hint}".rstrip() + "\n")
    return 3


def ended_by(error: BaseException) -> int:
    """Record what ended the program, say it without values, and return the exit code."""
    from phota_desktop import crashes

    crashes.write(AppFolders.find().logs, "window", "the window's program", error, ended=True)
    crashes.complain(error)
    return 1


def _note_faults(folder: Path) -> None:
    """Let Python's own C code write to the crash log if the process dies before it is painted.

    Everything else about errors waits until then: see crashes.py.
    """
    import faulthandler  # part of the interpreter: nothing is loaded
    import os

    try:
        file = os.open(folder / "crash.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError:
        return  # a full disk is told by those who need it
    faulthandler.enable(file)


def _run(folders: AppFolders, paths: list[Path]) -> int:
    _note_faults(folders.logs)
    with kept_bytecode(folders.cache / "start.bytecode"):
        from phota_desktop.viewmodels.images import ImageLoader

        loader = ImageLoader()
        first = next((path for path in paths if path.is_file()), None)
        # Workers that decode and compare hand Python's lock back sooner than after 5 ms: the first
        # picture comes sooner, and the window pauses shorter.
        sys.setswitchinterval(0.0005)
        if first is not None:
            loader.request(first)  # decodes while the rest is imported and the window is built

        from phota_desktop.store.settings import SettingsStore

        store = SettingsStore(folders.settings_file)
        settings = store.load()
        program = _build(folders, store, settings, loader, first)
    program.window.show()
    _wait_for_first_picture(program)
    gc.freeze()
    gc.enable()

    import asyncio

    import qasync

    from phota_desktop import crashes
    from phota_desktop.logs import start_logging

    died_of = crashes.look(folders.logs)
    watch = crashes.start(folders.logs, "window")
    start_logging(folders.logs)
    from phota_desktop.viewmodels.notices import notice_of_bug, notice_of_crash

    notices = program.studio.notices
    if died_of:
        notices.show(notice_of_crash(died_of))
    application = program.application
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(application)) as runner:
        loop = runner.get_loop()
        watch.tell = lambda name, error: loop.call_soon_threadsafe(
            lambda: notices.show(notice_of_bug(name, error))
        )
        runner.run(_live(program, folders, settings, paths))
    program.loader.close()
    program.thumbnails.close()
    return 0


def _build(
    folders: AppFolders,
    store: SettingsStore,
    settings: Settings,
    loader: ImageLoader,
    first: Path | None,
) -> Program:
    from PySide6.QtWidgets import QApplication

    application = QApplication(["phota-desktop", "-style", "fusion"])

    from phota_desktop.ui import icons
    from phota_desktop.ui.main_window import MainWindow
    from phota_desktop.ui.theme import apply_theme
    from phota_desktop.viewmodels.images import ThumbnailLoader
    from phota_desktop.viewmodels.jobs import JobListModel
    from phota_desktop.viewmodels.settings import SettingsViewModel
    from phota_desktop.viewmodels.studio import StudioViewModel

    application.setApplicationName("phota-desktop")
    application.setApplicationDisplayName("Phota Desktop")
    application.setDesktopFileName("phota-desktop")
    application.setQuitOnLastWindowClosed(False)
    apply_theme(application, settings.theme, is_fusion=True)
    icons.keep_in(folders.cache / "icons")
    thumbnails = ThumbnailLoader(folders.cache / "thumbnails")
    settings_model = SettingsViewModel(store, settings)
    jobs = JobListModel()
    studio = StudioViewModel(jobs, settings_model)
    window = MainWindow(studio, jobs, loader, thumbnails, settings_model)
    if first is not None:
        from PySide6.QtCore import Qt  # makes 120 enums in 14 ms, while the photo is decoded

        loader.preview.connect(
            lambda name, image: thumbnails.take(Path(name), image.levels[0]),
            Qt.ConnectionType.SingleShotConnection,
        )
        studio.photos.add([first])
        studio.choose_photo(first)
    return Program(application, window, thumbnails)


def _wait_for_first_picture(program: Program) -> None:
    """Run Qt alone until the window (and a named photo) is painted; no coroutine exists yet."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(FIRST_PICTURE_MS, loop.quit)
    program.window.closed.connect(loop.quit)
    if program.studio.photo is None:
        program.window.completed.connect(loop.quit)
    else:
        program.loader.preview.connect(lambda *_: QTimer.singleShot(30, loop.quit))
        program.loader.ready.connect(lambda *_: QTimer.singleShot(30, loop.quit))
        program.loader.failed.connect(lambda *_: loop.quit())
    loop.exec()


async def _live(
    program: Program, folders: AppFolders, settings: Settings, paths: list[Path]
) -> None:
    """Give the window its services and live until it closes."""
    import asyncio
    from contextlib import suppress

    from phota_desktop.core.errors import PhotaError
    from phota_desktop.environment import found_environment
    from phota_desktop.services.composition import open_services
    from phota_desktop.single_instance import Listener

    closed = asyncio.Event()
    program.window.closed.connect(closed.set)
    if not program.window.isVisible():
        return

    def on_paths(named: list[Path]) -> None:
        program.window.show_in_front()
        program.studio.opener.open(named)

    # Before anybody can hand over more: what was named last is what is shown in the end.
    program.studio.opener.open(paths)
    listener = Listener(folders.runtime / "window.socket", on_paths)
    said = ""
    while True:
        try:
            services = await open_services(folders, settings, environ=found_environment())
            break
        except PhotaError as error:
            if error.message != said:  # once, however often it is tried
                said = error.message
                program.studio.notices.show_error(error)
        # What was paid is to come as soon as a full disk has room again, without a restart.
        with suppress(TimeoutError):
            await asyncio.wait_for(closed.wait(), OPEN_AGAIN_S)
        if closed.is_set():
            listener.close()
            return
    services.tasks.spawn(_start(program, services, paths), name="start")
    await closed.wait()
    listener.close()
    program.window.detach()
    await services.close()


async def _start(program: Program, services: Services, paths: list[Path]) -> None:
    from contextlib import suppress

    from phota_desktop.core.errors import PhotaError
    from phota_desktop.services.garbage import collect_here
    from phota_desktop.services.samples import samples
    from phota_desktop.viewmodels.viewer import VariantViewer

    await services.queue.load()
    parts = program.window.attach(services)
    services.queue.show_to(VariantViewer(program.studio, program.loader, program.thumbnails))
    collect_here(services.queue)
    for problem in services.journal.problems:
        program.studio.say(problem)
    if not paths and not services.settings.seen_first_run:
        for sample in samples():
            program.studio.add_sample(sample.photo, sample.variants)
        program.settings.change(seen_first_run=True)
    wanted = program.settings.preferred_engine
    await services.session.start(wanted, look=True)
    # In a thread as patient as those that decode: what it starts is as patient as it is.
    services.threads.follow(_start_decoders)
    with suppress(PhotaError):  # what cannot be cleared now does not hold up what is paid
        await services.queue.sweep()
    await services.trainer.load()
    await services.queue.resume()
    await parts.reopening.look()
    await services.session.await_keyring(wanted)


def _start_decoders() -> None:
    from phota_desktop.viewmodels.decoding import start_decoders

    start_decoders()
