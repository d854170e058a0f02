"""From a click to a recorded job: one wish at a time, consent before the first that costs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.core.pricing import estimate, show_range
from phota_desktop.core.requests import Problem, StudioRequest, mentions
from phota_desktop.viewmodels.form import RequestForm
from phota_desktop.viewmodels.notices import Notice, NoticeAction, NoticesViewModel, Tone
from phota_desktop.viewmodels.offers import offer_for
from phota_desktop.viewmodels.settings import SettingsViewModel

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services

BURST = 0.6
"""Seconds: clicks closer together than this are one wish (20 clicks a second make one job)."""
MOST_NAMED = 3
"""Sentences about profiles in one notice."""


@dataclass(frozen=True)
class Wish:
    """What was asked for at the moment of the click; ``photo`` is the one that was shown.

    ``draft_of`` is the key of the result of which this makes the final version.
    """

    request: StudioRequest
    engine: Engine
    photo: Path | None
    draft_of: str = ""

    @property
    def name(self) -> str:
        """What a notice calls it."""
        return self.photo.name if self.photo else offer_for(self.request.operation).title


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
        self._wished: StudioRequest | None = None
        self._asked: Wish | None = None

    def attach(self, services: Services | None) -> None:
        """Take over the queue, or let it go."""
        self._services = services
        self.changed.emit()

    @property
    def is_free(self) -> bool:
        """Whether a wish can be taken now: one is recorded at a time."""
        return self._services is not None and not self._recording

    def can_submit(self, photo: Path | None) -> bool:
        """Whether the button may be pressed."""
        return self.is_free and not self._form.problems(photo)

    def submit(self, photo: Path | None) -> None:
        """Ask for variants of the shown photo; a burst of clicks is one wish.

        A click on something else, such as the next photo, is another wish however soon it comes.
        """
        now = self._clock()
        request = self._form.request(photo)
        burst = now - self._last_wish < BURST and request == self._wished
        self._last_wish, self._wished = now, request
        if burst or request is None or not self.can_submit(photo):
            return
        self.ask(Wish(request, self._form.engine, photo))

    def ask(self, wish: Wish) -> bool:
        """Record a wish at the price that its button showed, after consent where it is missing.

        False while another one is being recorded, or with nothing to record it: then the click
        did nothing.
        """
        if not self.is_free:
            return False
        if wish.engine is Engine.PHOTA and not self._settings.value.consented:
            self._asked = wish
            self.consent_needed.emit(show_range(estimate(wish.request, self._form.prices)))
        else:
            self._record(wish)
        return True

    def consent(self) -> None:
        """Remember that the person agreed to paid calls, and go on with what was asked."""
        self._settings.change(consented=True)
        wish, self._asked = self._asked, None
        if wish is not None and not self._recording:
            self._record(wish)

    def _record(self, wish: Wish) -> None:
        if self._services is None:
            return
        self._recording = True
        self.changed.emit()
        self._services.tasks.spawn(self._submit(self._services, wish), name=f"submit {wish.name}")

    async def _submit(self, services: Services, wish: Wish) -> None:
        try:
            problems = await self._people_problems(services, wish)
            if problems:
                words = " ".join(problem.message for problem in problems[:MOST_NAMED])
                self._notices.show(
                    Notice(
                        words,
                        Tone.WARN,
                        NoticeAction.BACK,
                        "Back to request",
                        hint="Nothing was sent.",
                        path=wish.photo,
                    )
                )
                return
            await services.queue.submit(
                wish.request,
                engine=wish.engine,
                out_dir=self._settings.results_folder,
                daily_cap=self._settings.value.daily_cap,
                draft_of=wish.draft_of,
            )
            await self._remember(services, wish)
        except PhotaError as error:
            self._notices.show_error(error, subject=wish.name, path=wish.photo)
        finally:
            self._last_wish = self._clock()
            self._recording = False
            self.changed.emit()

    async def _people_problems(self, services: Services, wish: Wish) -> list[Problem]:
        """Return which profiles cannot be used; asks the server once where something is amiss."""
        prompt, riding = wish.request.prompt, wish.request.profile_ids
        if wish.engine is not services.session.engine or not (riding or mentions(prompt)):
            return []
        from phota_desktop.viewmodels.mentioned import profile_problems

        people = services.people
        if profile_problems(prompt, riding, people.people):
            await people.refresh()
        return profile_problems(prompt, riding, people.people) if people.is_listed else []

    async def _remember(self, services: Services, wish: Wish) -> None:
        prompt = wish.request.prompt
        if prompt:
            photos = [str(image) for image in wish.request.images if isinstance(image, Path)]
            await services.prompts.add(prompt, wish.request.operation, photos)
