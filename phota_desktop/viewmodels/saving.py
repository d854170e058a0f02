"""Giving pictures to other programs as files with names that a person can read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from phota_desktop.core.file_names import DEFAULT_TEMPLATE, expand

if TYPE_CHECKING:
    from phota_desktop.core.library import Picture
    from phota_desktop.services.composition import Services
    from phota_desktop.viewmodels.export_subjects import Chosen
    from phota_desktop.viewmodels.variants import Entry


class Saver(QObject):
    """Names what is dragged, copied or handed over; exports have their own dialog."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.template = DEFAULT_TEMPLATE
        """How what is dragged out is called: as what was exported last."""
        self._services: Services | None = None

    def attach(self, services: Services) -> None:
        """Take over the folders."""
        self._services = services

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
