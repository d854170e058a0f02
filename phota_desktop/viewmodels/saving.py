"""Saving a chosen picture where a person wants it, and saying where it went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.file_names import DEFAULT_TEMPLATE, expand
from phota_desktop.core.options import OutputFormat
from phota_desktop.viewmodels.notices import Notice, NoticeAction, NoticesViewModel, Tone
from phota_desktop.viewmodels.words import plain

if TYPE_CHECKING:
    from phota_desktop.core.library import Picture
    from phota_desktop.services.composition import Services
    from phota_desktop.viewmodels.export_subjects import Chosen
    from phota_desktop.viewmodels.variants import Entry


class Saver(QObject):
    """Exports pictures in a worker thread; never overwrites, the next free name is taken."""

    def __init__(self, notices: NoticesViewModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.template = DEFAULT_TEMPLATE
        """How what is dragged out is called: as what was exported last."""
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
        """Return real files with readable names for a drag out of the strip."""
        from phota_desktop.viewmodels.export_subjects import chosen_entries

        return self.files_of(chosen_entries(entries, photo))

    def drag_pictures(self, pictures: Sequence[Picture]) -> list[Path]:
        """Return real files with readable names for a drag out of the library."""
        from phota_desktop.viewmodels.export_subjects import chosen_pictures

        return self.files_of(chosen_pictures(pictures))

    def files_of(self, chosen: Sequence[Chosen]) -> list[Path]:
        """Return files to give away: themselves, or named copies of what the vault alone has.

        The vault's file is never given away, nor another name of it: who gets it may write to it.
        """
        services = self._services
        if services is None:
            return [one.path for one in chosen]
        inside = [one for one in chosen if one.path.is_relative_to(services.folders.vault)]
        if not inside:
            return [one.path for one in chosen]
        from phota_desktop.viewmodels.export_subjects import subjects_at_hand
        from phota_desktop.viewmodels.working_copies import dragged_copies

        subjects = subjects_at_hand(services, inside)
        wanted = [
            (one.path, expand(self.template, replace(one.tokens, counter=n), one.extension))
            for n, one in enumerate(subjects, 1)
        ]
        copies = dragged_copies(wanted, services.folders.cache / "drag")
        found = (copies.get(one.path) if one in inside else one.path for one in chosen)
        return [path for path in found if path is not None]

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


def format_of(target: Path) -> OutputFormat | None:
    """Return the format that a file name asks for; None keeps the picture's own."""
    suffix = target.suffix.lower().lstrip(".")
    if suffix == "jpeg":
        suffix = "jpg"
    return OutputFormat(suffix) if suffix in tuple(OutputFormat) else None
