"""Brings the form what it cannot know by itself: engine, models, prices, the photo's size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.viewmodels.form import RequestForm
from phota_desktop.viewmodels.settings import SettingsViewModel

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services

DRAFT_MS = 2000
"""Rest after the last letter until the prompt is kept for the next start."""
LONGEST_DRAFT = 20_000


class FormSupply(QObject):
    """Keeps the form in step with session, settings and the shown photo, and saves its values."""

    def __init__(
        self, form: RequestForm, settings: SettingsViewModel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._form = form
        self._settings = settings
        self._services: Services | None = None
        self._photo: Path | None = None
        self._measured: Path | None = None
        self._asked_models = False
        self._unsubscribe: Callable[[], None] | None = None
        form.set_variants(settings.value.variants)
        form.set_format(settings.value.output_format)
        form.set_prices(settings.prices)
        form.restore(settings.value.drawer)
        self._draft = form.prompt
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(DRAFT_MS)
        self._later.timeout.connect(self._keep_draft)
        form.changed.connect(self._on_form)
        settings.changed.connect(self._on_settings)
        settings.engine_changed.connect(self._on_engine)

    def attach(self, services: Services) -> None:
        """Take over the session and what its servers offer."""
        self._services = services
        self._unsubscribe = services.catalogues.changed.subscribe(lambda _: self._on_models())
        self._on_engine()
        self._measure()

    def detach(self) -> None:
        """Stop listening, before the services close."""
        if self._unsubscribe is not None:
            self._unsubscribe()
        self._unsubscribe = self._services = None
        self._keep_draft()
        self._settings.flush()

    def show(self, photo: Path | None) -> None:
        """Follow the shown photo."""
        self._photo = photo
        self._form.set_photo(photo)
        self._measure()

    def _on_form(self) -> None:
        if self._form.prompt != self._draft:
            self._later.start()
        self._keep()
        self._measure()
        self._ask_models()

    def _keep_draft(self) -> None:
        """Keep the prompt; not at every letter, for the settings are written and told by it."""
        self._later.stop()
        self._draft = self._form.prompt
        self._keep()

    def _keep(self) -> None:
        form = self._form
        drawer = form.saved()
        if self._draft and len(self._draft) <= LONGEST_DRAFT:
            drawer["prompt"] = self._draft
        self._settings.change(
            variants=form.variants, output_format=form.output_format, drawer=drawer
        )

    def _on_settings(self) -> None:
        self._form.set_prices(self._settings.prices)
        self._ask_models()  # it may have been the consent

    def _on_engine(self) -> None:
        self._form.set_engine(self._settings.engine)
        self._asked_models = False
        self._on_models()
        self._ask_models()

    def _on_models(self) -> None:
        if self._services is not None:
            self._form.set_catalogue(self._services.catalogues.catalogue(self._form.engine))

    def _ask_models(self) -> None:
        """Ask Phota for its models once they can be chosen; nothing is asked before consent."""
        services = self._services
        if services is None or self._asked_models or not self._settings.value.consented:
            return
        if self._form.offered.models and services.session.engine is Engine.PHOTA:
            self._asked_models = True
            services.tasks.spawn(services.catalogues.refresh(), name="models", replace=True)

    def _measure(self) -> None:
        """Read the size of the primary photo, for "Match original" and the output's size."""
        services = self._services
        if services is None:
            return
        primary = next(iter(self._form.effective_sources(self._photo)), self._photo)
        photo = primary if isinstance(primary, Path) else None
        if photo == self._measured:
            return
        self._measured = photo
        self._form.set_photo_size(0, 0)
        if photo is not None:
            services.tasks.spawn(self._read_size(services, photo), name="size", replace=True)

    async def _read_size(self, services: Services, photo: Path) -> None:
        try:
            width, height = await services.threads.files(_size_of, photo)
        except PhotaError:
            return  # opening said it already
        if photo == self._measured:
            self._form.set_photo_size(width, height)


def _size_of(photo: Path) -> tuple[int, int]:
    from phota_desktop.imaging.reading import probe  # not loaded before the window is painted

    info = probe(photo)
    return info.width, info.height
