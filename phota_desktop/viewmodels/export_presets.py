"""Export settings by name, and those used last, as the dialog sees them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.export_presets import named
from phota_desktop.core.exporting import ExportPreset, ExportSettings
from phota_desktop.viewmodels.notices import NoticesViewModel

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services
    from phota_desktop.services.export_presets import ExportPresets

Work = Callable[[], Coroutine[object, object, object]]


class Presets(QObject):
    """Follows what is kept; a failure is told once."""

    changed = Signal()

    def __init__(self, notices: NoticesViewModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.presets: tuple[ExportPreset, ...] = ()
        self.applied = ""
        """The preset chosen or saved last, to save it again."""
        self._notices = notices
        self._services: Services | None = None
        self._kept: ExportPresets | None = None

    def attach(self, services: Services) -> None:
        """Take over where presets are kept; they are read when they are first needed."""
        from phota_desktop.services.export_presets import ExportPresets

        self._services = services
        self._kept = ExportPresets(services.folders, services.threads)

    def detach(self) -> None:
        """Let the services go, before they close."""
        self._services = self._kept = None

    async def read(self) -> ExportSettings:
        """Read the presets, and return the settings used last."""
        if self._kept is None:
            return ExportSettings()
        await self._refresh(self._kept)
        return await self._kept.last()

    def find(self, name: str) -> ExportPreset | None:
        """Return the preset of a name."""
        return next((one for one in self.presets if one.name == name), None)

    def name_of(self, settings: ExportSettings) -> str:
        """Return the preset that these settings are; empty for none."""
        alike = [one.name for one in self.presets if one.settings == settings]
        return self.applied if self.applied in alike else next(iter(alike), "")

    def save(self, name: str, settings: ExportSettings) -> None:
        """Keep settings under a name, in place of the preset of that name if there is one."""
        name = named(name)
        if name and self._kept is not None:
            self.applied = name
            self._change(partial(self._kept.save, ExportPreset(name, settings)))

    def rename(self, old: str, new: str) -> None:
        """Give a preset another name; one that is taken is refused in words."""
        new = named(new)
        if new and new != old and self._kept is not None:
            if self.applied == old:
                self.applied = new
            self._change(partial(self._kept.rename, old, new))

    def remove(self, name: str) -> None:
        """Delete a preset; its settings stay where they are in use."""
        if self._kept is not None:
            self._change(partial(self._kept.remove, name))

    def remember(self, settings: ExportSettings) -> None:
        """Keep the settings as those used last."""
        if self._kept is not None:
            self._change(partial(self._kept.remember, settings))

    def _change(self, work: Work) -> None:
        if self._services is not None and self._kept is not None:
            self._services.tasks.spawn(self._changed(work, self._kept), name="export presets")

    async def _changed(self, work: Work, kept: ExportPresets) -> None:
        try:
            await work()
        except PhotaError as error:
            self._notices.show_error(error, subject="Presets")
        await self._refresh(kept)

    async def _refresh(self, kept: ExportPresets) -> None:
        presets = tuple(await kept.all())
        if presets != self.presets:
            self.presets = presets
            self.changed.emit()
