"""The studio: opened photos, the chosen variant, and the one way to ask for more of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine, Job
from phota_desktop.core.options import Operation
from phota_desktop.viewmodels.form_supply import FormSupply
from phota_desktop.viewmodels.jobs import JobListModel
from phota_desktop.viewmodels.notices import (
    Notice,
    NoticeAction,
    notice_for,
    notice_of_bug,
)
from phota_desktop.viewmodels.settings import SettingsViewModel
from phota_desktop.viewmodels.studio_parts import StudioParts
from phota_desktop.viewmodels.variants import (
    Entry,
    EntryKind,
    VariantStripModel,
    generated_entries,
    job_entries,
    numbered,
    original_entry,
    sample_entries,
)

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from phota_desktop.core.library import Picture
    from phota_desktop.services.composition import Services
    from phota_desktop.services.tasks import Failure
    from phota_desktop.viewmodels.reusing import Reuser
    from phota_desktop.viewmodels.shelf import Shelf


class StudioViewModel(StudioParts):
    """What the window shows and does about photos; it works on services once they are attached."""

    photo_changed = Signal()
    entry_changed = Signal()
    spend_changed = Signal()
    sample_shown = Signal()
    """A sample photo with its finished variant is shown: the moment to teach comparing."""
    prompt_wanted = Signal()
    """An earlier request was loaded into the form: the cursor belongs into the prompt."""
    attached = Signal()

    def __init__(
        self,
        jobs: JobListModel,
        settings: SettingsViewModel,
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(jobs, settings, parent, clock=clock)
        self.strip = VariantStripModel(self)
        self._supply = FormSupply(self.form, settings, self)
        self.spent_today = Decimal(0)
        self._services: Services | None = None
        self._photo: Path | None = None
        self._chosen: dict[Path, str] = {}
        self._samples: dict[Path, tuple[Path, ...]] = {}
        self._unsubscribe: list[Callable[[], None]] = []
        self.form.changed.connect(self.request_changed)
        jobs.job_changed.connect(self._on_job)
        jobs.loaded.connect(self._on_jobs)
        jobs.job_removed.connect(self._on_job_removed)
        jobs.ticked.connect(self.strip.tick)
        jobs.changes_wanted.connect(self.change_and_retry)
        self.notices.acted.connect(self._on_acted)
        jobs.failed.connect(lambda error, job_id: self.notices.show(notice_for(error)))
        settings.failed.connect(lambda error: self.notices.show_error(error, subject="Settings"))

    def attach(self, services: Services) -> None:
        """Start to work: services are built after the window's first paint."""
        self._services = services
        self.troubles.attach(services)
        self.opener.attach(services)
        self.saver.attach(services)
        self.submitter.attach(services)
        self._unsubscribe = [
            services.tasks.failed.subscribe(self._on_bug),
            services.trainer.changed.subscribe(lambda _training: self._count_spend()),
        ]
        self.shelf.attach(services)
        self._supply.attach(services)
        self.form.learn_size(*reversed(self.jobs.jobs()))
        self._count_spend()
        self.attached.emit()

    def detach(self) -> None:
        """Stop listening, before the services close."""
        for leave in self._unsubscribe:
            leave()
        self._unsubscribe = []
        self.troubles.detach()
        self._supply.detach()
        self.shelf.detach()
        self.submitter.attach(None)
        self._services = None

    # -- the shown photo and variant ----------------------------------------------------

    @property
    def photo(self) -> Path | None:
        """The shown photo."""
        return self._photo

    @property
    def entry(self) -> Entry | None:
        """The chosen place of the strip; the original unless another one was chosen."""
        if self._photo is None:
            return None
        key = self._chosen.get(self._photo, "original")
        return self.strip.entry(key) or self.strip.entry("original")

    @property
    def variant_path(self) -> Path | None:
        """The picture of the chosen variant; None for the original or a place in waiting."""
        entry = self.entry
        return entry.path if entry and entry.kind is EntryKind.RESULT else None

    def choose_photo(self, path: Path | None) -> None:
        """Show a photo that is in the list."""
        if path == self._photo or (path is not None and self.photos.row(path) < 0):
            return
        self._photo = path
        self._supply.show(path)
        self.strip.reset(self._entries())
        self.photo_changed.emit()
        self.entry_changed.emit()
        self.request_changed.emit()

    def show_photo(self, path: Path) -> None:
        """Show a picture that was opened or made before, and put it into the list."""
        self.photos.add([path])
        self._caption(path)
        self.choose_photo(path)

    def show_generated(self) -> None:
        """Show the newest picture made from words alone; nothing while there is none."""
        path = self.generated.newest()
        if path is not None:
            self.show_photo(path)

    def step_photo(self, by: int) -> None:
        """Show the next or previous photo; stops at the ends."""
        paths = self.photos.paths()
        if paths:
            row = max(0, min(len(paths) - 1, self.photos.row(self._photo) + by))
            self.choose_photo(paths[row])

    def choose_entry(self, key: str) -> None:
        """Choose a place of the strip."""
        if self._photo is None or self.strip.entry(key) is None:
            return
        before = self.entry
        self._chosen[self._photo] = key
        if before is None or before.key != key:
            self.entry_changed.emit()

    def step_entry(self, by: int) -> None:
        """Choose the next or previous place; stops at the ends."""
        entries = self.strip.entries()
        entry = self.entry
        if entry is not None:
            row = max(0, min(len(entries) - 1, self.strip.row(entry.key) + by))
            self.choose_entry(entries[row].key)

    def step_on(self) -> None:
        """Show the next place with a picture, and after the last one the next photo."""
        entry, entries = self.entry, self.strip.entries()
        after = entries[self.strip.row(entry.key) + 1 :] if entry is not None else []
        following = next((one for one in after if one.can_show), None)
        if following is not None:
            self.choose_entry(following.key)
        else:
            self.step_photo(1)

    def show_picture(self, picture: Picture) -> None:
        """Show a picture of the library: a result beside its photo, or alone where that is gone."""
        self.shelf.show_picture(picture)

    def close_photo(self, path: Path) -> None:
        """Take a photo out of the list; nothing on disk changes."""
        row = self.photos.row(path)
        self.photos.remove(path)
        if path == self._photo:
            left = self.photos.paths()
            self.choose_photo(left[min(row, len(left) - 1)] if left else None)

    def add_sample(self, photo: Path, variants: Sequence[Path]) -> None:
        """Open a sample photo with its finished variants."""
        self._samples[photo] = tuple(variants)
        self.photos.add([photo])
        self._caption(photo)
        if self._photo is None:
            self.choose_photo(photo)
            self.choose_entry("sample:0")
            self.sample_shown.emit()

    def _entries(self) -> list[Entry]:
        if self._photo is None:
            return self.generated.entries()
        made = self.generated.job_of(self._photo)
        entries = generated_entries(self._photo, made) if made else [original_entry(self._photo)]
        entries += sample_entries(self._samples.get(self._photo, ()))
        for job in reversed(self.jobs.jobs()):
            if self._photo in self.photos_of(job):
                entries += job_entries(job)
        # What lies in the trash keeps its number, so that no other one gets it meanwhile.
        shown = numbered(entries)
        return [self.where(entry) for entry in shown if not self.is_deleted(entry.key)]

    def _on_opened(self, paths: list[Path]) -> None:
        self._caption(*paths)
        if paths:
            self.choose_photo(paths[0])

    def _on_jobs(self) -> None:
        """Take over the jobs that the queue knew already."""
        for job in self.jobs.jobs():
            self.generated.watch(job)
        self._update_strip()
        self._caption(*self.photos.paths())

    def _on_job(self, job: Job) -> None:
        generates = job.request.operation is Operation.GENERATE
        picture = self.generated.watch(job)
        if generates or self._photo in self.photos_of(job):
            self._update_strip()
        self._caption(*self.photos_of(job))
        if picture is not None:
            self._on_generated(job, picture)
        if self._services is not None:
            self.form.learn_size(job)
        self.troubles.follow(job)
        if job.sent is not None and job.engine is Engine.PHOTA:  # what is under way counts as well
            self._count_spend()

    def refresh(self) -> None:
        """Bring strip and captions up to date with what lies in the trash or came back."""
        self._update_strip()
        self._caption(*self.photos.paths())

    def _update_strip(self) -> None:
        before = self.entry
        row = self.strip.row(before.key) if before is not None else 0
        self.strip.update_entries(self._entries())
        if self._photo is not None and before is not None and self.strip.row(before.key) < 0:
            left = [entry for entry in self.strip.entries() if entry.can_show]
            if left:  # what stands there now, as when one is taken out of a stack
                self._chosen[self._photo] = left[min(row, len(left) - 1)].key
        if self.entry != before:
            self.entry_changed.emit()

    def _on_generated(self, job: Job, picture: Path) -> None:
        """Put a generated picture among the photos; it is shown only where nothing else is."""
        if self._photo is None:
            self.show_photo(picture)
            return
        self.photos.add([picture])
        self._caption(picture)
        from phota_desktop.viewmodels.generated import generated_notice

        self.notices.show(generated_notice(job, picture))

    def _on_job_removed(self, job_id: str) -> None:
        self.notices.forget_job(job_id)
        self._update_strip()
        self._caption(*self.photos.paths())

    def _caption(self, *photos: Path) -> None:
        """Say what photos have; one look at all jobs, however many photos there are."""
        finished = {photo: len(self._samples.get(photo, ())) for photo in photos}
        running = dict.fromkeys(finished, 0)
        for job in self.jobs.jobs():
            for photo in self.photos_of(job) if not job.hidden else ():
                if photo in finished:
                    kept = [v for v in job.variants if not self.is_deleted(f"{job.id}:{v.index}")]
                    finished[photo] += len(kept)
                    running[photo] += not job.state.is_final
        for photo, number in finished.items():
            self.photos.set_variants(photo, number, running[photo])

    # -- asking for variants ------------------------------------------------------------

    @property
    def button_text(self) -> str:
        """The submit button's words, with the price."""
        return self.form.button_text(self._photo)

    @property
    def cost_text(self) -> str:
        """The line above the button."""
        return self.form.cost_text(self._photo)

    @property
    def can_submit(self) -> bool:
        """Whether the button may be pressed."""
        return self._services is not None and self.submitter.can_submit(self._photo)

    def submit(self) -> None:
        """Ask for variants of the shown photo."""
        self.submitter.submit(self._photo)

    def consent(self) -> None:
        """Take the person's word for paid calls and go on."""
        self.submitter.consent()

    @cached_property
    def shelf(self) -> Shelf:
        """Keeps strip and photo list in step with the library."""
        from phota_desktop.viewmodels.shelf import Shelf

        return Shelf(self)

    @cached_property
    def _reuser(self) -> Reuser:
        from phota_desktop.viewmodels.reusing import Reuser

        return Reuser(self.form, self.notices, self.show_photo)

    def change_and_retry(self, job: Job) -> None:
        """Load what a job asked for into the form and show its photo; nothing starts by it."""
        self._reuser.change_and_retry(job)
        self.prompt_wanted.emit()

    def _on_acted(self, notice: Notice) -> None:
        job = self.jobs.job(notice.job_id)
        if job is not None and notice.action in (NoticeAction.EDIT_PROMPT, NoticeAction.BACK):
            self._reuser.load_back(notice, job)

    # -- what comes back ------------------------------------------------------------------

    def _on_bug(self, failure: Failure) -> None:
        error = failure.error
        if isinstance(error, PhotaError) and error.kind is ErrorKind.DISK:
            self.notices.show_error(error)  # a full disk is no mistake of the program
        else:
            self.notices.show(notice_of_bug(failure.name, error))

    def paste_image(self, image: QImage) -> None:
        """Open a picture from the clipboard."""
        self.opener.paste(image)

    def act_on_notice(self, notice: Notice, folder: Path | None = None) -> None:
        """Do what a notice's button says about a job, a photo or folders."""
        if notice.action is NoticeAction.OPEN_SUBFOLDERS:
            self.opener.open_subfolders()
        elif notice.job_id or notice.group:
            self.troubles.act(notice, folder)
        elif notice.action is NoticeAction.SHOW_PHOTO and notice.path is not None:
            self.show_photo(notice.path)
        elif notice.action is NoticeAction.REMOVE and notice.path is not None:
            self.close_photo(notice.path)

    def open_samples(self) -> None:
        """Open the sample photos with their finished variants."""
        from phota_desktop.services.samples import samples

        found = samples()
        for sample in found:
            self.add_sample(sample.photo, sample.variants)
        if found:
            self.choose_photo(found[0].photo)
            self.choose_entry("sample:0")

    def _count_spend(self) -> None:
        if self._services is not None:
            self._services.tasks.spawn(
                self._read_spend(self._services), name="spend of today", replace=True
            )

    async def _read_spend(self, services: Services) -> None:
        spent = await services.threads.journal(services.journal.spent_today, time.time())
        if spent != self.spent_today:
            self.spent_today = spent
            self.spend_changed.emit()
