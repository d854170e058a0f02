"""Opening photos: paths and pasted pictures go to the services, photos come to the list."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.viewmodels.notices import Notice, NoticeAction, NoticesViewModel, Tone
from phota_desktop.viewmodels.photos import PhotoListModel
from phota_desktop.viewmodels.words import count

if TYPE_CHECKING:
    from asyncio import Lock

    from PySide6.QtGui import QImage

    from phota_desktop.services.composition import Services


class Opener(QObject):
    """Opens files, folders (their subfolders only when asked) and pasted pictures."""

    opened = Signal(list)
    """Carries the photos that were named, the new ones and those already open."""

    def __init__(
        self, photos: PhotoListModel, notices: NoticesViewModel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._photos = photos
        self._notices = notices
        self._services: Services | None = None
        self._waiting: list[tuple[list[Path], bool]] = []
        self._folders: tuple[Path, ...] = ()
        self._turn: Lock

    def attach(self, services: Services) -> None:
        """Work on what was asked for before the services were there."""
        from asyncio import Lock  # not loaded before the window is painted

        self._services = services
        self._turn = Lock()
        waiting, self._waiting = self._waiting, []
        for paths, recursive in waiting:
            self.open(paths, recursive=recursive)

    def open(self, paths: Sequence[Path], *, recursive: bool = False) -> None:
        """Open files and folders; opening never starts or pays anything."""
        if not paths:
            return
        if self._services is None:
            self._waiting.append((list(paths), recursive))
            return
        work = self._open(self._services, list(paths), recursive)
        self._services.tasks.spawn(work, name=f"open {count(len(paths), 'path')}")

    def open_subfolders(self) -> None:
        """Open what the last folder left out."""
        self.open(self._folders, recursive=True)

    def paste(self, image: QImage) -> None:
        """Save a pasted picture as a file of ours and open it."""
        if self._services is not None and not image.isNull():
            work = self._paste(self._services, image)
            self._services.tasks.spawn(work, name="paste a picture")

    async def _open(self, services: Services, paths: list[Path], recursive: bool) -> None:
        # One after another: what was named last is what is shown in the end.
        async with self._turn:
            await self._open_now(services, paths, recursive)

    async def _open_now(self, services: Services, paths: list[Path], recursive: bool) -> None:
        from phota_desktop.services.photos import open_paths

        already = self._photos.paths()
        try:
            found = await services.threads.files(
                open_paths, paths, recursive=recursive, known=already
            )
        except OSError as problem:
            reason = problem.strerror or "it cannot be read"
            error = PhotaError(ErrorKind.BAD_IMAGE, f"{problem.filename}: {reason}.")
            self._notices.show_error(error)
            return
        self._photos.add(found.photos)
        again = [path for path in paths if path in already]
        if found.photos or again:
            # In the order in which the person named them: the first is the one that is shown.
            shown = [*found.photos, *again]
            self.opened.emit(sorted(shown, key=lambda p: paths.index(p) if p in paths else 0))
        for problem_found in found.problems[:3]:
            self._notices.show_error(problem_found)
        if len(found.problems) > 3:
            words = f"{len(found.problems)} files cannot be read as photos."
            self._notices.show(Notice(words, Tone.BAD))
        self._folders = found.folders
        if found.folders:
            words = f"{count(len(found.photos), 'photo')} opened; "
            words += f"{count(len(found.folders), 'subfolder')} left out."
            self._notices.show(
                Notice(words, Tone.INFO, NoticeAction.OPEN_SUBFOLDERS, "Open subfolders")
            )
        elif not (found.photos or again or found.problems):
            self._notices.show(Notice("There is no new photo in there."))

    async def _paste(self, services: Services, image: QImage) -> None:
        from phota_desktop.services.photos import keep_pasted

        try:
            path = await services.threads.files(
                lambda: keep_pasted(_png(image), services.folders.cache / "pasted")
            )
        except OSError as problem:
            self._notices.show_error(PhotaError(ErrorKind.DISK, problem.strerror or ""))
            return
        self._photos.add([path])
        self.opened.emit([path])


def _png(image: QImage) -> bytes:
    """Return a PNG; runs in a worker thread."""
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice

    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stub lacks QIODevice + str
    buffer.close()
    return bytes(data.data())
