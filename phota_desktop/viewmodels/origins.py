"""Asks the library what a picture is and which job it came from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.jobs import Job

if TYPE_CHECKING:
    from phota_desktop.services.library import Library
    from phota_desktop.services.tasks import Tasks


class Origins(QObject):
    """Answers later, by a call; a newer question takes the place of one that waits."""

    failed = Signal(object)
    """The library could not be read: a PhotaError."""

    def __init__(self, library: Library, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._tasks = tasks

    def with_key(self, path: Path, call: Callable[[str], object]) -> None:
        """Call with the key of the picture at a path; a photo gets one if it has none yet."""
        self._tasks.spawn(self._ask_key(path, call), name="key of a picture", replace=True)

    def with_job(
        self, key: str, path: Path | None, call: Callable[[str, Job | None], object]
    ) -> None:
        """Call with a picture's key and job; where the key is empty, it is known by its path."""
        self._tasks.spawn(self._ask_job(key, path, call), name="job of a picture", replace=True)

    async def _ask_key(self, path: Path, call: Callable[[str], object]) -> None:
        try:
            picture = await self._library.at(path) or await self._library.remember_photo(path)
        except PhotaError as error:
            self.failed.emit(error)
        else:
            call(picture.key)

    async def _ask_job(
        self, key: str, path: Path | None, call: Callable[[str, Job | None], object]
    ) -> None:
        try:
            if not key and path is not None:
                picture = await self._library.at(path)
                key = picture.key if picture is not None else ""
            job = await self._library.job_of(key) if key else None
        except PhotaError as error:
            self.failed.emit(error)
        else:
            call(key, job)
