"""Finds the photos among dropped files and folders, and has each checked without being asked."""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from phota_desktop.viewmodels.training_photos import MOST_PHOTOS, TrainingPhotosModel
from phota_desktop.viewmodels.words import count

if TYPE_CHECKING:
    from phota_desktop.services.checking import PhotoChecker
    from phota_desktop.services.composition import Services

_AT_ONCE = 4
"""Photos whose verdicts appear together: as many as the checker measures at once at most."""
_FIND, _CHECK = "find training photos", "check training photos"


@dataclass(frozen=True)
class Found:
    """What is in the paths that a person named, in their order."""

    photos: tuple[Path, ...]
    folders: tuple[Path, ...] = ()
    """Subfolders that were not entered."""


@dataclass(frozen=True)
class _Named:
    paths: tuple[Path, ...]
    recursive: bool
    missing_too: bool
    list: int
    """For which of the lists that were shown one after another."""


class PhotoIntake(QObject):
    """Fills a list of photos; ``changed`` tells of progress, of ``folders`` and of ``told``."""

    changed = Signal()

    def __init__(self, photos: TrainingPhotosModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.photos = photos
        self.is_looking = False
        """Files and folders are being looked through."""
        self.is_checking = False
        self.folders: tuple[Path, ...] = ()
        self.told = ""
        self._services: Services | None = None
        self._checker: PhotoChecker | None = None
        self._waiting: list[_Named] = []
        self._list = 0

    def attach(self, services: Services) -> None:
        """Work on what was dropped, also before the services were there."""
        self._services = services
        self._go_on()

    def detach(self) -> None:
        """Stop, before the services close."""
        if self._services is not None:
            for name in (_FIND, _CHECK):
                self._services.tasks.cancel(name)
        self._services = None

    def add(
        self, paths: Sequence[Path], *, recursive: bool = False, missing_too: bool = True
    ) -> None:
        """Add files and the photos of folders, and check them; subfolders only on request.

        Without ``missing_too`` files that are no more are passed over.
        """
        if paths:
            self._waiting.append(_Named(tuple(paths), recursive, missing_too, self._list))
            self._go_on()

    def show_another(self) -> None:
        """Forget what is being looked for: the list is about to be another one."""
        self._list += 1
        self._waiting.clear()
        self.told, self.folders = "", ()

    def add_subfolders(self) -> None:
        """Add what the last folders left out."""
        folders, self.folders = self.folders, ()
        self.add(folders, recursive=True)

    def tell(self, words: str) -> None:
        """Say this beside the list."""
        self.told = words
        self.changed.emit()

    def stop(self) -> None:
        """Check no further photo until :meth:`check` is called or photos are added."""
        if self._services is not None:
            self._services.tasks.cancel(_CHECK)

    def check(self) -> None:
        """Check what is not checked yet."""
        if self._services is None or self.is_checking or not self.photos.unchecked:
            return
        if self._checker is None:
            from phota_desktop.services.checking import PhotoChecker

            self._checker = PhotoChecker()
        self.is_checking = True
        self._services.tasks.spawn(self._check(self._checker), name=_CHECK)
        self.changed.emit()

    def _go_on(self) -> None:
        if self._services is not None and self._waiting and not self.is_looking:
            self.is_looking = True
            self._services.tasks.spawn(self._find(self._services), name=_FIND)
            self.changed.emit()

    async def _find(self, services: Services) -> None:
        try:
            while self._waiting:
                named = self._waiting.pop(0)
                found = await services.threads.files(find_photos, named, self.photos.paths)
                if named.list != self._list:
                    continue
                added = self.photos.add(found.photos)
                self.folders = found.folders
                self.told = _told(found, added)
                self.check()
        finally:
            self.is_looking = False
            self.changed.emit()

    async def _check(self, checker: PhotoChecker) -> None:
        try:
            while batch := self.photos.unchecked[:_AT_ONCE]:
                self.photos.take_facts(await checker.measure(batch))
        except CancelledError:
            self.told = "The check was stopped."
            raise
        finally:
            self.is_checking = False
            self.changed.emit()


def find_photos(named: _Named, known: Sequence[Path]) -> Found:
    """Return the named files, readable or not, and the photos in named folders.

    Twins stay: they are said to the person. Blocking; no errors.
    """
    from phota_desktop.services.photos import open_paths

    photos: list[Path] = []
    folders: list[Path] = []
    for path in (path.absolute() for path in named.paths):
        if path.is_dir():
            opened = open_paths([path], recursive=named.recursive, unique=False)
            photos += opened.photos
            folders += opened.folders
        elif named.missing_too or path.is_file():
            photos.append(path)  # the check says what is wrong with it
    taken = set(known)
    return Found(tuple(p for p in dict.fromkeys(photos) if p not in taken), tuple(folders))


def _told(found: Found, added: int) -> str:
    if added < len(found.photos):
        left = count(len(found.photos) - added, "photo")
        return f"The list takes {MOST_PHOTOS} photos; {left} did not fit."
    if found.folders:
        return f"{count(len(found.folders), 'subfolder')} left out."
    return "" if found.photos else "There is no new photo in there."
