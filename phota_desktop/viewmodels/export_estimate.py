"""How large exported files will be: the first picture is written for a try, and thrown away."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.exporting import ExportSettings
from phota_desktop.core.file_names import numbered
from phota_desktop.viewmodels.export_subjects import Subject
from phota_desktop.viewmodels.export_words import estimate_words
from phota_desktop.viewmodels.words import plain

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services

MOST_NUMBERS = 1000
PAUSE_MS = 300
"""After the last change of a setting, before its effect is tried."""


class Estimator(QObject):
    """Tries the first picture with the settings at hand: its true size, and what is to be told."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.words = ""
        """The size; empty while it is not known."""
        self.warnings: tuple[str, ...] = ()
        self.free: Mapping[Path, str] = {}
        """The free name of each of the first files whose own is taken."""
        self._services: Services | None = None
        self._asked: tuple[Subject, ExportSettings, int, tuple[Path, ...]] | None = None
        self._stale = threading.Event()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(PAUSE_MS)
        self._later.timeout.connect(self._begin)

    def attach(self, services: Services) -> None:
        """Take over the worker threads."""
        self._services = services

    def detach(self) -> None:
        """Let the services go, before they close."""
        self.stop()
        self._services = None

    def ask(
        self, subjects: Sequence[Subject], settings: ExportSettings, first: Sequence[Path]
    ) -> None:
        """Try these settings soon, in place of those before; ``first`` are files to come."""
        asked = (subjects[0], settings, len(subjects), tuple(first)) if subjects else None
        if asked == self._asked:
            return
        self.stop()
        self._asked = asked
        if asked is not None:
            self._later.start()

    def stop(self) -> None:
        """Try nothing, and forget what is known."""
        self._later.stop()
        self._stale.set()
        self._asked = None
        self._show("", ())

    def _begin(self) -> None:
        if self._services is not None and self._asked is not None:
            self._stale = threading.Event()
            work = self._try(self._services, *self._asked, self._stale)
            self._services.tasks.spawn(work, name="export estimate", replace=True)

    async def _try(
        self,
        services: Services,
        subject: Subject,
        settings: ExportSettings,
        number: int,
        first: Sequence[Path],
        stale: threading.Event,
    ) -> None:
        free = await services.threads.files(free_names, first)
        if not stale.is_set() and free != self.free:
            self.free = free
            self.changed.emit()
        try:
            size, warnings = await services.threads.files(
                try_export, subject, settings, services.folders.cache, stale.is_set
            )
        except PhotaError as error:
            if not stale.is_set() and error.kind is not ErrorKind.CANCELED:
                self._show("", (plain(error.message),))
            return
        if not stale.is_set():
            self._show(estimate_words(size, number), warnings)

    def _show(self, words: str, warnings: tuple[str, ...]) -> None:
        if (words, warnings) != (self.words, self.warnings):
            self.words, self.warnings = words, warnings
            self.changed.emit()


def free_names(files: Sequence[Path]) -> dict[Path, str]:
    """Return the name that each taken file would get; blocking, and only as true as the moment."""
    found: dict[Path, str] = {}
    for file in files:
        number = 1
        while number < MOST_NUMBERS and os.path.lexists(
            file.with_name(numbered(file.name, number))
        ):
            number += 1
        if number > 1:
            found[file] = numbered(file.name, number)
    return found


def try_export(
    subject: Subject, settings: ExportSettings, cache: Path, cancelled: Callable[[], bool]
) -> tuple[int, tuple[str, ...]]:
    """Return the bytes of an exported picture, and what is to be told of it; blocking.

    Nothing of it stays. Raises ``PhotaError`` as an export does.
    """
    from phota_desktop.imaging.export import export_picture

    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="try-", dir=cache, ignore_cleanup_errors=True) as place:
        done = export_picture(
            subject.path,
            Path(place),
            f"try.{subject.extension}",
            settings,
            original=subject.original,
            provenance=subject.provenance,
            marks=subject.marks,
            people=subject.people,
            cancelled=cancelled,
        )
    return done.bytes, done.warnings
