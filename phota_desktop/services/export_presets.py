"""Export presets and the settings used last, in one small file that is read leniently."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.events import Event
from phota_desktop.core.export_presets import (
    MAX_PRESETS,
    from_plain,
    named,
    presets_from_plain,
    to_plain,
)
from phota_desktop.core.exporting import ExportPreset, ExportSettings
from phota_desktop.services.threads import Threads
from phota_desktop.store.files import atomic_write, disk_error
from phota_desktop.store.paths import AppFolders

FILE_NAME = "export.json"
_VERSION = 1
_MOST_BYTES = 1_000_000
_T = TypeVar("_T")


class ExportPresets:
    """What a person keeps of exports. ``changed`` follows each change of the presets.

    Methods raise PhotaError DISK when the file cannot be written; one that cannot be read counts
    as none.
    """

    def __init__(self, folders: AppFolders, threads: Threads) -> None:
        self.changed: Event[ExportPresets] = Event()
        self._path = folders.settings_file.with_name(FILE_NAME)
        self._threads = threads

    async def all(self) -> list[ExportPreset]:
        """Return the presets by name."""
        presets, _ = await self._threads.journal(_read, self._path)
        return presets

    async def last(self) -> ExportSettings:
        """Return the settings of the last export, or as new."""
        _, last = await self._threads.journal(_read, self._path)
        return last

    async def remember(self, settings: ExportSettings) -> None:
        """Keep the settings as those used last."""
        await self._threads.journal(_change, self._path, lambda presets, _: (presets, settings))

    async def save(self, preset: ExportPreset) -> None:
        """Keep a preset in the place of the one of its name; PhotaError INVALID without a name."""
        kept = replace(preset, name=_name(preset.name))

        def saved(presets: list[ExportPreset]) -> list[ExportPreset]:
            others = [one for one in presets if one.name != kept.name]
            if len(others) >= MAX_PRESETS:
                raise _invalid("There are too many presets; delete one.")
            return [*others, kept]

        await self._presets(saved)

    async def rename(self, old: str, new: str) -> None:
        """Give a preset another name; PhotaError INVALID when it is taken or there is no such."""
        name = _name(new)

        def renamed(presets: list[ExportPreset]) -> list[ExportPreset]:
            names = {one.name for one in presets}
            if old not in names:
                raise _invalid(f"There is no preset “{old}”.")
            if name in names and name != old:
                raise _invalid(f"There is a preset “{name}” already.")
            return [replace(one, name=name) if one.name == old else one for one in presets]

        await self._presets(renamed)

    async def remove(self, name: str) -> None:
        """Delete a preset, if it is there."""
        await self._presets(lambda presets: [one for one in presets if one.name != name])

    async def _presets(self, change: Callable[[list[ExportPreset]], list[ExportPreset]]) -> None:
        # The journal's thread is one, so that two changes never read the same old file.
        await self._threads.journal(
            _change, self._path, lambda presets, last: (change(presets), last)
        )
        self.changed.emit(self)


_Kept = tuple[list[ExportPreset], ExportSettings]


def _read(path: Path) -> _Kept:
    try:
        with path.open("rb") as file:
            plain = json.loads(file.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        plain = None
    if not isinstance(plain, dict):
        plain = {}
    presets = sorted(
        presets_from_plain(plain.get("presets")), key=lambda one: (one.name.casefold(), one.name)
    )
    return presets, from_plain(plain.get("last"))


def _change(path: Path, change: Callable[[list[ExportPreset], ExportSettings], _Kept]) -> None:
    presets, last = change(*_read(path))
    plain = {
        "version": _VERSION,
        "last": to_plain(last),
        "presets": [{"name": one.name, **to_plain(one.settings)} for one in presets],
    }
    try:
        atomic_write(path, (json.dumps(plain, indent=1) + "\n").encode("ascii"))
    except OSError as error:
        raise disk_error(error, path) from error


def _name(text: str) -> str:
    name = named(text)
    if not name:
        raise _invalid("A preset needs a name.")
    return name


def _invalid(message: str) -> PhotaError:
    return PhotaError(ErrorKind.INVALID, message, field="name", surely_not_charged=True)
