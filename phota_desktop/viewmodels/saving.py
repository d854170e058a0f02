"""Saving a chosen picture where a person wants it, and saying where it went."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.options import OutputFormat
from phota_desktop.viewmodels.notices import Notice, NoticeAction, NoticesViewModel, Tone
from phota_desktop.viewmodels.words import plain

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services
    from phota_desktop.viewmodels.variants import Entry


class Saver(QObject):
    """Exports pictures in a worker thread; never overwrites, the next free name is taken."""

    def __init__(self, notices: NoticesViewModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._notices = notices
        self._services: Services | None = None

    def attach(self, services: Services) -> None:
        """Take over the worker threads."""
        self._services = services

    def export(self, picture: Path, target: Path, original: Path | None) -> None:
        """Write ``picture`` to ``target`` with the metadata of ``original``."""
        if self._services is not None:
            work = self._export(self._services, picture, target, original)
            self._services.tasks.spawn(work, name=f"export {target.name}")

    def drag_files(self, entries: Sequence[Entry], photo: Path | None) -> list[Path]:
        """Return real files with readable names for a drag out of the window.

        A picture that lies in the vault alone gets a second name in the cache: no pixel is copied
        where the disk allows a link.
        """
        found = []
        for n, entry in enumerate(entries, 1):
            path = entry.path
            if path is None:
                continue
            services = self._services
            if services is not None and path.is_relative_to(services.folders.vault):
                stem = photo.stem if photo else "picture"
                path = _named(path, services.folders.cache / "drag", f"{stem}-{n}{path.suffix}")
            found.append(path)
        return found

    async def _export(
        self, services: Services, picture: Path, target: Path, original: Path | None
    ) -> None:
        from phota_desktop.services.export import export_variant

        wanted = format_of(target)
        try:
            saved = await services.threads.files(
                export_variant, picture, target, original=original, output_format=wanted
            )
        except PhotaError as error:
            self._notices.show_error(error, subject=target.name)
            return
        words = f"Saved as {plain(saved.name, 120)}"
        self._notices.show(
            Notice(words, Tone.GOOD, NoticeAction.SHOW_FILE, "Show in folder", path=saved)
        )


def _named(path: Path, folder: Path, name: str) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / path.stem[:8] / name
    target.parent.mkdir(mode=0o700, exist_ok=True)
    if not target.exists():
        try:
            target.hardlink_to(path)
        except OSError:
            shutil.copyfile(path, target)
    return target


def format_of(target: Path) -> OutputFormat | None:
    """Return the format that a file name asks for; None keeps the picture's own."""
    suffix = target.suffix.lower().lstrip(".")
    if suffix == "jpeg":
        suffix = "jpg"
    return OutputFormat(suffix) if suffix in tuple(OutputFormat) else None
