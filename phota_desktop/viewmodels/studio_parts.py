"""The studio's helpers, each made when it is first needed: an empty window needs none of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from phota_desktop.viewmodels.form import RequestForm
from phota_desktop.viewmodels.jobs import JobListModel
from phota_desktop.viewmodels.notices import (
    Notice,
    NoticeAction,
    NoticesViewModel,
    Tone,
    details_of,
)
from phota_desktop.viewmodels.photos import PhotoListModel
from phota_desktop.viewmodels.settings import SettingsViewModel
from phota_desktop.viewmodels.variants import source_photos

if TYPE_CHECKING:
    from phota_desktop.core.jobs import Job
    from phota_desktop.core.library import Marks
    from phota_desktop.viewmodels.generated import Generated
    from phota_desktop.viewmodels.marks import MarksViewModel
    from phota_desktop.viewmodels.opening import Opener
    from phota_desktop.viewmodels.saving import Saver
    from phota_desktop.viewmodels.submitting import Submitter
    from phota_desktop.viewmodels.troubles import Troubles
    from phota_desktop.viewmodels.variants import Entry


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
        self._beside: dict[str, tuple[Path, ...]] = {}

    def say(self, text: str, tone: Tone = Tone.INFO, hint: str = "") -> None:
        """Show a notice without a button."""
        self.notices.show(Notice(text, tone, NoticeAction.NONE, hint=hint))

    def details_of(self, notice: Notice) -> str:
        """Return the text to copy for a notice: its words and its job's details."""
        return details_of(notice, self.jobs.details(notice.job_id))

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

        return Saver(self)

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
    def marks(self) -> MarksViewModel:
        """Marks pictures, moves them to the trash, and takes that back."""
        from phota_desktop.viewmodels.marks import MarksViewModel

        return MarksViewModel(self.notices, self)

    def marks_of(self, path: Path | None) -> Marks | None:
        """Return the marks of a picture that is shown; None while nobody knows any."""
        has_marks = path is not None and "marks" in vars(self)
        return self.marks.of(path) if has_marks and path is not None else None

    def words_of(self, path: Path | None) -> str:
        """Return the marks of a picture that is shown as words, empty for none."""
        marks = self.marks_of(path)
        if marks is None:
            return ""
        from phota_desktop.viewmodels.mark_words import marks_words

        return marks_words(marks)

    def photos_of(self, job: Job) -> tuple[Path, ...]:
        """Return the photos a job's pictures stand beside, also where they lie elsewhere now."""
        return (*source_photos(job), *self._beside.get(job.id, ()))

    def stand_beside(self, photo: Path, job_ids: Iterable[str]) -> bool:
        """Let jobs stand beside a photo that lay elsewhere when they were asked for.

        True if one of them did not until now.
        """
        is_new = False
        for job_id in job_ids:
            there = self._beside.get(job_id, ())
            job = next((one for one in self.jobs.jobs() if one.id == job_id), None)
            if photo not in there and (job is None or photo not in source_photos(job)):
                self._beside[job_id] = (*there, photo)
                is_new = True
        return is_new

    def where(self, entry: Entry) -> Entry:
        """Return a place with the file that is there: a person may have moved the copy."""
        known = self.marks.picture(entry.key) if "marks" in vars(self) else None
        if known is None or known.deleted is not None or entry.path in (None, known.path):
            return entry
        return replace(entry, path=known.path)

    def is_deleted(self, key: str) -> bool:
        """Tell whether a result lies in the trash."""
        return "marks" in vars(self) and self.marks.is_deleted(key)

    @cached_property
    def generated(self) -> Generated:
        """Knows which photo was made from words."""
        from phota_desktop.viewmodels.generated import Generated

        return Generated(self.jobs)
