"""The monitor's profile as the person chose it: read and tried off the window's thread."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal

from phota_desktop.core.errors import PhotaError
from phota_desktop.viewmodels.words import plain

if TYPE_CHECKING:
    from phota_desktop.imaging.display import DisplayTarget
    from phota_desktop.store.settings import Settings

_log = logging.getLogger(__name__)
SRGB_WORDS = "sRGB"


class SettingsHolder(Protocol):
    """What is needed of the settings' view-model."""

    @property
    def value(self) -> Settings: ...  # noqa: D102

    def change(self, **fields: object) -> None: ...  # noqa: D102


class Monitor(QObject):
    """Which colours the canvas converts to; a file that cannot be used changes nothing.

    A profile that was chosen once and cannot be read now gives sRGB and a problem in words; the
    choice stays, since its disk may come back.
    """

    changed = Signal()
    display_changed = Signal(object)
    """Carries the :class:`DisplayTarget` that pictures are to be decoded for."""
    _read = Signal(int, object, object, bool)

    def __init__(self, settings: SettingsHolder, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._number = 0
        self._display: DisplayTarget | None = None
        self._busy = False
        self._is_lost = False
        self.problem = ""
        """Why the last file cannot be used, in words; empty where all is well."""
        self._read.connect(self._take)

    @property
    def display(self) -> DisplayTarget | None:
        """What pictures are decoded for; None is sRGB, before anything else was read."""
        return self._display

    @property
    def intent(self) -> str:
        """``relative`` or ``perceptual``."""
        return self._settings.value.intent

    @property
    def is_busy(self) -> bool:
        """Whether a profile is being read."""
        return self._busy

    @property
    def is_chosen(self) -> bool:
        """Whether a file is chosen."""
        return self._settings.value.monitor_profile is not None

    @property
    def words(self) -> str:
        """What colours are shown in, for the settings: ``sRGB``, or the profile and its file."""
        path = self._settings.value.monitor_profile
        if self._busy:
            return "Reading…"
        if path is None:
            return SRGB_WORDS
        file = plain(path.name, 120)
        if self._is_lost or self._display is None:
            return f"{SRGB_WORDS} ({file} is not used)"
        name = plain(self._display.name, 80)
        return file if name == file else f"{name} ({file})"

    def start(self) -> None:
        """Take up what was chosen in an earlier session; nothing is read where nothing was."""
        value = self._settings.value
        if value.monitor_profile is not None or value.intent != "relative":
            self._begin(value.monitor_profile, value.intent, is_choice=False)

    def choose(self, path: Path | None) -> None:
        """Use this ICC file, None for sRGB; it counts once it was found usable."""
        self._begin(path, self.intent, is_choice=True)

    def set_intent(self, intent: str) -> None:
        """Say what becomes of colours that the monitor does not have."""
        if intent != self.intent:
            self._settings.change(intent=intent)
            self._begin(self._settings.value.monitor_profile, intent, is_choice=False)

    def _begin(self, path: Path | None, intent: str, *, is_choice: bool) -> None:
        self._number += 1
        self._busy = True
        self.changed.emit()
        work = (self._number, path, intent, is_choice)
        threading.Thread(target=self._work, args=work, name="monitor profile", daemon=True).start()

    def _work(self, number: int, path: Path | None, intent: str, is_choice: bool) -> None:
        found: object
        try:
            from phota_desktop.imaging.display import DisplayTarget, Intent

            kind = Intent(intent)
            found = DisplayTarget(intent=kind)
            if path is not None:
                found = DisplayTarget.from_file(path, kind)
        except PhotaError as error:
            found = error
        except Exception as error:  # noqa: BLE001 - a thread must not die silently; this logs
            _log.exception("reading a monitor's profile failed")
            found = error
        try:
            self._read.emit(number, path, found, is_choice)
        except RuntimeError:
            _log.debug("the window was closed before a profile was read")

    def _take(self, number: int, path: Path | None, found: object, is_choice: bool) -> None:
        if number != self._number:
            return
        self._busy = False
        if isinstance(found, Exception):
            self._refuse(found, is_choice=is_choice)
            return
        self.problem, self._is_lost = "", False
        if is_choice:
            self._settings.change(monitor_profile=path)
        self._show(found)
        self.changed.emit()

    def _refuse(self, error: Exception, *, is_choice: bool) -> None:
        words = f"{error.message} {error.hint}" if isinstance(error, PhotaError) else ""
        self.problem = plain(words.strip()) or "The profile cannot be used."
        if not is_choice:
            self._is_lost = True
            from phota_desktop.imaging.display import DisplayTarget, Intent

            self._show(DisplayTarget(intent=Intent(self.intent)))
        self.changed.emit()

    def _show(self, found: object) -> None:
        if found != self._display:
            self._display = found  # type: ignore[assignment]  # what the thread made
            self.display_changed.emit(found)
