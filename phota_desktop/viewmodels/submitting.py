"""From a click to a recorded job: one wish at a time, consent before the first that costs."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.core.pricing import show_range
from phota_desktop.core.requests import StudioRequest
from phota_desktop.viewmodels.form import RequestForm
from phota_desktop.viewmodels.notices import Notice, NoticeAction, NoticesViewModel, Tone
from phota_desktop.viewmodels.settings import SettingsViewModel

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services

BURST = 0.6
"""Seconds: clicks closer together than this are one wish (20 clicks a second make one job)."""


class Submitter(QObject):
    """Records what the form asks for at the moment of the click, at the price it showed."""

    changed = Signal()
    consent_needed = Signal(str)
    """Before the first paid call: carries the price range."""

    def __init__(
        self,
        form: RequestForm,
        settings: SettingsViewModel,
        notices: NoticesViewModel,
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._form = form
        self._settings = settings
        self._notices = notices
        self._clock = clock
        self._services: Services | None = None
        self._recording = False
        self._last_wish = -BURST
        self._asked: tuple[StudioRequest, Engine, Path] | None = None

    def attach(self, services: Services | None) -> None:
        """Take over the queue, or let it go."""
        self._services = services
        self.changed.emit()

    def can_submit(self, photo: Path | None) -> bool:
        """Whether the button may be pressed: one wish is recorded at a time."""
        if self._services is None or photo is None or self._recording:
            return False
        return not self._form.problems(photo)

    def submit(self, photo: Path | None) -> None:
        """Ask for variants of a photo; a burst of clicks is one wish."""
        now = self._clock()
        burst = now - self._last_wish < BURST
        self._last_wish = now
        if burst or photo is None or not self.can_submit(photo):
            return
        request = self._form.request(photo)
        if request is None:
            return
        wish = (request, self._form.engine, photo)
        if self._form.engine is Engine.PHOTA and not self._settings.value.consented:
            self._asked = wish
            self.consent_needed.emit(show_range(self._form.price(photo)))
            return
        self._record(*wish)

    def consent(self) -> None:
        """Remember that the person agreed to paid calls, and go on with what was asked."""
        self._settings.change(consented=True)
        wish, self._asked = self._asked, None
        if wish is not None and not self._recording:
            self._record(*wish)

    def _record(self, request: StudioRequest, engine: Engine, photo: Path) -> None:
        if self._services is None:
            return
        self._recording = True
        self.changed.emit()
        work = self._submit(self._services, request, engine, photo)
        self._services.tasks.spawn(work, name=f"submit {photo.name}")

    async def _submit(
        self, services: Services, request: StudioRequest, engine: Engine, photo: Path
    ) -> None:
        try:
            await services.queue.submit(
                request,
                engine=engine,
                out_dir=self._settings.results_folder,
                daily_cap=self._settings.value.daily_cap,
            )
        except PhotaError as error:
            if error.field == "daily_cap":
                action = NoticeAction.OPEN_SETTINGS
                self._notices.show(
                    Notice(error.message, Tone.WARN, action, "Open settings", hint=error.hint)
                )
            else:
                self._notices.show_error(error, subject=photo.name, path=photo)
        finally:
            self._last_wish = self._clock()
            self._recording = False
            self.changed.emit()
