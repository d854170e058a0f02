"""The studio's helpers, each made when it is first needed: an empty window needs none of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from phota_desktop.viewmodels.form import RequestForm
from phota_desktop.viewmodels.jobs import JobListModel
from phota_desktop.viewmodels.notices import NoticesViewModel
from phota_desktop.viewmodels.photos import PhotoListModel
from phota_desktop.viewmodels.settings import SettingsViewModel

if TYPE_CHECKING:
    from phota_desktop.viewmodels.generated import Generated
    from phota_desktop.viewmodels.opening import Opener
    from phota_desktop.viewmodels.saving import Saver
    from phota_desktop.viewmodels.submitting import Submitter
    from phota_desktop.viewmodels.troubles import Troubles


class StudioParts(QObject):
    """What every studio is made of; its subclass says what happens between the parts."""

    request_changed = Signal()
    consent_needed = Signal(str)
    """Before the first paid call: carries the price range."""

    def __init__(
        self,
        jobs: JobListModel,
        settings: SettingsViewModel,
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self.jobs = jobs
        self.settings = settings
        self.notices = NoticesViewModel(self)
        self.photos = PhotoListModel(self)
        self.form = RequestForm(self)
        self._clock = clock

    def _on_opened(self, paths: list[Path]) -> None:
        raise NotImplementedError

    @cached_property
    def opener(self) -> Opener:
        """Opens what is dropped, chosen, pasted or named."""
        from phota_desktop.viewmodels.opening import Opener

        made = Opener(self.photos, self.notices, self)
        made.opened.connect(self._on_opened)
        return made

    @cached_property
    def saver(self) -> Saver:
        """Exports and drags out."""
        from phota_desktop.viewmodels.saving import Saver

        return Saver(self.notices, self)

    @cached_property
    def submitter(self) -> Submitter:
        """Records what the form asks for."""
        from phota_desktop.viewmodels.submitting import Submitter

        made = Submitter(self.form, self.settings, self.notices, self, clock=self._clock)
        made.changed.connect(self.request_changed)
        made.consent_needed.connect(self.consent_needed)
        return made

    @cached_property
    def troubles(self) -> Troubles:
        """Tells of jobs that ended badly or wait."""
        from phota_desktop.viewmodels.troubles import Troubles

        return Troubles(self.jobs, self.notices, self)

    @cached_property
    def generated(self) -> Generated:
        """Knows which photo was made from words."""
        from phota_desktop.viewmodels.generated import Generated

        return Generated(self.jobs)
